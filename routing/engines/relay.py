"""Turns of the compiled search, PyVRP and the choice among routes, each from the best so far, within one allowance."""

from collections.abc import Callable
from dataclasses import replace
from time import monotonic

from routing.compiled import Compiled
from routing.engines.kernel import Kernel
from routing.engines.plain import CannotExpressError, plain
from routing.engines.protocol import Engine, OnProgress, Progress, ShouldCancel, StopCriterion
from routing.engines.route_pool import RoutePool
from routing.engines.turn import Turn, later
from routing.problem import Problem
from routing.selection import ENGINE, select
from routing.solution import Solution

POOLED_STOPS = 500
"""Stops up to which routes are pooled; with more, turns are too dear to begin (measured) and one search has all."""
PYVRP_STOPS = 150
"""Stops up to which PyVRP has turns; with more it is behind the compiled search on every class (measured)."""
LEAST_S = 0.6
"""A shorter allowance is one turn of the compiled search."""
TRIAL, SCOUT, FIRST_CHOICE, MAIN, CHOICE = 0.14, 0.34, 0.36, 0.88, 0.92
"""Shares of the allowance at whose end the search's first turn, PyVRP's first turn, a choice among their routes, the turns
of whichever gains more, and another choice are over at the latest; the rest polishes."""
STARTED_STOPS, STARTS = 100, 4
"""Stops up to which the search without PyVRP begins so many times: small days with clocks and shared pickups have deep
valleys, and the routes of several make better wholes (measured)."""
ALONE, ALONE_CHOICE = 0.92, 0.96
"""The same without PyVRP: the search, and the choice; the rest is the search's again."""
TURNS = 6
"""Turns between the two choices."""
TIE = 1e-9
"""Less than any gain: where neither gains, they take turns."""
WARM, COOL = 0.3, 0.1
"""Heat of a later turn of the search, and of the last one, which polishes and does not begin anew."""


