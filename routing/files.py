"""Problem and solution files as the command reads and writes them: our own JSON, and VROOM's.

A document with a `format` is ours (`routing.wire`); one without, with vehicles and jobs or shipments, is VROOM's.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from routing.checker import Violation, check
from routing.errors import ProblemError
from routing.formats.vroom_problem import VroomProblem, read_vroom
from routing.formats.vroom_solution import first_routes, sequences_from_vroom, solution_to_vroom
from routing.problem import Problem
from routing.replay import Breach, build_solution, retime
from routing.solution import Solution
from routing.wire import problem_from_json, solution_from_json, solution_to_json

VROOM_KEYS = ("vehicles", "jobs", "shipments")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemFile:
    """A problem as it was read, and the document it came from where that is VROOM's."""

    problem: Problem
    vroom: VroomProblem | None = None
    loading_ms: int = 0

    @property
    def warnings(self) -> tuple[str, ...]:
        """What somebody should know before they trust the answer, a line each."""
        if self.vroom is None:
            return ()
        told = [] if self.vroom.atlas.estimated is None else [f"travel: {self.vroom.atlas.estimated}"]
        return (*told, *(f"{name}: means nothing here, and is ignored" for name in self.vroom.document.ignored))

    @property
    def start(self) -> Solution | None:
        """The routes that the document begins with, if it does."""
        return None if self.vroom is None else first_routes(self.vroom)

    def written(self, solution: Solution) -> dict[str, Any]:
        """The solution in the problem's own format."""
        if self.vroom is None:
            return solution_to_json(solution)
        return solution_to_vroom(self.vroom, solution, loading_ms=self.loading_ms)

    def violations(self, document: object) -> tuple[Violation, ...]:
        """What is wrong with a solution's document of the same format.

        Of a VROOM solution the sequences are taken, and timed here: a rule is broken if no times at all would keep it.
        """
        if self.vroom is None:
            return check(self.problem, solution_from_json(document))
        routes, breaches = retime(self.problem, sequences_from_vroom(self.vroom, document))
        found = check(self.problem, build_solution(self.problem, routes, engine="document"))
        return (*(_violation(breach) for breach in breaches), *found)


def _violation(breach: Breach) -> Violation:
    where = "" if breach.visit is None else f" at {breach.visit.id}"
    return Violation(
        rule=breach.rule,
        vehicle_id=breach.vehicle_id,
        stop_id=None if breach.visit is None else breach.visit.id,
        message=f"the route of vehicle {breach.vehicle_id} cannot be driven: {breach.rule}{where}, by {breach.amount}",
        amount=breach.amount,
    )


def read_json(path: Path) -> object:
    """The file's JSON. Raises ProblemError naming the file, OSError."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ProblemError(str(path), f"is not JSON: {error}") from error
    except RecursionError:
        raise ProblemError(str(path), "is not JSON: it is nested too deeply") from None


def read_problem(path: Path) -> ProblemFile:
    """The problem of a file of either format. Raises ProblemError naming the field, OSError."""
    began = monotonic()
    document = read_json(path)
    if isinstance(document, dict) and "format" not in document and any(key in document for key in VROOM_KEYS):
        vroom = read_vroom(document)
        return ProblemFile(problem=vroom.problem, vroom=vroom, loading_ms=round(1000 * (monotonic() - began)))
    return ProblemFile(problem=problem_from_json(document))
