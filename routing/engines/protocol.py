"""What every engine promises, and when it stops."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from routing.problem import Problem
from routing.solution import Solution


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a running engine has come. `best_cost` is the objective of the best solution so far."""

    elapsed_s: float
    iterations: int
    best_cost: int
    served: int
    unserved: int
    engine: str


class StopCriterion(Protocol):
    """Says when to stop: called with the seconds and iterations spent so far."""

    def __call__(self, elapsed_s: float, iterations: int, /) -> bool:
        """Whether to stop now."""
        ...

    @property
    def seconds(self) -> float | None:
        """The wall time it allows, None for any."""
        ...

    @property
    def iterations(self) -> int | None:
        """The iterations it allows, None for any."""
        ...


@dataclass(frozen=True, slots=True)
class MaxSeconds:
    """Stop after this wall time."""

    limit_s: float

    def __call__(self, elapsed_s: float, iterations: int, /) -> bool:  # noqa: ARG002 - the protocol's shape
        return elapsed_s >= self.limit_s

    @property
    def seconds(self) -> float | None:
        """The wall time it allows."""
        return self.limit_s

    @property
    def iterations(self) -> int | None:
        """Any number."""
        return None


@dataclass(frozen=True, slots=True)
class MaxIterations:
    """Stop after this many iterations; the same seed then gives the same answer."""

    limit: int

    def __call__(self, elapsed_s: float, iterations: int, /) -> bool:  # noqa: ARG002 - the protocol's shape
        return iterations >= self.limit

    @property
    def seconds(self) -> float | None:
        """Any time."""
        return None

    @property
    def iterations(self) -> int | None:
        """The iterations it allows."""
        return self.limit


@dataclass(frozen=True, slots=True, init=False)
class AnyOf:
    """Stop when any of these says so."""

    criteria: tuple[StopCriterion, ...]

    def __init__(self, *criteria: StopCriterion) -> None:
        object.__setattr__(self, "criteria", criteria)

    def __call__(self, elapsed_s: float, iterations: int, /) -> bool:
        return any(criterion(elapsed_s, iterations) for criterion in self.criteria)

    @property
    def seconds(self) -> float | None:
        """The least wall time that any allows."""
        return min((c.seconds for c in self.criteria if c.seconds is not None), default=None)

    @property
    def iterations(self) -> int | None:
        """The least number of iterations that any allows."""
        return min((c.iterations for c in self.criteria if c.iterations is not None), default=None)


type OnProgress = Callable[[Progress], None]
type ShouldCancel = Callable[[], bool]


class Engine(Protocol):
    """Solves a problem, or improves a solution of it."""

    name: str

    def solve(
        self,
        problem: Problem,
        *,
        stop: StopCriterion,
        seed: int = 0,
        initial: Solution | None = None,
        on_progress: OnProgress | None = None,
        should_cancel: ShouldCancel | None = None,
    ) -> Solution:
        """The best solution found when `stop` or `should_cancel` says so; never worse than `initial`.

        What the callbacks raise is raised to the caller. Raises EngineError when the fixed part cannot be driven.
        """
        ...
