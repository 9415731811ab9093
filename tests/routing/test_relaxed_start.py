"""What the compiled search finds without the rules it does not know is a start that keeps every rule."""

import pytest
from hypothesis import given, settings

from routing import Break, MaxIterations, Problem, check
from routing.kernel import fits
from routing.relaxed_start import relaxed, relaxed_start
from routing.rules import Rule
from tests.routing.worlds import MINUTE, at, car, door, problems, world


@settings(max_examples=60, deadline=None)
@given(problem=problems(whole=True))
def test_the_easier_problem_is_one_that_the_compiled_search_knows(problem: Problem) -> None:
    """Whatever rare rules there were; overlapping shifts of one person are what is left."""
    assert "forbids their routes" in (fits(relaxed(problem)) or "forbids their routes")


def test_the_start_keeps_the_rules_that_the_search_did_not_know(monkeypatch: pytest.MonkeyPatch) -> None:
    """Breaks, setups and goods taken along: the checker finds nothing but stops left open."""
    monkeypatch.setattr("routing.relaxed_start.ready", lambda: True)
    tea = Break(id="tea", windows=at(10, 30), service_s=5 * MINUTE)
    stops = [door(f"d{n}", 1 + n, setup_s=MINUTE, collects=(1,), windows=at(n, 60)) for n in range(8)]
    problem = world(*stops, vehicles=tuple(car(name, breaks=(tea,), capacity=(6,), end=0) for name in ("car", "van")))
    start = relaxed_start(problem, stop=MaxIterations(200))
    assert start is not None
    assert start.served_count >= 6
    assert {violation.rule for violation in check(problem, start)} <= {Rule.MUST}


def test_a_problem_that_the_search_knows_needs_no_such_start() -> None:
    """It is planned whole."""
    assert relaxed_start(world(door("a")), stop=MaxIterations(1)) is None
