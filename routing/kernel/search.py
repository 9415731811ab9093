"""Slack induction by string removals: ruin, recreate, and accept by annealing, in slices that a caller can watch."""

import math

from routing.kernel.chain import BEST, COST, FULL, LOOSE, REMOVED, SLOT, WORTH, Chain
from routing.kernel.compiling import NEVER, Longs, compiled
from routing.kernel.dice import pick, roll
from routing.kernel.edits import clear_round, put, remember_best, undo
from routing.kernel.fleet import change_vehicles
from routing.kernel.places import find_place
from routing.kernel.ruin import ruin
from routing.kernel.shipments import find_shipment
from routing.kernel.tables import Tables

BLINK = 0.01
"""Chance that a place is overlooked."""
GENEROUS, ENOUGH = 0.05, 0.5
"""Chance that an iteration serves stops for more than their prizes, for others to follow; and, after each, to stop that."""
URGENT = 0.3
"""Chance that stops which were not served go back before those taken out."""
FEW_STOPS = 200
"""Up to so many stops every place is looked at."""
NO_LIMIT = float(NEVER)
BESIDE = 40
"""With more, places beside so many neighbours of a stop."""


@compiled
def sort_loose(tables: Tables, chain: Chain) -> None:
    """Put the loose stops in the order in which they go back: by chance, bulk, distance, or time."""
    kind, count = pick(chain.dice, 17 if tables.has_time else 11), chain.num[LOOSE]
    urgent = count > chain.num[REMOVED] and roll(chain.dice) < URGENT
    for index in range(count):
        stop = chain.stop[index].loose
        if kind < 4:
            rank = pick(chain.dice, 1 << 30)
        elif kind < 8:
            rank = -tables.node[stop].bulk
        elif kind < 10:
            rank = -tables.node[stop].far
        elif kind < 11:
            rank = tables.node[stop].far
        elif kind < 13:
            rank = tables.node[stop].close_s - tables.node[stop].open_s
        elif kind < 15:
            rank = tables.node[stop].open_s
        else:
            rank = -tables.node[stop].close_s
        if urgent and index >= chain.num[REMOVED]:
            rank -= 1 << 50
        chain.stop[stop].rank = rank
    for index in range(1, count):
        stop, at = chain.stop[index].loose, index
        while at > 0 and chain.stop[chain.stop[at - 1].loose].rank > chain.stop[stop].rank:
            chain.stop[at].loose = chain.stop[at - 1].loose
            at -= 1
        chain.stop[at].loose = stop


@compiled
def recreate(tables: Tables, chain: Chain, blink: float, links: Longs, limit: float) -> None:
    """Put the loose stops back where they cost least: beside neighbours, or else anywhere; a new route only after both.

    Ends early when the cost is sure to reach `limit`, for no way becomes shorter by one more stop.
    """
    hope, blank = 0, chain.route.shape[0] - 1
    for index in range(chain.num[LOOSE]):
        if chain.stop[chain.stop[index].loose].where < 0:
            hope += tables.node[chain.stop[index].loose].prize
    near = 0 if tables.stops <= FEW_STOPS else min(BESIDE, tables.near.shape[1])
    for index in range(chain.num[LOOSE]):
        stop = int(chain.stop[index].loose)
        if chain.num[COST] - hope >= limit:
            return
        if chain.stop[stop].where < 0:
            hope -= tables.node[stop].prize
        if chain.stop[stop].where >= 0 or not in_stock(tables, chain, stop):
            continue
        for turn in range(2 if near > 0 else 1):
            width = near * (1 - turn)
            if tables.replayed:
                found = find_shipment(tables, chain, stop, width, blink, links)
            else:
                found = find_place(tables, chain, stop, width, blink)
            if found and (width == 0 or limit >= NO_LIMIT or chain.found[SLOT] != blank):
                put(tables, chain, stop)
                if chain.num[WORTH] > 1 and roll(chain.dice) < ENOUGH:
                    chain.num[WORTH] = 1
                break


@compiled
def in_stock(tables: Tables, chain: Chain, stop: int) -> bool:
    """Whether the stop's choice is still open, and its pickups have enough left."""
    if tables.node[stop].group >= 0 and chain.chosen_of[tables.node[stop].group] > 0:
        return False
    for need in range(tables.node[stop].need_from, tables.node[stop].need_to):
        pickup = tables.need[need].pickup
        if pickup >= 0:
            for dim in range(tables.dims):
                if chain.taken[pickup, dim] + tables.need_load[need, dim] > tables.supply[pickup, dim]:
                    return False
    return True


@compiled
def search(
    tables: Tables, chain: Chain, links: Longs, first: int, count: int, hot: float, cooling: float, whole: float
) -> int:
    """Up to so many iterations, number k at the temperature hot x cooling^k, from number first on; how many were made.

    Ends early when a route would need more columns. How iterations are cut into calls changes nothing.
    """
    for done in range(count):
        temperature = hot * cooling ** (first + done)
        clear_round(chain)
        before = chain.num[COST]
        ruin(tables, chain, whole)
        chain.num[WORTH] = 2 + pick(chain.dice, 8) if roll(chain.dice) < GENEROUS else 1
        sort_loose(tables, chain)
        limit = before - temperature * math.log(max(roll(chain.dice), 1e-300))
        recreate(tables, chain, BLINK, links, limit if tables.kinds == 1 and not tables.has_wishes else NO_LIMIT)
        if tables.kinds > 1:
            change_vehicles(tables, chain)
        if chain.num[COST] >= limit:
            undo(tables, chain)
        elif chain.num[COST] < chain.num[BEST]:
            chain.num[BEST] = chain.num[COST]
            remember_best(chain)
        if chain.num[FULL]:
            return done + 1
    return count
