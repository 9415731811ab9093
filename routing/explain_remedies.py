"""From a route that serves the stop once a rule is relaxed, to the change in that rule that it really needs."""

from dataclasses import dataclass
from itertools import pairwise, permutations

from routing.compiled import ON_BOARD, Compiled
from routing.engines.plan import Built, Plan
from routing.problem import MAX_TIME_S
from routing.relaxations import EVER, relaxed
from routing.remedies import Remedy, RemedyKind
from routing.rules import Rule
from routing.timing import Timing, load_late, loads, time

KINDS = {
    Rule.SHIFT: RemedyKind.LONGER_SHIFT,
    Rule.WINDOW: RemedyKind.WIDER_WINDOW,
    Rule.PICKUP_WINDOW: RemedyKind.WIDER_PICKUP,
    Rule.CLOCK: RemedyKind.LONGER_CLOCK,
    Rule.MAX_DURATION: RemedyKind.MORE_HOURS,
    Rule.MAX_DISTANCE: RemedyKind.MORE_METRES,
    Rule.MAX_TRAVEL: RemedyKind.MORE_TRAVEL,
    Rule.SHARED_HOURS: RemedyKind.MORE_HOURS,
    Rule.MAX_STOPS: RemedyKind.MORE_STOPS,
    Rule.CAPACITY: RemedyKind.BIGGER_VEHICLE,
    Rule.SKILL: RemedyKind.QUALIFIED_DRIVER,
    Rule.CREW: RemedyKind.SECOND_PERSON,
    Rule.SUPPLY: RemedyKind.MORE_SUPPLY,
    Rule.PIN: RemedyKind.NO_PIN,
}
"""Blocks and breaks are not here: nobody is asked to lift the one or to work through the other. Two places at once have one remedy, somebody else."""


@dataclass(frozen=True, slots=True)
class Served:
    """The stop served in a relaxed view of the world: by which vehicle, on which route, for how much more."""

    view: Compiled
    vehicle: int
    built: Built
    added: int


def remedy_for(plan: Plan, node: int, rule: Rule, served: Served) -> Remedy | None:
    """The change in this rule that the served route needs beside the other routes; None when nobody can be asked."""
    kind = KINDS.get(rule)
    if kind is None:
        return None
    if rule is Rule.PICKUP_WINDOW:
        return _pickup(plan.world, served)
    car, timing = plan.world.cars[served.vehicle], served.built.timing
    from_s, to_s = timing.depart_s, timing.end_s
    if rule is Rule.SHIFT:
        from_s, to_s = min(from_s, car.shift[0]), max(to_s, car.shift[1])
    elif rule is Rule.WINDOW:
        from_s = to_s = timing.starts[served.built.nodes.index(node)]
    if to_s > MAX_TIME_S:
        return None
    return Remedy(
        kind=kind, vehicle_id=car.id, profile=car.profile, from_s=from_s, to_s=to_s,
        amount=max(1, _amount(plan, node, rule, served)),
        load=_room(served) if rule is Rule.CAPACITY else (),
        goods=_goods(plan, node) if rule is Rule.SUPPLY else (),
    )  # fmt: skip


def _amount(plan: Plan, node: int, rule: Rule, served: Served) -> int:
    """How much more the route needs than the rule allows, in the rule's unit."""
    world, timing, nodes = plan.world, served.built.timing, served.built.nodes
    car = world.cars[served.vehicle]
    match rule:
        case Rule.SHIFT:
            return max(0, car.shift[0] - timing.depart_s) + max(0, timing.end_s - car.shift[1])
        case Rule.WINDOW:
            at = timing.starts[nodes.index(node)]
            return min(max(begin - at, at - end, 0) for begin, end in world.opening[node])
        case Rule.CLOCK:
            return _late(world, node, served)
        case Rule.MAX_DURATION | Rule.MAX_DISTANCE | Rule.MAX_TRAVEL | Rule.MAX_STOPS:
            return _over_limit(world, rule, served)
        case Rule.SHARED_HOURS:
            return _over_hours(plan, served)
        case Rule.CREW:
            return world.stops[node].crew_size - car.crew_size
    return 1


def _over_limit(world: Compiled, rule: Rule, served: Served) -> int:
    """By how much the route is beyond what its vehicle may do in all."""
    car, timing = world.cars[served.vehicle], served.built.timing
    spent, allowed = {
        Rule.MAX_DURATION: (timing.duration_s, car.max_duration_s),
        Rule.MAX_DISTANCE: (timing.distance_m, car.max_distance_m),
        Rule.MAX_TRAVEL: (_travel_s(served), car.max_travel_s),
        Rule.MAX_STOPS: (sum(map(world.delivery.__getitem__, served.built.nodes)), car.max_stops),
    }[rule]
    return spent - (allowed or 0)


