"""Better routes around what somebody pinned: a pinned stop keeps its driver, a pinned route every stop in its order."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace

from logistics.domain.errors import RuleBroken
from logistics.domain.planning import StopKind
from logistics.planning.day_problem import DayProblem
from logistics.planning.edit_board import BoardRoute, DayBoard, Task
from logistics.planning.edit_case import EditCase
from logistics.planning.edit_times import visits_in
from logistics.planning.progress import ShouldStop
from logistics.planning.route_letters import free_letter
from routing.compiled import Compiled
from routing.engines.protocol import MaxSeconds, OnProgress
from routing.errors import EngineError
from routing.problem import Problem, Stop, Visit, VisitKind
from routing.replay import build_solution, retime
from routing.solution import Solution
from routing.solving import solve

NO_PLAN = (
    "The planner found no routes that keep your pins on {day}. See what the checker says of the pinned stops, "
    "then mend it or take a pin away."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Effort:
    """How long to look, from which seed, and whom to tell."""

    seconds: float
    seed: int
    should_stop: ShouldStop
    on_progress: OnProgress | None = None


def improve_day(case: EditCase, board: DayBoard, *, remaining_s: Mapping[uuid.UUID, int], effort: Effort) -> DayBoard:
    """The board with the best routes found that keep its pins; the same one where none better is.

    Stops that no route can make are left out, never a pinned one. Raises RuleBroken when the pins themselves cannot be kept.
    """
    day = case.problem_of(board, remaining_s)
    problem = pinned_problem(case, board, day.problem)
    world = Compiled(problem)
    sequences = {case.crew_of(route).id: visits_in(route) for route in board.routes}
    kept, broken = retime(problem, sequences, world=world)
    before = build_solution(problem, kept, engine="by hand", world=world)
    try:
        solution = solve(
            problem,
            stop=MaxSeconds(effort.seconds),
            seed=effort.seed,
            initial=before,
            on_progress=effort.on_progress,
            should_cancel=effort.should_stop,
        )
    except EngineError as error:
        raise RuleBroken(NO_PLAN.format(day=f"{board.day:%A} {board.day.day} {board.day:%B}")) from error
    if not broken and solution.cost.total >= before.cost.total:
        return board
    return _board_with(board, day, solution)


def pinned_problem(case: EditCase, board: DayBoard, problem: Problem) -> Problem:
    """The day's problem with the board's pins as the routing library's own rules."""
    crew_by_stop = {task.key: case.crew_of(route).id for route in board.routes for task in route.stops}
    whole = {case.crew_of(route).id: route for route in board.routes if route.is_pinned}
    held = {task.key for route in whole.values() for task in route.stops} | board.pinned_stops
    paired = _paired(case, board, problem)
    stops = []
    for stop in problem.stops:
        others = frozenset(crew for crew in whole if crew != crew_by_stop[stop.id])
        changed = replace(stop, forbidden_vehicles=stop.forbidden_vehicles | others)
        if stop.id in held or stop.id in paired:
            changed = replace(changed, prize=None, allowed_vehicles=paired.get(stop.id, changed.allowed_vehicles))
        stops.append(_without_contradiction(changed))
    return replace(
        problem,
        stops=tuple(stops),
        pins={key: crew_by_stop[key] for key in held},
        fixed_prefix={crew: visits_in(route) for crew, route in whole.items()},
    )


def _without_contradiction(stop: Stop) -> Stop:
    if stop.allowed_vehicles is None:
        return stop
    return replace(stop, allowed_vehicles=stop.allowed_vehicles - stop.forbidden_vehicles)


def _paired(case: EditCase, board: DayBoard, problem: Problem) -> dict[str, frozenset[str]]:
    """For the stops of a pinned pair: the vehicles that its volunteer drives that day."""
    crews = {case.crew_of(route).id: case.crew_of(route) for route in board.routes}
    crews |= {crew.id: crew for crew in case.crews.values() if problem.has_vehicle(crew.id)}
    paired = {}
    for route in board.routes:
        driver = case.crew_of_shift(route.shift_id).driver.id
        own = frozenset(crew.id for crew in crews.values() if crew.driver.id == driver)
        for task in route.stops:
            if task.household_id is not None and (task.household_id, driver) in board.pinned_pairs:
                paired[task.key] = own
    return paired


def _board_with(board: DayBoard, day: DayProblem, solution: Solution) -> DayBoard:
    """The solution as a board: a shift keeps its letter, pins stay."""
    tasks = {task.key: task for task in board.tasks()}
    letters = {route.shift_id: route for route in board.routes}
    crews = {route.vehicle_id: day.crews[route.vehicle_id] for route in solution.routes}
    taken = {letters[crew.shift.id].letter for crew in crews.values() if crew.shift.id in letters}
    routes = []
    for route in solution.routes:
        crew = crews[route.vehicle_id]
        known = letters.get(crew.shift.id)
        letter = known.letter if known is not None else free_letter(taken)
        taken.add(letter)
        routes.append(
            BoardRoute(
                letter=letter,
                shift_id=crew.shift.id,
                helper_shift_id=crew.helper_shift.id if crew.helper_shift is not None else None,
                tasks=tuple(_task(tasks, visit) for visit in route.visits),
                is_pinned=known is not None and known.is_pinned,
            )
        )
    return replace(board, routes=()).with_routes(*routes)


def _task(tasks: Mapping[str, Task], visit: Visit) -> Task:
    return Task(key=visit.id, kind=StopKind.PICKUP) if visit.kind is VisitKind.PICKUP else tasks[visit.id]
