"""What an answer really costs, and what it breaks: replayed and checked, whatever its solver says."""

from dataclasses import dataclass

from routing.checker import check
from routing.engines.plain import Sequences
from routing.problem import Problem
from routing.replay import build_solution, retime


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The objective of the problem, None when a rule is broken; `broken` says which, briefly."""

    cost: int | None
    broken: str | None = None


def judge(problem: Problem, sequences: Sequences) -> Verdict:
    """The verdict on these sequences. Raises ProblemError when they name what is not in the problem."""
    routes, breaches = retime(problem, sequences)
    if breaches:
        first = breaches[0]
        where = f" at {first.visit.kind} {first.visit.id}" if first.visit else ""
        return Verdict(cost=None, broken=f"vehicle {first.vehicle_id} breaks {first.rule}{where} by {first.amount}")
    solution = build_solution(problem, routes, engine="bench")
    violations = check(problem, solution)
    if violations:
        return Verdict(cost=None, broken=f"{len(violations)} rules broken: {violations[0].message}")
    return Verdict(cost=solution.cost.total)
