"""Ten thousand random small problems: engines, checker, enumeration, mutants and explanations."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from benchmarks.prove import Proof
from routing import Problem
from tests.routing.claims import (
    engines_agree_with_the_checker,
    explanations_are_true,
    mutants_are_rejected,
    no_engine_beats_the_best,
    the_best_is_found,
)
from tests.routing.random_problems import rich_problems, shortest_ways

BLOCK = 100
BLOCKS = 100


def _cases(reduced: bool) -> Sequence[str]:
    """Blocks of problems by the seed that draws them."""
    return ["10 with seed 0"] if reduced else [f"{BLOCK} with seed {number}" for number in range(1, BLOCKS + 1)]


def _run(case: str) -> Mapping[str, Any]:
    count, number = case.split(" with seed ")
    figures: Counter[str] = Counter()

    @seed(int(number))
    @settings(
        max_examples=int(count), deadline=None, database=None, phases=[Phase.generate], report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(problem=rich_problems())
    def try_it(problem: Problem) -> None:
        figures.update(_figures(problem))

    try_it()
    return dict(figures)


def _figures(problem: Problem) -> Mapping[str, int]:
    """Try every claim on one problem: first as it was drawn, then with every way the shortest."""
    drawn = engines_agree_with_the_checker(problem)
    mutants = mutants_are_rejected(problem, drawn["portfolio"])
    short = shortest_ways(problem)
    solutions = engines_agree_with_the_checker(short)
    least = no_engine_beats_the_best(short, solutions)
    alone = least is None or the_best_is_found(short, least)
    reasons, remedies = explanations_are_true(short, solutions["portfolio"])
    return {
        "problems": 1,
        "answers": len(drawn) + len(solutions),
        "mutants": mutants,
        "enumerated": int(least is not None),
        "best not found by the portfolio": int(not alone),
        "reasons": reasons,
        "remedies": remedies,
        "six stops": int(len(problem.stops) == 6),
    }


PROOF = Proof(
    claim=(
        "Of 10,000 random small problems: no engine's answer breaks a rule or beats enumeration, an engine finds the"
        " least cost, every mutant is rejected, and every explanation and remedy, acted on, serves the stop."
    ),
    cases=_cases,
    run=_run,
)
