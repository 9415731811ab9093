"""From a problem's lists to the kernel's arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.compiled import ON_BOARD, Compiled
from routing.kernel.compiling import NEVER, Bytes, Longs, Records, Shorts
from routing.kernel.kin import kin
from routing.kernel.neighbours import best_met, nearest
from routing.kernel.tables import KIND, NEED, NODE, WINDOW, Tables
from routing.matrix import UNREACHABLE
from routing.matrix_on_demand import AnyMatrix
from routing.problem import Vehicle

NEAR = 100
"""Neighbours kept for each stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fleet:
    """Which vehicles are alike, and which limits with shared hours can bind."""

    kind_of: list[int]
    members: list[list[int]]
    limits: list[tuple[frozenset[int], int]]


def pack(world: Compiled) -> tuple[Tables, Fleet]:
    """The arrays of a problem that fits, and what its kinds of vehicles mean."""
    allowed, wish = _who_may(world)
    fleet = _fleet(world, allowed, wish)
    firsts = [members[0] for members in fleet.members]
    cars = [world.cars[first] for first in firsts]
    dist, time, dist_of, time_of = _matrices(world, cars)
    place = _shorts(world.location)
    flat = [need for each in world.needs[: world.stop_count] for need in each]
    load = _loads(world)
    windows = [each or ((0, 0),) for each in world.windows]
    has_multi = any(len(each) > 1 for each in windows)
    has_duration = any(car.cost_per_s or car.max_duration_s is not None for car in cars) or bool(fleet.limits)
    limit_from, limit_of = _ragged([[k for k, (who, _) in enumerate(fleet.limits) if first in who] for first in firsts])
    room = np.array([car.capacity for car in cars], dtype=np.int64).reshape(len(cars), world.dims)
    bigger, akin = kin(world, fleet.members, allowed=allowed, wish=wish, load=load, room=room)
    bigger_from, bigger_of = _ragged(bigger)
    akin_from, akin_of = _ragged(akin)
    groups, group_count = _groups(world)
    picked_up = any(need.pickup != ON_BOARD for need in flat)
    replayed = picked_up or (has_multi and has_duration) or bool(world.prefix)
    nodes = _node_rows(world, windows, groups, load, room, dist[dist_of[0], cars[0].start])
    has_time = replayed or _time_binds(world, cars, time, room, load)  # replays are pruned by times
    close = nearest(dist[dist_of[0]], place, world.stop_count, NEAR)
    near = best_met(time[time_of[0]], place, nodes, world.stop_count, NEAR) if has_time else close
    tables = Tables(
        stops=world.stop_count,
        pickups=len(world.problem.pickups),
        dims=world.dims,
        kinds=len(cars),
        groups=group_count,
        has_time=has_time,
        has_duration=has_duration,
        has_multi=has_multi,
        has_wishes=bool(world.problem.preferences),
        replayed=replayed,
        dist=dist,
        time=time,
        node=nodes,
        window=_records(WINDOW, *zip(*(window for each in windows for window in each), strict=True)),
        need=_records(
            NEED,
            [-1 if need.pickup == ON_BOARD else need.pickup - world.stop_count for need in flat],
            [-1 if need.lag_s is None else need.lag_s for need in flat],
        ),
        fleet=_kind_rows(world, cars, (dist_of, time_of), (limit_from, bigger_from, akin_from)),
        load=load,
        need_load=np.array([need.load for need in flat], dtype=np.int64).reshape(len(flat), world.dims),
        capacity=room,
        limit_of=limit_of,
        limit_max=_longs([most for _, most in fleet.limits]),
        supply=_supply(world),
        allowed=np.ascontiguousarray(allowed[:, firsts]),
        wish=np.ascontiguousarray(wish[:, firsts]) if world.problem.preferences else np.zeros((1, 1), dtype=np.int64),
        near=near,
        close=close,
        bigger=bigger_of,
        akin=akin_of,
    )
    return tables, fleet


def _loads(world: Compiled) -> Longs:
    """All needs of each stop together."""
    load = np.zeros((world.stop_count, world.dims), dtype=np.int64)
    for node in range(world.stop_count):
        for need in world.needs[node]:
            load[node] += np.array(need.load, dtype=np.int64)  # an empty row would be of floats
    return load


