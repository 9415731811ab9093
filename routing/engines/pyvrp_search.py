"""PyVRP as an engine: the iterated local search of another project, for the problems that it knows too.

Wouda, Lan and Kool (2024), "PyVRP: a high-performance VRP solver package". What it finds is timed and costed by our
own replay like every other engine's answer.
"""

from threading import Event, Thread
from time import monotonic
from types import TracebackType
from typing import Any, Self, cast

import pyvrp

from routing.compiled import Compiled
from routing.engines.plain import CannotExpressError, Sequences, plain
from routing.engines.plan import plan_from, start_plan
from routing.engines.protocol import OnProgress, Progress, ShouldCancel, StopCriterion
from routing.engines.pyvrp_model import PyVrpModel
from routing.engines.route_pool import RoutePool
from routing.errors import EngineError
from routing.problem import Problem
from routing.solution import Solution

LOOK_S = 0.1
"""Wall time between two reports of progress, and two looks for a cancel."""


class PyVrp:
    """One search, in a thread of its own so that it can pause: a second `solve` goes on where the first one stopped.

    Only one of the two threads works at a time, and callers' callbacks are called in the caller's own.
    """

    name = "pyvrp"

    def __init__(self, *, pool: RoutePool | None = None) -> None:
        self._pool = pool
        self._run: _Run | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._run is not None:
            self._run.end()

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
        """See `Engine.solve`; to be called inside `with`, always for the same problem. The first `initial` is begun from.

        Between two looks at `stop` lies one iteration: a few milliseconds up to 500 stops. Raises EngineError naming the
        rule that PyVRP has no words for.
        """
        began = monotonic()
        world = Compiled(problem)
        if not problem.stops or not problem.vehicles:
            return initial or start_plan(world).solution(engine=self.name, seed=seed, iterations=0, elapsed_s=0.0)
        if self._run is None:
            try:
                self._run = _Run(PyVrpModel(pyvrp, plain(problem)), seed, initial, self._pool)
            except CannotExpressError as error:
                raise EngineError(f"PyVRP cannot express this problem: {error}") from error
        run = self._run
        run.go(stop, began)
        while not run.paused.wait(LOOK_S):
            if should_cancel is not None and should_cancel():
                run.halt = True
            if on_progress is not None and run.best is not None:
                on_progress(run.progress(monotonic() - began))
        found = plan_from(world, {name: tuple(visits) for name, visits in run.sequences().items()})[0]
        best = found.solution(engine=self.name, seed=seed, iterations=run.iterations, elapsed_s=monotonic() - began)
        return best if initial is None or best.cost.total < initial.cost.total else initial


class _Run(pyvrp.IteratedLocalSearchCallbacks):
    """PyVRP's own loop: it asks before every iteration whether to stop, and waits there while it is not its turn."""

    def __init__(self, model: PyVrpModel, seed: int, initial: Solution | None, pool: RoutePool | None) -> None:
        self.model, self.pool, self.best = model, pool, cast(Any, None)
        self.paused, self.halt, self.iterations = Event(), False, 0
        self._turn, self._over, self._stop, self._began = Event(), False, cast(Any, None), 0.0
        self._error: BaseException | None = None
        self._cost = 0
        first = None if initial is None else model.solution(initial.sequences)
        self._thread = Thread(target=self._search, args=(seed, first), name="pyvrp", daemon=True)

    def go(self, stop: StopCriterion, began: float) -> None:
        """Begin, or go on, until `stop` or `halt` says so; `paused` is set then."""
        self.halt, self.iterations, self._stop, self._began = False, 0, stop, began
        if self._over:
            return
        self.paused.clear()
        self._turn.set()
        if not self._thread.is_alive():
            self._thread.start()

    def end(self) -> None:
        """Leave the loop, and wait until the thread is gone."""
        self._over = True
        self._turn.set()
        if self._thread.is_alive():
            self._thread.join()

    def sequences(self) -> Sequences:
        """The best routes so far; none while all break rules. Raises what the search raised."""
        if self._error is not None:
            raise self._error
        return self.model.sequences(self.best) if self.best is not None else {}

    def progress(self, elapsed_s: float) -> Progress:
        """How far this turn has come."""
        served = sum(route.num_clients() + route.num_shipments() for route in self.best.routes())
        return Progress(
            elapsed_s=elapsed_s,
            iterations=self.iterations,
            best_cost=self._cost,
            served=served,
            unserved=len(self.model.world.jobs) - served,
            engine=PyVrp.name,
        )

    def _search(self, seed: int, first: Any) -> None:
        try:
            pyvrp.solve(
                self.model.data,
                stop=self._asked,
                seed=seed,
                collect_stats=False,
                display=False,
                params=pyvrp.SolveParams(ils=pyvrp.IteratedLocalSearchParams(callbacks=self)),
                initial_solution=first,
            )
        except Exception as error:  # noqa: BLE001 - raised again by `sequences`, in the caller's thread
            self._error = error
        self._over = True
        self.paused.set()

    def _asked(self, best_cost: float) -> bool:
        self._cost = int(best_cost)
        if not self._over and (self.halt or self._stop(monotonic() - self._began, self.iterations)):
            self._turn.clear()
            self.paused.set()
            self._turn.wait()
        self.iterations += 1
        return self._over

    def on_start(self, ils: Any) -> None:
        """PyVRP calls this."""
        self.on_best(ils.initial_solution)

    def on_best(self, best: Any) -> None:
        """PyVRP calls this with each new best, rules kept or not."""
        if best.is_feasible():
            self.best = best
            if self.pool is not None:
                self.pool.add_visits(self.model.sequences(best).items())
