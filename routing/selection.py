"""The best whole that can be put together from routes already met: set partitioning by OR-Tools' CP-SAT.

Exact over its routes: each stop once (of a choice one), vehicles, preferences, blocks and pins (by what a route's vehicle
may do), shared hours, shifts that must not overlap, supplies, what is fixed, balance.
"""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from time import monotonic

from ortools.sat.python import cp_model

from routing.compiled import Compiled
from routing.engines.plan import Built, Plan, start_plan
from routing.engines.protocol import ShouldCancel
from routing.engines.route_pool import RoutePool
from routing.engines.turn import LOOK_S, Cancel
from routing.problem import MUST_PRIZE
from routing.solution import Solution
from routing.timing import Miss

ENGINE = "selection"
DETERMINISTIC_TIME = 0.5
"""CP-SAT's own measure, for runs that must give the same answer again; about as many seconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A route that may be chosen: who drives it (or any like them), and what it is."""

    vehicle: int
    built: Built
    stops: tuple[int, ...]


def select(
    pool: RoutePool,
    best: Solution,
    *,
    seconds: float | None,
    seed: int = 0,
    should_cancel: ShouldCancel | None = None,
) -> Solution:
    """The cheapest solution made of the pool's routes and those of `best`; `best` itself where there is none cheaper.

    `seconds` None: bounded by CP-SAT's deterministic time, so that the same pool and seed give the same answer.
    """
    began, world = monotonic(), pool.world
    cancel = Cancel(should_cancel)
    columns = _columns(pool, best, None if seconds is None else began + seconds / 2, cancel)
    if len(columns) <= len(best.routes):
        return best
    choice = _Choice(pool, columns, best)
    left = None if seconds is None else seconds - (monotonic() - began)
    chosen = choice.answer(left, seed, cancel)
    plan = _assembled(world, pool, chosen)
    if plan is None or plan.cost >= best.cost.total:
        return best
    return plan.solution(engine=ENGINE, seed=seed, iterations=0, elapsed_s=monotonic() - began)


def _columns(pool: RoutePool, best: Solution, until: float | None, cancel: ShouldCancel) -> list[Column]:
    """The routes of `best`, then the pool's newest, timed alone; of routes with the same stops the cheapest."""
    world, blank = pool.world, Plan(pool.world)
    own = [
        (world.vehicle_index[name], tuple(world.node(visit) for visit in visits))
        for name, visits in best.sequences.items()
    ]
    found: dict[tuple[int, frozenset[int]], Column] = {}
    for number, (vehicle, nodes) in enumerate((*own, *pool.newest_first())):
        if number >= len(own) and (cancel() or (until is not None and monotonic() > until)):
            break
        built = blank.build(vehicle, list(nodes))
        if isinstance(built, Miss):
            continue
        stops = tuple(node for node in nodes if node < world.stop_count)
        key = (pool.kind_of[vehicle], frozenset(stops))
        if key not in found or built.cost < found[key].built.cost:
            found[key] = Column(vehicle=vehicle, built=built, stops=stops)
    return list(found.values())


