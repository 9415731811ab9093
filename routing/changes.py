"""What changes for people between two plans of one day, how much of it is allowed, and the changes a day brings."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from routing.errors import ProblemError
from routing.problem import Problem, Stop, VisitKind
from routing.solution import Solution, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLimit:
    """At most `most` people get another driver, or are served more than moved_s seconds from when they were told.

    `most` None: any number. `weight` is what each such change costs beside the objective, in its unit.
    """

    most: int | None = None
    moved_s: int = 900
    weight: int = 0

    def __post_init__(self) -> None:
        for name, value in (("most", self.most or 0), ("moved_s", self.moved_s), ("weight", self.weight)):
            if value < 0:
                raise ProblemError("change limit", f"{name} is {value}; it cannot be negative")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Somebody who has to be told: who came and when, who comes now and when (None: nobody comes now)."""

    stop_id: str
    vehicle_before: str
    vehicle_after: str | None
    start_before_s: int
    start_after_s: int | None

    @property
    def other_driver(self) -> bool:
        """Whether somebody else comes, or nobody."""
        return self.vehicle_after != self.vehicle_before

    @property
    def moved_s(self) -> int:
        """How much later (negative: earlier) they are served; 0 when nobody comes."""
        return 0 if self.start_after_s is None else self.start_after_s - self.start_before_s


def served_by(solution: Solution) -> dict[str, tuple[str, int]]:
    """Stop id to who serves it, and when service begins."""
    return {
        step.id: (route.vehicle_id, step.service_start_s)
        for route in solution.routes
        for step in route.steps
        if step.kind is StepKind.STOP
    }


def changes_between(problem: Problem, before: Solution, after: Solution, *, moved_s: int = 900) -> tuple[Change, ...]:
    """Everybody served before (and still in the problem, and not served already) who must be told, in order of id.

    Who is served by the same vehicle within moved_s seconds of before need not be told anything. Of the stops that
    share a choice the one served now stands for the one served before.
    """
    old, new = served_by(before), served_by(after)
    chosen = {problem.stop(stop_id).choice: seen for stop_id, seen in new.items()}
    done = fixed_stops(problem)
    changes = []
    for stop_id in sorted(old):
        if stop_id in done or not problem.has_stop(stop_id):
            continue
        vehicle, start_s = old[stop_id]
        choice = problem.stop(stop_id).choice
        vehicle_now, start_now_s = new.get(stop_id) or (chosen.get(choice) if choice else None) or (None, None)
        if vehicle_now != vehicle or start_now_s is None or abs(start_now_s - start_s) > moved_s:
            changes.append(
                Change(
                    stop_id=stop_id, vehicle_before=vehicle, vehicle_after=vehicle_now, start_before_s=start_s,
                    start_after_s=start_now_s,
                )
            )  # fmt: skip
    return tuple(changes)


def fixed_stops(problem: Problem) -> frozenset[str]:
    """The stops in what is fixed: they are done, or as good as."""
    return frozenset(
        visit.id for visits in problem.fixed_prefix.values() for visit in visits if visit.kind is VisitKind.STOP
    )


def with_stop(problem: Problem, stop: Stop) -> Problem:
    """The problem with one more stop (at a place that the matrices hold). Raises ProblemError."""
    return replace(problem, stops=(*problem.stops, stop))


def without_stop(problem: Problem, stop_id: str) -> Problem:
    """The problem when that stop is called off. Raises ProblemError for a stop that is fixed: it is done."""
    problem.stop(stop_id)
    if stop_id in fixed_stops(problem):
        raise ProblemError(f"stop {stop_id}", "is fixed, so it cannot be called off any more")
    return replace(
        problem,
        stops=tuple(stop for stop in problem.stops if stop.id != stop_id),
        preferences={pair: cost for pair, cost in problem.preferences.items() if pair[0] != stop_id},
        pins={stop: vehicle for stop, vehicle in problem.pins.items() if stop != stop_id},
    )


def without_vehicle(problem: Problem, vehicle_id: str) -> Problem:
    """The problem when that vehicle drops out: what it has done (its fixed visits) stays, and it does nothing more.

    A stop that was pinned to it may be served by anybody; one that only it was allowed to serve, by nobody.
    """
    problem.vehicle(vehicle_id)
    done = {visit.id for visit in problem.fixed_prefix.get(vehicle_id, ())}
    pins = {stop: car for stop, car in problem.pins.items() if car != vehicle_id or stop in done}
    if done:
        stops = (stop if stop.id in done else _shut(stop, vehicle_id) for stop in problem.stops)
        return replace(problem, stops=tuple(stops), pins=pins)
    limits = (replace(limit, vehicle_ids=limit.vehicle_ids - {vehicle_id}) for limit in problem.limits)
    return replace(
        problem,
        vehicles=tuple(car for car in problem.vehicles if car.id != vehicle_id),
        stops=tuple(_forgotten(stop, vehicle_id) for stop in problem.stops),
        limits=tuple(limits),
        preferences={pair: cost for pair, cost in problem.preferences.items() if pair[1] != vehicle_id},
        pins=pins,
        fixed_prefix={car: visits for car, visits in problem.fixed_prefix.items() if car != vehicle_id},
    )


def _shut(stop: Stop, vehicle_id: str) -> Stop:
    return replace(stop, forbidden_vehicles=stop.forbidden_vehicles | {vehicle_id})


def _forgotten(stop: Stop, vehicle_id: str) -> Stop:
    named = vehicle_id in stop.forbidden_vehicles or vehicle_id in (stop.allowed_vehicles or ())
    if not named:
        return stop
    allowed = None if stop.allowed_vehicles is None else stop.allowed_vehicles - {vehicle_id}
    return replace(stop, allowed_vehicles=allowed, forbidden_vehicles=stop.forbidden_vehicles - {vehicle_id})


def count_of(changes: Iterable[Change], forced: frozenset[str]) -> int:
    """How many of the changes were chosen: those of people who could not keep their place are not counted."""
    return sum(change.stop_id not in forced for change in changes)
