"""The cheapest place for one stop whose goods are on board: every place is judged in constant time."""

from routing.kernel.chain import AT, DELTA, FULL, KIND, LOOK, SLOT, USED, WORTH, Chain
from routing.kernel.compiling import NEVER, compiled
from routing.kernel.dice import roll
from routing.kernel.replay import no_sooner
from routing.kernel.routes import gap_between, join, open_slot, within_hours
from routing.kernel.tables import Tables


@compiled
def may_join(tables: Tables, chain: Chain, stop: int, slot: int) -> int:
    """The kind with which the slot's route can take the stop, as far as skills, blocks, doors and room tell; -1: none.

    Its own kind where that has room (for all on board at once), else the one that costs least more.
    """
    kind = chain.route[slot].kind
    if chain.route[slot].doors + tables.node[stop].delivery > tables.fleet[kind].max_doors:
        return -1
    if chain.route[slot].length + 3 > chain.at.shape[1]:
        chain.num[FULL] = 1
        return -1
    if tables.allowed[stop, kind] and (tables.replayed or _has_room(tables, chain, stop, slot, kind)):
        return int(kind)
    if tables.replayed or chain.route[slot].fixed > 0:
        return -1
    best, least = -1, NEVER
    for index in range(tables.fleet[kind].bigger_from, tables.fleet[kind].bigger_to):
        other = tables.bigger[index]
        if chain.free[other] > 0 and tables.allowed[stop, other]:
            extra = dearer(tables, chain, slot, other)
            if extra < least and _has_room(tables, chain, stop, slot, other):
                best, least = int(other), extra
    return best


@compiled
def dearer(tables: Tables, chain: Chain, slot: int, kind: int) -> int:
    """What the slot's route costs more with that kind, for the same way."""
    mine = chain.route[slot].kind
    extra = tables.fleet[kind].fixed_cost - tables.fleet[mine].fixed_cost
    return int(extra + (tables.fleet[kind].per_m - tables.fleet[mine].per_m) * chain.route[slot].metres)


@compiled
def _has_room(tables: Tables, chain: Chain, stop: int, slot: int, kind: int) -> bool:
    for dim in range(tables.dims):
        if chain.carried[slot, dim] + tables.load[stop, dim] > tables.capacity[kind, dim]:
            return False
    return True


@compiled
def find_place(tables: Tables, chain: Chain, stop: int, near: int, blink: float) -> bool:
    """Write the cheapest place to `Chain.found`; False when none costs less than leaving the stop out.

    `near` above 0: only beside that many neighbours (and in new routes).
    """
    blank = chain.route.shape[0] - 1
    best = int(tables.node[stop].prize * chain.num[WORTH])
    chain.found[SLOT] = -1
    chain.num[LOOK] += 1
    look = 2 * chain.num[LOOK]
    place, service = tables.node[stop].place, tables.node[stop].service
    known = near if near > 0 else chain.num[USED]
    for source in range(known + tables.kinds):
        slot, first, last, fixed_cost = blank, 1, 1, 0
        if source >= known:
            kind = source - known
            if chain.free[kind] == 0 or not tables.allowed[stop, kind]:
                continue
            fixed_cost = int(tables.fleet[kind].fixed_cost)
            if fixed_cost >= best:
                continue
            open_slot(tables, chain, blank, kind)
        elif near > 0:
            other = tables.near[stop, source]
            slot = chain.stop[other].where
            if slot < 0:
                continue
            if chain.route[slot].looked < look:
                chain.route[slot].looked = look
                chain.route[slot].joins = may_join(tables, chain, stop, slot)
            kind = chain.route[slot].joins
            if kind < 0:
                continue
            first = chain.stop[other].column
            last = first + 1
        else:
            slot = chain.route[source].used
            kind = may_join(tables, chain, stop, slot)
            if kind < 0:
                continue
            last = chain.route[slot].length + 1
        if kind != chain.route[slot].kind:
            fixed_cost = dearer(tables, chain, slot, kind)
            if fixed_cost >= best:
                continue
        metres, seconds = tables.fleet[kind].dist, tables.fleet[kind].time
        per_m, per_s = tables.fleet[kind].per_m, tables.fleet[kind].per_s
        if tables.has_wishes:
            fixed_cost += int(tables.wish[stop, kind])
        for column in range(first, last + 1):
            here, there = chain.at[slot, column - 1].place, chain.at[slot, column].place
            added = int(tables.dist[metres, here, place])
            if there >= 0:
                added += tables.dist[metres, place, there] - tables.dist[metres, here, there]
            cost = fixed_cost + per_m * added
            if cost >= best and per_s == 0:
                continue
            if chain.route[slot].metres + added > tables.fleet[kind].max_distance:
                continue
            if tables.has_time:
                before = chain.at[slot, column - 1].node if column > 1 else -1
                gap = gap_between(tables, seconds, here, before, stop)
                start = no_sooner(tables, stop, chain.at[slot, column - 1].leave + gap)
                if start >= NEVER:
                    continue
                after = 0
                if column <= chain.route[slot].length:
                    after = gap_between(tables, seconds, place, stop, chain.at[slot, column].node)
                elif there >= 0:
                    after = int(tables.time[seconds, place, there])
                if start + service + after > chain.at[slot, column].latest:
                    continue
                if tables.has_duration:
                    ahead = chain.ahead[slot, column - 1]
                    behind = chain.behind[slot, column]
                    part = join(
                        (ahead[0], ahead[1], ahead[2]),
                        gap,
                        (service, tables.node[stop].open_s, tables.node[stop].close_s),
                    )
                    duration = join(part, after, (behind[0], behind[1], behind[2]))[0]
                    if duration > tables.fleet[kind].max_duration:
                        continue
                    cost += per_s * (duration - chain.route[slot].seconds)
                    if cost >= best or not within_hours(tables, chain, kind, duration - chain.route[slot].seconds):
                        continue
            if roll(chain.dice) < blink:
                continue
            best = int(cost)
            chain.found[SLOT], chain.found[AT], chain.found[DELTA], chain.found[KIND] = slot, column, cost, kind
    return bool(chain.found[SLOT] >= 0)
