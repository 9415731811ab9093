"""Fewer routes: one is broken up, and its stops are pressed into the others until all are served (Christiaens, Vanden Berghe).

Annealing by cost alone seldom gives up a route: all ways to do so lead over plans that leave somebody out. Here plans are
compared by whom they leave out, each stop weighed by how often it was left out before, as in the paper's fleet minimisation.
"""

import math

from routing.kernel.chain import ABSENT, COST, FULL, USED, WORTH, Chain
from routing.kernel.compiling import Longs, compiled
from routing.kernel.dice import roll
from routing.kernel.edits import clear_round, keep, take_out, undo
from routing.kernel.ruin import ruin
from routing.kernel.search import BLINK, NO_LIMIT, recreate, sort_loose
from routing.kernel.tables import Tables

HEAT = 1.0
"""Temperature, in mean costs of a leg, at which plans that leave out as much are compared by cost."""


@compiled
def break_up(tables: Tables, chain: Chain) -> bool:
    """Take the route whose stops were left out least often apart, and let no other be opened in its place; False: none left.

    Only where all vehicles are alike and no visit is fixed.
    """
    weakest, least = -1, 0
    for index in range(chain.num[USED]):
        slot, weight = int(chain.route[index].used), 0
        for column in range(1, chain.route[slot].length + 1):
            node = chain.at[slot, column].node
            if node < tables.stops:
                weight += chain.stop[node].missed + 1
        if weakest < 0 or weight < least:
            weakest, least = slot, weight
    if weakest < 0 or chain.num[USED] < 2:
        return False
    clear_round(chain)
    keep(chain, weakest)
    for column in range(1, chain.route[weakest].length + 1):
        node = chain.at[weakest, column].node
        if node < tables.stops:
            chain.stop[node].where = -2
    take_out(tables, chain, weakest)
    chain.free[0] = 0
    return True


@compiled
def press(tables: Tables, chain: Chain, links: Longs, count: int, hot: float) -> int:
    """Up to so many iterations with no more routes than now; how many were made. Ends early when everybody is served."""
    for done in range(count):
        if chain.num[ABSENT] == 0:
            return done
        clear_round(chain)
        cost, missed = chain.num[COST], _missed(chain)
        ruin(tables, chain, 0.0)
        chain.num[WORTH] = 1
        sort_loose(tables, chain)
        recreate(tables, chain, BLINK, links, NO_LIMIT)
        now = _missed(chain)
        for index in range(chain.num[ABSENT]):
            chain.stop[chain.stop[index].absent].missed += 1
        limit = cost - HEAT * hot * math.log(max(roll(chain.dice), 1e-300))
        if now > missed or (now == missed and chain.num[COST] >= limit):
            undo(tables, chain)
        if chain.num[FULL]:
            return done + 1
    return count


@compiled
def _missed(chain: Chain) -> int:
    """The weight of all who are not served."""
    weight = 0
    for index in range(chain.num[ABSENT]):
        weight += chain.stop[chain.stop[index].absent].missed + 1
    return weight
