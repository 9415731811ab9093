"""Which kinds of vehicles may take over routes of which others."""

from routing.compiled import Compiled
from routing.kernel.compiling import Bytes, Longs
from routing.problem import Vehicle

Lists = list[list[int]]


def kin(
    world: Compiled, members: list[list[int]], *, allowed: Bytes, wish: Longs, load: Longs, room: Longs
) -> tuple[Lists, Lists]:
    """For each kind: those like it in all but room and price, and those that may take over some of its routes.

    `members`: the vehicles of each kind. `allowed`, `wish`: a column for each vehicle. `load`: of each stop.
    `room`: of each kind.
    """
    cars = [world.cars[each[0]] for each in members]
    limits = [tuple(sorted(world.shared[each[0]])) for each in members]
    travel: dict[tuple[object, ...], list[int]] = {}
    for kind, car in enumerate(cars):
        if not world.prefix.get(members[kind][0]):
            travel.setdefault((car.profile, car.speed_percent, car.cost_per_s), []).append(kind)
    bigger: Lists = [[] for _ in cars]
    akin: Lists = [[] for _ in cars]
    for group in travel.values():
        twins: dict[tuple[object, ...], list[int]] = {}
        for kind in group:
            akin[kind] = [other for other in group if other != kind]
            twins.setdefault((*_way(cars[kind]), limits[kind]), []).append(kind)
        for some in twins.values():
            for kind in some:
                bigger[kind] = [
                    other
                    for other in some
                    if other != kind
                    and (room[other] > room[kind]).any()
                    and _may_replace(members[kind][0], members[other][0], allowed, wish, load, room[other])
                ]
    return bigger, akin


def _way(car: Vehicle) -> tuple[object, ...]:
    return (car.start, car.end, car.shift, car.max_stops, car.max_duration_s, car.max_distance_m)


def _may_replace(vehicle: int, other: int, allowed: Bytes, wish: Longs, load: Longs, room: Longs) -> bool:
    """Whether the other may serve whatever the vehicle may, stops that are too big for it aside, at the same wish."""
    too_big = (load > room).any(axis=1)
    may = bool(((allowed[:, other] == 1) | too_big | (allowed[:, vehicle] == 0)).all())
    return may and (wish.shape[1] == 1 or bool((wish[:, vehicle] == wish[:, other]).all()))
