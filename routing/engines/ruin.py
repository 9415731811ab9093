"""Ruin and recreate in plain Python: take neighbouring stops out, put them back better (simulated annealing).

After Christiaens and Vanden Berghe, "Slack induction by string removals" (2020), with exact timing of every route.
"""

import math
import random
from time import monotonic

from routing.compiled import Compiled
from routing.engines.insertion import Candidates, insert
from routing.engines.plan import Plan, plan_from, start_plan
from routing.engines.protocol import OnProgress, Progress, ShouldCancel, StopCriterion
from routing.problem import Problem
from routing.solution import Solution

MEAN_REMOVED = 8
"""Stops taken out per iteration, on average."""
WHOLE_ROUTE = 0.25
"""Chance that a whole route is taken out instead: the way to use fewer or other vehicles."""
BLINK = 0.02
"""Chance that a vehicle is overlooked when a stop is put back."""


class RuinRecreate:
    """Improves an insertion solution, or the one it is given, until told to stop."""

    name = "ruin_recreate"

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
        """See `Engine.solve`. Under an iteration limit the same seed gives the same answer."""
        world, began = Compiled(problem), monotonic()
        able = Candidates(world)
        plan = start_plan(world) if initial is None else plan_from(world, initial.sequences)[0]
        chain = _Chain(world, able, plan, random.Random(seed))  # noqa: S311 - a search, not a secret
        chain.refill(able.hardest_first(plan.open_stops()), 0.0, lambda: bool(should_cancel and should_cancel()))
        chain.settle()
        iterations, told = 0, began
        while True:
            elapsed = monotonic() - began
            if stop(elapsed, iterations) or (should_cancel is not None and should_cancel()):
                break
            chain.step(_temperature(stop, elapsed, iterations))
            iterations += 1
            if on_progress is not None and monotonic() - told > 0.2:
                told = monotonic()
                on_progress(chain.progress(told - began, iterations, self.name))
        best = chain.best.solution(engine=self.name, seed=seed, iterations=iterations, elapsed_s=monotonic() - began)
        return best if initial is None or best.cost.total < initial.cost.total else initial


def _temperature(stop: StopCriterion, elapsed_s: float, iterations: int) -> float:
    """From 1 down to 0.01 over the allowance."""
    spent = 0.0
    if stop.iterations:
        spent = iterations / stop.iterations
    elif stop.seconds:
        spent = elapsed_s / stop.seconds
    return float(0.01 ** min(1.0, spent))


class _Chain:
    """One annealing chain: the current plan and the best one."""

    def __init__(self, world: Compiled, able: Candidates, plan: Plan, dice: random.Random) -> None:
        self.world, self.able, self.dice = world, able, dice
        self.current = self.best = plan
        self.cost = self.best_cost = plan.cost
        self.near = _neighbours(world)
        self.scale = 1.0

    def settle(self) -> None:
        """Take the current plan as the best, and the scale of costs from it."""
        self.cost = self.best_cost = self.current.cost
        self.best = self.current.copy()
        moving = sum(built.cost for built in self.current.routes.values())
        self.scale = max(1.0, abs(moving) / max(1, len(self.current.where)) * 0.5)

    def refill(self, nodes: list[int], blink: float, cancelled: ShouldCancel | None = None) -> None:
        """Insert these open stops, one after the other."""
        for number, node in enumerate(nodes):
            if cancelled is not None and number % 10 == 0 and cancelled():
                return
            vehicles = self.able.vehicles[node]
            if blink:
                vehicles = [vehicle for vehicle in vehicles if self.dice.random() >= blink]
            insert(self.current, self.able, node, vehicles)

    def step(self, temperature: float) -> None:
        """One ruin, one recreate, one decision."""
        if self.world.stop_count == 0:
            return
        before, cost = self.current, self.cost
        self.current = before.copy()
        self._ruin()
        self.refill(self._order(self.current.open_stops()), BLINK)
        self.cost = self.current.cost
        slack = -self.scale * temperature * math.log(max(self.dice.random(), 1e-12))
        if self.cost >= cost + slack:
            self.current, self.cost = before, cost
        elif self.cost < self.best_cost:
            self.best, self.best_cost = self.current.copy(), self.cost

    def progress(self, elapsed_s: float, iterations: int, engine: str) -> Progress:
        """What to tell the caller."""
        return Progress(
            elapsed_s=elapsed_s,
            iterations=iterations,
            best_cost=self.best_cost,
            served=len(self.best.where),
            unserved=len(self.best.open_stops()),
            engine=engine,
        )

    def _ruin(self) -> None:
        """Take a string of stops out of each of a few routes near a stop chosen at random."""
        if self.current.routes and self.dice.random() < WHOLE_ROUTE:
            emptied = self.dice.choice(list(self.current.routes))
            stops = {n for n in self.current.routes[emptied].nodes if n < self.world.stop_count}
            self.current.remove(emptied, stops.difference(self.world.prefix.get(emptied, ())))
            return
        wanted = self.dice.randint(1, 2 * MEAN_REMOVED)
        centre = self.dice.randrange(self.world.stop_count)
        touched: set[int] = set()
        for node in self.near[centre]:
            vehicle = self.current.where.get(node)
            if wanted <= 0 or len(touched) >= 6:
                return
            if vehicle is None or vehicle in touched:
                continue
            touched.add(vehicle)
            gone = self._string(vehicle, node, min(wanted, self.dice.randint(1, MEAN_REMOVED)))
            if gone and self.current.remove(vehicle, gone):
                wanted -= len(gone)

    def _string(self, vehicle: int, node: int, length: int) -> set[int]:
        fixed = len(self.world.prefix.get(vehicle, ()))
        stops = [n for n in self.current.routes[vehicle].nodes[fixed:] if n < self.world.stop_count]
        if node not in stops:
            return set()
        at = stops.index(node)
        first = self.dice.randint(max(0, at - length + 1), at)
        return set(stops[first : first + length])

    def _order(self, nodes: list[int]) -> list[int]:
        self.dice.shuffle(nodes)
        kind = self.dice.random()
        if kind < 0.4:
            return nodes
        if kind < 0.8:
            return self.able.hardest_first(nodes)
        return sorted(nodes, key=lambda n: self.world.windows[n][-1][1] if self.world.windows[n] else 0)


def _neighbours(world: Compiled) -> list[list[int]]:
    """For each stop the 60 nearest, itself first, by the first vehicle's matrix."""
    if not world.travel:
        return [[node] for node in range(world.stop_count)]
    metres = world.travel[0][1]
    near = []
    for node in range(world.stop_count):
        row = metres[world.location[node]]
        order = sorted(range(world.stop_count), key=lambda other: (other != node, row[world.location[other]], other))
        near.append(order[:60])
    return near
