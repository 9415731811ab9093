"""OR-Tools' routing library as an engine: starts from an insertion solution, improves it by guided local search.

Its iterated local search (`SolveWithIteratedLocalSearch`) ended closer to the best on days of 40 doors, but takes no
start, finds no first solution of 400 doors in 8 s, and heeds no limit but its own clock: it could not be cancelled.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING, Any

from routing.compiled import Compiled
from routing.engines.insertion import Candidates, insert
from routing.engines.plan import Plan, plan_from, start_plan
from routing.engines.protocol import OnProgress, Progress, ShouldCancel, StopCriterion
from routing.problem import Problem
from routing.solution import Solution

if TYPE_CHECKING:
    from routing.engines.ortools_model import Model

MAX_NODES = 2_500
"""Larger models build for minutes and find nothing (measured); they are left to the other engines."""
POLL_S = 0.05
UNTIMED_S, UNTIMED_NODE_S = 1.0, 0.1
"""The most seconds of a search under an iteration limit alone: in all, and for each node of the model."""


class OrToolsRouting:
    """One OR-Tools routing model of the whole problem; vehicles with fixed visits stay as they are."""

    name = "ortools"

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
        """See `Engine.solve`. An iteration is one solution found by the local search; there is nothing to seed."""
        world, began = Compiled(problem), monotonic()
        able = Candidates(world)
        start = start_plan(world) if initial is None else plan_from(world, initial.sequences)[0]
        for node in able.hardest_first(start.open_stops()):
            if should_cancel is not None and should_cancel():
                break
            insert(start, able, node)
        best, iterations = start, 0
        vehicles = [v for v in range(len(problem.vehicles)) if not world.prefix.get(v)]
        stops = _stops(world, able, start, vehicles)
        pairs = len(stops) + sum(len(world.needs[node]) for node in stops)
        if stops and pairs <= MAX_NODES and not stop(monotonic() - began, 0):
            from routing.engines.ortools_model import build_model  # loads OR-Tools, a second at most, only when used

            watch = _Watch(stop, on_progress, should_cancel, began, start)
            found = _search(start, able, build_model(world, able, vehicles, stops), watch)
            iterations = watch.solutions
            if found is not None and found.cost < start.cost:
                best = found
        answer = best.solution(engine=self.name, seed=seed, iterations=iterations, elapsed_s=monotonic() - began)
        return answer if initial is None or answer.cost.total < initial.cost.total else initial


def _stops(world: Compiled, able: Candidates, plan: Plan, vehicles: list[int]) -> list[int]:
    """The stops that the model decides about: those some free vehicle may serve and no fixed one does."""
    free = set(vehicles)
    held = {node for node, vehicle in plan.where.items() if vehicle not in free}
    return [
        node
        for node in range(world.stop_count)
        if free.intersection(able.vehicles[node]) and not held.intersection(world.siblings[node])
    ]


class _Watch:
    """Polled by the search: tells when to stop, reports progress, and keeps what the callbacks raise."""

    def __init__(
        self,
        stop: StopCriterion,
        on_progress: OnProgress | None,
        should_cancel: ShouldCancel | None,
        began: float,
        plan: Plan,
    ) -> None:
        self.stop, self.on_progress, self.should_cancel, self.began = stop, on_progress, should_cancel, began
        self.best_cost = plan.cost
        self.served, self.unserved = len(plan.where), len(plan.open_stops())
        self.solutions = 0
        self.told = self.polled = began
        self.over = False
        self.raised: BaseException | None = None

    def limit(self) -> bool:
        """Whether the search must end. Never raises: the library does not pass exceptions through."""
        now = monotonic()
        if self.over or now - self.polled < POLL_S:
            return self.over
        self.polled = now
        try:
            self.over = self.stop(now - self.began, self.solutions) or (
                self.should_cancel is not None and self.should_cancel()
            )
            if now - self.told > 0.2:
                self.told = now
                self.report(now)
        except BaseException as error:  # noqa: BLE001 - raised again by `again` when the search is over
            self.raised, self.over = error, True
        return self.over

    def report(self, now: float) -> None:
        """Tell the caller."""
        if self.on_progress is not None:
            self.on_progress(
                Progress(
                    elapsed_s=now - self.began,
                    iterations=self.solutions,
                    best_cost=self.best_cost,
                    served=self.served,
                    unserved=self.unserved,
                    engine=OrToolsRouting.name,
                )
            )

    def again(self) -> None:
        """Raise what a callback raised."""
        if self.raised is not None:
            raise self.raised


def _search(start: Plan, able: Candidates, model: Model, watch: _Watch) -> Plan | None:
    world = start.world
    routing = model.routing
    parameters = _parameters(watch, routing.Size())
    routing.CloseModelWithParameters(parameters)
    outside = [node for node in range(world.stop_count) if node not in model.stop_task]
    constant = model.offset + _outside_cost(world, start, outside)
    found = _Found(model, watch, constant)
    routing.AddAtSolutionCallback(found.at_solution)
    routing.AddSearchMonitor(routing.solver().CustomLimit(watch.limit))
    sequences = {v: b.nodes for v, b in start.routes.items()}
    first = routing.ReadAssignmentFromRoutes(model.routes(sequences, world), True)
    if first is not None:
        routing.SolveFromAssignmentWithParameters(first, parameters)
    else:
        routing.SolveWithParameters(parameters)
    watch.again()
    return _exact(world, able, start, found.routes) if found.routes is not None else None


class _Found:
    """The best solution that the model has reported, read out at once: the solver keeps only its variables."""

    def __init__(self, model: Model, watch: _Watch, constant: int) -> None:
        self.model, self.watch, self.constant = model, watch, constant
        self.cost: int | None = None
        self.routes: dict[int, list[int]] | None = None

    def at_solution(self) -> None:
        """Called by the solver. Never raises: the library does not pass exceptions through."""
        watch, routing = self.watch, self.model.routing
        watch.solutions += 1
        try:
            self.keep(int(routing.CostVar().Max()) + self.constant, lambda i: routing.NextVar(i).Value())
            if watch.stop(monotonic() - watch.began, watch.solutions):
                watch.over = True
        except BaseException as error:  # noqa: BLE001 - raised again when the search is over
            watch.raised, watch.over = error, True

    def keep(self, cost: int, following: Callable[[int], int]) -> None:
        """Take this solution if it is the best so far."""
        if self.cost is not None and cost >= self.cost:
            return
        self.cost = cost
        self.routes = {v: self.model.sequence(n, following) for n, v in enumerate(self.model.vehicles)}
        watch = self.watch
        if cost < watch.best_cost:
            watch.best_cost = cost
            served = len({task for nodes in self.routes.values() for task in nodes if task in self.model.stop_task})
            watch.unserved -= served - watch.served
            watch.served = served


def _outside_cost(world: Compiled, start: Plan, outside: list[int]) -> int:
    """What the stops and routes that the model leaves alone cost: unserved ones, and the vehicles with fixed visits."""
    open_now = set(start.open_stops())
    left = sum(world.unserved_cost[n] for n in outside if n in open_now and n == world.siblings[n][0])
    return left + sum(built.cost for vehicle, built in start.routes.items() if world.prefix.get(vehicle))


def _parameters(watch: _Watch, nodes: int) -> Any:
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    parameters = pywrapcp.DefaultRoutingSearchParameters()
    parameters.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    kinds = routing_enums_pb2.LocalSearchMetaheuristic
    # Under an iteration limit alone, guided search might count solutions for hours; descent ends by itself.
    counted = watch.stop.seconds is None and watch.stop.iterations is not None
    parameters.local_search_metaheuristic = kinds.GREEDY_DESCENT if counted else kinds.GUIDED_LOCAL_SEARCH
    # Nor does the library always end by itself: hours shared by several routes once kept it setting times for ever.
    seconds = watch.stop.seconds if watch.stop.seconds is not None else UNTIMED_S + UNTIMED_NODE_S * nodes
    left_ms = max(1, int(1000 * (seconds - (monotonic() - watch.began))))
    parameters.time_limit.FromMilliseconds(left_ms)
    if watch.stop.iterations is not None:
        parameters.solution_limit = max(1, watch.stop.iterations)
    return parameters


def _exact(world: Compiled, able: Candidates, start: Plan, routes: dict[int, list[int]]) -> Plan:
    """The model's sequences, timed exactly, with what is fixed; anything lost in between is inserted again."""
    sequences = {world.cars[v].id: tuple(world.visit(node) for node in nodes) for v, nodes in routes.items() if nodes}
    for vehicle, built in start.routes.items():
        if world.prefix.get(vehicle):
            sequences[world.cars[vehicle].id] = tuple(world.visit(node) for node in built.nodes)
    plan, _ = plan_from(world, sequences)
    for node in able.hardest_first(plan.open_stops()):
        insert(plan, able, node)
    return plan
