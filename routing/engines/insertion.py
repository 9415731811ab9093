"""Cheapest insertion with exact timing: the first solution, the completion of last week's rounds, one stop by hand."""

from time import monotonic

from routing.compiled import Compiled
from routing.engines.plan import Built, Plan, plan_from, start_plan
from routing.engines.positions import best_place
from routing.engines.protocol import OnProgress, Progress, ShouldCancel, StopCriterion
from routing.engines.turn import Cancel
from routing.problem import Problem
from routing.replay import Breach
from routing.rules import Rule
from routing.solution import Solution
from routing.timing import Miss

TELL_S = 0.15
"""Wall time between two reports of progress, about."""


class Insertion:
    """Serves the stops that are hardest to place first, each where it adds least to the cost."""

    name = "insertion"

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
        """Keep the sequences of `initial` as far as they keep the rules, then insert what is open.

        The order is fixed: the seed changes nothing.
        """
        world, began = Compiled(problem), monotonic()
        plan = start_plan(world) if initial is None else plan_from(world, initial.sequences)[0]
        cancel = Cancel(should_cancel)
        able = Candidates(world, cancel)
        served, told = 0, -TELL_S
        for number, node in enumerate(able.hardest_first(plan.open_stops())):
            elapsed = monotonic() - began
            if stop(elapsed, number) or cancel():
                break
            served += insert(plan, able, node, cancel=cancel) is None
            if on_progress is not None and elapsed - told >= TELL_S:
                told = elapsed
                left = len(plan.open_stops())
                on_progress(
                    Progress(
                        elapsed_s=elapsed,
                        iterations=number,
                        best_cost=plan.cost,
                        served=len(plan.where),
                        unserved=left,
                        engine=self.name,
                    )
                )
        return plan.solution(engine=self.name, seed=seed, iterations=served, elapsed_s=monotonic() - began)


class Candidates:
    """Which vehicles may serve which stop at all, found once; none for the stops left when a cancel comes."""

    def __init__(self, world: Compiled, cancel: ShouldCancel | None = None) -> None:
        self.world = world
        self.vehicles: list[list[int]] = [[] for _ in range(world.stop_count)]
        for node, able in enumerate(self.vehicles):
            if cancel is not None and cancel():
                break
            able.extend(
                vehicle
                for vehicle in range(len(world.problem.vehicles))
                if world.refusal(node, vehicle) is None and world.in_time(node, vehicle) is None
            )

    def hardest_first(self, nodes: list[int]) -> list[int]:
        """Dearest to leave out first, then those with few vehicles, an early last moment, and much to carry."""
        world = self.world

        def hardness(node: int) -> tuple[int, int, int, int]:
            last = world.windows[node][-1][1] if world.windows[node] else 0
            heavy = sum(sum(need.load) for need in world.needs[node])
            return (-world.unserved_cost[node], len(self.vehicles[node]), last, -heavy)

        return sorted(nodes, key=hardness)


def insert(
    plan: Plan,
    able: Candidates,
    node: int,
    vehicles: list[int] | None = None,
    *,
    cancel: ShouldCancel | None = None,
) -> Miss | None:
    """Put the stop where it adds least; None when done, else the last rule met.

    It is left open when every place costs as much as leaving it out. After a cancel the vehicles not tried yet stay so.
    """
    world = plan.world
    if any(other in plan.where for other in world.siblings[node]):
        return Miss(Rule.ONCE, -1, 1)
    below: float = world.unserved_cost[node]
    chosen: tuple[int, Built] | None = None
    miss = Miss(Rule.NO_VEHICLE, -1, 1)
    empty: set[tuple[object, ...]] = set()
    order = able.vehicles[node] if vehicles is None else vehicles
    for vehicle in sorted(order, key=lambda v: plan.known_cost(v, node)):  # a good known place spares later searches
        if cancel is not None and cancel():
            break
        if vehicle not in plan.routes:  # of unused vehicles that are alike the first speaks for all
            kind = _likeness(world, vehicle, node)
            if kind in empty:
                continue
            empty.add(kind)
        found = best_place(plan, node, vehicle, below)
        if isinstance(found, Miss):
            miss = found
        else:
            below, chosen = found[0], (vehicle, found[1])
    if chosen is None:
        return miss
    plan.put(*chosen)
    return None


def _likeness(world: Compiled, vehicle: int, node: int) -> tuple[object, ...]:
    """Equal for unused vehicles between which this stop makes no difference."""
    if world.prefix.get(vehicle) or world.peers[vehicle] or world.shared[vehicle]:
        return (vehicle,)
    car = world.cars[vehicle]
    return (
        car.profile, car.speed_percent, car.start, car.end, car.shift, car.capacity, car.fixed_cost, car.cost_per_m,
        car.cost_per_s, car.max_duration_s, car.max_distance_m, car.max_stops, car.max_travel_s, car.breaks,
        world.preference[vehicle].get(node, 0),
    )  # fmt: skip


def insert_stop(
    problem: Problem, solution: Solution, stop_id: str, *, vehicle_id: str | None = None
) -> Solution | Breach:
    """The solution with one more stop at its cheapest place (on that vehicle, if named), or why that cannot be.

    The routes of other vehicles keep their sequences. Raises ProblemError for an unknown name.
    """
    world = Compiled(problem)
    problem.stop(stop_id)
    node = world.stop_node[stop_id]
    plan, dropped = plan_from(world, solution.sequences)
    if dropped:
        lost = world.names[dropped[0]]
        return Breach(
            rule=Rule.STRUCTURE, vehicle_id=vehicle_id or "", visit=world.visit(world.stop_node[lost]), amount=1
        )
    able = Candidates(world)
    vehicles = able.vehicles[node]
    if vehicle_id is not None:
        problem.vehicle(vehicle_id)
        chosen = world.vehicle_index[vehicle_id]
        rule = world.refusal(node, chosen) or world.in_time(node, chosen)
        if rule is not None:
            return Breach(rule=rule, vehicle_id=vehicle_id, visit=world.visit(node), amount=1)
        vehicles = [chosen]
    miss = insert(plan, able, node, vehicles)
    if miss is not None:
        return Breach(rule=miss.rule, vehicle_id=vehicle_id or "", visit=world.visit(node), amount=miss.amount)
    return plan.solution(engine=Insertion.name, seed=0, iterations=1, elapsed_s=0.0)
