"""What the benchmark asks of a solver, and which solvers there are."""

import importlib
import inspect
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

from routing.engines.plain import CannotExpressError, Sequences, plain
from routing.engines.protocol import MaxSeconds
from routing.errors import EngineError
from routing.problem import Problem
from routing.solving import ENGINES, UncheckedError, solve

EXTRA = "pip install food-rounds[bench]"
ENGINE_PREFIX = "engine:"


class NoAnswerError(Exception):
    """A solver gave up, or found nothing in its time; the message says what it said."""


class Solver(Protocol):
    """One contestant. Its time begins when `solve` is called, with the problem as we state it."""

    name: str
    version: str

    def refusal(self, problem: Problem) -> str | None:
        """What of the problem it cannot express; None: it can."""
        ...

    def solve(self, problem: Problem, *, seconds: float, seed: int, threads: int) -> Sequences:
        """The best it found in that wall time. Raises NoAnswerError, CannotExpressError."""
        ...


def package(name: str, *, distribution: str | None = None) -> tuple[Any, str]:
    """An optional package and its version. Raises EngineError that says how to install it."""
    try:
        return importlib.import_module(name), version(distribution or name)
    except (ImportError, PackageNotFoundError) as error:
        raise EngineError(f"{distribution or name} is not installed: {EXTRA}") from error


class Own:
    """One of our engines, through the same front door as everybody's."""

    def __init__(self, engine: str) -> None:
        self.name = engine
        self.engine = engine
        try:
            self.version = version("food-rounds")
        except PackageNotFoundError:
            self.version = "checkout"

    def refusal(self, problem: Problem) -> str | None:  # noqa: ARG002 - our engines know the whole problem
        """Nothing."""
        return None

    def solve(self, problem: Problem, *, seconds: float, seed: int, threads: int) -> Sequences:
        """The engine's answer, checked or not: the benchmark judges for itself."""
        more: dict[str, Any] = {}
        if "threads" in inspect.signature(solve).parameters:
            more["threads"] = threads
        try:
            found = solve(problem, stop=MaxSeconds(seconds), seed=seed, engine=self.engine, **more)
        except UncheckedError as error:
            found = error.solution
        except EngineError as error:
            raise NoAnswerError(str(error)) from error
        return {vehicle_id: list(visits) for vehicle_id, visits in found.sequences.items()}


def find_solver(name: str) -> Solver:
    """The solver of that name: a peer, or one of our engines (`engine:NAME` where a peer has the same name).

    Raises EngineError for an unknown name or a package that is not installed.
    """
    from routing.bench.ortools_peer import OrToolsPeer
    from routing.bench.pyvrp_peer import PyVrpPeer
    from routing.bench.vroom_peer import VroomPeer

    peers: dict[str, type[Solver]] = {"pyvrp": PyVrpPeer, "vroom": VroomPeer, "ortools": OrToolsPeer}
    if name in peers:
        return peers[name]()
    engine = name.removeprefix(ENGINE_PREFIX)
    if engine in ENGINES:
        found = Own(engine)
        found.name = name
        return found
    own = [f"{ENGINE_PREFIX}{known}" if known in peers else known for known in ENGINES]
    raise EngineError(f"there is no solver {name}; there are {', '.join([*own, *peers])}")


def plainly(problem: Problem) -> str | None:
    """Why no peer can express the problem; None: it is plain."""
    try:
        plain(problem)
    except CannotExpressError as error:
        return str(error)
    return None
