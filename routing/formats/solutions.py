"""Published routes (VRPLIB .sol files) as checked-for-real solutions of the instance's problem."""

import re
from pathlib import Path

from routing.errors import ProblemError
from routing.formats.draft import Instance
from routing.problem import Problem, Visit, VisitKind
from routing.replay import build_solution, retime
from routing.solution import Solution

ROUTE = re.compile(r"\s*Route\s*#?\s*\d+\s*:(?P<places>[\d\s]*)", re.IGNORECASE)


def read_routes(path: Path) -> list[list[int]]:
    """The locations of each `Route #k:` line, in order; empty routes too. Raises ProblemError, OSError."""
    found = [ROUTE.fullmatch(line) for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    routes = [[int(word) for word in match["places"].split()] for match in found if match]
    if not routes:
        raise ProblemError(path.name, "holds no line 'Route #1: ...'")
    return routes


def visit_of(problem: Problem, place: str) -> Visit:
    """The visit of the location of that number. Raises ProblemError."""
    if problem.has_stop(place):
        return Visit(VisitKind.STOP, place)
    if problem.has_pickup(place):
        return Visit(VisitKind.PICKUP, place)
    raise ProblemError(f"location {place}", "is no customer of the problem")


def solution_of(instance: Instance, routes: list[list[int]]) -> Solution:
    """The k-th route driven by vehicle k. Raises ProblemError for an unknown place or vehicle, or a broken rule."""
    problem = instance.problem
    sequences = {
        problem.vehicle(str(number)).id: [visit_of(problem, str(place)) for place in route]
        for number, route in enumerate(routes, start=1)
        if route
    }
    timed, breaches = retime(problem, sequences)
    if breaches:
        first = breaches[0]
        raise ProblemError(f"{instance.name}: route {first.vehicle_id}", f"breaks {first.rule} by {first.amount}")
    return build_solution(problem, timed, engine="file")
