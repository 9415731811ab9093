"""Which vehicle drives a route: another kind takes it over, or two routes change vehicles, when that costs less."""

from routing.kernel.chain import TOUCHED, USED, Chain
from routing.kernel.compiling import compiled
from routing.kernel.dice import pick
from routing.kernel.edits import keep
from routing.kernel.routes import become, count_route, refresh
from routing.kernel.tables import Tables

ALL_KINDS = 16
"""Up to so many kinds all are tried for a route that changed;"""
SOME_KINDS = 6
"""of more, so many by chance."""
SOME_ROUTES = 6
"""Routes, by chance, with which it is tried to change vehicles."""


@compiled
def change_vehicles(tables: Tables, chain: Chain) -> None:
    """For each route that this iteration changed: the cheapest other vehicle that can drive it, free or of another."""
    for index in range(chain.num[TOUCHED]):
        slot = int(chain.route[index].touched)
        if chain.route[slot].kind < 0 or chain.route[slot].fixed > 0:
            continue
        _take_over(tables, chain, slot)
        for _ in range(min(SOME_ROUTES, int(chain.num[USED]))):
            _change(tables, chain, slot, int(chain.route[pick(chain.dice, chain.num[USED])].used))


@compiled
def _take_over(tables: Tables, chain: Chain, slot: int) -> None:
    first, last = tables.fleet[chain.route[slot].kind].akin_from, tables.fleet[chain.route[slot].kind].akin_to
    known = last - first
    for step in range(known if known <= ALL_KINDS else SOME_KINDS):
        other = int(tables.akin[first + (step if known <= ALL_KINDS else pick(chain.dice, known))])
        former = int(chain.route[slot].kind)
        if other == former or chain.free[other] == 0 or bound(tables, chain, slot, other) >= 0:
            continue
        if not may_drive(tables, chain, slot, other):
            continue
        before = chain.route[slot].money
        count_route(tables, chain, slot, -1)
        become(chain, slot, other)
        if not refresh(tables, chain, slot) or chain.route[slot].money >= before:
            become(chain, slot, former)
            refresh(tables, chain, slot)
        count_route(tables, chain, slot, 1)


@compiled
def _change(tables: Tables, chain: Chain, slot: int, other: int) -> None:
    """The two routes' vehicles change places, when both routes hold and together cost less."""
    mine, theirs = int(chain.route[slot].kind), int(chain.route[other].kind)
    if mine == theirs or chain.route[other].fixed > 0:
        return
    if bound(tables, chain, slot, theirs) + bound(tables, chain, other, mine) >= 0:
        return
    if not may_drive(tables, chain, slot, theirs) or not may_drive(tables, chain, other, mine):
        return
    before = chain.route[slot].money + chain.route[other].money
    keep(chain, other)
    count_route(tables, chain, slot, -1)
    count_route(tables, chain, other, -1)
    chain.route[slot].kind, chain.route[other].kind = theirs, mine
    good = refresh(tables, chain, slot)
    if good:
        count_route(tables, chain, slot, 1)
        good = refresh(tables, chain, other)
        if good and chain.route[slot].money + chain.route[other].money < before:
            count_route(tables, chain, other, 1)
            return
        count_route(tables, chain, slot, -1)
    chain.route[slot].kind, chain.route[other].kind = mine, theirs
    refresh(tables, chain, slot)
    count_route(tables, chain, slot, 1)
    refresh(tables, chain, other)
    count_route(tables, chain, other, 1)


@compiled
def bound(tables: Tables, chain: Chain, slot: int, kind: int) -> int:
    """No more than what the route would cost more with that kind, preferences and duration left aside."""
    mine, length = chain.route[slot].kind, chain.route[slot].length
    if tables.fleet[mine].dist != tables.fleet[kind].dist:
        return -1
    first, last = chain.at[slot, 1].place, chain.at[slot, length].place
    layer = tables.fleet[kind].dist
    metres = chain.route[slot].metres
    metres += tables.dist[layer, tables.fleet[kind].start, first] - tables.dist[layer, tables.fleet[mine].start, first]
    if tables.fleet[kind].end >= 0:
        metres += tables.dist[layer, last, tables.fleet[kind].end]
    if tables.fleet[mine].end >= 0:
        metres -= tables.dist[layer, last, tables.fleet[mine].end]
    if tables.has_wishes or tables.fleet[kind].per_s > 0 or tables.fleet[mine].per_s > 0:
        return -1
    cost = tables.fleet[kind].fixed_cost + tables.fleet[kind].per_m * metres
    return int(cost - tables.fleet[mine].fixed_cost - tables.fleet[mine].per_m * chain.route[slot].metres)


@compiled
def may_drive(tables: Tables, chain: Chain, slot: int, kind: int) -> bool:
    """Whether skills, blocks and, where all is on board at once, room let the kind drive the route."""
    if not tables.replayed:
        for dim in range(tables.dims):
            if chain.carried[slot, dim] > tables.capacity[kind, dim]:
                return False
    for column in range(1, chain.route[slot].length + 1):
        node = chain.at[slot, column].node
        if node < tables.stops and not tables.allowed[node, kind]:
            return False
    return True
