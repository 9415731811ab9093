"""Chains of the compiled search side by side, one in each thread; now and then the worse half begins again from the best."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType
from typing import TYPE_CHECKING, Self

from routing.engines.plan import plan_from

if TYPE_CHECKING:
    from routing.kernel.session import Session

APART = 0x9E3779B9
"""Between the seeds of chains, so that neighbouring seeds of callers do not share a chain."""


class Team:
    """One chain until `spread`, then as many as there are threads. Compiled code runs without the interpreter's lock.

    What is found depends on the seed and the calls alone, not on which thread is faster.
    """

    def __init__(self, first: "Session", seed: int, threads: int) -> None:
        self.sessions = [first]
        self._seed, self._threads, self._made = seed, threads, 0
        self._executor = ThreadPoolExecutor(threads) if threads > 1 else None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._executor is not None:
            self._executor.shutdown(cancel_futures=True)

    @property
    def best(self) -> "Session":
        """The chain that has found the cheapest routes; of equals the first."""
        return min(self.sessions, key=lambda session: session.best_cost)

    def spread(self) -> None:
        """Begin the other chains from the first one's best routes."""
        self.sessions += [self._twin(self.sessions[0]) for _ in range(self._threads - 1)]

    def restart(self) -> None:
        """The one chain begins again from its best routes."""
        self.sessions = [self._twin(self.sessions[0])]

    def exchange(self) -> None:
        """The worse half begins again from the best routes of all."""
        ranked = sorted(range(len(self.sessions)), key=lambda index: self.sessions[index].best_cost)
        for index in ranked[(len(ranked) + 1) // 2 :]:
            self.sessions[index] = self._twin(self.best)

    def run(self, work: Callable[["Session", int, int], int], first: int, count: int) -> int:
        """Have every chain make so many iterations, numbered from `first` on; how many each made."""
        if self._executor is None:
            return work(self.sessions[0], first, count)
        for _ in self._executor.map(lambda session: _whole(work, session, first, count), self.sessions):
            pass
        return count

    def _twin(self, of: "Session") -> "Session":
        self._made += 1
        plan = plan_from(of.world, of.best_sequences())[0]
        twin = type(of)(of.world, plan, self._seed + APART * self._made, packed=(of.tables, of.fleet))
        twin.settle()
        return twin


def _whole(work: Callable[["Session", int, int], int], session: "Session", first: int, count: int) -> None:
    """All of the iterations: a chain that needs wider rows stops early, and goes on."""
    done = 0
    while done < count:
        done += work(session, first + done, count - done)
