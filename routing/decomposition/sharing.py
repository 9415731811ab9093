"""What parts may use of what they share: hours under one limit, the supply of one pickup."""

from collections.abc import Mapping, Sequence

from routing.compiled import Compiled
from routing.decomposition.part import Cut, shared_out
from routing.decomposition.state import State

type Rough = tuple[Sequence[int], Sequence[int]]
"""The stops and the vehicles of a part to be."""


def share_out(world: Compiled, state: State, parts: Sequence[Rough], hours: Mapping[int, int]) -> list[Cut]:
    """The parts with their shares: what each uses now, and of what is left as much as it could need.

    `hours` is the master's wish per vehicle, in seconds; without one, hours left go where most stops are open.
    """
    of_hours = _hours(world, state, parts, hours)
    of_supply = _supply(world, state, parts)
    return [
        Cut(
            stops=tuple(sorted(stops)), vehicles=tuple(sorted(vehicles)), hours=of_hours[number],
            supply=of_supply[number],
        )
        for number, (stops, vehicles) in enumerate(parts)
    ]  # fmt: skip


def _hours(
    world: Compiled, state: State, parts: Sequence[Rough], wishes: Mapping[int, int]
) -> list[dict[int, int]]:  # fmt: skip
    given: list[dict[int, int]] = [{} for _ in parts]
    open_stops = [sum(state.served_sibling(node) is None for node in stops) for stops, _ in parts]
    part_of = {vehicle: number for number, (_, vehicles) in enumerate(parts) for vehicle in vehicles}
    for index, limit in enumerate(world.problem.limits):
        if limit.max_total_duration_s is None:
            continue
        members = [world.vehicle_index[name] for name in limit.vehicle_ids]
        inside: dict[int, list[int]] = {}
        for vehicle in sorted(members):
            if vehicle in part_of:
                inside.setdefault(part_of[vehicle], []).append(vehicle)
        left = limit.max_total_duration_s - state.hours(members)
        weights = [sum(wishes.get(v, 0) for v in mine) for mine in inside.values()]
        if not any(weights):
            best = max(inside, key=lambda part: (open_stops[part], -part), default=-1)
            weights = [int(part == best) for part in inside]
        for (part, mine), (extra,) in zip(inside.items(), shared_out((left,), weights), strict=True) if inside else ():
            given[part][index] = state.hours(mine) + extra
    return given


def _supply(world: Compiled, state: State, parts: Sequence[Rough]) -> list[dict[str, tuple[int, ...]]]:
    given: list[dict[str, tuple[int, ...]]] = [{} for _ in parts]
    if not world.supply:
        return given
    taken = state.taken(state.where)
    used = [state.taken(stops) for stops, _ in parts]
    wanted = [state.wanted(stops) for stops, _ in parts]
    needed = [{need.pickup for node in stops for need in world.needs[node]} for stops, _ in parts]
    none = [0] * world.dims
    for pickup, whole in world.supply.items():
        inside = [part for part in range(len(parts)) if pickup in needed[part]]
        if not inside:
            continue
        left = tuple(a - b for a, b in zip(whole, taken.get(pickup, none), strict=True))
        weights = [sum(wanted[part].get(pickup, none)) for part in inside]
        for part, extra in zip(inside, shared_out(left, weights), strict=True):
            mine = used[part].get(pickup, none)
            given[part][world.names[pickup]] = tuple(a + b for a, b in zip(mine, extra, strict=True))
    return given
