"""The part of a `Problem` that other solvers know too: loads, windows, shipments, prizes, a mixed fleet."""

from collections import Counter
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from routing.problem import MAX_TIME_S, Pickup, Problem, Stop, Vehicle, Visit, VisitKind, Window

Sequences = dict[str, list[Visit]]
"""Vehicle id to its visits: what every solver's answer is turned into."""


class CannotExpressError(Exception):
    """A solver has no words for a rule of the problem; the message says which."""


@dataclass(frozen=True, slots=True)
class Job:
    """A stop to serve, from what is on board at the start or from a pickup of its own."""

    stop: Stop
    pickup: Pickup | None
    load: tuple[int, ...]

    @property
    def visits(self) -> tuple[Visit, ...]:
        """Its visits in order: the pickup if there is one, and the stop."""
        stop = Visit(VisitKind.STOP, self.stop.id)
        return (stop,) if self.pickup is None else (Visit(VisitKind.PICKUP, self.pickup.id), stop)


@dataclass(frozen=True, slots=True)
class Kind:
    """Vehicles that differ in nothing but their ids."""

    car: Vehicle
    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plain:
    """A problem that any solver of pickups, deliveries and windows may know."""

    metres: npt.NDArray[np.int32]
    seconds: npt.NDArray[np.int32]
    jobs: tuple[Job, ...]
    kinds: tuple[Kind, ...]

    @property
    def timed(self) -> bool:
        """Whether the clock rules anything out."""
        shifts = any(kind.car.shift != (0, MAX_TIME_S) or kind.car.max_duration_s is not None for kind in self.kinds)
        return shifts or any(job.stop.windows or job.pickup for job in self.jobs)

    @property
    def depots(self) -> list[int]:
        """The locations where vehicles start or end."""
        cars = [kind.car for kind in self.kinds]
        return sorted({place for car in cars for place in (car.start, car.end) if place is not None})


def window_of(place: Stop | Pickup) -> Window:
    """Its only window."""
    return place.windows[0] if place.windows else Window(0, MAX_TIME_S)


def plain(problem: Problem) -> Plain:
    """The problem without its names. Raises CannotExpressError for what only our engines know."""
    if len(problem.matrices) != 1:
        raise CannotExpressError("several ways of travelling")
    if problem.limits or problem.preferences or problem.pins or problem.fixed_prefix or problem.balance_weight:
        raise CannotExpressError("shared hours, preferences, pins, fixed visits or balance")
    matrix = problem.matrices[0]
    if matrix.costs is not None:
        raise CannotExpressError("costs of legs")
    uses = Counter(need.pickup_id for stop in problem.stops for need in stop.needs if need.pickup_id is not None)
    if any(count > 1 for count in uses.values()):
        raise CannotExpressError("pickups that several stops share")
    return Plain(
        metres=matrix.distances_m,
        seconds=matrix.durations_s,
        jobs=tuple(_job(problem, stop) for stop in problem.stops),
        kinds=_kinds(problem),
    )


def _job(problem: Problem, stop: Stop) -> Job:
    bare = Stop(
        id=stop.id, location=stop.location, windows=stop.windows, service_s=stop.service_s, needs=stop.needs,
        prize=stop.prize,
    )  # fmt: skip
    if stop != bare or len(stop.windows) > 1:
        raise CannotExpressError("parking, skills, crews, blocks, choices or several windows")
    if len(stop.needs) > 1:
        raise CannotExpressError("stops with several needs")
    if not stop.needs:
        return Job(stop, None, (0,) * len(problem.dimensions))
    need = stop.needs[0]
    if need.latest_start_s is not None or need.max_ride_s is not None:
        raise CannotExpressError("clocks")
    if need.pickup_id is None:
        return Job(stop, None, need.load)
    pickup = problem.pickup(need.pickup_id)
    if pickup.supply is not None or len(pickup.windows) > 1 or pickup.setup_s:
        raise CannotExpressError("supplies, setups or several windows of a pickup")
    return Job(stop, pickup, need.load)


def _kinds(problem: Problem) -> tuple[Kind, ...]:
    ids: dict[Vehicle, list[str]] = {}
    for car in problem.vehicles:
        if car.max_stops is not None or car.speed_percent != 100 or car.cost_per_s or car.end is None:
            raise CannotExpressError("most stops, speeds, costs of time or open ends")
        if car.breaks or car.max_travel_s is not None:
            raise CannotExpressError("breaks, or limits on travel alone")
        ids.setdefault(replace(car, id=""), []).append(car.id)
    return tuple(Kind(car, tuple(names)) for car, names in ids.items())
