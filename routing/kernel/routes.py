"""Changing a chain's routes: stops come and go, slots open and close, and what each column knows is computed anew."""

from routing.kernel.chain import (
    ABSENT,
    COST,
    SPARE,
    USED,
    Chain,
)
from routing.kernel.compiling import NEVER, Longs, compiled
from routing.kernel.replay import FINE, no_later, no_sooner, replay
from routing.kernel.tables import Tables


@compiled
def gap_between(tables: Tables, layer: int, here: int, before: int, node: int) -> int:
    """Seconds from a place, left after serving `before` (-1: the start), to the start of service: travel, parking."""
    seconds = int(tables.time[layer, here, tables.node[node].place])
    if before < 0 or tables.node[node].building < 0 or tables.node[node].building != tables.node[before].building:
        seconds += tables.node[node].parking
    return seconds


@compiled
def add_stop(tables: Tables, chain: Chain, stop: int, slot: int) -> None:
    """Book the stop as served by the slot's route: prize, supply, choice."""
    chain.stop[stop].where = slot
    last = chain.num[ABSENT] - 1
    at, moved = chain.stop[stop].absent_at, chain.stop[last].absent
    chain.stop[at].absent, chain.stop[moved].absent_at = moved, at
    chain.stop[stop].absent_at = -1
    chain.num[ABSENT] = last
    group = tables.node[stop].group
    if group < 0 or chain.chosen_of[group] == 0:
        chain.num[COST] -= tables.node[stop].prize
    if group >= 0:
        chain.chosen_of[group] += 1
    _take(tables, chain, stop, 1)


@compiled
def drop_stop(tables: Tables, chain: Chain, stop: int) -> None:
    """The opposite of `add_stop`."""
    chain.stop[stop].where = -1
    chain.stop[chain.num[ABSENT]].absent = stop
    chain.stop[stop].absent_at = chain.num[ABSENT]
    chain.num[ABSENT] += 1
    group = tables.node[stop].group
    if group >= 0:
        chain.chosen_of[group] -= 1
    if group < 0 or chain.chosen_of[group] == 0:
        chain.num[COST] += tables.node[stop].prize
    _take(tables, chain, stop, -1)


@compiled
def _take(tables: Tables, chain: Chain, stop: int, sign: int) -> None:
    for need in range(tables.node[stop].need_from, tables.node[stop].need_to):
        pickup = tables.need[need].pickup
        if pickup >= 0:
            for dim in range(tables.dims):
                chain.taken[pickup, dim] += sign * tables.need_load[need, dim]


@compiled
def open_slot(tables: Tables, chain: Chain, slot: int, kind: int) -> None:
    """Make the slot an empty route of that kind, without booking it: the blank slot is made so too."""
    chain.route[slot].kind = kind
    chain.route[slot].length = 0
    chain.at[slot, 0].place = tables.fleet[kind].start
    chain.at[slot, 1].place = tables.fleet[kind].end
    chain.at[slot, 0].leave = tables.fleet[kind].a
    chain.at[slot, 1].latest = tables.fleet[kind].b
    chain.route[slot].metres = chain.route[slot].seconds = chain.route[slot].money = chain.route[
        slot
    ].doors = chain.route[slot].fixed = 0
    for dim in range(tables.dims):
        chain.carried[slot, dim] = 0
    if tables.has_duration and not tables.replayed:
        for column in range(2):
            side = chain.ahead if column == 0 else chain.behind
            side[slot, column, 0] = 0
            side[slot, column, 1] = tables.fleet[kind].a
            side[slot, column, 2] = tables.fleet[kind].b


@compiled
def take_slot(chain: Chain, slot: int, kind: int) -> None:
    """Book the slot as a route in use."""
    chain.route[chain.num[USED]].used = slot
    chain.route[slot].used_at = chain.num[USED]
    chain.num[USED] += 1
    chain.free[kind] -= 1


@compiled
def become(chain: Chain, slot: int, kind: int) -> None:
    """Let another kind drive the slot's route; what is known of the route is computed by `refresh`."""
    chain.free[chain.route[slot].kind] += 1
    chain.free[kind] -= 1
    chain.route[slot].kind = kind


@compiled
def close_slot(chain: Chain, slot: int) -> None:
    """Give the slot and its vehicle back."""
    chain.num[USED] -= 1
    at, moved = chain.route[slot].used_at, chain.route[chain.num[USED]].used
    chain.route[at].used, chain.route[moved].used_at = moved, at
    chain.route[slot].used_at = -1
    chain.free[chain.route[slot].kind] += 1
    chain.route[slot].kind = -1
    chain.route[slot].length = 0
    chain.route[chain.num[SPARE]].spare = slot
    chain.num[SPARE] += 1


@compiled
def count_route(tables: Tables, chain: Chain, slot: int, sign: int) -> None:
    """Add the route's cost and hours to the sums, or take them away."""
    chain.num[COST] += sign * chain.route[slot].money
    kind = chain.route[slot].kind
    for index in range(tables.fleet[kind].limit_from, tables.fleet[kind].limit_to):
        chain.hours[tables.limit_of[index]] += sign * chain.route[slot].seconds


@compiled
def within_hours(tables: Tables, chain: Chain, kind: int, seconds: int) -> bool:
    """Whether shared hours allow the kind so many more seconds."""
    for index in range(tables.fleet[kind].limit_from, tables.fleet[kind].limit_to):
        limit = tables.limit_of[index]
        if chain.hours[limit] + seconds > tables.limit_max[limit]:
            return False
    return True


