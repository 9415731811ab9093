"""Turn sequences of visits into timed routes and a costed solution, exactly, or say what breaks."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

from routing.compiled import Compiled
from routing.problem import MAX_TIME_S, Problem, Visit
from routing.rules import Rule
from routing.solution import CostBreakdown, Rest, Route, Solution, Step, StepKind
from routing.timing import Miss, Timing, load_late, loads, rest_starts, time

FOREVER = (0, 2 * MAX_TIME_S)


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """The first rule that a sequence breaks: at which visit (None: the whole route), and by how much (its unit)."""

    rule: Rule
    vehicle_id: str
    visit: Visit | None
    amount: int


def replay(
    problem: Problem,
    vehicle_id: str,
    visits: Iterable[Visit],
    *,
    between_s: tuple[int, int] = FOREVER,
    world: Compiled | None = None,
) -> Route | Breach:
    """The route of least duration that makes these visits in this order, or the first rule broken.

    Covers loads, windows, clocks, shift (cut to between_s), and the vehicle's own limits; who may go where, and
    rules over several routes, are `Compiled.refusal`'s and the checker's. A prebuilt `world` saves time.
    """
    world = world or Compiled(problem)
    vehicle = world.vehicle_index[vehicle_id]
    nodes = [world.node(visit) for visit in visits]
    timing = time(world, vehicle, nodes, *between_s)
    if isinstance(timing, Miss):
        visit = world.visit(nodes[timing.position]) if timing.position >= 0 and nodes else None
        return Breach(rule=timing.rule, vehicle_id=vehicle_id, visit=visit, amount=timing.amount)
    return build_route(world, vehicle, nodes, timing)


def build_route(world: Compiled, vehicle: int, nodes: list[int], timing: Timing) -> Route:
    """The timed steps of a feasible schedule, loading moved as late as it may be."""
    car = world.cars[vehicle]
    loaded = loads(world, vehicle, nodes)
    if isinstance(loaded, Miss):
        raise TypeError(f"vehicle {car.id}: a schedule was made for a sequence that breaks {loaded.rule}")
    starts = load_late(world, vehicle, nodes, timing)
    rests = _rests(world, vehicle, nodes, timing, starts)
    seconds = world.travel[vehicle][0]
    here, now = car.start, timing.depart_s
    steps = [_ends(StepKind.START, car.id, here, now, tuple(loaded[1][0]))]
    for position, node in enumerate(nodes):
        there = world.location[node]
        arrival = _arrival(now, seconds[here][there], [rest for rest in rests if rest.after_step == position])
        stay = world.service[node] + (world.setup[node] if there != here else 0)
        here, now = there, starts[position] + stay
        steps.append(
            Step(
                kind=StepKind.STOP if node < world.stop_count else StepKind.PICKUP,
                id=world.names[node],
                location=there,
                arrival_s=arrival,
                service_start_s=starts[position],
                departure_s=now,
                load=tuple(loaded[1][position + 1]),
            )
        )
    home = here if car.end is None else car.end
    last = [rest for rest in rests if rest.after_step == len(nodes)]
    end_s = _arrival(now, 0 if car.end is None else seconds[here][home], last)
    end_s = max(end_s, last[-1].end_s) if last else end_s
    steps.append(_ends(StepKind.END, car.id, home, end_s, tuple(loaded[1][-1])))
    return Route(
        vehicle_id=car.id,
        steps=tuple(steps),
        distance_m=timing.distance_m,
        duration_s=end_s - timing.depart_s,
        cost=route_cost(world, vehicle, nodes, timing),
        rests=rests,
    )


def _rests(world: Compiled, vehicle: int, nodes: list[int], timing: Timing, starts: list[int]) -> tuple[Rest, ...]:
    began = rest_starts(world, vehicle, nodes, timing, starts)
    return tuple(
        Rest(break_id=rest.id, after_step=gap, start_s=start, end_s=start + rest.service_s)
        for rest, gap, start in zip(world.cars[vehicle].breaks, timing.rests, began, strict=False)
    )


def _arrival(leave_s: int, seconds: int, rests: list[Rest]) -> int:
    """When travel of so many seconds is over that the breaks interrupt."""
    at = leave_s + seconds
    for rest in rests:
        if rest.start_s < at:
            at += rest.end_s - rest.start_s
    return at


def _ends(kind: StepKind, name: str, location: int, at_s: int, load: tuple[int, ...]) -> Step:
    return Step(
        kind=kind, id=name, location=location, arrival_s=at_s, service_start_s=at_s, departure_s=at_s, load=load
    )


def route_cost(world: Compiled, vehicle: int, nodes: list[int], timing: Timing) -> int:
    """Fixed + distance + duration + preferences of one used vehicle."""
    car = world.cars[vehicle]
    wishes = world.preference[vehicle]
    liked = sum(wishes.get(node, 0) for node in nodes) if wishes else 0
    return car.fixed_cost + timing.leg_cost + car.cost_per_s * timing.duration_s + liked


def free_times(busy: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """What is left of the time axis around busy spans; neighbours share their end seconds."""
    free, begin = [], FOREVER[0]
    for start, end in sorted(busy):
        if start >= begin:
            free.append((begin, start))
        begin = max(begin, end)
    return [*free, (begin, FOREVER[1])]


def build_solution(
    problem: Problem,
    routes: Iterable[Route],
    *,
    engine: str,
    seed: int = 0,
    iterations: int = 0,
    elapsed_s: float = 0.0,
    notes: tuple[str, ...] = (),
    world: Compiled | None = None,
) -> Solution:
    """A solution of these routes (unused vehicles left out) with its unserved list and cost."""
    world = world or Compiled(problem)
    kept = tuple(sorted((route for route in routes if route.visits), key=lambda r: world.vehicle_index[r.vehicle_id]))
    served = {world.stop_node[stop_id] for route in kept for stop_id in route.stop_ids}
    unserved = [node for node in range(world.stop_count) if not served.intersection(world.siblings[node])]
    return Solution(
        routes=kept,
        unserved=tuple(sorted(world.names[node] for node in unserved)),
        cost=_breakdown(world, kept, unserved),
        engine=engine,
        seed=seed,
        iterations=iterations,
        elapsed_s=elapsed_s,
        notes=notes,
    )


def _breakdown(world: Compiled, routes: tuple[Route, ...], unserved: list[int]) -> CostBreakdown:
    cars = [(route, world.problem.vehicle(route.vehicle_id)) for route in routes]
    return CostBreakdown(
        unserved=sum(world.unserved_cost[node] for node in unserved if node == world.siblings[node][0]),
        fixed=sum(car.fixed_cost for _, car in cars),
        distance=sum(_legs_cost(world, route) for route in routes),
        duration=sum(car.cost_per_s * route.duration_s for route, car in cars),
        preference=sum(
            world.problem.preferences.get((stop_id, car.id), 0) for route, car in cars for stop_id in route.stop_ids
        ),
        balance=world.problem.balance_weight * max((route.duration_s for route in routes), default=0),
    )


def _legs_cost(world: Compiled, route: Route) -> int:
    vehicle = world.vehicle_index[route.vehicle_id]
    costs, rate = world.leg_costs[vehicle]
    places = [step.location for step in route.steps]
    if world.cars[vehicle].end is None:
        places.pop()
    return rate * sum(costs[here][there] for here, there in pairwise(places))


def retime(
    problem: Problem, sequences: Mapping[str, Iterable[Visit]], *, world: Compiled | None = None
) -> tuple[list[Route], list[Breach]]:
    """Time several vehicles' sequences so that exclusive ones do not overlap; the broken ones are returned apart.

    Vehicles are taken by the start of their shift, each placed in the time its peers leave free.
    """
    world = world or Compiled(problem)
    spans: dict[int, tuple[int, int]] = {}
    routes: list[Route] = []
    breaches: list[Breach] = []
    order = sorted(sequences, key=lambda name: (problem.vehicle(name).shift, name))
    for name in order:
        visits = tuple(sequences[name])
        if not visits:
            continue
        vehicle = world.vehicle_index[name]
        busy = [spans[peer] for peer in world.peers[vehicle] if peer in spans]
        tries = [replay(problem, name, visits, between_s=span, world=world) for span in free_times(busy)]
        good = [route for route in tries if isinstance(route, Route)]
        if good:
            route = min(good, key=lambda r: r.cost)
            spans[vehicle] = (route.start_s, route.end_s)
            routes.append(route)
            continue
        alone = tries[0] if not busy else replay(problem, name, visits, world=world)
        if isinstance(alone, Breach):
            breaches.append(alone)
        else:
            breaches.append(Breach(rule=Rule.EXCLUSIVE, vehicle_id=name, visit=None, amount=1))
    return routes, breaches
