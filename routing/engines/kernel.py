"""The compiled search as an engine: slices short enough to watch, annealed over the allowance."""

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np

from routing.compiled import Compiled
from routing.engines.plan import plan_from, start_plan
from routing.engines.protocol import MaxIterations, OnProgress, Progress, ShouldCancel, StopCriterion
from routing.engines.route_pool import RoutePool
from routing.engines.team import Team
from routing.engines.turn import FirstPlan
from routing.errors import EngineError
from routing.kernel.fits import fits
from routing.matrix import Matrix
from routing.problem import Need, Problem, Stop, Vehicle, Window
from routing.solution import Solution

if TYPE_CHECKING:
    from routing.kernel.session import Session

SLICE_S = 0.05
"""Wall time of one call into compiled code, about."""
TELL_S = 0.15
"""Wall time between two reports of progress, about."""
HOT, COLD = 1.0, 0.01
"""First and last temperature, in mean costs of a leg."""
WHOLE_ROUTE, WHOLE_OF_MANY_KINDS = 0.005, 0.03
"""Chance that an iteration takes a whole route out: with vehicles all alike and free, and else."""
EXCHANGES = 8
"""Parts of the allowance, at whose ends chains in several threads exchange their best."""
SHRINK_PART, SHRINK_EACH, SHRINK_LEAST = 8, 30, 2_000
"""At most an eighth of the allowance goes into fewer routes; one that does not go in 30 iterations a stop stays."""
UNTIMED = 100_000
"""Iterations over which the temperature falls when neither time nor iterations are limited."""


class Kernel:
    """Ruin and recreate in machine code, for the problems that `routing.kernel.fits` passes."""

    name = "kernel"

    def __init__(self, *, threads: int = 1, heat: float = 1.0, pool: RoutePool | None = None) -> None:
        """`threads`: chains side by side. `heat`: part of the first temperature to begin at, less to stay near `initial`.

        `pool` gets the routes of improved solutions.
        """
        self._threads, self._heat, self._pool = threads, heat, pool

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
        """See `Engine.solve`. Raises EngineError naming the reason when the problem does not fit."""
        from routing.kernel.session import Session  # loads numba

        began = monotonic()
        reason = fits(problem)
        if reason is not None:
            raise EngineError(f"the kernel cannot express this problem: {reason}")
        world = Compiled(problem)
        plan = start_plan(world) if initial is None else plan_from(world, initial.sequences)[0]
        if not problem.stops or not problem.vehicles:
            return initial or plan.solution(engine=self.name, seed=seed, iterations=0, elapsed_s=0.0)
        with Team(Session(world, plan, seed), seed, self._threads) as team:
            watch = _Watch(stop, began, team, on_progress, should_cancel)
            watch.fill()
            if initial is None:
                watch.shrink()
            team.spread()
            watch.anneal(self._heat, self._pool)
            plan = plan_from(world, team.best.best_sequences())[0]
        best = plan.solution(engine=self.name, seed=seed, iterations=watch.iterations, elapsed_s=monotonic() - began)
        return best if initial is None or best.cost.total < initial.cost.total else initial


class _Pace:
    """How much to ask of compiled code at once."""

    def __init__(self) -> None:
        self.count = 4

    def spend(self, work: Callable[[int], int], most: int) -> int:
        """Call work with a count that should take a slice (at most `most`, 0: any); what it returns."""
        asked = min(self.count, most) if most else self.count
        began = monotonic()
        done = work(asked)
        took = monotonic() - began
        if took < SLICE_S / 2:
            self.count = max(self.count, min(2 * asked, 1_000_000))
        elif took > SLICE_S:
            self.count = max(1, int(asked * SLICE_S / took))
        return done


