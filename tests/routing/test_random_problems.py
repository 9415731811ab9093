"""The claims on random small problems, on a few of them; `./dev prove random-problems` tries ten thousand."""

from hypothesis import given, settings

from routing import Problem
from tests.routing.claims import (
    engines_agree_with_the_checker,
    explanations_are_true,
    mutants_are_rejected,
    no_engine_beats_the_best,
    the_best_is_found,
)
from tests.routing.random_problems import rich_problems, shortest_ways


@settings(max_examples=25, deadline=None)
@given(problem=rich_problems())
def test_engines_agree_with_the_checker_and_mutants_of_their_answers_are_rejected(problem: Problem) -> None:
    """Whatever the matrix: each answer is sound, and each way to spoil it is seen."""
    solutions = engines_agree_with_the_checker(problem)
    mutants_are_rejected(problem, solutions["portfolio"])


# The same problems each time: that the best is found is a matter of search, and proven on thousands, not promised for all.
@settings(max_examples=25, deadline=None, derandomize=True)
@given(problem=rich_problems())
def test_no_engine_beats_enumeration_and_each_explanation_is_true(problem: Problem) -> None:
    """Where the triangle inequality holds: the least cost is found, and not undercut; each reason can be acted on."""
    problem = shortest_ways(problem)
    solutions = engines_agree_with_the_checker(problem)
    least = no_engine_beats_the_best(problem, solutions)
    if least is not None:
        the_best_is_found(problem, least)
    explanations_are_true(problem, solutions["insertion"])
