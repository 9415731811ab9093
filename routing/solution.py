"""The answer: who goes where, when, with what; what is left; what it costs."""

from dataclasses import dataclass, field
from enum import StrEnum

from routing.problem import Visit, VisitKind


class StepKind(StrEnum):
    """What happens at a step of a route."""

    START = "start"
    PICKUP = "pickup"
    STOP = "stop"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a route: arrival, start of service, departure (seconds on the problem's axis), load after it.

    Start and end carry the vehicle's id. Parking lies between arrival and start of service; so does waiting.
    The end of an open route is where and when its last service ends.
    """

    kind: StepKind
    id: str
    location: int
    arrival_s: int
    service_start_s: int
    departure_s: int
    load: tuple[int, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """A break that is taken after the step of that number (0: the start) and before the next one.

    Travel to the next step goes on before and after it: the next step's arrival counts it, where it comes in between.
    """

    break_id: str
    after_step: int
    start_s: int
    end_s: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One vehicle's timed steps, from its start step to its end step, and its breaks in their order.

    `duration_s` runs from leaving the start to the end. `cost` is fixed + distance + duration + preferences.
    """

    vehicle_id: str
    steps: tuple[Step, ...]
    distance_m: int
    duration_s: int
    cost: int
    rests: tuple[Rest, ...] = ()

    @property
    def visits(self) -> tuple[Visit, ...]:
        """The sequence without start, end and times."""
        return tuple(
            Visit(VisitKind(step.kind.value), step.id)
            for step in self.steps
            if step.kind in (StepKind.PICKUP, StepKind.STOP)
        )

    @property
    def stop_ids(self) -> tuple[str, ...]:
        """The stops in order."""
        return tuple(step.id for step in self.steps if step.kind is StepKind.STOP)

    @property
    def start_s(self) -> int:
        """When the vehicle leaves its start."""
        return self.steps[0].departure_s

    @property
    def end_s(self) -> int:
        """When the route is over."""
        return self.steps[-1].arrival_s


@dataclass(frozen=True, slots=True, kw_only=True)
class CostBreakdown:
    """The terms of the objective, as `routing.problem` defines them."""

    unserved: int = 0
    fixed: int = 0
    distance: int = 0
    duration: int = 0
    preference: int = 0
    balance: int = 0

    @property
    def total(self) -> int:
        """Their sum, which engines minimise."""
        return self.unserved + self.fixed + self.distance + self.duration + self.preference + self.balance


@dataclass(frozen=True, slots=True, kw_only=True)
class Solution:
    """Routes of the vehicles used, and the ids of stops not served.

    `unserved` is sorted; it leaves out a stop whose choice is served by another stop. `engine` says honestly which
    engine's routes these are; `iterations` counts that engine's own steps.
    """

    routes: tuple[Route, ...]
    unserved: tuple[str, ...]
    cost: CostBreakdown
    engine: str
    seed: int = 0
    iterations: int = 0
    elapsed_s: float = 0.0
    notes: tuple[str, ...] = field(default=())

    @property
    def served_count(self) -> int:
        """Stops served."""
        return sum(len(route.stop_ids) for route in self.routes)

    def route_of(self, vehicle_id: str) -> Route | None:
        """That vehicle's route, or None when it is not used."""
        return next((route for route in self.routes if route.vehicle_id == vehicle_id), None)

    @property
    def sequences(self) -> dict[str, tuple[Visit, ...]]:
        """Vehicle id to its visits, for replay, edits and warm starts."""
        return {route.vehicle_id: route.visits for route in self.routes}
