"""The judge believes nobody: an answer that breaks a rule has no cost."""

from pathlib import Path

import pytest

from routing import ProblemError
from routing.bench.judge import judge
from routing.engines.plain import Sequences
from routing.formats import read_vrplib
from tests.routing.bench.folder import CVRP_BEST, routes
from tests.routing.formats.files import VRP, write


def test_a_whole_answer_costs_what_the_checker_counts(tmp_path: Path) -> None:
    """The objective of our own problem."""
    problem = read_vrplib(write(tmp_path, "a.vrp", VRP)).problem
    assert judge(problem, routes(v1="1 2", v2="3")).cost == CVRP_BEST


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (routes(v1="1 2"), "3 must be served"),
        (routes(v1="1 2 3"), "capacity"),
        (routes(v1="1 2", v2="3", v3="3"), "served 2 times"),
    ],
)
def test_an_answer_that_breaks_a_rule_has_no_cost(tmp_path: Path, answer: Sequences, says: str) -> None:
    """A stop left out, a vehicle too full, a stop served twice."""
    verdict = judge(read_vrplib(write(tmp_path, "a.vrp", VRP)).problem, answer)
    assert verdict.cost is None
    assert says in (verdict.broken or "")


def test_an_answer_about_something_else_is_refused(tmp_path: Path) -> None:
    """A vehicle that is not in the problem."""
    with pytest.raises(ProblemError, match="vehicle 99"):
        judge(read_vrplib(write(tmp_path, "a.vrp", VRP)).problem, routes(v99="1"))
