"""The default engine: the compiled search where it fits, else slower engines in turn, each from the best so far."""

from dataclasses import replace
from time import monotonic

from routing.decomposition import needs_parts
from routing.decomposition.engine import Decomposed
from routing.engines.insertion import Insertion
from routing.engines.kernel import Kernel
from routing.engines.ortools_routing import OrToolsRouting
from routing.engines.protocol import Engine, OnProgress, ShouldCancel, StopCriterion
from routing.engines.relay import Relay
from routing.engines.ruin import RuinRecreate
from routing.engines.turn import FirstPlan, Turn, later
from routing.kernel import fits
from routing.kernel.cache import ready
from routing.problem import Problem
from routing.solution import Solution

SMALL_NODES = 250
"""Stops and needs up to which OR-Tools has a turn of its own; on larger days it added nothing (measured)."""
Shares = tuple[tuple[type[Engine], float], ...]
"""Engine after engine, and the part of the whole allowance that is spent when its turn ends."""
SMALL: Shares = ((RuinRecreate, 0.85), (OrToolsRouting, 1.0))
LARGE: Shares = ((RuinRecreate, 1.0),)
PATIENCE_S = 0.3
"""A turn shorter than this is not worth building OR-Tools' model for."""
NOT_READY = "its code is not compiled on this machine (python -m routing warm)"

SHARED = "on a small day with shared pickups the slower engines find shorter rounds"
"""Measured on whole weeks, 15 s, side by side: 172.7 km and not 179.1 (Bermondsey), 57.9 and not 60.0 (Clerkenwell)."""


class Portfolio:
    """Each engine starts from the best solution so far; the answer is the best of all."""

    name = "portfolio"

    def __init__(self, *, threads: int | None = None) -> None:
        """`threads`: cores to use; None: one, and all where a problem is solved in parts."""
        self._threads = threads

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
        """See `Engine.solve`. `notes` tells which engine found what, and why the kernel was left out if it was."""
        began = monotonic()
        if needs_parts(problem):
            return Decomposed(self._threads).solve(
                problem, stop=stop, seed=seed, initial=initial, on_progress=on_progress, should_cancel=should_cancel
            )
        reason = (
            fits(problem) or (SHARED if _is_small_and_shared(problem) else None) or (None if ready() else NOT_READY)
        )
        if reason is not None:
            best = _without_kernel(
                problem, reason, stop=stop, seed=seed, initial=initial, on_progress=on_progress,
                should_cancel=should_cancel,
            )  # fmt: skip
            return replace(best, elapsed_s=monotonic() - began)
        relay = Relay(
            problem, stop=stop, seed=seed, initial=initial, on_progress=on_progress, should_cancel=should_cancel,
            threads=self._threads or 1,
        )  # fmt: skip
        best = relay.run()
        return replace(
            best, seed=seed, iterations=relay.iterations, elapsed_s=monotonic() - began, notes=tuple(relay.notes)
        )


def _without_kernel(
    problem: Problem,
    reason: str,
    *,
    stop: StopCriterion,
    seed: int,
    initial: Solution | None,
    on_progress: OnProgress | None,
    should_cancel: ShouldCancel | None,
) -> Solution:
    """Insertion, then the slower engines in turn."""
    began, iterations = monotonic(), 0
    best = Insertion().solve(
        problem, stop=FirstPlan(stop), seed=seed, initial=initial, on_progress=on_progress, should_cancel=should_cancel
    )
    if initial is not None and initial.cost.total <= best.cost.total:
        best = initial
    notes = [f"{Kernel.name} left out: {reason}", f"{best.engine}: {best.cost.total}"]
    for number, (kind, share) in enumerate(_shares(problem)):
        turn = Turn(stop, monotonic() - began, iterations, share)
        hurried = kind is OrToolsRouting and turn.seconds is not None and turn.seconds < PATIENCE_S
        if hurried or turn.over or (should_cancel is not None and should_cancel()):
            continue
        best = kind().solve(
            problem,
            stop=turn,
            seed=seed + number,
            initial=best,
            on_progress=later(on_progress, monotonic() - began, iterations),
            should_cancel=should_cancel,
        )
        iterations += turn.spent
        notes.append(f"{kind.name}: {best.cost.total}")
    return replace(best, seed=seed, iterations=iterations, notes=tuple(notes))


def _shares(problem: Problem) -> Shares:
    return SMALL if _nodes(problem) <= SMALL_NODES else LARGE


def _nodes(problem: Problem) -> int:
    return len(problem.stops) + sum(len(each.needs) for each in problem.stops)


def _is_small_and_shared(problem: Problem) -> bool:
    """Whether several needs are met from one pickup, and few enough that every engine keeps up."""
    sources = [need.pickup_id for stop in problem.stops for need in stop.needs if need.pickup_id is not None]
    return len(set(sources)) < len(sources) and _nodes(problem) <= SMALL_NODES