class _Watch:
    """The annealing, under the caller's eyes."""

    def __init__(
        self,
        stop: StopCriterion,
        began: float,
        team: Team,
        on_progress: OnProgress | None,
        should_cancel: ShouldCancel | None,
    ) -> None:
        self.stop, self.began, self.team = stop, began, team
        self.on_progress, self.should_cancel = on_progress, should_cancel
        self.iterations, self.told = 0, began
        tables = team.best.tables
        alike = tables.kinds == 1 and not tables.fleet["fixed_cost"].any()
        self.whole = WHOLE_ROUTE if alike else WHOLE_OF_MANY_KINDS

    @property
    def cancelled(self) -> bool:
        """Whether the caller wants no more."""
        return self.should_cancel is not None and self.should_cancel()

    def fill(self) -> None:
        """Insert what is open, whole where time allows."""
        pace, first, session = _Pace(), FirstPlan(self.stop), self.team.best
        while pace.spend(session.fill, 0) and not first(monotonic() - self.began, 0) and not self.cancelled:
            session.settle()
            self.tell()
        session.settle()
        self.tell()

    def shrink(self) -> None:
        """Where vehicles cost something each, give up routes one by one as long as it goes quickly: annealing seldom does."""
        until = None if self.stop.seconds is None else monotonic() + self.stop.seconds / SHRINK_PART
        session = self.team.best
        hot = session.leg_cost
        while session.may_shrink and session.break_up():
            self._press(session, hot, until)
            if session.absent:
                self.team.restart()
                return

    def _press(self, session: "Session", hot: float, until: float | None) -> None:
        """Iterations until the stops of a route broken up are served by the others, or patience or time is over."""
        patience, limit = max(SHRINK_LEAST, SHRINK_EACH * session.tables.stops), self.stop.iterations
        if limit is not None:
            patience = min(patience, limit // SHRINK_PART - self.iterations)
        pace = _Pace()
        while session.absent and patience > 0 and not self.cancelled and (until is None or monotonic() < until):
            done = pace.spend(lambda count: session.press(count, hot), patience)
            patience -= done
            self.iterations += done
            self.tell()

    def anneal(self, heat: float, pool: RoutePool | None) -> None:
        """Slices until `stop` or a cancel says so."""
        pace, started = _Pace(), monotonic()
        limit, seconds = self.stop.iterations, self.stop.seconds
        first_hot = heat * HOT * self.team.best.leg_cost
        fall = min(1.0, COLD / (heat * HOT))
        exchanges, pooled = (1 if len(self.team.sessions) > 1 else EXCHANGES), None
        while not self.stop(monotonic() - self.began, self.iterations) and not self.cancelled:
            hot, cooling, share, most = first_hot, 1.0, 0.0, 0
            if limit is not None:
                most = max(1, limit * exchanges // EXCHANGES - self.iterations)
                cooling = fall ** (1.0 / limit)
            elif seconds is not None:
                share = (monotonic() - started) / max(1e-9, seconds - (started - self.began))
                hot *= fall ** min(1.0, share)
            else:
                cooling = fall ** (1.0 / UNTIMED)
            self.iterations += pace.spend(lambda count: self._slice(count, hot, cooling), most)  # noqa: B023 - called at once
            if limit is not None:
                share = self.iterations / limit
            if exchanges < EXCHANGES and share * EXCHANGES >= exchanges:
                self.team.exchange()
                exchanges += 1
            if pool is not None and self.team.best.best_cost != pooled:
                pooled = self.team.best.best_cost
                pool.add(self.team.best.best_routes())
            self.tell()

    def _slice(self, count: int, hot: float, cooling: float) -> int:
        return self.team.run(
            lambda session, first, more: session.run(first, more, hot, cooling, self.whole), self.iterations, count
        )

    def tell(self) -> None:
        """Report the best routes so far, now and then."""
        if self.on_progress is None or monotonic() - self.told < TELL_S:
            return
        self.told, best = monotonic(), self.team.best
        served = best.best_served
        self.on_progress(
            Progress(
                elapsed_s=self.told - self.began,
                iterations=self.iterations,
                best_cost=best.best_cost,
                served=served,
                unserved=best.world.stop_count - served,
                engine=Kernel.name,
            )
        )


def warm() -> float:
    """Compile the kernel, or load it from the cache, so that the first solve does not wait; the seconds it took.

    Called by set-up, after the package's files have changed.
    """
    from routing.kernel.cache import forget_stale, mark_ready, origin

    began, made_from = monotonic(), origin()
    forget_stale()
    _call_all()
    mark_ready(made_from)
    return monotonic() - began


def load() -> float | None:
    """Load the compiled kernel into this process, so that its first solve does not wait; the seconds it took.

    None, and nothing is done, where it is not on disk (see `warm`): compiling takes minutes, and is nothing to do by the way.
    """
    from routing.kernel.cache import ready

    began = monotonic()
    if not ready():
        return None
    _call_all()
    return monotonic() - began


def _call_all() -> None:
    """Call every compiled function once, on the smallest problem."""
    from routing.kernel.session import Session

    legs = np.array([[0, 1], [1, 0]])
    problem = Problem(
        dimensions=("load",),
        matrices=(Matrix(profile="any", durations_s=legs, distances_m=legs),),
        vehicles=(Vehicle(id="v", profile="any", start=0, shift=Window(0, 100), capacity=(1,)),),
        stops=(Stop(id="s", location=1, needs=(Need(pickup_id=None, load=(1,)),)),),
    )
    found = Kernel().solve(problem, stop=MaxIterations(5))
    Kernel().solve(problem, stop=MaxIterations(1), initial=found)  # routes that are there already: how a re-plan begins
    world = Compiled(problem)
    session = Session(world, start_plan(world), 0)
    session.break_up()
    session.press(1, 1.0)
