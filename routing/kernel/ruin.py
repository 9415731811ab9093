"""Which stops an iteration takes out: strings of neighbouring stops from adjacent routes (Christiaens, Vanden Berghe)."""

from routing.kernel.chain import ABSENT, LOOSE, REMOVED, ROUND, USED, Chain
from routing.kernel.compiling import compiled
from routing.kernel.dice import pick, roll
from routing.kernel.edits import keep, take_out
from routing.kernel.tables import Tables

MEAN_REMOVED = 10.0
LONGEST_STRING = 10.0
SPLIT = 0.5
"""Chance that a string keeps some stops in its middle."""
LONGER_GAP = 0.01
"""Chance that one more stop is kept there."""
BY_TIME = 0.5
"""Chance that routes are taken in the order in which their stops would be met, and not by distance."""
NO_LIMIT = 1e9
"""As longest string: the whole route."""
ABSENT_CENTRE = 0.1
"""Chance that the centre is a stop that is not served, where there is one."""
ABSENT_NEAR = 30
"""Stops not served are tried again when they are among so many neighbours of the centre,"""
ABSENT_ANY = 6
"""and so many of them from anywhere."""


@compiled
def ruin(tables: Tables, chain: Chain, whole: float) -> None:
    """Take stops out of the chain, and list them and some that were not served as loose.

    `whole`: the chance that a whole route is taken out.
    """
    dice = chain.dice
    chain.num[LOOSE] = 0
    used = chain.num[USED]
    served = tables.stops - chain.num[ABSENT]
    centre = pick(dice, tables.stops)
    if chain.num[ABSENT] > 0 and roll(dice) < ABSENT_CENTRE:
        centre = int(chain.stop[pick(dice, chain.num[ABSENT])].absent)
    if served > 0 and used > 0 and roll(dice) < whole and chain.stop[centre].where >= 0:
        _take_string(tables, chain, centre, NO_LIMIT)
        _list_absent(tables, chain, centre)
        return
    longest = min(LONGEST_STRING, served / max(1, used))
    most = 4.0 * MEAN_REMOVED / (1.0 + longest) - 1.0
    strings = int(roll(dice) * most + 1.0)
    by_time = roll(dice) < BY_TIME
    for index in range(-1, tables.near.shape[1]):
        if strings <= 0:
            break
        stop = centre
        if index >= 0:
            stop = int(tables.near[centre, index] if by_time else tables.close[centre, index])
        slot = chain.stop[stop].where
        if slot < 0 or chain.route[slot].kept == chain.num[ROUND]:
            continue
        _take_string(tables, chain, stop, longest)
        strings -= 1
    _list_absent(tables, chain, centre)


@compiled
def _take_string(tables: Tables, chain: Chain, stop: int, longest: float) -> None:
    """Take a string with this stop in it out of its route, split or whole."""
    dice, slot = chain.dice, chain.stop[stop].where
    keep(chain, slot)
    count, mine = 0, 0
    for column in range(chain.route[slot].fixed + 1, chain.route[slot].length + 1):
        node = chain.at[slot, column].node
        if node < tables.stops:
            if node == stop:
                mine = count
            chain.line[count].candidate = node
            count += 1
    if count == 0 or chain.stop[stop].column <= chain.route[slot].fixed:
        return
    length = count
    if longest < NO_LIMIT:
        length = int(roll(dice) * min(float(count), longest) + 1.0)
    spared = 0
    if 1 < length < count and roll(dice) < SPLIT:
        spared = 1
        while length + spared < count and roll(dice) < LONGER_GAP:
            spared += 1
    window = length + spared
    first = max(0, mine - window + 1)
    last = min(mine, count - window)
    first += pick(dice, last - first + 1)
    hole = first + 1 + pick(dice, max(1, length - 1))
    for index in range(first, first + window):
        if not hole <= index < hole + spared:
            node = chain.line[index].candidate
            chain.stop[node].where = -2
            _loosen(chain, node)
    if not take_out(tables, chain, slot):
        chain.num[LOOSE] = _still_loose(chain)


@compiled
def _loosen(chain: Chain, stop: int) -> None:
    chain.stop[chain.num[LOOSE]].loose = stop
    chain.num[LOOSE] += 1
    chain.stop[stop].mark = chain.num[ROUND]


@compiled
def _still_loose(chain: Chain) -> int:
    """Forget listed stops that are served after all; how many are left."""
    left = 0
    for index in range(chain.num[LOOSE]):
        stop = chain.stop[index].loose
        if chain.stop[stop].where < 0:
            chain.stop[left].loose = stop
            left += 1
        else:
            chain.stop[stop].mark = 0
    return left


@compiled
def _list_absent(tables: Tables, chain: Chain, centre: int) -> None:
    """Add stops that are not served: near the centre, and a few from anywhere."""
    absent = chain.num[ABSENT]
    chain.num[REMOVED] = chain.num[LOOSE]
    if absent <= chain.num[LOOSE]:
        return
    for index in range(-1, min(ABSENT_NEAR, tables.near.shape[1])):
        stop = centre if index < 0 else int(tables.near[centre, index])
        if chain.stop[stop].where < 0 and chain.stop[stop].mark != chain.num[ROUND]:
            _loosen(chain, stop)
    for _ in range(ABSENT_ANY):
        stop = int(chain.stop[pick(chain.dice, absent)].absent)
        if chain.stop[stop].mark != chain.num[ROUND]:
            _loosen(chain, stop)