def _room(served: Served) -> tuple[int, ...]:
    """The most that the route carries, per dimension."""
    loaded = loads(served.view, served.vehicle, served.built.nodes)
    assert isinstance(loaded, tuple), "the route was built with these loads"
    return tuple(max(column) for column in zip(*loaded[1], strict=True))


def _goods(plan: Plan, node: int) -> tuple[tuple[str, tuple[int, ...]], ...]:
    """What each of the stop's pickups that runs short must have in all, with what the other stops take."""
    world = plan.world
    goods = []
    for need in world.needs[node]:
        if need.pickup in world.supply:
            wanted = tuple(map(sum, zip(plan.taken[need.pickup], need.load, strict=True)))
            if any(many > most for many, most in zip(wanted, world.supply[need.pickup], strict=True)):
                goods.append((world.names[need.pickup], wanted))
    return tuple(goods)


def _over_hours(plan: Plan, served: Served) -> int:
    """The seconds that the tightest limit of the vehicle is short of."""
    old = plan.routes.get(served.vehicle)
    more = served.built.timing.duration_s - (old.timing.duration_s if old else 0)
    short = 0
    for index in plan.world.shared[served.vehicle]:
        allowed = plan.world.problem.limits[index].max_total_duration_s
        short = max(short, plan.hours[index] + more - (allowed or 0))
    return short


def _late(world: Compiled, node: int, served: Served) -> int:
    """By how much the food is late by its strictest clock, when it is loaded as late as it can be."""
    starts = load_late(served.view, served.vehicle, served.built.nodes, served.built.timing)
    at = served.built.nodes.index(node)
    late = starts[at] - world.deadline[node]
    loaded = loads(relaxed(world, node, (Rule.CAPACITY,)), served.vehicle, served.built.nodes)
    assert isinstance(loaded, tuple), "the route was built with every pickup before its stops"
    for loading, serving, lag in loaded[0]:
        if serving == at:
            late = max(late, starts[at] - starts[loading] - lag)
    return late


def _travel_s(served: Served) -> int:
    """Seconds of travel of the route."""
    car, view = served.view.cars[served.vehicle], served.view
    places = [car.start, *(view.location[node] for node in served.built.nodes)]
    if car.end is not None:
        places.append(car.end)
    return sum(view.travel[served.vehicle][0][here][there] for here, there in pairwise(places))


def _pickup(world: Compiled, served: Served) -> Remedy | None:
    """When the one pickup that is closed would have to be open; None when several are closed."""
    starts = load_late(served.view, served.vehicle, served.built.nodes, served.built.timing)
    closed: dict[int, list[int]] = {}
    for place, other in enumerate(served.built.nodes):
        if other >= world.stop_count and not any(a <= starts[place] <= b for a, b in world.windows[other]):
            closed.setdefault(other, []).append(starts[place])
    if len(closed) != 1:
        return None
    pickup, times = next(iter(closed.items()))
    if max(times) > MAX_TIME_S:
        return None
    car = world.cars[served.vehicle]
    off = max(min(max(a - at, at - b, 0) for a, b in world.windows[pickup]) for at in times)
    return Remedy(
        kind=RemedyKind.WIDER_PICKUP, vehicle_id=car.id, profile=car.profile, from_s=min(times), to_s=max(times),
        amount=off, pickup_id=world.names[pickup],
    )  # fmt: skip


def extra_vehicle(plan: Plan, node: int) -> Remedy | None:
    """The quickest of the vehicles that may serve the stop, if one more of its kind were free at any time."""
    if node in plan.world.pin or plan.supply_miss(node) is not None:
        return None
    world = relaxed(plan.world, node, (Rule.SHIFT, Rule.EXCLUSIVE, Rule.SHARED_HOURS))
    pickups = [need.pickup for need in world.needs[node] if need.pickup != ON_BOARD]
    orders = permutations(pickups) if len(pickups) <= 3 else [tuple(pickups)]
    tours = [[*order, node] for order in orders]
    best: tuple[int, int, Timing] | None = None
    kinds: set[tuple[object, ...]] = set()
    for vehicle, car in enumerate(world.cars):
        kind = (car.profile, car.speed_percent, car.start, car.end, car.capacity, car.max_duration_s,
                car.max_distance_m, car.max_travel_s, car.max_stops, car.breaks)  # fmt: skip
        if kind in kinds or world.refusal(node, vehicle) is not None:
            continue
        kinds.add(kind)
        for nodes in tours:
            timing = time(world, vehicle, nodes, *EVER)
            good = isinstance(timing, Timing) and timing.end_s <= MAX_TIME_S
            if good and isinstance(timing, Timing) and (best is None or timing.duration_s < best[0]):
                best = (timing.duration_s, vehicle, timing)
    if best is None:
        return None
    car = world.cars[best[1]]
    return Remedy(
        kind=RemedyKind.EXTRA_VEHICLE, vehicle_id=car.id, profile=car.profile, from_s=best[2].depart_s,
        to_s=best[2].end_s, amount=best[0],
    )  # fmt: skip
