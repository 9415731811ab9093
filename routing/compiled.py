"""The problem as small integers in plain lists: what replay, insertion and explanations compute with.

Nodes number stops first, then pickups. Names appear again only when a route is turned into steps.
"""

from array import array
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from routing.matrix import UNREACHABLE, Matrix
from routing.matrix_on_demand import Rows as RowsOnDemand
from routing.problem import MAX_TIME_S, MUST_PRIZE, Pickup, Problem, RideFrom, Stop, StopKind, Vehicle, Visit, VisitKind
from routing.rules import Rule

ANY_TIME = ((0, 2 * MAX_TIME_S),)
ON_BOARD = -1
"""The pickup of a need whose goods are on board from the start."""

MAX_DENSE_ROWS = 2_500
"""Locations up to which travel computed on demand is put into tables all the same: they are faster to read."""


class Row(Protocol):
    """Seconds or metres from one location, by destination."""

    def __getitem__(self, there: int, /) -> int: ...


class Rows(Protocol):
    """A table of travel, indexed `rows[here][there]`."""

    def __getitem__(self, here: int, /) -> Row: ...


@dataclass(frozen=True, slots=True)
class NodeNeed:
    """A need by numbers: pickup node, load, and the longest time from start of loading to start of service."""

    pickup: int
    load: tuple[int, ...]
    lag_s: int | None
    carried: tuple[tuple[int, int], ...]
    """The load's dimensions that are not zero, with their amounts."""
    from_loaded: bool = False
    """Whether a setup at the pickup, which not every visit has, comes on top of `lag_s`."""

    @classmethod
    def of(cls, pickup: int, load: tuple[int, ...], lag_s: int | None, *, from_loaded: bool = False) -> "NodeNeed":
        """The need, with what follows from it."""
        carried = tuple((dim, amount) for dim, amount in enumerate(load) if amount)
        return cls(pickup, load, lag_s, carried, from_loaded)


