"""What engines answer, against the checker and exhaustion."""

import pytest
from hypothesis import given, settings

from routing import ENGINES, AnyOf, MaxIterations, MaxSeconds, Problem, check, solve
from tests.routing.brute_force import can_serve_all
from tests.routing.worlds import problems


@settings(max_examples=150, deadline=None)
@given(problem=problems())
@pytest.mark.parametrize("engine", ["insertion", "ruin_recreate"])
def test_every_answer_passes_the_checker(engine: str, problem: Problem) -> None:
    """No rule is broken, and every stop is served or listed."""
    solution = ENGINES[engine]().solve(problem, stop=MaxIterations(30), seed=1)
    assert check(problem, solution) == ()


@settings(max_examples=40, deadline=None)
@given(problem=problems(whole=True))
@pytest.mark.parametrize("engine", ["insertion", "ruin_recreate", "ortools"])
def test_breaks_setups_and_collected_goods_pass_the_checker_too(engine: str, problem: Problem) -> None:
    """The engines that take the whole problem keep its rarer rules as well."""
    solution = ENGINES[engine]().solve(problem, stop=AnyOf(MaxIterations(10), MaxSeconds(0.3)), seed=1)
    assert check(problem, solution) == ()


@settings(max_examples=60, deadline=None)
@given(problem=problems())
def test_the_portfolio_with_or_tools_passes_the_checker(problem: Problem) -> None:
    """`solve` raises when its answer breaks a rule; it does not."""
    solve(problem, stop=MaxIterations(30), seed=1)


@settings(max_examples=200, deadline=None)
@given(problem=problems(most_stops=1, most_vehicles=1, rich=False, whole=True))
def test_insertion_serves_a_stop_exactly_when_it_can_be_served(problem: Problem) -> None:
    """One stop, one vehicle: served if and only if some sequence serves it."""
    stop, vehicle = problem.stops[0], problem.vehicles[0]
    may = (
        stop.required_skills <= vehicle.skills
        and stop.crew_size <= vehicle.crew_size
        and vehicle.id not in stop.forbidden_vehicles
        and all(
            (supply := problem.pickup(need.pickup_id).supply) is None or need.load[0] <= supply[0]
            for need in stop.needs
            if need.pickup_id is not None
        )
    )
    solution = ENGINES["insertion"]().solve(problem, stop=MaxIterations(10))
    assert bool(solution.served_count) == (may and can_serve_all(problem, vehicle, (stop,)))
