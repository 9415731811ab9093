"""The routing problem: who needs what, from where, and who can bring it. Closed, frozen, checked at the door.

Units: whole metres, seconds, and whatever integer each capacity dimension counts (portions, grams, millilitres).
All instants are seconds on one axis that begins on the Monday, 00:00 local time, of the week; a problem may hold
one day or the whole week.

**Places and goods.** A `Pickup` is where goods are loaded; a `Stop` is where service is given; a stop's `Need`s say
what it receives from which pickup. A vehicle loads at one visit of a pickup all that its later stops need from there;
when it comes back to the pickup (a reload), later stops are supplied by the later visit. So a need is always
supplied by *the latest visit of its pickup before the stop, on the same route*.

**Time.** Service begins inside a window, at or after arrival plus parking. Vehicles may wait anywhere. A route's
duration runs from leaving the start to its end: the last departure, or the arrival at the end location if there is
one. Waiting and loading count.

`setup_s` is spent at the beginning of service, unless the visit before (or the start) was at the same location.

**Breaks.** A vehicle that is used takes each of its breaks, in their order, between the start and the end of its
route: never during a service or its setup, but travel and parking go on before and after it. What stops hand over to
the vehicle (`Stop.collects`) stays on board to the end.

**Clocks.** Service at the stop begins no later than `Need.latest_start_s`, and no later than
`min(clock start, hold_until_s) + max_ride_s`, where the clock starts when loading starts (or ends: `ride_from`).

**Objective**, the sum, to be minimised, of:

- the prizes of stops not served (once per choice; a must-stop counts `MUST_PRIZE`);
- `fixed_cost` of every vehicle used; `cost_per_m` x metres, and `Matrix.costs` of the legs where there are any;
  `cost_per_s` x seconds of duration;
- preferences: the cost of each (stop, vehicle) served so; a discount is negative;
- `balance_weight` x seconds of the longest route.

Prizes that exceed all the rest make the objective lexicographic: first serve, then save.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from routing.errors import ProblemError
from routing.matrix import UNREACHABLE, Matrix
from routing.matrix_on_demand import AnyMatrix, CoordinateMatrix
from routing.shapes import anything, checked_items, checked_list, checked_mapping, is_pair, is_text

__all__ = [
    "MAX_COST", "MAX_TIME_S", "MUST_PRIZE", "UNREACHABLE", "Break", "Matrix", "Need", "Pickup", "Problem", "RideFrom", "Stop",
    "StopKind", "Vehicle", "VehicleLimit", "Visit", "VisitKind", "Window",
]  # fmt: skip

MAX_TIME_S = 200 * 86_400
"""The time axis ends here."""
MAX_COST = 10**11
"""The largest prize, preference, or fixed cost."""
MUST_PRIZE = 10**12
"""What an unserved must-stop counts in a stated cost: more than any prize."""


class Window(NamedTuple):
    """Service may begin at any second from start to end, both included."""

    start_s: int
    end_s: int


class RideFrom(StrEnum):
    """When the clock of a need starts."""

    LOADING = "loading"
    """When loading at the pickup starts."""
    LOADED = "loaded"
    """When loading at the pickup ends."""


class StopKind(StrEnum):
    """What a stop is; only deliveries count towards a vehicle's `max_stops`."""

    DELIVERY = "delivery"
    DROPOFF = "dropoff"
    """Goods are brought to a hub."""


class VisitKind(StrEnum):
    """What a vehicle visits."""

    PICKUP = "pickup"
    STOP = "stop"


