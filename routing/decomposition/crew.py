"""Parts solved side by side: one process for each core given, each with one part at a time."""

import multiprocessing
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from routing.engines.protocol import AnyOf, MaxIterations, MaxSeconds, StopCriterion
from routing.problem import Problem, Visit
from routing.solution import Route

if TYPE_CHECKING:
    from multiprocessing.synchronize import Event

TICK_S = 0.1
"""How often a cancel is looked for and progress told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One part to be improved from these sequences, within this allowance."""

    key: int
    problem: Problem
    sequences: dict[str, tuple[Visit, ...]]
    seconds: float | None
    iterations: int | None
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """The routes of one part and the iterations spent on it."""

    key: int
    routes: tuple[Route, ...]
    iterations: int


class CrewLostError(RuntimeError):
    """A process of the crew died, most likely for want of memory."""


def solve_task(task: Task, cancelled: Callable[[], bool]) -> Done:
    """Improve one part with the kernel, or, where that cannot express it, in plain Python."""
    from routing.compiled import Compiled
    from routing.engines.kernel import Kernel
    from routing.engines.plan import plan_from
    from routing.engines.ruin import RuinRecreate
    from routing.kernel.fits import fits

    limits: list[StopCriterion] = []
    if task.seconds is not None:
        limits.append(MaxSeconds(task.seconds))
    if task.iterations is not None:
        limits.append(MaxIterations(task.iterations))
    initial = None
    if task.sequences:
        plan = plan_from(Compiled(task.problem), task.sequences)[0]
        initial = plan.solution(engine="initial", seed=task.seed, iterations=0, elapsed_s=0.0)
    engine = Kernel() if fits(task.problem) is None else RuinRecreate()
    stop = limits[0] if len(limits) == 1 else AnyOf(*limits)
    found = engine.solve(task.problem, stop=stop, seed=task.seed, initial=initial, should_cancel=cancelled)
    return Done(key=task.key, routes=found.routes, iterations=found.iterations)


class Crew:
    """Processes that solve tasks; with one process the caller's own does it. Use as a context manager."""

    def __init__(self, processes: int) -> None:
        self.processes = processes
        self._pool: ProcessPoolExecutor | None = None
        self._cancel: Event | None = None

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_error: object) -> None:
        if self._pool is not None:
            if self._cancel is not None:
                self._cancel.set()
            self._pool.shutdown(wait=True, cancel_futures=True)
            self._pool = None

    def work(self, tasks: Iterator[Task], cancelled: Callable[[], bool], *, alone: bool = False) -> Iterator[Done]:
        """What each task came to, as they end. `tasks` is drawn from only when a process is free.

        `cancelled` is called every `TICK_S`. `alone`: the caller's process does it, there is one task. Raises CrewLostError when a process dies.
        """
        if self.processes <= 1 or alone:
            for task in tasks:
                if cancelled():
                    return
                yield solve_task(task, cancelled)
            return
        pool = self._started()
        pending: set[Future[Done]] = set()
        more = True
        while more or pending:
            while more and len(pending) <= self.processes and not cancelled():
                following = next(tasks, None)
                more = following is not None
                if following is not None:
                    pending.add(self._submit(pool, following))
            ended, pending = wait(pending, timeout=TICK_S, return_when=FIRST_COMPLETED)
            if cancelled():
                more = False
                assert self._cancel is not None
                self._cancel.set()
            for future in ended:
                yield _result(future)

    def _submit(self, pool: ProcessPoolExecutor, task: Task) -> "Future[Done]":
        try:
            return pool.submit(_solve_here, task)
        except BrokenProcessPool as error:
            raise CrewLostError("a process that solved parts has died; is there enough memory?") from error

    def _started(self) -> ProcessPoolExecutor:
        """A fresh interpreter for each process: forks of a process with threads may hang."""
        if self._pool is None:
            context = multiprocessing.get_context("spawn")
            self._cancel = context.Event()
            self._pool = ProcessPoolExecutor(
                self.processes, mp_context=context, initializer=_begin, initargs=(self._cancel,)
            )
        return self._pool


def _result(future: "Future[Done]") -> Done:
    try:
        return future.result()
    except BrokenProcessPool as error:
        raise CrewLostError("a process that solved parts has died; is there enough memory?") from error


_here: dict[str, Any] = {}
"""In a process of the crew: the event that ends its work."""


def _begin(cancel: "Event") -> None:
    _here["cancel"] = cancel
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent leaves nobody behind who waits for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "the crew is started by another process"
    parent.join()
    os._exit(1)


def _solve_here(task: Task) -> Done:
    return solve_task(task, _here["cancel"].is_set)