def _node_rows(
    world: Compiled,
    windows: list[tuple[tuple[int, int], ...]],
    groups: list[int],
    load: Longs,
    room: Longs,
    metres_from_start: npt.NDArray[np.int32],
) -> Records:
    pickups = [0] * len(world.problem.pickups)
    window_ends = np.cumsum([0, *(len(each) for each in windows)])
    need_ends = np.cumsum([0, *(len(each) for each in world.needs)])
    return _records(
        NODE,
        world.location,
        world.service,
        world.parking,
        world.building,
        [each[0][0] for each in windows],
        [each[-1][1] for each in windows],
        window_ends[:-1],
        window_ends[1:],
        world.delivery,
        need_ends[:-1],
        need_ends[1:],
        [*world.unserved_cost, *pickups],
        [*groups, *pickups],
        metres_from_start[world.location],
        [*_bulk(load, room).tolist(), *pickups],
    )


def _kind_rows(
    world: Compiled, cars: list[Vehicle], layers: tuple[list[int], list[int]], froms: tuple[Shorts, ...]
) -> Records:
    is_priced = [world.problem.matrix(car.profile).costs is not None for car in cars]
    dist_of, time_of = layers
    return _records(
        KIND,
        dist_of,
        time_of,
        [car.start for car in cars],
        [-1 if car.end is None else car.end for car in cars],
        [car.shift.start_s for car in cars],
        [car.shift.end_s for car in cars],
        [car.fixed_cost for car in cars],
        [1 if priced else car.cost_per_m for car, priced in zip(cars, is_priced, strict=True)],
        [car.cost_per_s for car in cars],
        [_bound(car.max_stops) for car in cars],
        [_bound(car.max_duration_s) for car in cars],
        [_bound(car.max_distance_m) for car in cars],
        *(side for each in froms for side in (each[:-1], each[1:])),
    )


def _records(kind: np.dtype[np.void], *columns: Sequence[int] | npt.NDArray[Any]) -> Records:
    """Rows from columns in the order of the kind's fields."""
    rows = np.zeros(len(columns[0]), dtype=kind)
    for name, column in zip(kind.names or (), columns, strict=True):
        rows[name] = column
    return rows


def _longs(values: list[int]) -> Longs:
    return np.array(values, dtype=np.int64)


def _shorts(values: list[int]) -> Shorts:
    return np.array(values, dtype=np.int32)


def _bound(value: int | None) -> int:
    return NEVER if value is None else value


def _ragged(lists: list[list[int]]) -> tuple[Shorts, Shorts]:
    """Where each list begins in the joined one (one longer than the lists), and the joined one."""
    ends = np.cumsum([0, *(len(each) for each in lists)], dtype=np.int32)
    return ends, _shorts([item for each in lists for item in each])


def _who_may(world: Compiled) -> tuple[Bytes, Longs]:
    """Per stop and vehicle: whether it may serve the stop at all, and what is felt about it."""
    stops, cars = world.stop_count, len(world.cars)
    allowed = np.zeros((stops, cars), dtype=np.uint8)
    wish = np.zeros((stops, cars) if world.problem.preferences else (1, 1), dtype=np.int64)
    known: dict[tuple[object, ...], int] = {}
    pinned = set(world.pin.values())
    named: set[str] = set()
    for stop in world.stops:
        named |= stop.forbidden_vehicles | (stop.allowed_vehicles or frozenset())
    open_nodes = np.array([bool(world.windows[node]) for node in range(stops)])
    for vehicle, car in enumerate(world.cars):
        alike = (car.skills, car.crew_size, car.capacity)
        special = vehicle in pinned or car.id in named
        if not special and alike in known:
            allowed[:, vehicle] = allowed[:, known[alike]]
            continue
        allowed[:, vehicle] = [world.refusal(node, vehicle) is None for node in range(stops)]
        allowed[~open_nodes, vehicle] = 0
        if not special:
            known[alike] = vehicle
    for vehicle, likes in enumerate(world.preference):
        for node, cost in likes.items():
            wish[node, vehicle] = cost
    return allowed, wish


