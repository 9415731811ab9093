"""A running plan made good after a change, quickly, and without telling more people than need be.

A re-plan starts from the running plan. Everybody it serves is held: same driver, and service within the allowed time
of before. Whoever cannot be held (their driver is gone, their window moved) is open, as are new orders. First, open
stops are put in while everybody is held; then, round after round, as many people as may still be changed are let go,
nearest to the open stops first, and the rest stays held. So the limit holds by construction, whatever engine solves.
"""

import random
from dataclasses import dataclass, replace
from time import monotonic

import numpy as np

from routing.changes import Change, ChangeLimit, changes_between, count_of, fixed_stops, served_by
from routing.checker import check
from routing.compiled import Compiled
from routing.engines.plan import plan_from
from routing.engines.protocol import MaxIterations, MaxSeconds, StopCriterion
from routing.kernel.cache import ready
from routing.kernel.fits import fits
from routing.problem import MUST_PRIZE, Problem, Stop, Window
from routing.solution import Solution
from routing.solving import UncheckedError, solve

ROUNDS = 4
"""Rounds under an iteration limit, which is shared out between them."""
SHARE = 0.25
"""Part of the time allowed that one round gets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Replanned:
    """The new plan and everybody who must be told. `forced` could not keep their place and count towards no limit."""

    solution: Solution
    changes: tuple[Change, ...]
    forced: frozenset[str]

    @property
    def chosen(self) -> int:
        """How many people were changed who could have been left as they were."""
        return count_of(self.changes, self.forced)


def replan(
    problem: Problem,
    running: Solution,
    *,
    stop: StopCriterion,
    limit: ChangeLimit | None = None,
    seed: int = 0,
    engine: str | None = None,
) -> Replanned:
    """The best plan found of the problem as it is now, from the running plan of what it was.

    Nobody served before is left out for somebody else. Without a `limit` nobody is changed who need not be. Raises
    UncheckedError when an answer breaks a rule; a must-stop that was open and stays so is the usual one.
    """
    return _Replan(problem, running, limit or ChangeLimit(most=0), stop=stop, seed=seed, engine=engine).run()


class _Replan:
    """One re-plan."""

    def __init__(
        self,
        problem: Problem,
        running: Solution,
        limit: ChangeLimit,
        *,
        stop: StopCriterion,
        seed: int,
        engine: str | None,
    ) -> None:
        self.problem, self.running, self.limit, self.stop, self.seed = problem, running, limit, stop, seed
        self.engine = engine or ("kernel" if fits(problem) is None and ready() else "ruin_recreate")
        self.began = monotonic()
        self.done = fixed_stops(problem)
        self.before = {name: seen for name, seen in served_by(running).items() if problem.has_stop(name)}
        self.kept = {name for name in self.before if name not in self.done and self._can_stay(name)}
        self.dice = random.Random(seed)  # noqa: S311 - a search, not a secret
        self.iterations = 0

    def run(self) -> Replanned:
        """Round after round while the limits allow."""
        start = self._start()
        forced = frozenset(self.before.keys() - self.kept - self.done)
        best = self._round(set(), start)
        rounds = 1
        freeing = bool(self.kept) and self.limit.most != 0
        while freeing and self._goes_on(rounds):
            changed = {change.stop_id for change in self._changes(best)} & self.kept
            found = self._round(self._let_go(changed, best, rounds), best)
            if self._total(found) < self._total(best):
                best = found
            rounds += 1
        answer = replace(
            best, engine=self.engine, seed=self.seed, iterations=self.iterations, elapsed_s=monotonic() - self.began
        )
        wrong = check(self.problem, answer)
        if wrong:
            raise UncheckedError(answer, wrong)
        return Replanned(solution=answer, changes=self._changes(answer), forced=forced)

    def _can_stay(self, stop_id: str) -> bool:
        vehicle, start_s = self.before[stop_id]
        return self.problem.has_vehicle(vehicle) and self._narrow(self.problem.stop(stop_id), start_s) is not None

    def _narrow(self, stop: Stop, start_s: int) -> tuple[Window, ...] | None:
        """The stop's windows near the time it was told."""
        first, last = max(0, start_s - self.limit.moved_s), start_s + self.limit.moved_s
        windows = stop.windows or (Window(first, last),)
        cut = tuple(Window(max(a, first), min(b, last)) for a, b in windows if a <= last and b >= first)
        return cut or None

    def _start(self) -> Solution:
        """The running plan with everybody held who can be; the others are open."""
        while True:
            problem = self._held(set())
            plan, _ = plan_from(Compiled(problem), self.running.sequences)
            placed = {problem.stops[node].id for node in plan.where}
            if self.kept <= placed:
                found = plan.solution(engine="running", seed=self.seed, iterations=0, elapsed_s=0.0)
                return _priced(found, asked=self.problem, answered=problem)
            self.kept &= placed  # with fewer held there is more room, so this ends

    def _held(self, free: set[str]) -> Problem:
        """The problem in which these may change, and all others who can stay do."""
        problem = self.problem
        promised = {stop.choice for stop in problem.stops if stop.id in self.kept} - {None}
        settled = {stop.choice for stop in problem.stops if stop.id in self.kept - free} - {None}
        stops, pins, wishes = [], dict(problem.pins), dict(problem.preferences)
        for stop in problem.stops:
            held = replace(stop, prize=None) if stop.id in self.kept or stop.choice in promised else stop
            if stop.id in self.kept:
                vehicle, start_s = self.before[stop.id]
                wishes[stop.id, vehicle] = wishes.get((stop.id, vehicle), 0) - self.limit.weight
                if stop.id not in free:
                    pins[stop.id] = vehicle
                    held = replace(held, windows=self._narrow(stop, start_s) or stop.windows)
            elif stop.choice in settled:  # another day or hub for somebody who is held
                held = replace(held, allowed_vehicles=frozenset())
            stops.append(held)
        return replace(problem, stops=tuple(stops), pins=pins, preferences=wishes)

    def _round(self, free: set[str], start: Solution) -> Solution:
        """The best found from this solution while only these may change."""
        problem = self._held(free)
        again = _priced(start, asked=problem, answered=self.problem)
        try:
            found = solve(problem, stop=self._share(), seed=self.seed, engine=self.engine, initial=again)
        except UncheckedError as error:
            if not error.only_must or any(wrong.stop_id in self.kept for wrong in error.violations):
                raise
            found = error.solution
        self.iterations += found.iterations
        return _priced(found, asked=self.problem, answered=problem)

    def _share(self) -> StopCriterion:
        if self.stop.seconds is None:
            return MaxIterations(max(1, (self.stop.iterations or 0) // ROUNDS))
        spent = monotonic() - self.began
        return MaxSeconds(max(0.0, min(self.stop.seconds * SHARE, self.stop.seconds - spent)))

    def _goes_on(self, rounds: int) -> bool:
        if self.stop.seconds is None:
            return rounds < ROUNDS
        spent = monotonic() - self.began
        return spent + spent / rounds <= self.stop.seconds

    def _let_go(self, changed: set[str], best: Solution, rounds: int) -> set[str]:
        """Those already changed, and as many more as the limit leaves, nearest to what is open or was put in."""
        if self.limit.most is None:
            return set(self.kept)
        room = self.limit.most - len(changed)
        others = sorted(self.kept - changed)
        if room <= 0 or not others:
            return changed
        aims = sorted(best.unserved) or sorted(served_by(best).keys() - self.kept - self.done)
        aim = aims[(rounds - 1) % len(aims)] if aims and rounds <= max(2, len(aims)) else self.dice.choice(others)
        return changed | set(self._nearest(aim, others)[:room])

    def _nearest(self, aim: str, others: list[str]) -> list[str]:
        there = self.problem.stop(aim).location
        places = [self.problem.stop(name).location for name in others]
        matrix = self.problem.matrices[0]
        away = np.minimum(matrix.block([there], places)[0][0], matrix.block(places, [there])[0][:, 0])
        return [others[place] for place in np.argsort(away, kind="stable")]

    def _changes(self, solution: Solution) -> tuple[Change, ...]:
        return changes_between(self.problem, self.running, solution, moved_s=self.limit.moved_s)

    def _total(self, solution: Solution) -> int:
        """The objective with what each change costs."""
        changed = {change.stop_id for change in self._changes(solution)} & self.kept
        return solution.cost.total + self.limit.weight * len(changed)


def _priced(solution: Solution, *, asked: Problem, answered: Problem) -> Solution:
    """The same routes with the costs that one problem gives them instead of another: wishes and prizes differ."""
    routes, wishes = [], 0
    for route in solution.routes:
        pairs = [(stop_id, route.vehicle_id) for stop_id in route.stop_ids]
        liked = sum(asked.preferences.get(pair, 0) for pair in pairs)
        before = sum(answered.preferences.get(pair, 0) for pair in pairs)
        routes.append(replace(route, cost=route.cost + liked - before))
        wishes += liked
    prizes = {stop.choice or stop: stop.prize for stop in map(asked.stop, solution.unserved)}
    left = sum(MUST_PRIZE if prize is None else prize for prize in prizes.values())
    return replace(solution, routes=tuple(routes), cost=replace(solution.cost, preference=wishes, unserved=left))
