"""The compiled search, against the checker, exhaustion, and what every engine promises."""

import time
from dataclasses import replace
from itertools import pairwise, permutations

import pytest
from hypothesis import assume, given, settings

from routing import (
    EngineError,
    MaxIterations,
    MaxSeconds,
    Problem,
    Progress,
    VehicleLimit,
    Visit,
    VisitKind,
    Window,
    check,
    solve,
)
from routing.engines.kernel import Kernel, warm
from routing.kernel import fits
from tests.routing.brute_force import least_duration
from tests.routing.kernel.plane import plain_problems
from tests.routing.worlds import SHIFT, car, door, meal, problems, world


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    """Compile once; what follows is timed or tried often."""
    warm()


@settings(max_examples=150, deadline=None)
@given(problem=plain_problems(most_stops=9))
def test_answers_with_goods_on_board_pass_the_checker(problem: Problem) -> None:
    """No rule is broken, and every stop is served or listed."""
    assert fits(problem) is None
    assert check(problem, Kernel().solve(problem, stop=MaxIterations(60), seed=1)) == ()


@settings(max_examples=200, deadline=None)
@given(problem=problems(most_stops=5, most_vehicles=3))
def test_answers_with_pickups_and_clocks_pass_the_checker(problem: Problem) -> None:
    """Every rule of the library in small worlds."""
    assume(fits(problem) is None)
    assert check(problem, Kernel().solve(problem, stop=MaxIterations(40), seed=1)) == ()


def _least_cost(problem: Problem) -> int:
    """The best objective, by every share-out of the stops and every order."""
    routes: list[dict[frozenset[str], int]] = []
    for vehicle in problem.vehicles:
        best: dict[frozenset[str], int] = {frozenset(): 0}
        for size in range(1, len(problem.stops) + 1):
            for order in permutations([stop.id for stop in problem.stops], size):
                visits = tuple(Visit(VisitKind.STOP, name) for name in order)
                seconds = least_duration(problem, vehicle, visits)
                if seconds is None:
                    continue
                places = [vehicle.start, *(problem.stop(name).location for name in order)]
                places += [] if vehicle.end is None else [vehicle.end]
                metres = sum(int(problem.matrices[0].distances_m[a, b]) for a, b in pairwise(places))
                cost = vehicle.fixed_cost + vehicle.cost_per_m * metres + vehicle.cost_per_s * seconds
                key = frozenset(order)
                best[key] = min(best.get(key, cost), cost)
        routes.append(best)
    states: dict[frozenset[str], int] = {frozenset(): 0}
    for best in routes:
        new: dict[frozenset[str], int] = {}
        for served, cost in states.items():
            for more, extra in best.items():
                if not served & more:
                    both = served | more
                    new[both] = min(new.get(both, cost + extra), cost + extra)
        states = new
    return min(
        cost + sum(stop.prize or 0 for stop in problem.stops if stop.id not in served)
        for served, cost in states.items()
    )


@settings(max_examples=60, deadline=None)
@given(problem=plain_problems(most_stops=5))
def test_small_problems_are_solved_to_the_end(problem: Problem) -> None:
    """The cost that exhaustion finds."""
    assert Kernel().solve(problem, stop=MaxIterations(20_000), seed=1).cost.total == _least_cost(problem)


@given(problem=problems(most_stops=4, most_vehicles=2))
@settings(max_examples=60, deadline=None)
def test_the_same_seed_gives_the_same_answer(problem: Problem) -> None:
    """Under an iteration limit, slice by slice."""
    assume(fits(problem) is None)
    one, two = (Kernel().solve(problem, stop=MaxIterations(200), seed=7) for _ in range(2))
    assert one.sequences == two.sequences
    assert one.cost == two.cost


def _street(doors: int) -> Problem:
    stops = tuple(door(f"s{n}", 1 + n % 11, needs=(meal(None),)) for n in range(doors))
    return world(*stops, vehicles=tuple(car(f"c{n}", capacity=(9,), end=0) for n in range(doors // 5)))


def test_a_cancel_is_heard_within_200_ms() -> None:
    """And what was found so far comes back, with progress on the way."""
    problem, told = _street(300), list[Progress]()
    began = time.monotonic()
    late = Kernel().solve(
        problem, stop=MaxSeconds(30), on_progress=told.append, should_cancel=lambda: time.monotonic() - began > 1.5
    )
    assert time.monotonic() - began < 1.5 + 0.2 + 0.3  # and half a moment to build the answer
    assert told
    assert told[-1].best_cost >= late.cost.total
    assert check(problem, late) == ()


def test_the_answer_is_never_worse_than_the_start() -> None:
    """Given a good solution and hardly any iterations."""
    problem = _street(20)
    good = solve(problem, stop=MaxIterations(300), seed=5)
    assert Kernel().solve(problem, stop=MaxIterations(1), initial=good).cost.total <= good.cost.total


def test_pins_and_fixed_beginnings_stay() -> None:
    """A pinned stop is on its vehicle, and a fixed prefix comes first."""
    stops = tuple(door(f"s{n}", n + 1, needs=(meal(None),)) for n in range(4))
    visits = (Visit(VisitKind.STOP, "s3"),)
    problem = world(*stops, vehicles=(car("one"), car("two")), pins={"s0": "two"}, fixed_prefix={"one": visits})
    solution = solve(problem, stop=MaxIterations(300), engine="kernel")
    assert solution.sequences["one"][:1] == visits
    assert Visit(VisitKind.STOP, "s0") in solution.sequences["two"]


def test_what_does_not_fit_is_named() -> None:
    """Balance, and shifts of one person that overlap; the engine refuses with the reason."""
    limit = VehicleLimit(id="ann", vehicle_ids=frozenset({"a", "b"}), exclusive=True)
    both = world(door(), vehicles=(car("a"), car("b")), limits=(limit,))
    assert "overlap" in str(fits(both))
    later = replace(car("b"), shift=Window(SHIFT.end_s, SHIFT.end_s + 600))
    assert fits(world(door(), vehicles=(car("a"), later), limits=(limit,))) is None
    assert "balance" in str(fits(world(door(), balance_weight=1)))
    with pytest.raises(EngineError, match="overlap"):
        Kernel().solve(both, stop=MaxIterations(1))


def test_pickups_are_planned_where_no_time_binds() -> None:
    """Any shift is long enough: loading still comes first."""
    problem = world(door("a", 1), door("b", 5), vehicles=(car(end=0),))
    assert Kernel().solve(problem, stop=MaxIterations(20)).unserved == ()


def test_a_route_longer_than_the_first_columns_finds_room() -> None:
    """Two hundred doors in one building on one route: rows are widened, though there are more doors than columns."""
    doors = tuple(door(f"s{n}", 1, service_s=0, needs=(meal(portions=0),)) for n in range(200))
    solution = solve(world(*doors, vehicles=(car(),)), stop=MaxIterations(5), engine="kernel")
    assert solution.unserved == ()
