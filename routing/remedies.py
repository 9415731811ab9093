"""What would get a stop served: one change to the problem, priced by the trouble it makes, and applied exactly."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.problem import MAX_TIME_S, Need, Pickup, Problem, Stop, Vehicle, Window


class RemedyKind(StrEnum):
    """What would get a stop served."""

    PLACE_NOW = "place_now"
    """Nothing need change: it fits on the route of vehicle_id as it is, and pays."""
    EXTRA_VEHICLE = "extra_vehicle"
    """One more vehicle like `vehicle_id` (of `profile`), out from from_s to to_s."""
    LONGER_SHIFT = "longer_shift"
    """The shift of vehicle_id from from_s to to_s."""
    WIDER_WINDOW = "wider_window"
    """The stop's window to hold from_s."""
    WIDER_PICKUP = "wider_pickup"
    """Pickup pickup_id open at from_s and at to_s, the first and last loading there on the route of vehicle_id."""
    MORE_HOURS = "more_hours"
    """`amount` more seconds for vehicle_id: its own longest route or a limit it shares."""
    MORE_STOPS = "more_stops"
    """`amount` more deliveries allowed to vehicle_id."""
    MORE_METRES = "more_metres"
    """`amount` more metres allowed to vehicle_id."""
    MORE_TRAVEL = "more_travel"
    """`amount` more seconds of travel allowed to vehicle_id."""
    BIGGER_VEHICLE = "bigger_vehicle"
    """Room for `load` (per dimension) in vehicle_id."""
    LONGER_CLOCK = "longer_clock"
    """`amount` more seconds for the food, in every clock of the stop."""
    QUALIFIED_DRIVER = "qualified_driver"
    """A driver like that of vehicle_id who has what the stop asks for."""
    SECOND_PERSON = "second_person"
    """`amount` more people in vehicle_id."""
    MORE_SUPPLY = "more_supply"
    """More at the stop's pickups: `goods`."""
    NO_PIN = "no_pin"
    """The stop let go from the vehicle it is pinned to; vehicle_id could serve it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Remedy:
    """A change that serves a stop; which fields speak depends on the kind. It never lifts a block.

    `goods` pairs a pickup with what it must have in all, per dimension.
    """

    kind: RemedyKind
    vehicle_id: str
    profile: str
    from_s: int
    to_s: int
    amount: int = 0
    pickup_id: str = ""
    load: tuple[int, ...] = ()
    goods: tuple[tuple[str, tuple[int, ...]], ...] = ()

    @property
    def trouble_s(self) -> int:
        """What it is worth avoiding, in seconds of somebody's time: remedies are compared by it."""
        return TROUBLE_S.get(self.kind, 0) + (self.amount if self.kind in TIMED else 0)


TIMED = {RemedyKind.LONGER_SHIFT, RemedyKind.WIDER_WINDOW, RemedyKind.MORE_HOURS, RemedyKind.EXTRA_VEHICLE}
"""Kinds whose `amount` is seconds of somebody's time."""
TROUBLE_S = {
    RemedyKind.MORE_STOPS: 900,
    RemedyKind.MORE_METRES: 900,
    RemedyKind.MORE_TRAVEL: 900,
    RemedyKind.NO_PIN: 1800,
    RemedyKind.BIGGER_VEHICLE: 3600,
    RemedyKind.WIDER_PICKUP: 4000,
    RemedyKind.LONGER_CLOCK: 10**6,
    RemedyKind.QUALIFIED_DRIVER: 5400,
    RemedyKind.SECOND_PERSON: 5400,
    RemedyKind.MORE_SUPPLY: 3000,
    RemedyKind.EXTRA_VEHICLE: 2700,
}
"""What a remedy is worth avoiding beside its own seconds. Food is kept longer only when nothing else would do."""


def apply_remedies(problem: Problem, stop_id: str, remedies: Iterable[Remedy]) -> Problem:
    """The problem with these changes made for this stop, and no other. Raises ProblemError for an unknown name."""
    for remedy in remedies:
        problem = _applied(problem, problem.stop(stop_id), remedy)
    return problem


def _applied(problem: Problem, stop: Stop, remedy: Remedy) -> Problem:
    match remedy.kind:
        case RemedyKind.PLACE_NOW:
            return problem
        case RemedyKind.EXTRA_VEHICLE:
            return _one_more(problem, remedy)
        case RemedyKind.WIDER_WINDOW:
            return _with_stop(problem, replace(stop, windows=stretched(stop.windows, remedy.from_s)))
        case RemedyKind.LONGER_CLOCK:
            needs = tuple(_later(need, remedy.amount) for need in stop.needs)
            return _with_stop(problem, replace(stop, needs=needs))
        case RemedyKind.WIDER_PICKUP | RemedyKind.MORE_SUPPLY:
            return _pickups(problem, remedy)
        case RemedyKind.NO_PIN:
            pins = {other: vehicle for other, vehicle in problem.pins.items() if other != stop.id}
            return replace(problem, pins=pins)
        case _:
            return _vehicle(problem, stop, remedy)


