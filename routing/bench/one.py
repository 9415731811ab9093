"""One run in a process of its own: `python -m routing.bench.one ORDER RESULT`, both files of JSON.

Reading the instance, imports, and loading compiled code (by solving the first few stops of the instance) come before
the clock for every solver alike; making its own model of the problem counts.
"""

import json
import os
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np

from routing.bench.judge import judge
from routing.bench.peers import NoAnswerError, Solver, find_solver
from routing.engines.plain import CannotExpressError, Sequences
from routing.errors import EngineError
from routing.formats import Entry, Rounding
from routing.matrix import Matrix
from routing.problem import Problem

SAMPLE_STOPS = 5
SAMPLE_SECONDS = 0.3


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to run."""

    entry: Entry
    solver: str
    seconds: float
    seed: int
    threads: int

    def write(self, path: Path) -> None:
        """To a file."""
        entry = {**asdict(self.entry), "path": str(self.entry.path)}
        path.write_text(json.dumps({**asdict(self), "entry": entry}), encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> "Order":
        """From a file that `write` wrote."""
        told = json.loads(path.read_text(encoding="utf-8"))
        entry = told.pop("entry")
        entry |= {"path": Path(entry["path"]), "rounding": Rounding(entry["rounding"])}
        return cls(entry=Entry(**entry), **told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of it. `refusal`: the solver cannot express the problem; `failure`: it has no answer that holds."""

    size: int = 0
    version: str = ""
    seconds: float = 0.0
    cpu_seconds: float = 0.0
    cost: float | None = None
    gap_percent: float | None = None
    refusal: str | None = None
    failure: str | None = None


def sample(problem: Problem) -> Problem:
    """The problem's first few stops with two vehicles: small, and of the same kind."""
    stops = problem.stops[:SAMPLE_STOPS]
    sources = {need.pickup_id for stop in stops for need in stop.needs}
    pickups = tuple(pickup for pickup in problem.pickups if pickup.id in sources)
    cars = problem.vehicles[:2]
    places = [stop.location for stop in stops] + [pickup.location for pickup in pickups]
    places += [place for car in cars for place in (car.start, car.end) if place is not None]
    last = max(places) + 1
    cut = np.s_[:last, :last]
    matrices = tuple(
        Matrix(profile=each.profile, durations_s=each.durations_s[cut], distances_m=each.distances_m[cut])
        for each in problem.matrices
    )
    return Problem(dimensions=problem.dimensions, matrices=matrices, vehicles=cars, stops=stops, pickups=pickups)


def warm_up(solver: Solver, problem: Problem) -> None:
    """Let the solver load what it loads once in a process."""
    try:
        solver.solve(sample(problem), seconds=SAMPLE_SECONDS, seed=0, threads=1)
    except (NoAnswerError, CannotExpressError, EngineError):
        return  # a few stops may have no answer; the run itself tells


def spent_cpu() -> float:
    """Seconds of processor time of this process, all its threads, and its finished children."""
    used = os.times()
    return used.user + used.system + used.children_user + used.children_system


def run(order: Order) -> Outcome:
    """Carry the order out. Raises EngineError for an unknown solver, ProblemError or OSError for the file."""
    solver = find_solver(order.solver)
    instance = order.entry.read()
    told = Outcome(size=instance.size, version=solver.version, refusal=solver.refusal(instance.problem))
    if told.refusal is not None:
        return told
    warm_up(solver, instance.problem)
    cpu, wall = spent_cpu(), time.perf_counter()
    sequences: Sequences | None = None
    try:
        sequences = solver.solve(instance.problem, seconds=order.seconds, seed=order.seed, threads=order.threads)
    except NoAnswerError as error:
        told = replace(told, failure=str(error))
    except CannotExpressError as error:
        told = replace(told, refusal=str(error))
    told = replace(told, seconds=time.perf_counter() - wall, cpu_seconds=spent_cpu() - cpu)
    if sequences is None:
        return told
    verdict = judge(instance.problem, sequences)
    if verdict.cost is None:
        return replace(told, failure=verdict.broken)
    return replace(told, cost=verdict.cost / instance.scale, gap_percent=instance.gap_percent(verdict.cost))


def main(arguments: list[str]) -> int:
    """Run the order in the first file, and put its outcome into the second."""
    order, result = (Path(argument) for argument in arguments)
    outcome = run(Order.read(order))
    result.write_text(json.dumps(asdict(outcome)), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