class Compiled:
    """Index arrays of one problem; read-only after it is made."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.stop_count = len(problem.stops)
        self.dims = len(problem.dimensions)
        self.cars = list(problem.vehicles)
        self.stops = list(problem.stops)
        places: list[Stop | Pickup] = [*problem.stops, *problem.pickups]
        self.node_count = len(places)
        self.names = [place.id for place in places]
        self.stop_node = {stop.id: node for node, stop in enumerate(problem.stops)}
        self.pickup_node = {pickup.id: self.stop_count + k for k, pickup in enumerate(problem.pickups)}
        self.vehicle_index = {vehicle.id: index for index, vehicle in enumerate(problem.vehicles)}
        self.location = [place.location for place in places]
        self.service = [place.service_s for place in places]
        self.setup = [place.setup_s for place in places]
        self.collects = [
            tuple((dim, amount) for dim, amount in enumerate(stop.collects) if amount) for stop in problem.stops
        ] + [()] * len(problem.pickups)
        """What each stop hands over to the vehicle: dimensions that are not zero, with their amounts."""
        self.opening = [tuple(place.windows) or ANY_TIME for place in places]
        """Windows as stated."""
        self.parking = [stop.parking_s for stop in problem.stops] + [0] * len(problem.pickups)
        buildings: dict[str, int] = {}
        self.building = [
            buildings.setdefault(stop.building, len(buildings)) if stop.building is not None else -1
            for stop in problem.stops
        ] + [-1] * len(problem.pickups)
        self.needs = [self._needs(stop) for stop in problem.stops] + [() for _ in problem.pickups]
        self.deadline = [_deadline(stop) for stop in problem.stops] + [2 * MAX_TIME_S] * len(problem.pickups)
        self.windows = [
            tuple((a, min(b, deadline)) for a, b in windows if a <= deadline)
            for windows, deadline in zip(self.opening, self.deadline, strict=True)
        ]
        """Windows cut at the fixed clocks; may be empty."""
        self.delivery = [stop.kind is StopKind.DELIVERY for stop in problem.stops] + [False] * len(problem.pickups)
        self.unserved_cost = [MUST_PRIZE if stop.prize is None else stop.prize for stop in problem.stops]
        self.siblings = _siblings(problem)
        """The stops of which at most one is served: itself and the others of its choice."""
        self._travel: dict[tuple[str, int], tuple[Rows, Rows]] = {}
        self.travel = [self._rows(vehicle) for vehicle in problem.vehicles]
        """Per vehicle: rows of seconds and rows of metres."""
        self._legs: dict[tuple[str, int], Rows] = {}
        self.leg_costs = [self._leg_costs(vehicle) for vehicle in problem.vehicles]
        """Per vehicle: rows of what a leg costs, and what they are multiplied by."""
        self.preference: list[dict[int, int]] = [{} for _ in problem.vehicles]
        for (stop_id, vehicle_id), cost in problem.preferences.items():
            self.preference[self.vehicle_index[vehicle_id]][self.stop_node[stop_id]] = cost
        self.pin = {self.stop_node[s]: self.vehicle_index[v] for s, v in problem.pins.items()}
        self.prefix: dict[int, list[int]] = {}
        self._bind_prefixes()
        self.shared: list[list[int]] = [[] for _ in problem.vehicles]
        """Per vehicle: the limits with shared hours that it is under."""
        self.peers: list[list[int]] = [[] for _ in problem.vehicles]
        """Per vehicle: the vehicles whose routes must not overlap its own."""
        self._bind_limits()
        self.supply = {
            self.pickup_node[pickup.id]: pickup.supply for pickup in problem.pickups if pickup.supply is not None
        }
        self.multi = [len(windows) > 1 for windows in self.windows]

    def node(self, visit: Visit) -> int:
        """The node of a visit. Raises KeyError for a name that is not in the problem."""
        return self.stop_node[visit.id] if visit.kind is VisitKind.STOP else self.pickup_node[visit.id]

    def visit(self, node: int) -> Visit:
        """The visit of a node."""
        return Visit(VisitKind.STOP if node < self.stop_count else VisitKind.PICKUP, self.names[node])

    def refusal(self, node: int, vehicle: int) -> Rule | None:
        """The first rule, of those that need no clock, that keeps this vehicle from this stop; None: it may go."""
        stop, car = self.stops[node], self.cars[vehicle]
        if car.id in stop.forbidden_vehicles:
            return Rule.BLOCK
        if stop.allowed_vehicles is not None and car.id not in stop.allowed_vehicles:
            return Rule.BLOCK
        if self.pin.get(node, vehicle) != vehicle:
            return Rule.PIN
        if not stop.required_skills <= car.skills:
            return Rule.SKILL
        if stop.crew_size > car.crew_size:
            return Rule.CREW
        for dim in range(self.dims):
            if sum(need.load[dim] for need in self.needs[node]) > car.capacity[dim]:
                return Rule.CAPACITY
        if any(amount > car.capacity[dim] for dim, amount in self.collects[node]):
            return Rule.CAPACITY
        return None

    def in_time(self, node: int, vehicle: int) -> Rule | None:
        """The rule that keeps even a route with this stop alone from being on time (a bound, not a proof)."""
        car = self.cars[vehicle]
        seconds = self.travel[vehicle][0]
        begin, end = car.shift
        reach, rule = begin, Rule.REACH
        if not self.needs[node]:
            reach = begin + seconds[car.start][self.location[node]]
        for need in self.needs[node]:
            source = car.start if need.pickup == ON_BOARD else self.location[need.pickup]
            at = begin
            if need.pickup != ON_BOARD:
                at = begin + seconds[car.start][source]
                opened = next((max(at, a) for a, b in self.windows[need.pickup] if at <= b), None)
                if opened is None:
                    return Rule.NO_VEHICLE if at < UNREACHABLE else Rule.REACH
                at = opened + self.service[need.pickup]
            reach = max(reach, at + seconds[source][self.location[node]])
        if reach >= UNREACHABLE:
            return rule
        home = 0 if car.end is None else seconds[self.location[node]][car.end]
        start = next((max(reach, a) for a, b in self.windows[node] if reach <= b), None)
        if start is None or start + self.service[node] + home > end:
            return Rule.NO_VEHICLE
        return None

    def _needs(self, stop: Stop) -> tuple[NodeNeed, ...]:
        made = []
        for need in stop.needs:
            if need.pickup_id is None:
                made.append(NodeNeed.of(ON_BOARD, need.load, None))
                continue
            lag = need.max_ride_s
            loaded = lag is not None and need.ride_from is RideFrom.LOADED
            if lag is not None and loaded:
                lag += self.problem.pickup(need.pickup_id).service_s
            made.append(NodeNeed.of(self.pickup_node[need.pickup_id], need.load, lag, from_loaded=loaded))
        return tuple(made)

    def _rows(self, vehicle: Vehicle) -> tuple[Rows, Rows]:
        key = (vehicle.profile, vehicle.speed_percent)
        if key not in self._travel:
            matrix = self.problem.matrix(vehicle.profile)
            if not isinstance(matrix, Matrix) and matrix.size > MAX_DENSE_ROWS:
                self._travel[key] = (
                    RowsOnDemand(matrix, speed_percent=vehicle.speed_percent, metres=False),
                    RowsOnDemand(matrix, speed_percent=vehicle.speed_percent, metres=True),
                )
                return self._travel[key]
            base = matrix.durations_s.astype(np.int64)
            scaled = -(-base * 100 // vehicle.speed_percent)
            seconds = np.where(base == UNREACHABLE, UNREACHABLE, scaled)
            self._travel[key] = (
                [array("q", row.tobytes()) for row in seconds],
                [array("q", row.tobytes()) for row in matrix.distances_m.astype(np.int64)],
            )
        return self._travel[key]

    def _leg_costs(self, vehicle: Vehicle) -> tuple[Rows, int]:
        """The metres and their price; the sums with the legs' own costs and 1, where there are such costs."""
        matrix = self.problem.matrix(vehicle.profile)
        if matrix.costs is None:
            return self._rows(vehicle)[1], vehicle.cost_per_m
        key = (vehicle.profile, vehicle.cost_per_m)
        if key not in self._legs:
            costs = matrix.costs.astype(np.int64) + vehicle.cost_per_m * matrix.distances_m.astype(np.int64)
            costs = np.where(matrix.costs == UNREACHABLE, UNREACHABLE, costs)
            self._legs[key] = [array("q", row.tobytes()) for row in costs]
        return self._legs[key], 1

    def _bind_prefixes(self) -> None:
        for vehicle_id, visits in self.problem.fixed_prefix.items():
            nodes = [self.node(visit) for visit in visits]
            self.prefix[self.vehicle_index[vehicle_id]] = nodes
            for node in nodes:
                if node < self.stop_count:
                    self.pin.setdefault(node, self.vehicle_index[vehicle_id])

    def _bind_limits(self) -> None:
        for index, limit in enumerate(self.problem.limits):
            members = sorted(self.vehicle_index[name] for name in limit.vehicle_ids)
            for vehicle in members:
                if limit.max_total_duration_s is not None:
                    self.shared[vehicle].append(index)
                if limit.exclusive:
                    others = (other for other in members if other != vehicle and other not in self.peers[vehicle])
                    self.peers[vehicle].extend(others)


def _siblings(problem: Problem) -> list[tuple[int, ...]]:
    choices: dict[str, list[int]] = {}
    for node, stop in enumerate(problem.stops):
        if stop.choice is not None:
            choices.setdefault(stop.choice, []).append(node)
    return [
        tuple(choices[stop.choice]) if stop.choice is not None else (node,) for node, stop in enumerate(problem.stops)
    ]


def _deadline(stop: Stop) -> int:
    """The latest start of service that the fixed clocks of all needs allow.

    A held clock is `min(clock start, hold_until) + max_ride`: its second half is a fixed deadline too.
    """
    latest = 2 * MAX_TIME_S
    for need in stop.needs:
        if need.latest_start_s is not None:
            latest = min(latest, need.latest_start_s)
        if need.hold_until_s is not None and need.max_ride_s is not None:
            latest = min(latest, need.hold_until_s + need.max_ride_s)
    return latest