def _with_stop(problem: Problem, stop: Stop) -> Problem:
    return replace(problem, stops=tuple(stop if each.id == stop.id else each for each in problem.stops))


def _vehicle(problem: Problem, stop: Stop, remedy: Remedy) -> Problem:
    car, limits = problem.vehicle(remedy.vehicle_id), problem.limits
    match remedy.kind:
        case RemedyKind.LONGER_SHIFT:
            car = replace(car, shift=Window(remedy.from_s, remedy.to_s))
        case RemedyKind.MORE_HOURS:
            car = replace(car, max_duration_s=_more(car.max_duration_s, remedy.amount))
            limits = tuple(
                replace(limit, max_total_duration_s=_more(limit.max_total_duration_s, remedy.amount))
                if car.id in limit.vehicle_ids
                else limit
                for limit in limits
            )
        case RemedyKind.MORE_STOPS:
            car = replace(car, max_stops=_more(car.max_stops, remedy.amount))
        case RemedyKind.MORE_METRES:
            car = replace(car, max_distance_m=_more(car.max_distance_m, remedy.amount))
        case RemedyKind.MORE_TRAVEL:
            car = replace(car, max_travel_s=_more(car.max_travel_s, remedy.amount))
        case RemedyKind.BIGGER_VEHICLE:
            car = replace(car, capacity=tuple(map(max, car.capacity, remedy.load)))
        case RemedyKind.QUALIFIED_DRIVER:
            car = replace(car, skills=car.skills | stop.required_skills)
        case RemedyKind.SECOND_PERSON:
            car = replace(car, crew_size=car.crew_size + remedy.amount)
    vehicles = tuple(car if each.id == car.id else each for each in problem.vehicles)
    return replace(problem, vehicles=vehicles, limits=limits)


def _more(limit: int | None, amount: int) -> int | None:
    return None if limit is None else limit + amount


def _later(need: Need, seconds: int) -> Need:
    latest, ride = need.latest_start_s, need.max_ride_s
    return replace(
        need,
        latest_start_s=None if latest is None else min(MAX_TIME_S, latest + seconds),
        max_ride_s=None if ride is None else min(MAX_TIME_S, ride + seconds),
    )


def _pickups(problem: Problem, remedy: Remedy) -> Problem:
    goods = dict(remedy.goods)

    def changed(pickup: Pickup) -> Pickup:
        windows, supply = pickup.windows, pickup.supply
        if pickup.id == remedy.pickup_id:
            windows = stretched(stretched(windows, remedy.from_s), remedy.to_s)
        if pickup.id in goods and supply is not None:
            supply = tuple(map(max, supply, goods[pickup.id]))
        return replace(pickup, windows=windows, supply=supply)

    return replace(problem, pickups=tuple(map(changed, problem.pickups)))


def stretched(windows: tuple[Window, ...], at_s: int) -> tuple[Window, ...]:
    """The windows with the nearest one made long enough to hold this second; none at all hold every second."""
    if not windows or any(begin <= at_s <= end for begin, end in windows):
        return windows
    nearest = min(windows, key=lambda window: max(window.start_s - at_s, at_s - window.end_s))
    longer = Window(min(nearest.start_s, at_s), max(nearest.end_s, at_s))
    kept = [longer if window == nearest else window for window in windows]
    return _joined(kept)


def _joined(windows: list[Window]) -> tuple[Window, ...]:
    """Windows that touch made one."""
    joined = windows[:1]
    for window in windows[1:]:
        if window.start_s <= joined[-1].end_s:
            joined[-1] = Window(joined[-1].start_s, max(joined[-1].end_s, window.end_s))
        else:
            joined.append(window)
    return tuple(joined)


def _one_more(problem: Problem, remedy: Remedy) -> Problem:
    """One more vehicle, of another person: it may go where its like may, and shares no limit with it."""
    like = problem.vehicle(remedy.vehicle_id)
    name = like.id + "+"
    while problem.has_vehicle(name):
        name += "+"
    more: Vehicle = replace(like, id=name, shift=Window(remedy.from_s, remedy.to_s))

    def also(names: frozenset[str]) -> frozenset[str]:
        return names | {name} if like.id in names else names

    stops = tuple(
        replace(
            stop,
            forbidden_vehicles=also(stop.forbidden_vehicles),
            allowed_vehicles=None if stop.allowed_vehicles is None else also(stop.allowed_vehicles),
        )
        for stop in problem.stops
    )
    return replace(problem, vehicles=(*problem.vehicles, more), stops=stops)