class Visit(NamedTuple):
    """One element of a vehicle's sequence."""

    kind: VisitKind
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pickup:
    """A place where goods are loaded: a donor's slot, a hub on a day.

    `service_s` is counted once per visit of a vehicle. `supply` bounds what leaves here over all vehicles, per
    dimension (None: no bound). No windows means any time.
    """

    id: str
    location: int
    windows: tuple[Window, ...] = ()
    service_s: int = 0
    supply: tuple[int, ...] | None = None
    setup_s: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """What a stop receives from one pickup, and its clocks.

    `pickup_id` None: the goods are on board when the vehicle leaves its start (no ride clock then).
    """

    pickup_id: str | None
    load: tuple[int, ...]
    latest_start_s: int | None = None
    max_ride_s: int | None = None
    ride_from: RideFrom = RideFrom.LOADING
    hold_until_s: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place to serve, once, by one vehicle.

    `parking_s` is spent before service unless the vehicle comes straight from a stop in the same `building`
    (None: a building of its own). `prize` is the cost of not serving it; None: it must be served. Of the stops that
    share a `choice` at most one is served (another day, another hub), and their equal prize counts once.
    `allowed_vehicles` None: all. `collects` is loaded here when the needs have been handed over; () is nothing.
    """

    id: str
    location: int
    windows: tuple[Window, ...] = ()
    service_s: int = 0
    needs: tuple[Need, ...] = ()
    kind: StopKind = StopKind.DELIVERY
    building: str | None = None
    parking_s: int = 0
    required_skills: frozenset[str] = frozenset()
    crew_size: int = 1
    allowed_vehicles: frozenset[str] | None = None
    forbidden_vehicles: frozenset[str] = frozenset()
    prize: int | None = None
    choice: str | None = None
    setup_s: int = 0
    collects: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """A rest of `service_s` that begins in one of its windows (none: any time), when no more than `max_load` is on board.

    `max_load` None: whatever is on board. Ids are a vehicle's own.
    """

    id: str
    windows: tuple[Window, ...] = ()
    service_s: int = 0
    max_load: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """One volunteer's shift with what they travel in.

    The route leaves `start` at or after `shift.start_s` and ends by `shift.end_s`. `end` None: it ends at its last
    stop. `speed_percent` 50 doubles the matrix's times (rounded up). `max_stops` bounds deliveries, `max_travel_s`
    the seconds of travel alone.
    """

    id: str
    profile: str
    start: int
    end: int | None = None
    shift: Window
    capacity: tuple[int, ...]
    skills: frozenset[str] = frozenset()
    crew_size: int = 1
    max_stops: int | None = None
    max_duration_s: int | None = None
    max_distance_m: int | None = None
    fixed_cost: int = 0
    cost_per_m: int = 1
    cost_per_s: int = 0
    speed_percent: int = 100
    max_travel_s: int | None = None
    breaks: tuple[Break, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleLimit:
    """A rule over several vehicles: one volunteer's shifts share weekly hours; one person or van is in one place.

    `max_total_duration_s` bounds the sum of their routes' durations; `exclusive` forbids that two routes overlap
    (one may start at the second another ends).
    """

    id: str
    vehicle_ids: frozenset[str]
    max_total_duration_s: int | None = None
    exclusive: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """Everything an engine needs; see the module's text for what it means.

    `dimensions` names the elements of every load, supply and capacity. `preferences` maps (stop id, vehicle id) to a
    cost. `pins` maps a stop to the only vehicle that may serve it. `fixed_prefix` maps a vehicle to the visits its
    route must begin with. Raises ProblemError naming the stop, vehicle, pickup, limit or matrix, and the rule.
    """

    dimensions: tuple[str, ...]
    matrices: tuple[AnyMatrix, ...]
    vehicles: tuple[Vehicle, ...]
    stops: tuple[Stop, ...]
    pickups: tuple[Pickup, ...] = ()
    limits: tuple[VehicleLimit, ...] = ()
    preferences: Mapping[tuple[str, str], int] = field(default_factory=dict)
    pins: Mapping[str, str] = field(default_factory=dict)
    fixed_prefix: Mapping[str, tuple[Visit, ...]] = field(default_factory=dict)
    balance_weight: int = 0
    _stops: dict[str, Stop] = field(init=False, repr=False, compare=False)
    _pickups: dict[str, Pickup] = field(init=False, repr=False, compare=False)
    _vehicles: dict[str, Vehicle] = field(init=False, repr=False, compare=False)
    _matrices: dict[str, AnyMatrix] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        from routing.validation import validate  # it needs the classes above

        parts: dict[str, object] = {
            "dimensions": checked_list(self.dimensions, is_text, "dimensions", "names"),
            "matrices": checked_list(self.matrices, _is_matrix, "matrices", "matrices"),
            "vehicles": checked_items(self.vehicles, Vehicle, "vehicles"),
            "stops": checked_items(self.stops, Stop, "stops"),
            "pickups": checked_items(self.pickups, Pickup, "pickups"),
            "limits": checked_items(self.limits, VehicleLimit, "limits"),
            "preferences": checked_mapping(self.preferences, is_pair, anything, "preferences"),
            "pins": checked_mapping(self.pins, is_text, is_text, "pins"),
            "fixed_prefix": checked_mapping(self.fixed_prefix, is_text, _are_visits, "fixed_prefix"),
        }
        for name, part in parts.items():
            object.__setattr__(self, name, part)
        object.__setattr__(self, "_stops", {stop.id: stop for stop in self.stops})
        object.__setattr__(self, "_pickups", {pickup.id: pickup for pickup in self.pickups})
        object.__setattr__(self, "_vehicles", {vehicle.id: vehicle for vehicle in self.vehicles})
        object.__setattr__(self, "_matrices", {matrix.profile: matrix for matrix in self.matrices})
        validate(self)

    def stop(self, stop_id: str) -> Stop:
        """The stop of that id. Raises ProblemError."""
        return _found(self._stops, stop_id, "stop")

    def pickup(self, pickup_id: str) -> Pickup:
        """The pickup of that id. Raises ProblemError."""
        return _found(self._pickups, pickup_id, "pickup")

    def vehicle(self, vehicle_id: str) -> Vehicle:
        """The vehicle of that id. Raises ProblemError."""
        return _found(self._vehicles, vehicle_id, "vehicle")

    def matrix(self, profile: str) -> AnyMatrix:
        """The matrix of that profile. Raises ProblemError."""
        return _found(self._matrices, profile, "matrix")

    def has_stop(self, stop_id: str) -> bool:
        """Whether the problem holds that stop."""
        return stop_id in self._stops

    def has_pickup(self, pickup_id: str) -> bool:
        """Whether the problem holds that pickup."""
        return pickup_id in self._pickups

    def has_vehicle(self, vehicle_id: str) -> bool:
        """Whether the problem holds that vehicle."""
        return vehicle_id in self._vehicles

    @property
    def size(self) -> int:
        """Number of locations."""
        return self.matrices[0].size


def _is_matrix(value: object) -> bool:
    return isinstance(value, Matrix | CoordinateMatrix)


def _are_visits(value: object) -> bool:
    return isinstance(value, tuple | list) and all(
        isinstance(visit, tuple) and len(visit) == 2 and isinstance(visit[0], VisitKind) and is_text(visit[1])
        for visit in value
    )


def _found[T](index: dict[str, T], key: str, kind: str) -> T:
    try:
        return index[key]
    except KeyError:
        raise ProblemError(f"{kind} {key}", "is not in the problem") from None
