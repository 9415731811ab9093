"""What a leg costs besides its metres: engines that take it find the cheapest routes, the rest refuse it by name."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import AnyOf, MaxIterations, MaxSeconds, Problem, Visit, VisitKind, check
from routing.compiled import Compiled
from routing.engines.kernel import Kernel
from routing.engines.plain import CannotExpressError, plain
from routing.errors import EngineError
from routing.kernel import fits
from routing.matrix import UNREACHABLE, Matrix
from routing.replay import build_solution, replay
from routing.solution import Route
from routing.solving import solve
from tests.routing.worlds import car, door, line, meal, world

TAKING = ("kernel", "ruin_recreate", "ortools", "portfolio")
PLACES = 6
INSIDE = (3, 4)
"""The doors in the zone; 1, 2 and 5 lie outside, and 5 beyond it."""


def zone(price: int) -> Matrix:
    """The line, with a price on every leg that goes into the zone from outside."""
    inside = np.isin(np.arange(PLACES), INSIDE)
    return replace(line(PLACES), costs=(~inside[:, None] & inside[None, :]).astype(np.int32) * price)


def town(matrix: Matrix, **vehicle: int) -> Problem:
    """A door at each place but the start, and two cars that can do three each."""
    doors = [door(f"d{place}", place, needs=(meal(None),)) for place in range(1, PLACES)]
    cars = tuple(car(name, capacity=(3,), **vehicle) for name in ("car", "van"))
    return world(*doors, vehicles=cars, pickups=(), matrices=(matrix,))


def all_costs(problem: Problem) -> Iterator[int]:
    """The cost of every way to serve all doors, each timed and priced by the library's replay."""
    compiled = Compiled(problem)
    known: dict[tuple[str, tuple[str, ...]], Route | None] = {}

    def driven(name: str, stops: tuple[str, ...]) -> Route | None:
        if (name, stops) not in known:
            route = replay(problem, name, [Visit(VisitKind.STOP, stop) for stop in stops], world=compiled)
            known[name, stops] = route if isinstance(route, Route) else None
        return known[name, stops]

    for order in permutations(stop.id for stop in problem.stops):
        for cut in (2, 3):
            pair = driven("car", order[:cut]), driven("van", order[cut:])
            routes = [route for route in pair if route is not None]
            if len(routes) == 2:
                yield build_solution(problem, routes, engine="all", world=compiled).cost.total


@pytest.mark.parametrize("engine", TAKING)
@pytest.mark.parametrize("price", [0, 150, 5_000])
def test_the_cheapest_routes_are_found(engine: str, price: int) -> None:
    """A price decides who goes in: the same car serves both doors in the zone, on one way in where that is dearer than the way."""
    problem = town(zone(price))
    found = solve(problem, stop=AnyOf(MaxIterations(300), MaxSeconds(5)), seed=1, engine=engine)
    assert check(problem, found) == ()
    assert found.cost.total == min(all_costs(problem))
    entered = [
        sum(
            before.location not in INSIDE and after.location in INSIDE
            for before, after in zip(route.steps, route.steps[1:-1], strict=False)
        )
        for route in found.routes
    ]
    if price == 5_000:
        assert sorted(entered) == [0, 1]


@settings(max_examples=40, deadline=None)
@given(
    tolls=st.lists(st.integers(0, 2_000), min_size=PLACES**2, max_size=PLACES**2),
    per_m=st.sampled_from([0, 1, 3]),
    per_s=st.sampled_from([0, 2]),
)
def test_any_prices_are_counted_by_the_compiled_search_as_by_the_checker(
    tolls: list[int], per_m: int, per_s: int
) -> None:
    """Prices that are no distances, one way dearer than back: the answer is checked, and the least there is."""
    costs = np.array(tolls, dtype=np.int32).reshape(PLACES, PLACES)
    np.fill_diagonal(costs, 0)
    problem = town(replace(line(PLACES), costs=costs), cost_per_m=per_m, cost_per_s=per_s)
    assert fits(problem) is None
    found = Kernel().solve(problem, stop=MaxIterations(400), seed=1)
    assert check(problem, found) == ()
    assert found.cost.total == min(all_costs(problem))


def test_no_way_stays_no_way() -> None:
    """A door that cannot be reached is not reached for any price."""
    matrix = line(PLACES)
    durations, distances = matrix.durations_s.copy(), matrix.distances_m.copy()
    for table in (durations, distances):
        table[:5, 5] = UNREACHABLE
    costs = np.where(durations == UNREACHABLE, UNREACHABLE, 10 * (1 - np.eye(PLACES, dtype=np.int32)))
    problem = town(Matrix(profile="car", durations_s=durations, distances_m=distances, costs=costs))
    found = solve(problem, stop=MaxIterations(100), seed=1, engine="kernel")
    assert found.unserved == ("d5",)


@pytest.mark.parametrize(
    "problem",
    [
        town(zone(5), max_distance_m=10_000),
        replace(town(zone(5)), vehicles=(car("car", cost_per_m=1), car("van", cost_per_m=2))),
        town(replace(zone(5), distances_m=line(PLACES).distances_m * 1_000), cost_per_m=10_000),
    ],
    ids=["metres are bounded", "two prices of a metre", "too dear to count"],
)
def test_what_the_compiled_search_cannot_count_it_refuses(problem: Problem) -> None:
    """It says so, and the portfolio plans without it."""
    assert "costs of their own" in (fits(problem) or "")
    with pytest.raises(EngineError, match="costs of their own"):
        Kernel().solve(problem, stop=MaxIterations(1))
    assert check(problem, solve(problem, stop=MaxIterations(20), seed=1)) == ()


def test_pyvrp_refuses_them() -> None:
    """Its model has one table of distances, which metres fill."""
    with pytest.raises(CannotExpressError, match="costs of legs"):
        plain(town(zone(5)))