def _fleet(world: Compiled, allowed: Bytes, wish: Longs) -> Fleet:
    limits = []
    for limit in world.problem.limits:
        who = frozenset(world.vehicle_index[name] for name in limit.vehicle_ids)
        shifts = [world.cars[vehicle].shift for vehicle in who]
        most = limit.max_total_duration_s
        if most is not None and most < sum(shift.end_s - shift.start_s for shift in shifts):
            limits.append((who, most))
    kinds: dict[tuple[object, ...], int] = {}
    kind_of: list[int] = []
    members: list[list[int]] = []
    for vehicle, car in enumerate(world.cars):
        key = (
            *_likeness(car),
            allowed[:, vehicle].tobytes(),
            wish[:, vehicle].tobytes() if world.preference[vehicle] else b"",
            tuple(k for k, (who, _) in enumerate(limits) if vehicle in who),
            vehicle if world.prefix.get(vehicle) else -1,
        )
        kind = kinds.setdefault(key, len(kinds))
        if kind == len(members):
            members.append([])
        members[kind].append(vehicle)
        kind_of.append(kind)
    return Fleet(kind_of=kind_of, members=members, limits=limits)


def _likeness(car: Vehicle) -> tuple[object, ...]:
    return (
        car.profile, car.speed_percent, car.start, car.end, car.shift, car.capacity, car.fixed_cost, car.cost_per_m,
        car.cost_per_s, car.max_stops, car.max_duration_s, car.max_distance_m,
    )  # fmt: skip


def _matrices(world: Compiled, cars: list[Vehicle]) -> tuple[Shorts, Shorts, list[int], list[int]]:
    """Layers of metres (or of what legs cost) and of seconds, and which layer each kind of vehicle uses."""
    rates = {car.profile: car.cost_per_m for car in cars}
    profiles = list(rates)
    speeds = list(dict.fromkeys((car.profile, car.speed_percent) for car in cars))
    metres = np.stack([_measured(world.problem.matrix(profile), rate) for profile, rate in rates.items()])
    layers = []
    for profile, percent in speeds:
        base = world.problem.matrix(profile).durations_s
        if percent == 100:
            layers.append(base)
            continue
        scaled = -(-base.astype(np.int64) * 100 // percent)
        layers.append(np.where(base == UNREACHABLE, UNREACHABLE, np.minimum(scaled, UNREACHABLE)).astype(np.int32))
    return (
        np.ascontiguousarray(metres), np.ascontiguousarray(np.stack(layers)),
        [profiles.index(car.profile) for car in cars],
        [speeds.index((car.profile, car.speed_percent)) for car in cars],
    )  # fmt: skip


def _measured(matrix: AnyMatrix, rate: int) -> npt.NDArray[np.int32]:
    """What the search adds up on the way: metres, or where legs have costs of their own, these and the price of the metres."""
    if matrix.costs is None:
        return matrix.distances_m
    priced = matrix.costs + rate * matrix.distances_m.astype(np.int64)
    whole: npt.NDArray[np.int32] = np.where(matrix.costs == UNREACHABLE, UNREACHABLE, priced).astype(np.int32)
    return whole


def _time_binds(world: Compiled, cars: list[Vehicle], time: Shorts, room: Longs, load: Longs) -> bool:
    """Whether anything but capacity can end a route: False only when that is certain."""
    if any(len(each) != 1 or each[0][0] > 0 for each in world.windows):
        return True
    if any(car.max_duration_s is not None or car.cost_per_s for car in cars) or world.problem.limits:
        return True
    longest = world.stop_count
    for dim in range(world.dims):
        filling = np.cumsum(np.sort(load[:, dim]))
        longest = min(longest, int(np.searchsorted(filling, room[:, dim].max(), side="right")))
    slow = int(time.max()) + max((*world.service, 0)) + max((*world.parking, 0))
    latest = min(each[-1][1] for each in world.windows)
    return any(car.shift.start_s + (longest + 1) * slow > min(car.shift.end_s, latest) for car in cars)


def _groups(world: Compiled) -> tuple[list[int], int]:
    numbers: dict[int, int] = {}
    groups = [-1] * world.stop_count
    for node in range(world.stop_count):
        if world.stops[node].choice is not None:
            groups[node] = numbers.setdefault(world.siblings[node][0], len(numbers))
    return groups, len(numbers)


def _supply(world: Compiled) -> Longs:
    supply = np.full((len(world.problem.pickups), world.dims), NEVER, dtype=np.int64)
    for node, most in world.supply.items():
        supply[node - world.stop_count] = most
    return supply


def _bulk(load: Longs, room: Longs) -> Longs:
    if not load.shape[1]:
        return np.zeros(len(load), dtype=np.int64)
    shares: Longs = (load * 1_000_000 // np.maximum(room.max(axis=0), 1)).max(axis=1)
    return shares
