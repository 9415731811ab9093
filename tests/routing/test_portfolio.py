"""The default engine: who takes part when, what it says about it, and how it keeps its time."""

import pytest

from routing import EngineError, MaxIterations, MaxSeconds, Problem, check, solve
from routing.engines import portfolio
from routing.engines.kernel import warm
from tests.routing.worlds import car, door, meal, world

LARGE = 130
"""Doors of a day with shared pickups that is not small any more."""


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    """Compiled once; what follows depends on it."""
    warm()


def _street(doors: int, **more: int) -> Problem:
    stops = tuple(door(f"s{n}", 1 + n % 11) for n in range(doors))
    return world(*stops, vehicles=tuple(car(f"c{n}", capacity=(9,), end=0) for n in range(doors // 5)), **more)


def test_the_compiled_search_plans_where_it_knows_every_rule() -> None:
    """The answer is the kernel's, and nothing says that it was left out."""
    found = solve(_street(LARGE), stop=MaxIterations(100))
    assert found.engine == "kernel"
    assert [note for note in found.notes if "left out" in note] == []


def test_a_small_day_with_shared_pickups_is_left_to_the_other_engines() -> None:
    """They find shorter rounds there; the notes say so, and everybody is served."""
    found = solve(_street(20), stop=MaxIterations(30))
    assert found.unserved == ()
    assert any("left out" in note and "shared pickups" in note for note in found.notes)


def test_a_rule_the_compiled_search_does_not_know_leaves_it_out_with_the_reason() -> None:
    """Balance is planned by the other engines."""
    found = solve(_street(10, balance_weight=1), stop=MaxIterations(30))
    assert found.unserved == ()
    assert any("left out" in note and "balance" in note for note in found.notes)


def test_a_machine_without_the_compiled_search_plans_without_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a compiler inside a plan: the other engines do the work, and the notes say what to do."""
    monkeypatch.setattr(portfolio, "ready", lambda: False)
    found = solve(_street(LARGE), stop=MaxIterations(30))
    assert found.unserved == ()
    assert any("python -m routing warm" in note for note in found.notes)


def test_several_threads_give_one_answer_for_one_seed() -> None:
    """Chains exchange their best after so many iterations, not when one of them is quicker."""
    one, two = (solve(_street(40), stop=MaxIterations(400), seed=3, threads=3) for _ in range(2))
    assert one.routes == two.routes
    assert check(_street(40), one) == ()


def test_no_threads_is_an_error_that_says_how_many() -> None:
    """Not a hang."""
    with pytest.raises(EngineError, match="1 or more"):
        solve(_street(10), stop=MaxIterations(1), threads=0)


def test_turns_of_pyvrp_and_of_the_search_share_the_time() -> None:
    """Goods on board and no clocks: both know it, the notes name their turns, and the answer keeps every rule."""
    stops = tuple(door(f"s{n}", 1 + n % 11, needs=(meal(None),)) for n in range(20))
    problem = world(*stops, vehicles=tuple(car(f"c{n}", capacity=(9,), end=0) for n in range(4)))
    found = solve(problem, stop=MaxSeconds(3), seed=1)
    engines = {note.partition(":")[0] for note in found.notes}
    assert {"pyvrp", "kernel"} <= engines
    assert found.unserved == ()
