"""VROOM: fast local search on durations. It takes no seed, serves all it can before it saves, and stops when done."""

from datetime import timedelta
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.bench.peers import NoAnswerError, package, plainly
from routing.engines.plain import CannotExpressError, Job, Plain, Sequences, plain, window_of
from routing.problem import Pickup, Problem, Stop, Visit

MOST_COST = 2**32 - 1
EXPLORATION = 5
"""The most thorough level."""


class VroomPeer:
    """VROOM at its most thorough."""

    name = "vroom"

    def __init__(self) -> None:
        self._vroom, self.version = package("vroom", distribution="pyvroom")

    def refusal(self, problem: Problem) -> str | None:
        """Prizes and limits on duration, besides whatever is not plain."""
        why = plainly(problem)
        if why is not None:
            return why
        if any(stop.prize is not None for stop in problem.stops):
            return "prizes: it serves all it can"
        if any(car.max_duration_s is not None for car in problem.vehicles):
            return "a limit on a route's duration: its own counts travel only"
        return None

    def solve(self, problem: Problem, *, seconds: float, seed: int, threads: int) -> Sequences:  # noqa: ARG002 - no seed
        """Its answer, unassigned tasks left out. Raises NoAnswerError, CannotExpressError."""
        model = _Model(self._vroom, plain(problem))
        try:
            answer = model.input.solve(EXPLORATION, nb_threads=threads, timeout=timedelta(seconds=seconds))
        except RuntimeError as error:
            raise NoAnswerError(str(error)) from error
        return model.sequences(answer)


class _Model:
    def __init__(self, vroom: Any, world: Plain) -> None:
        self.vroom, self.world = vroom, world
        self.input = vroom.Input()
        self.tasks: list[Visit] = []
        self.cars = [name for kind in world.kinds for name in kind.ids]
        self._fleet()
        for job in world.jobs:
            self._job(job)

    def _fleet(self) -> None:
        vroom, number = self.vroom, 0
        costs: set[int] = set()
        seconds = self.world.seconds.astype(np.uint32)
        for kind in self.world.kinds:
            car, profile = kind.car, f"times {kind.car.cost_per_m}"
            if car.cost_per_m not in costs:
                costs.add(car.cost_per_m)
                self.input.set_durations_matrix(profile, seconds if self.world.timed else np.zeros_like(seconds))
                self.input.set_distances_matrix(profile, self.world.metres.astype(np.uint32))
                self.input.set_costs_matrix(profile, _costs(self.world.metres, car.cost_per_m))
            for _ in kind.ids:
                more = {} if car.max_distance_m is None else {"max_distance": car.max_distance_m}
                vehicle = vroom.Vehicle(
                    number,
                    start=car.start,
                    end=car.end,
                    profile=profile,
                    capacity=list(car.capacity),
                    time_window=vroom.TimeWindow(*car.shift) if self.world.timed else None,
                    costs=vroom.VehicleCosts(fixed=car.fixed_cost),
                    **more,
                )
                self.input.add_vehicle(vehicle)
                number += 1

    def _job(self, job: Job) -> None:
        vroom, load = self.vroom, self.vroom.Amount(list(job.load))
        if job.pickup is None:
            self.input.add_job(vroom.Job(*self._task(job, 0, job.stop), delivery=load, **self._times(job.stop)))
            return
        ends = (self._task(job, 0, job.pickup), self._task(job, 1, job.stop))
        self.input.add_shipment(
            vroom.ShipmentStep(*ends[0], **self._times(job.pickup)),
            vroom.ShipmentStep(*ends[1], **self._times(job.stop)),
            amount=load,
        )

    def _task(self, job: Job, which: int, place: Stop | Pickup) -> tuple[int, int]:
        self.tasks.append(job.visits[which])
        return len(self.tasks) - 1, place.location

    def _times(self, place: Stop | Pickup) -> dict[str, Any]:
        times: dict[str, Any] = {"default_service": place.service_s}
        if place.windows:
            times["time_windows"] = [self.vroom.TimeWindow(*window_of(place))]
        return times

    def sequences(self, answer: Any) -> Sequences:
        """Each vehicle's tasks in order."""
        found: Sequences = {}
        steps = answer.routes
        for vehicle, kind, task in zip(steps["vehicle_id"], steps["type"], steps["id"], strict=True):
            if kind in ("job", "pickup", "delivery"):
                found.setdefault(self.cars[int(vehicle)], []).append(self.tasks[int(task)])
        return found


def _costs(metres: npt.NDArray[np.int32], cost_per_m: int) -> npt.NDArray[np.uint32]:
    costs = metres.astype(np.int64) * cost_per_m
    if int(costs.max()) > MOST_COST:
        raise CannotExpressError("costs above 32 bits")
    return costs.astype(np.uint32)