class _Choice:
    """The model: one yes or no for each column."""

    def __init__(self, pool: RoutePool, columns: Sequence[Column], best: Solution) -> None:
        self.pool, self.world, self.columns = pool, pool.world, columns
        self.model = cp_model.CpModel()
        self.taken = [self.model.new_bool_var(f"c{number}") for number in range(len(columns))]
        served = {self.world.stop_node[name] for route in best.routes for name in route.stop_ids}
        self.kept = {self.world.siblings[node][0] for node in served if self.world.unserved_cost[node] == MUST_PRIZE}
        """Must-stops that stay served: a rule rather than a price, so that the numbers stay small."""
        self._stops()
        self._vehicles()
        self._limits()
        self._supplies()
        self._objective()
        self._hint(best)

    def _stops(self) -> None:
        covering: dict[int, list[int]] = {}
        for number, column in enumerate(self.columns):
            for node in column.stops:
                covering.setdefault(self.world.siblings[node][0], []).append(number)
        for first, numbers in covering.items():
            total = sum(self.taken[number] for number in numbers)
            self.model.add(total == 1 if first in self.kept else total <= 1)

    def _vehicles(self) -> None:
        of_kind: dict[int, list[int]] = {}
        for number, column in enumerate(self.columns):
            of_kind.setdefault(self.pool.kind_of[column.vehicle], []).append(number)
        for kind, numbers in of_kind.items():
            total = sum(self.taken[number] for number in numbers)
            members = [vehicle for vehicle, other in enumerate(self.pool.kind_of) if other == kind]
            if self.world.prefix.get(members[0]):
                self.model.add(total == 1)
            elif len(numbers) > len(members):
                self.model.add(total <= len(members))

    def _limits(self) -> None:
        for index, limit in enumerate(self.world.problem.limits):
            members = {self.world.vehicle_index[name] for name in limit.vehicle_ids}
            numbers = [number for number, column in enumerate(self.columns) if column.vehicle in members]
            most = limit.max_total_duration_s
            if most is not None:
                self._at_most(numbers, [self.columns[number].built.timing.duration_s for number in numbers], most)
            if limit.exclusive:
                self._one_at_a_time(index, numbers)

    def _one_at_a_time(self, index: int, numbers: list[int]) -> None:
        spans = []
        for number in numbers:
            timing = self.columns[number].built.timing
            spans.append(
                self.model.new_optional_fixed_size_interval_var(
                    timing.depart_s, timing.end_s - timing.depart_s, self.taken[number], f"l{index}c{number}"
                )
            )
        self.model.add_no_overlap(spans)

    def _supplies(self) -> None:
        for pickup, supply in self.world.supply.items():
            for dim, most in enumerate(supply):
                loads = [
                    sum(
                        need.load[dim]
                        for node in column.stops
                        for need in self.world.needs[node]
                        if need.pickup == pickup
                    )
                    for column in self.columns
                ]
                self._at_most(list(range(len(loads))), loads, most)

    def _at_most(self, numbers: list[int], amounts: list[int], most: int) -> None:
        terms = [amount * self.taken[number] for number, amount in zip(numbers, amounts, strict=True) if amount]
        if terms:
            self.model.add(sum(terms) <= most)

    def _objective(self) -> None:
        worth = [
            column.built.cost
            - sum(
                self.world.unserved_cost[node] for node in column.stops if self.world.siblings[node][0] not in self.kept
            )
            for column in self.columns
        ]
        total = sum(amount * taken for amount, taken in zip(worth, self.taken, strict=True))
        weight = self.world.problem.balance_weight
        if weight:
            durations = [column.built.timing.duration_s for column in self.columns]
            longest = self.model.new_int_var(0, max(durations), "longest")
            for seconds, taken in zip(durations, self.taken, strict=True):
                self.model.add(longest >= seconds * taken)
            total += weight * longest
        self.model.minimize(total)

    def _hint(self, best: Solution) -> None:
        own = {
            (self.pool.kind_of[self.world.vehicle_index[route.vehicle_id]], frozenset(route.stop_ids))
            for route in best.routes
        }
        for column, taken in zip(self.columns, self.taken, strict=True):
            names = frozenset(self.world.names[node] for node in column.stops)
            self.model.add_hint(taken, (self.pool.kind_of[column.vehicle], names) in own)

    def answer(self, seconds: float | None, seed: int, cancel: ShouldCancel) -> list[Column]:
        """The columns chosen; none when nothing was found in time."""
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = seed % 2**31
        if seconds is None:
            solver.parameters.max_deterministic_time = DETERMINISTIC_TIME
        else:
            solver.parameters.max_time_in_seconds = max(0.01, seconds)
        status = _watched(solver, self.model, cancel)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return []
        return [column for column, taken in zip(self.columns, self.taken, strict=True) if solver.value(taken)]


def _watched(solver: cp_model.CpSolver, model: cp_model.CpModel, cancel: ShouldCancel) -> object:
    """Solve in a thread of its own, so that a cancel is heard while CP-SAT works."""
    with ThreadPoolExecutor(1) as executor:
        running: Future[object] = executor.submit(solver.solve, model)
        try:
            while not wait([running], LOOK_S).done:
                if cancel():
                    solver.stop_search()
        except BaseException:
            solver.stop_search()
            raise
        return running.result()


def _assembled(world: Compiled, pool: RoutePool, chosen: Sequence[Column]) -> Plan | None:
    """A plan of the chosen routes, each given to a free vehicle of its kind; None when they do not go together."""
    if not chosen:
        return None
    plan = start_plan(world)
    free: dict[int, list[int]] = {}
    for vehicle in reversed(range(len(world.cars))):
        free.setdefault(pool.kind_of[vehicle], []).append(vehicle)
    for column in sorted(chosen, key=lambda column: column.built.timing.depart_s):
        vehicle = free[pool.kind_of[column.vehicle]].pop()
        built = plan.build(vehicle, column.built.nodes)
        if isinstance(built, Miss):
            return None
        plan.put(vehicle, built)
    return plan
