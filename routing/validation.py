"""The door of the problem: every rule of shape, each refusal naming its subject."""

from collections.abc import Iterable

from routing.errors import ProblemError
from routing.problem import (
    MAX_COST,
    MAX_TIME_S,
    Break,
    Need,
    Pickup,
    Problem,
    Stop,
    Vehicle,
    VehicleLimit,
    VisitKind,
    Window,
)

MAX_QUANTITY = 10**9
"""The largest element of a load, a supply or a capacity."""
MAX_BREAKS = 8
"""Breaks of one vehicle."""
MAX_ITEMS = 100_000
"""Stops, pickups, and vehicles, of one problem, each; and its locations."""
MAX_DIMENSIONS = 32
"""Dimensions of loads."""


def validate(problem: Problem) -> None:
    """Raise ProblemError for the first rule of shape that the problem breaks."""
    if not problem.matrices:
        raise ProblemError("problem", "needs at least one matrix")
    if len({matrix.size for matrix in problem.matrices}) > 1:
        raise ProblemError("problem", "its matrices differ in size")
    for name, count in (
        ("stops", len(problem.stops)), ("pickups", len(problem.pickups)), ("vehicles", len(problem.vehicles)),
        ("locations", problem.size),
    ):  # fmt: skip
        if count > MAX_ITEMS:
            raise ProblemError("problem", f"has {count} {name}; {MAX_ITEMS} at most are planned at once")
    if len(problem.dimensions) > MAX_DIMENSIONS:
        raise ProblemError("problem", f"has {len(problem.dimensions)} dimensions, at most {MAX_DIMENSIONS} are allowed")
    _unique("matrix", (matrix.profile for matrix in problem.matrices))
    _unique("dimension", problem.dimensions)
    _unique("vehicle", (vehicle.id for vehicle in problem.vehicles))
    _unique("stop", (stop.id for stop in problem.stops))
    _unique("pickup", (pickup.id for pickup in problem.pickups))
    _unique("limit", (limit.id for limit in problem.limits))
    for pickup in problem.pickups:
        _check_pickup(problem, pickup)
    for stop in problem.stops:
        _check_stop(problem, stop)
    for vehicle in problem.vehicles:
        _check_vehicle(problem, vehicle)
    for limit in problem.limits:
        _check_limit(problem, limit)
    _check_choices(problem)
    _check_wishes(problem)


def _check_pickup(problem: Problem, pickup: Pickup) -> None:
    subject = f"pickup {pickup.id}"
    _place(problem, pickup.location, subject)
    _windows(pickup.windows, subject)
    _amount(pickup.service_s, subject, "service_s", MAX_TIME_S)
    _amount(pickup.setup_s, subject, "setup_s", MAX_TIME_S)
    if pickup.supply is not None:
        _vector(problem, pickup.supply, subject, "supply")


def _check_stop(problem: Problem, stop: Stop) -> None:
    subject = f"stop {stop.id}"
    _place(problem, stop.location, subject)
    _windows(stop.windows, subject)
    _amount(stop.service_s, subject, "service_s", MAX_TIME_S)
    _amount(stop.setup_s, subject, "setup_s", MAX_TIME_S)
    _amount(stop.parking_s, subject, "parking_s", MAX_TIME_S)
    if stop.collects:
        _vector(problem, stop.collects, subject, "collects")
    _amount(stop.crew_size, subject, "crew_size", 1000)
    if stop.prize is not None:
        _amount(stop.prize, subject, "prize", MAX_COST)
    for need in stop.needs:
        _check_need(problem, need, subject)
    names = [need.pickup_id for need in stop.needs]
    if len(set(names)) != len(names):
        raise ProblemError(subject, "has two needs from one pickup; state them as one")
    for vehicle_id in (stop.allowed_vehicles or frozenset()) | stop.forbidden_vehicles:
        if not problem.has_vehicle(vehicle_id):
            raise ProblemError(subject, f"names vehicle {vehicle_id}, which is not in the problem")


def _check_need(problem: Problem, need: Need, subject: str) -> None:
    if need.pickup_id is not None and not problem.has_pickup(need.pickup_id):
        raise ProblemError(subject, f"needs pickup {need.pickup_id}, which is not in the problem")
    _vector(problem, need.load, subject, "load")
    for name, value in (
        ("latest_start_s", need.latest_start_s),
        ("max_ride_s", need.max_ride_s),
        ("hold_until_s", need.hold_until_s),
    ):
        if value is not None:
            _amount(value, subject, name, MAX_TIME_S)
    if need.hold_until_s is not None and need.max_ride_s is None:
        raise ProblemError(subject, "has hold_until_s without max_ride_s")
    if need.pickup_id is None and need.max_ride_s is not None:
        raise ProblemError(subject, "has max_ride_s for goods that no pickup loads")


