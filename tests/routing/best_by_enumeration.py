"""The least cost there is, by enumerating every route of every vehicle: the truth for at most six stops.

Written apart from the product (only `brute_force` beside it is used, which shares nothing with it either). Exact where
no stop or pickup has a setup, no leg a cost of its own, and the matrix keeps the triangle inequality, so that a visit that supplies nothing never helps, and where no two routes
must not overlap; where they must not, it is a bound from below, for it lets them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from routing import Problem, Stop, Vehicle, Visit, VisitKind
from routing.problem import MUST_PRIZE
from tests.routing import brute_force

MOST_SEQUENCES = 20_000
"""Sequences looked at for one problem before giving up."""

type Front = list[tuple[int, int]]
"""(cost, duration) of routes of which none is better in both."""


class TooManyError(Exception):
    """The problem is too free to be enumerated in reasonable time."""


def least_cost(problem: Problem) -> int:
    """The least total cost of any solution (without two-places-at-once limits). Raises TooManyError."""
    counter = [0]
    states: dict[int, list[tuple[int, int, tuple[int, ...]]]] = {0: [(0, 0, (0,) * len(problem.limits))]}
    for vehicle in problem.vehicles:
        table = _Routes(problem, vehicle, counter).table
        following: dict[int, list[tuple[int, int, tuple[int, ...]]]] = {}
        for mask, labels in states.items():
            for more, front in table.items():
                if mask & more == 0 and _may_stand(problem, mask | more):
                    longer = [_added(problem, vehicle, label, route) for label in labels for route in front]
                    following.setdefault(mask | more, []).extend(label for label in longer if label is not None)
        states = {mask: _undominated(labels) for mask, labels in following.items() if labels}
    return min(
        _left(problem, mask) + cost + problem.balance_weight * longest
        for mask, labels in states.items()
        for cost, longest, _ in labels
    )


def _added(
    problem: Problem, vehicle: Vehicle, label: tuple[int, int, tuple[int, ...]], route: tuple[int, int]
) -> tuple[int, int, tuple[int, ...]] | None:
    cost, longest, hours = label
    spent = tuple(
        total + (route[1] if vehicle.id in limit.vehicle_ids else 0)
        for total, limit in zip(hours, problem.limits, strict=True)
    )
    for total, limit in zip(spent, problem.limits, strict=True):
        if limit.max_total_duration_s is not None and total > limit.max_total_duration_s:
            return None
    return cost + route[0], max(longest, route[1]), spent


def _undominated(labels: list[tuple[int, int, tuple[int, ...]]]) -> list[tuple[int, int, tuple[int, ...]]]:
    kept: list[tuple[int, int, tuple[int, ...]]] = []
    for label in sorted(set(labels)):
        if not any(
            other[1] <= label[1] and all(a <= b for a, b in zip(other[2], label[2], strict=True)) for other in kept
        ):
            kept.append(label)
    return kept


def _stops(problem: Problem, mask: int) -> list[Stop]:
    return [stop for number, stop in enumerate(problem.stops) if mask >> number & 1]


def _may_stand(problem: Problem, mask: int) -> bool:
    """Whether these stops may be served together: one of each choice, and enough at the pickups."""
    served = _stops(problem, mask)
    choices = [stop.choice for stop in served if stop.choice is not None]
    if len(set(choices)) != len(choices):
        return False
    for pickup in problem.pickups:
        for dim in range(len(problem.dimensions) if pickup.supply is not None else 0):
            taken = sum(need.load[dim] for stop in served for need in stop.needs if need.pickup_id == pickup.id)
            if pickup.supply is not None and taken > pickup.supply[dim]:
                return False
    return True


def _left(problem: Problem, mask: int) -> int:
    chosen = {stop.choice for stop in _stops(problem, mask)} - {None}
    prizes: dict[str, int] = {}
    for number, stop in enumerate(problem.stops):
        if not mask >> number & 1 and stop.choice not in chosen:
            prizes[stop.choice or f"stop {number}"] = MUST_PRIZE if stop.prize is None else stop.prize
    return sum(prizes.values())


@dataclass(slots=True)
class _Way:
    """How far a sequence has come: visits, stops by bit, pickups not used yet, metres, busy seconds, earliest time."""

    visits: tuple[Visit, ...]
    mask: int
    idle: frozenset[str]
    metres: int
    busy_s: int
    ready_s: int
    place: int


class _Routes:
    """Every set of stops that one vehicle can serve, with the best routes for it."""

    def __init__(self, problem: Problem, vehicle: Vehicle, counter: list[int]) -> None:
        self.problem, self.vehicle, self.counter = problem, vehicle, counter
        matrix = problem.matrix(vehicle.profile)
        self.seconds = -(-matrix.durations_s.astype(int) * 100 // vehicle.speed_percent)
        self.metres = matrix.distances_m
        self.coupled = bool(problem.balance_weight) or any(
            limit.max_total_duration_s is not None and vehicle.id in limit.vehicle_ids for limit in problem.limits
        )
        self.able = [number for number, stop in enumerate(problem.stops) if self._may_serve(stop)]
        self.again = {pickup.id for pickup in problem.pickups if self._worth_a_reload(pickup.id)}
        self.table: dict[int, Front] = {}
        start = _Way((), 0, frozenset(), 0, 0, vehicle.shift.start_s, vehicle.start)
        way: _Way | None = start
        fixed = tuple(problem.fixed_prefix.get(vehicle.id, ()))
        for visit in fixed:
            way = self._extended(way, visit) if way is not None else None
        if way is None:
            return
        way.idle = frozenset()
        if fixed:
            self._record(way)
        else:
            self.table[0] = [(0, 0)]
        self._search(way)

    def _may_serve(self, stop: Stop) -> bool:
        name = self.vehicle.id
        fixed = {v.id: car for car, visits in self.problem.fixed_prefix.items() for v in visits if v.kind == "stop"}
        return (
            stop.required_skills <= self.vehicle.skills
            and stop.crew_size <= self.vehicle.crew_size
            and name not in stop.forbidden_vehicles
            and (stop.allowed_vehicles is None or name in stop.allowed_vehicles)
            and self.problem.pins.get(stop.id, name) == name
            and fixed.get(stop.id, name) == name
        )

    def _worth_a_reload(self, pickup_id: str) -> bool:
        """Only a ride clock, or too little room for everything at once, asks for a second loading."""
        stops = [self.problem.stops[number] for number in self.able]
        if any(need.pickup_id == pickup_id and need.max_ride_s is not None for stop in stops for need in stop.needs):
            return True
        return any(
            sum(need.load[dim] for stop in stops for need in stop.needs) > room
            for dim, room in enumerate(self.vehicle.capacity)
        )

    def _search(self, way: _Way) -> None:
        for visit in self._next(way):
            self.counter[0] += 1
            if self.counter[0] > MOST_SEQUENCES:
                raise TooManyError
            longer = self._extended(way, visit)
            if longer is None:
                continue
            if visit.kind is VisitKind.STOP and not longer.idle:
                self._record(longer)
            self._search(longer)

    def _next(self, way: _Way) -> Iterator[Visit]:
        open_stops = [number for number in self.able if not way.mask >> number & 1]
        been = {visit.id for visit in way.visits if visit.kind is VisitKind.PICKUP}
        for number in open_stops:
            stop = self.problem.stops[number]
            if all(need.pickup_id is None or need.pickup_id in been for need in stop.needs):
                yield Visit(VisitKind.STOP, stop.id)
        wanted = {need.pickup_id for number in open_stops for need in self.problem.stops[number].needs}
        for name in sorted(name for name in wanted if name is not None):
            if name not in way.idle and (name not in been or name in self.again):
                yield Visit(VisitKind.PICKUP, name)

    def _extended(self, way: _Way, visit: Visit) -> _Way | None:
        """The way with one more visit, None when no continuation can keep the rules."""
        problem, visits = self.problem, (*way.visits, visit)
        place = brute_force.place_of(problem, visit)
        gap = int(self.seconds[way.place, place]) + brute_force.parking_at(problem, visits, len(visits) - 1)
        service = brute_force.stay_at(problem, self.vehicle, visits, len(visits) - 1)
        at = way.ready_s + gap
        opened = [max(at, begin) for begin, end in brute_force.windows_of(problem, visit) if at <= end]
        metres, busy = way.metres + int(self.metres[way.place, place]), way.busy_s + gap + service
        car = self.vehicle
        if not opened or min(opened) + service > car.shift.end_s:
            return None
        if car.max_distance_m is not None and metres > car.max_distance_m:
            return None
        if car.max_duration_s is not None and busy > car.max_duration_s:
            return None
        mask, idle = way.mask, way.idle
        if visit.kind is VisitKind.PICKUP:
            idle |= {visit.id}
        else:
            stop = problem.stop(visit.id)
            mask |= 1 << problem.stops.index(stop)
            idle -= {need.pickup_id for need in stop.needs if need.pickup_id is not None}
            sources = brute_force.sources_of(problem, car, visits)
            if sources is None or not brute_force.loads_fit(problem, car, visits, sources):
                return None
        return _Way(visits, mask, idle, metres, busy, min(opened) + service, place)

    def _record(self, way: _Way) -> None:
        car, front = self.vehicle, self.table.setdefault(way.mask, [])
        home_m = 0 if car.end is None else int(self.metres[way.place, car.end])
        home_s = 0 if car.end is None else int(self.seconds[way.place, car.end])
        served = [visit.id for visit in way.visits if visit.kind is VisitKind.STOP]
        liked = sum(self.problem.preferences.get((stop_id, car.id), 0) for stop_id in served)
        basis = car.fixed_cost + car.cost_per_m * (way.metres + home_m) + liked
        if not self._is_new(front, (basis + car.cost_per_s * (way.busy_s + home_s), way.busy_s + home_s)):
            return
        duration = brute_force.least_duration(self.problem, car, way.visits)
        if duration is None:
            return
        route = (basis + car.cost_per_s * duration, duration)
        if self._is_new(front, route):
            front[:] = [old for old in front if not (route[0] <= old[0] and (route[1] <= old[1] or not self.coupled))]
            front.append(route)

    def _is_new(self, front: Front, route: tuple[int, int]) -> bool:
        return not any(old[0] <= route[0] and (old[1] <= route[1] or not self.coupled) for old in front)