class Relay:
    """One run: `best` and `notes` say how far it has come."""

    def __init__(
        self,
        problem: Problem,
        *,
        stop: StopCriterion,
        seed: int,
        initial: Solution | None,
        on_progress: OnProgress | None,
        should_cancel: ShouldCancel | None,
        threads: int,
    ) -> None:
        self._problem, self._stop, self._seed, self._threads = problem, stop, seed, threads
        self._on_progress, self._should_cancel = on_progress, should_cancel
        self._began, self._turns = monotonic(), 0
        self.best, self.iterations, self.notes = initial, 0, list[str]()
        pooled = 0 < len(problem.stops) <= POOLED_STOPS and bool(problem.vehicles)
        self._pool = RoutePool(Compiled(problem)) if pooled else None

    def run(self) -> Solution:
        """The best of all turns."""
        seconds = self._stop.seconds
        if self._pool is None or (seconds is not None and seconds < LEAST_S):
            self._search(1.0)
        elif self._stop.iterations is not None or seconds is None:
            self._starts(1.0)
            self._choose(None)
        elif not knows(self._problem):
            self._starts(ALONE)
            self._choose(ALONE_CHOICE)
            self._search(1.0, heat=COOL)
        else:
            self._in_turns()
        assert self.best is not None
        return self.best

    def _starts(self, share: float) -> None:
        """The search from what is given, and on small problems from nothing again, in equal turns."""
        starts = STARTS if len(self._problem.stops) <= STARTED_STOPS else 1
        for number in range(1, starts + 1):
            self._search(share * number / starts, fresh=number > 1)

    def _in_turns(self) -> None:
        """PyVRP and the search each show what they gain; turn by turn goes to the one that gained more in a second."""
        from routing.engines.pyvrp_search import PyVrp  # loads PyVRP

        with PyVrp(pool=self._pool) as guest:
            self._search(TRIAL)
            assert self.best is not None
            mine = self.best.cost.total
            theirs = self._take(guest, SCOUT, fresh=True)
            ours = theirs + 1.0 if self.best.cost.total == mine else 0.0
            self._choose(FIRST_CHOICE)
            for number in range(1, TURNS + 1):
                share = FIRST_CHOICE + (MAIN - FIRST_CHOICE) * number / TURNS
                before, began = self.best, monotonic()
                if ours > theirs:
                    stuck = ours <= TIE
                    self._search(share, heat=1.0 if stuck else WARM, fresh=stuck)
                    ours = (before.cost.total - self.best.cost.total) / max(1e-9, monotonic() - began)
                else:
                    theirs = self._take(guest, share)
                    ours = ours or TIE
        self._choose(CHOICE)
        self._search(1.0, heat=COOL)

    def _search(self, share: float, *, heat: float = 1.0, fresh: bool = False) -> float:
        return self._take(Kernel(threads=self._threads, heat=heat, pool=self._pool), share, fresh=fresh)

    def _take(self, engine: Engine, share: float, *, fresh: bool = False) -> float:
        """A turn of an engine; what it gained a second in the later half of it."""
        turn = Turn(self._stop, monotonic() - self._began, self.iterations, share)
        if self.best is not None and (turn.over or self._cancelled):
            return 0.0
        costs = _Costs(later(self._on_progress, monotonic() - self._began, self.iterations), self.best, turn.seconds)
        found = engine.solve(
            self._problem,
            stop=turn,
            seed=self._seed + self._turns,
            initial=None if fresh else self.best,
            on_progress=costs,
            should_cancel=self._should_cancel,
        )
        if self.best is None or found.cost.total < self.best.cost.total or not fresh:
            self.best = found
        self._turns += 1
        self.iterations += turn.spent
        self.notes.append(f"{engine.name}: {self.best.cost.total}")
        return costs.late_gain

    def _choose(self, share: float | None) -> None:
        """The choice among the routes met, until that share of the time is spent (None: reproducibly)."""
        seconds = None
        if share is not None and self._stop.seconds is not None:
            seconds = self._stop.seconds * share - (monotonic() - self._began)
        if self._pool is None or self.best is None or self._cancelled or (seconds is not None and seconds <= 0):
            return
        self.best = select(self._pool, self.best, seconds=seconds, seed=self._seed, should_cancel=self._look)
        self.notes.append(f"selection: {self.best.cost.total}")

    def _look(self) -> bool:
        """Tell that the choice is still at work, and hear whether to cancel."""
        if self._on_progress is not None and self.best is not None:
            self._on_progress(
                Progress(
                    elapsed_s=monotonic() - self._began,
                    iterations=self.iterations,
                    best_cost=self.best.cost.total,
                    served=self.best.served_count,
                    unserved=len(self.best.unserved),
                    engine=ENGINE,
                )
            )
        return self._cancelled

    @property
    def _cancelled(self) -> bool:
        return self._should_cancel is not None and self._should_cancel()


class _Costs:
    """Hears an engine's progress, passes it on as that of the whole, and remembers the cost at half time."""

    def __init__(
        self, on_progress: Callable[[Progress], None] | None, best: Solution | None, seconds: float | None
    ) -> None:
        self._on_progress, self._best = on_progress, best
        self._half_s = (seconds or 0.0) / 2
        self._half_cost: int | None = None
        self._last_cost = 0

    def __call__(self, progress: Progress) -> None:
        if self._half_cost is None and progress.elapsed_s >= self._half_s:
            self._half_cost = progress.best_cost
        self._last_cost = progress.best_cost
        best = self._best
        if best is not None and best.cost.total <= progress.best_cost:
            served, left = best.served_count, len(best.unserved)
            progress = replace(progress, best_cost=best.cost.total, served=served, unserved=left)
        if self._on_progress is not None:
            self._on_progress(progress)

    @property
    def late_gain(self) -> float:
        """What the engine gained a second on its own best in the later half."""
        if self._half_cost is None or not self._half_s:
            return 0.0
        return (self._half_cost - self._last_cost) / self._half_s


def knows(problem: Problem) -> bool:
    """Whether PyVRP has words for the whole problem, and it is small enough for it."""
    if len(problem.stops) > PYVRP_STOPS:
        return False
    try:
        world = plain(problem)
    except CannotExpressError:
        return False
    return all(job.pickup is None for job in world.jobs)