def _check_vehicle(problem: Problem, vehicle: Vehicle) -> None:
    subject = f"vehicle {vehicle.id}"
    if vehicle.profile not in {matrix.profile for matrix in problem.matrices}:
        raise ProblemError(subject, f"travels by {vehicle.profile}, for which there is no matrix")
    _place(problem, vehicle.start, subject)
    if vehicle.end is not None:
        _place(problem, vehicle.end, subject)
    _windows((vehicle.shift,), subject)
    _vector(problem, vehicle.capacity, subject, "capacity")
    _amount(vehicle.crew_size, subject, "crew_size", 1000)
    for name, value in (
        ("max_stops", vehicle.max_stops),
        ("max_duration_s", vehicle.max_duration_s),
        ("max_distance_m", vehicle.max_distance_m),
        ("max_travel_s", vehicle.max_travel_s),
        ("fixed_cost", vehicle.fixed_cost),
        ("cost_per_m", vehicle.cost_per_m),
        ("cost_per_s", vehicle.cost_per_s),
    ):
        if value is not None:
            _amount(value, subject, name, MAX_COST)
    if vehicle.cost_per_m > 10_000 or vehicle.cost_per_s > 10_000:
        raise ProblemError(subject, "costs per metre and per second may be at most 10000")
    if type(vehicle.speed_percent) is not int or not 1 <= vehicle.speed_percent <= 1000:
        raise ProblemError(subject, "speed_percent must lie between 1 and 1000")
    if len(vehicle.breaks) > MAX_BREAKS:
        raise ProblemError(subject, f"has {len(vehicle.breaks)} breaks, at most {MAX_BREAKS} are allowed")
    _unique(f"{subject}: break", (rest.id for rest in vehicle.breaks))
    for rest in vehicle.breaks:
        _check_break(problem, rest, f"break {rest.id} of {subject}")


def _check_break(problem: Problem, rest: Break, subject: str) -> None:
    _windows(rest.windows, subject)
    _amount(rest.service_s, subject, "service_s", MAX_TIME_S)
    if rest.max_load is not None:
        _vector(problem, rest.max_load, subject, "max_load")


def _check_limit(problem: Problem, limit: VehicleLimit) -> None:
    subject = f"limit {limit.id}"
    for vehicle_id in limit.vehicle_ids:
        if not problem.has_vehicle(vehicle_id):
            raise ProblemError(subject, f"names vehicle {vehicle_id}, which is not in the problem")
    if limit.max_total_duration_s is not None:
        _amount(limit.max_total_duration_s, subject, "max_total_duration_s", MAX_COST)


def _check_choices(problem: Problem) -> None:
    prizes: dict[str, int | None] = {}
    for stop in problem.stops:
        if stop.choice is not None and prizes.setdefault(stop.choice, stop.prize) != stop.prize:
            raise ProblemError(f"stop {stop.id}", f"has another prize than the other stops of choice {stop.choice}")


def _check_wishes(problem: Problem) -> None:
    _amount(problem.balance_weight, "problem", "balance_weight", 10_000)
    for (stop_id, vehicle_id), cost in problem.preferences.items():
        if not problem.has_stop(stop_id) or not problem.has_vehicle(vehicle_id):
            raise ProblemError(f"preference {stop_id} x {vehicle_id}", "names what is not in the problem")
        if type(cost) is not int or abs(cost) > MAX_COST:
            raise ProblemError(f"preference {stop_id} x {vehicle_id}", "its cost must be a whole number in range")
    for stop_id, vehicle_id in problem.pins.items():
        if not problem.has_stop(stop_id) or not problem.has_vehicle(vehicle_id):
            raise ProblemError(f"pin {stop_id} to {vehicle_id}", "names what is not in the problem")
    _check_prefixes(problem)


def _check_prefixes(problem: Problem) -> None:
    seen: set[str] = set()
    for vehicle_id, visits in problem.fixed_prefix.items():
        subject = f"prefix of vehicle {vehicle_id}"
        if not problem.has_vehicle(vehicle_id):
            raise ProblemError(subject, "the vehicle is not in the problem")
        for kind, name in visits:
            known = problem.has_stop(name) if kind is VisitKind.STOP else problem.has_pickup(name)
            if not known:
                raise ProblemError(subject, f"names {kind} {name}, which is not in the problem")
            if kind is VisitKind.STOP and name in seen:
                raise ProblemError(subject, f"stop {name} is fixed twice")
            if kind is VisitKind.STOP:
                seen.add(name)
                if problem.pins.get(name, vehicle_id) != vehicle_id:
                    raise ProblemError(subject, f"stop {name} is pinned to vehicle {problem.pins[name]}")


def _unique(kind: str, names: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if not name:
            raise ProblemError(kind, "needs a name that is not empty")
        if name in seen:
            raise ProblemError(f"{kind} {name}", "is there twice")
        seen.add(name)


def _place(problem: Problem, location: int, subject: str) -> None:
    if type(location) is not int or not 0 <= location < problem.size:
        raise ProblemError(subject, f"its location {location} is not one of the matrix's {problem.size}")


def _windows(windows: tuple[Window, ...], subject: str) -> None:
    last = -1
    for start_s, end_s in windows:
        _amount(start_s, subject, "window start", MAX_TIME_S)
        _amount(end_s, subject, "window end", MAX_TIME_S)
        if end_s < start_s:
            raise ProblemError(subject, f"its window ends ({end_s}) before it starts ({start_s})")
        if start_s <= last:
            raise ProblemError(subject, "its windows must be sorted and must not touch")
        last = end_s


def _vector(problem: Problem, values: tuple[int, ...], subject: str, name: str) -> None:
    if len(values) != len(problem.dimensions):
        raise ProblemError(
            subject, f"{name} has {len(values)} elements, the problem {len(problem.dimensions)} dimensions"
        )
    for value in values:
        _amount(value, subject, name, MAX_QUANTITY)


def _amount(value: int, subject: str, name: str, most: int) -> None:
    if type(value) is not int or not 0 <= value <= most:
        raise ProblemError(subject, f"{name} is {value!r}; it must be a whole number from 0 to {most}")
