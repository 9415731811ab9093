"""A VROOM problem document as values: jobs, shipments, vehicles, matrices.

The format is that of VROOM's public API document (https://github.com/VROOM-Project/vroom/blob/master/docs/API.md);
docs/vroom.md lists every field, how it is taken, and ours beside them.
"""

from dataclasses import dataclass, field

from routing.problem import Window

Rows = list[list[int | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something is: an index of the matrices, coordinates (latitude, longitude), or both."""

    path: str
    index: int | None
    point: tuple[float, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A job, or one end of a shipment."""

    path: str
    kind: str
    id: int
    description: str | None
    place: Place
    setup_s: int
    service_s: int
    setup_per_type: dict[str, int]
    service_per_type: dict[str, int]
    windows: tuple[Window, ...]

    @property
    def name(self) -> str:
        """What the problem and its errors call it."""
        return f"{self.kind} {self.id}"

    def times(self, vehicle_type: str | None) -> tuple[int, int]:
        """Setup and service with a vehicle of that type."""
        kind = vehicle_type or ""
        return self.setup_per_type.get(kind, self.setup_s), self.service_per_type.get(kind, self.service_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """A job (one task), or a shipment (a pickup and a delivery), with what both ends share."""

    tasks: tuple[Task, ...]
    delivery: tuple[int, ...]
    pickup: tuple[int, ...]
    skills: frozenset[str]
    priority: int
    must: bool
    allowed: frozenset[str] | None
    forbidden: frozenset[str]
    vehicle_costs: dict[str, int]
    max_ride_s: int | None = None

    @property
    def name(self) -> str:
        """The stop that it becomes."""
        return self.tasks[-1].name


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break."""

    id: int
    description: str | None
    windows: tuple[Window, ...]
    service_s: int
    max_load: tuple[int, ...] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What a vehicle costs, in the document's unit."""

    fixed: int = 0
    per_hour: int = 3600
    per_km: int = 0
    per_task_hour: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Car:
    """A vehicle."""

    path: str
    id: int
    profile: str
    description: str | None
    start: Place | None
    end: Place | None
    capacity: tuple[int, ...]
    costs: Costs
    skills: frozenset[str]
    type: str | None
    shift: Window | None
    breaks: tuple[Rest, ...]
    speed_factor: float
    max_tasks: int | None
    max_travel_s: int | None
    max_distance_m: int | None
    max_duration_s: int | None
    steps: tuple[tuple[str, int], ...]
    """Kind and id of each task, in order."""
    fixed_steps: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrices:
    """The custom matrices of one profile."""

    durations: Rows
    distances: Rows | None
    costs: Rows | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The whole document. `ignored` names the fields that mean nothing here."""

    orders: tuple[Order, ...]
    cars: tuple[Car, ...]
    matrices: dict[str, Matrices]
    dims: int
    ignored: list[str] = field(default_factory=list)
