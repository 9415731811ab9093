"""When a board's routes would be where: by the routing library's own schedule where it can be kept, else as it would be driven.

A hand edit may ask for what cannot be done in time. It is timed all the same, driving on and serving late, so that the
checker can say what it breaks and by how much.
"""

from __future__ import annotations

from itertools import pairwise

from logistics.domain.errors import RuleBroken
from logistics.domain.planning import StopKind
from logistics.planning.edit_board import BoardRoute, DayBoard, TimedBoard
from logistics.planning.edit_case import EditCase
from logistics.planning.timed_routes import timed_route
from routing.compiled import Compiled
from routing.matrix import UNREACHABLE
from routing.problem import Visit, VisitKind
from routing.replay import retime
from routing.solution import Route, Step, StepKind

NO_WAY = "There is no way for that driver's vehicle to one of these stops. Choose another driver."


def visits_in(route: BoardRoute) -> tuple[Visit, ...]:
    """A route's tasks as the routing library names them."""
    return tuple(
        Visit(VisitKind.PICKUP if task.kind is StopKind.PICKUP else VisitKind.STOP, task.key) for task in route.tasks
    )


MOST_TIMED = 32
"""Boards of a day whose times are kept: those of a drag, before and after, and the days that a draft has changed already."""


def timed_board(case: EditCase, board: DayBoard) -> TimedBoard:
    """Every route of the board with its times; asked again, those of before. Raises RuleBroken where there is no way at all."""
    known = case.timed.get(board)
    if known is not None:
        return known
    if len(case.timed) >= MOST_TIMED:
        case.timed.clear()
    made = _timed(case, board)
    case.timed[board] = made
    return made


def _timed(case: EditCase, board: DayBoard) -> TimedBoard:
    day = case.problem_of(board)
    world = Compiled(day.problem)
    sequences = {case.crew_of(route).id: visits_in(route) for route in board.routes}
    kept, broken = retime(day.problem, sequences, world=world)
    made = {route.vehicle_id: route for route in kept}
    for breach in broken:
        made[breach.vehicle_id] = driven_anyway(world, breach.vehicle_id, sequences[breach.vehicle_id])
    routes = [(route, made[case.crew_of(route).id]) for route in board.routes]
    return TimedBoard(
        routes=tuple(timed_route(day, driven, case.travel, letter=route.letter) for route, driven in routes),
        cost=sum(driven.cost for _, driven in routes),
    )


def driven_anyway(world: Compiled, vehicle_id: str, visits: tuple[Visit, ...]) -> Route:
    """The visits in their order, each as early as it can be, waiting for what is not open yet and late where it must be."""
    vehicle = world.vehicle_index[vehicle_id]
    car = world.cars[vehicle]
    seconds, metres = world.travel[vehicle]
    nodes = [world.node(visit) for visit in visits]
    places = [car.start, *(world.location[node] for node in nodes)]
    legs = list(pairwise(places))
    if any(seconds[here][there] >= UNREACHABLE for here, there in legs):
        raise RuleBroken(NO_WAY)
    now = max(car.shift[0], world.opening[nodes[0]][0][0] - seconds[places[0]][places[1]] - world.parking[nodes[0]])
    departs_s = now
    loads = _loads(world, nodes)
    steps = [_step(StepKind.START, car.id, car.start, (now, now, now), loads[0])]
    before = -1
    for position, node in enumerate(nodes):
        here, there = legs[position]
        arrives_s = now + seconds[here][there]
        is_parked = before >= 0 and world.building[before] == world.building[node] != -1
        begins_s = max(arrives_s + (0 if is_parked else world.parking[node]), world.opening[node][0][0])
        now = begins_s + world.service[node]
        kind = StepKind.STOP if node < world.stop_count else StepKind.PICKUP
        steps.append(_step(kind, world.names[node], there, (arrives_s, begins_s, now), loads[position + 1]))
        before = node
    steps.append(_step(StepKind.END, car.id, places[-1], (now, now, now), loads[-1]))
    costs, rate = world.leg_costs[vehicle]
    liked = sum(world.preference[vehicle].get(node, 0) for node in nodes)
    legs_cost = rate * sum(costs[here][there] for here, there in legs)
    return Route(
        vehicle_id=car.id,
        steps=tuple(steps),
        distance_m=sum(metres[here][there] for here, there in legs),
        duration_s=now - departs_s,
        cost=car.fixed_cost + legs_cost + car.cost_per_s * (now - departs_s) + liked,
    )


def _step(kind: StepKind, name: str, place: int, at_s: tuple[int, int, int], load: tuple[int, ...]) -> Step:
    arrives_s, begins_s, leaves_s = at_s
    return Step(
        kind=kind,
        id=name,
        location=place,
        arrival_s=arrives_s,
        service_start_s=begins_s,
        departure_s=leaves_s,
        load=load,
    )


def _loads(world: Compiled, nodes: list[int]) -> list[tuple[int, ...]]:
    """What is on board at the start and after each visit, whatever the vehicle can carry."""
    change = [[0] * world.dims for _ in range(len(nodes) + 1)]
    latest: dict[int, int] = {}
    for position, node in enumerate(nodes):
        if node >= world.stop_count:
            latest[node] = position
        for need in world.needs[node]:
            for dim, amount in need.carried:
                change[latest[need.pickup] + 1][dim] += amount
                change[position + 1][dim] -= amount
    loads = [tuple(change[0])]
    for row in change[1:]:
        loads.append(tuple(had + more for had, more in zip(loads[-1], row, strict=True)))
    return loads