@compiled
def join(first: tuple[int, int, int], gap: int, second: tuple[int, int, int]) -> tuple[int, int, int]:
    """Two parts of a route in a row (duration, earliest and latest start), each and both on time."""
    shift = first[0] + gap
    wait = max(second[1] - shift - first[2], 0)
    return shift + second[0] + wait, max(second[1] - shift, first[1]) - wait, min(second[2] - shift, first[2])


@compiled
def refresh(tables: Tables, chain: Chain, slot: int) -> bool:
    """Compute all that is known of the slot's route from its sequence; False when it breaks a rule.

    Costs and hours are not booked here: `count_route` before the change and after it.
    """
    kind, length = chain.route[slot].kind, chain.route[slot].length
    metres, seconds = tables.fleet[kind].dist, tables.fleet[kind].time
    here, before, now = tables.fleet[kind].start, -1, tables.fleet[kind].a
    distance, wishes, doors = 0, 0, 0
    chain.at[slot, 0].place = here
    chain.at[slot, 0].leave = now
    for dim in range(tables.dims):
        chain.carried[slot, dim] = 0
    for column in range(1, length + 1):
        node = chain.at[slot, column].node
        there = tables.node[node].place
        distance += tables.dist[metres, here, there]
        if tables.has_time:
            start = no_sooner(tables, node, now + gap_between(tables, seconds, here, before, node))
            if start >= NEVER:
                return False
            now = start + tables.node[node].service
            chain.at[slot, column].leave = now
        chain.at[slot, column].place = there
        here, before = there, node
        if node < tables.stops:
            chain.stop[node].column = column
            doors += tables.node[node].delivery
            if tables.has_wishes:
                wishes += tables.wish[node, kind]
            for dim in range(tables.dims):
                chain.carried[slot, dim] += tables.load[node, dim]
    end = tables.fleet[kind].end
    chain.at[slot, length + 1].place = end
    home = 0
    if end >= 0:
        distance += tables.dist[metres, here, end]
        home = int(tables.time[seconds, here, end])
    if tables.has_time and now + home > tables.fleet[kind].b:
        return False
    if distance > tables.fleet[kind].max_distance or doors > tables.fleet[kind].max_doors:
        return False
    chain.route[slot].doors, chain.route[slot].metres, chain.route[slot].seconds = doors, distance, 0
    if tables.has_time:
        _backward(tables, chain, slot, home)
    if tables.replayed:
        for column in range(length):
            chain.line[column].candidate = chain.at[slot, column + 1].node
        code, _, duration = replay(tables, chain, kind, length)
        if code != FINE:
            return False
        chain.route[slot].seconds = duration
    elif tables.has_duration:
        _parts(tables, chain, slot, home)
        if chain.route[slot].seconds > tables.fleet[kind].max_duration:
            return False
    chain.route[slot].money = (
        tables.fleet[kind].fixed_cost
        + tables.fleet[kind].per_m * distance
        + tables.fleet[kind].per_s * chain.route[slot].seconds
        + wishes
    )
    return within_hours(tables, chain, kind, chain.route[slot].seconds)


@compiled
def _backward(tables: Tables, chain: Chain, slot: int, home: int) -> None:
    kind, length = chain.route[slot].kind, chain.route[slot].length
    limit = tables.fleet[kind].b
    chain.at[slot, length + 1].latest = limit
    limit -= home
    for column in range(length, 0, -1):
        node = chain.at[slot, column].node
        start = no_later(tables, node, limit - tables.node[node].service)
        chain.at[slot, column].latest = start
        if column > 1:
            limit = start - gap_between(
                tables, tables.fleet[kind].time, chain.at[slot, column - 1].place, chain.at[slot, column - 1].node, node
            )


@compiled
def _parts(tables: Tables, chain: Chain, slot: int, home: int) -> None:
    kind, length = chain.route[slot].kind, chain.route[slot].length
    layer = tables.fleet[kind].time
    shift = (0, int(tables.fleet[kind].a), int(tables.fleet[kind].b))
    part = shift
    _put(chain.ahead, slot, 0, part)
    before = -1
    for column in range(1, length + 1):
        node = chain.at[slot, column].node
        gap = gap_between(tables, layer, chain.at[slot, column - 1].place, before, node)
        part = join(
            part, gap, (int(tables.node[node].service), int(tables.node[node].open_s), int(tables.node[node].close_s))
        )
        _put(chain.ahead, slot, column, part)
        before = node
    chain.route[slot].seconds = join(part, home, shift)[0]
    part, gap = shift, home
    _put(chain.behind, slot, length + 1, part)
    for column in range(length, 0, -1):
        node = chain.at[slot, column].node
        part = join(
            (int(tables.node[node].service), int(tables.node[node].open_s), int(tables.node[node].close_s)), gap, part
        )
        _put(chain.behind, slot, column, part)
        before = chain.at[slot, column - 1].node if column > 1 else -1
        gap = gap_between(tables, layer, chain.at[slot, column - 1].place, before, node)


@compiled
def _put(side: Longs, slot: int, column: int, part: tuple[int, int, int]) -> None:
    side[slot, column, 0], side[slot, column, 1], side[slot, column, 2] = part
