"""What a route must collect follows from its stops: pickups nobody needs go, missing ones come where the route is cheapest."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from logistics.domain.planning import StopKind
from logistics.planning.edit_board import BoardRoute, DayBoard, Task
from logistics.planning.edit_case import EditCase
from logistics.planning.edit_times import visits_in
from routing.compiled import Compiled
from routing.replay import replay
from routing.solution import Route


def with_pickups(case: EditCase, board: DayBoard, changed: Sequence[str]) -> DayBoard:
    """The board with the pickups of these routes (letters) put right."""
    routes = [route for route in board.routes if route.letter in changed]
    world = Compiled(case.problem_of(board).problem)
    return board.with_routes(*(_put_right(case, route, world) for route in routes))


def _put_right(case: EditCase, route: BoardRoute, world: Compiled) -> BoardRoute:
    route = replace(route, tasks=_without_idle(case, route.tasks))
    while (missing := _first_missing(case, route.tasks)) is not None:
        place, source_id = missing
        route = _with_one_more(case, route, place, source_id, world)
        route = replace(route, tasks=_without_idle(case, route.tasks))
    return route


def _without_idle(case: EditCase, tasks: Sequence[Task]) -> tuple[Task, ...]:
    """Without the pickups at which nothing is loaded."""
    latest: dict[str, int] = {}
    needed: set[int] = set()
    for place, task in enumerate(tasks):
        if task.kind is StopKind.PICKUP:
            latest[task.key] = place
        else:
            needed |= {latest[source_id] for source_id in case.sources_of(task) if source_id in latest}
    return tuple(task for place, task in enumerate(tasks) if task.kind is not StopKind.PICKUP or place in needed)


def _first_missing(case: EditCase, tasks: Sequence[Task]) -> tuple[int, str] | None:
    """The first stop that needs what was not loaded before it, and the source."""
    loaded: set[str] = set()
    for place, task in enumerate(tasks):
        if task.kind is StopKind.PICKUP:
            loaded.add(task.key)
        else:
            missing = sorted(case.sources_of(task) - loaded)
            if missing:
                return place, missing[0]
    return None


def _with_one_more(case: EditCase, route: BoardRoute, before: int, source_id: str, world: Compiled) -> BoardRoute:
    """The route with that pickup at the place before its stop where the route is cheapest; first of all where none can be kept.

    A later pickup there may become needless: both ways are tried.
    """
    vehicle_id = case.crew_of(route).id
    options = list(_options(route, before, source_id))
    timed = [replay(world.problem, vehicle_id, visits_in(option), world=world) for option in options]
    good = [(made.cost, at) for at, made in enumerate(timed) if isinstance(made, Route)]
    return options[min(good)[1]] if good else options[0]


def _options(route: BoardRoute, before: int, source_id: str) -> Iterator[BoardRoute]:
    """The first is the plain one: loaded before the first door, and once."""
    pickup = Task(key=source_id, kind=StopKind.PICKUP)
    doors = [place for place, task in enumerate(route.tasks) if task.kind is not StopKind.PICKUP]
    plain = min(before, doors[0])
    for place in (plain, *(place for place in range(before + 1) if place != plain)):
        head, tail = route.tasks[:place], route.tasks[place:]
        once = tuple(task for task in tail if task.kind is not StopKind.PICKUP or task.key != source_id)
        yield replace(route, tasks=(*head, pickup, *once))
        if len(once) != len(tail):
            yield replace(route, tasks=(*head, pickup, *tail))
