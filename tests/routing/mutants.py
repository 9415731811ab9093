"""Ways to spoil a sound solution, each of which the checker must see; and problems that a sound solution must break."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import replace
from typing import Any

from routing import Problem, Route, Rule, Solution, StepKind, Vehicle, Window
from routing.wire import solution_from_json, solution_to_json

FREE = {"engine", "seed", "iterations", "elapsed_s", "notes", "format"}
"""What a solution says about how it was made."""


def figures(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every number in a solution's document but the free ones."""
    if isinstance(value, dict):
        return [path for key, item in value.items() if key not in FREE for path in figures(item, (*here, key))]
    if isinstance(value, list):
        return [path for key, item in enumerate(value) for path in figures(item, (*here, key))]
    return [here] if isinstance(value, int) else []


def with_figure(document: dict[str, Any], path: tuple[Any, ...], by: int) -> Solution:
    """The solution with one figure changed."""
    spoiled = deepcopy(document)
    target: Any = spoiled
    for key in path[:-1]:
        target = target[key]
    target[path[-1]] += by
    return solution_from_json(spoiled)


def spoiled_figures(solution: Solution, by: int) -> Iterator[tuple[str, Solution]]:
    """Every figure changed by so much, one at a time."""
    document = solution_to_json(solution)
    for path in figures(document):
        yield f"{path} by {by}", with_figure(document, path, by)


def spoiled_shapes(solution: Solution) -> Iterator[tuple[str, Solution]]:
    """Steps dropped, doubled or exchanged, routes dropped or doubled or given away, wrong unserved lists."""
    for number, route in enumerate(solution.routes):
        for place in range(1, len(route.steps) - 1):
            step, rest = route.steps[place], route.steps[:place] + route.steps[place + 1 :]
            if step.kind is StepKind.STOP:  # a loading that takes no time and that nothing needs may go
                yield f"step {place} dropped", _with_route(solution, number, replace(route, steps=rest))
                twice = (*route.steps[:place], step, *route.steps[place:])
                yield f"step {place} twice", _with_route(solution, number, replace(route, steps=twice))
            if place > 1 and route.steps[place - 1].arrival_s < step.arrival_s:  # at one moment the order may be free
                steps = list(route.steps)
                steps[place - 1], steps[place] = step, steps[place - 1]
                yield f"step {place} earlier", _with_route(solution, number, replace(route, steps=tuple(steps)))
        others = solution.routes[:number] + solution.routes[number + 1 :]
        yield f"route {number} dropped", replace(solution, routes=others)
        yield f"route {number} twice", replace(solution, routes=(*solution.routes, route))
        yield f"route {number} unknown", _with_route(solution, number, replace(route, vehicle_id="nobody"))
        for stop_id in route.stop_ids:
            yield f"{stop_id} listed", replace(solution, unserved=tuple(sorted((*solution.unserved, stop_id))))
    for stop_id in solution.unserved:
        fewer = tuple(other for other in solution.unserved if other != stop_id)
        yield f"{stop_id} not listed", replace(solution, unserved=fewer)


def _with_route(solution: Solution, number: int, route: Route) -> Solution:
    return replace(solution, routes=(*solution.routes[:number], route, *solution.routes[number + 1 :]))


def stricter(problem: Problem, solution: Solution) -> Iterator[tuple[Rule, Problem]]:
    """Problems just too strict for a sound solution, and the rule that it breaks in each."""
    for route in solution.routes:
        car = problem.vehicle(route.vehicle_id)
        for rule, changed in _stricter_vehicles(problem, route, car):
            vehicles = tuple(changed if each.id == car.id else each for each in problem.vehicles)
            yield rule, replace(problem, vehicles=vehicles)
        for step in route.steps:
            if step.kind is not StepKind.STOP:
                continue
            stop, other = problem.stop(step.id), Window(step.service_start_s + 1, step.service_start_s + 2)
            for rule, door in (
                (Rule.BLOCK, replace(stop, forbidden_vehicles=frozenset({car.id}))),
                (Rule.BLOCK, replace(stop, allowed_vehicles=frozenset())),
                (Rule.SKILL, replace(stop, required_skills=frozenset({"flying"}))),
                (Rule.CREW, replace(stop, crew_size=car.crew_size + 1)),
                (Rule.WINDOW, replace(stop, windows=(other,))),
                (Rule.SERVICE, replace(stop, service_s=stop.service_s + 1)),
            ):
                stops = tuple(door if each.id == stop.id else each for each in problem.stops)
                yield rule, replace(problem, stops=stops)


def _stricter_vehicles(problem: Problem, route: Route, car: Vehicle) -> Iterator[tuple[Rule, Vehicle]]:
    yield Rule.SHIFT, replace(car, shift=Window(route.start_s + 1, max(route.start_s + 1, car.shift.end_s)))
    if route.end_s > 0:
        yield Rule.SHIFT, replace(car, shift=Window(0, route.end_s - 1))
    if route.distance_m > 0:
        yield Rule.MAX_DISTANCE, replace(car, max_distance_m=route.distance_m - 1)
    if route.duration_s > 0:
        yield Rule.MAX_DURATION, replace(car, max_duration_s=route.duration_s - 1)
    doors = sum(problem.stop(stop_id).kind == "delivery" for stop_id in route.stop_ids)
    if doors:
        yield Rule.MAX_STOPS, replace(car, max_stops=doors - 1)
    peak = [max(step.load[dim] for step in route.steps) for dim in range(len(problem.dimensions))]
    if any(peak):
        yield Rule.CAPACITY, replace(car, capacity=tuple(max(0, most - 1) for most in peak))
