"""The best whole out of routes already met: exact over them, every rule kept, never worse than the best so far."""

from dataclasses import replace

from hypothesis import given, settings

from routing import ENGINES, MaxIterations, Problem, Solution, VehicleLimit, check
from routing.compiled import Compiled
from routing.engines.route_pool import MOST_ROUTES, RoutePool, alike
from routing.replay import build_solution, retime
from routing.selection import select
from tests.routing.worlds import MINUTE, car, door, problems, tour, world


def _solution(problem: Problem, **tours: str) -> Solution:
    routes, breaches = retime(problem, {name: tour(text) for name, text in tours.items()})
    assert not breaches
    return build_solution(problem, routes, engine="by hand")


def _pool(problem: Problem, *solutions: Solution) -> RoutePool:
    pool = RoutePool(Compiled(problem))
    for solution in solutions:
        pool.add_visits(solution.sequences.items())
    return pool


def _two_streets(**more: object) -> tuple[Problem, Solution, Solution]:
    """Four doors; each of two plans has one good tour and one that goes to and fro."""
    cars = (car("x", start=0, end=0), car("y", start=6, end=6))
    problem = world(door("a", 1), door("b", 2), door("c", 5), door("d", 4), vehicles=cars, **more)
    left = _solution(problem, x="KITCHEN a b", y="KITCHEN d c")
    right = _solution(problem, x="KITCHEN b a", y="KITCHEN c d")
    return problem, left, right


def test_the_good_routes_of_two_plans_make_a_better_one() -> None:
    """Whatever each of them is worth, their mix is as cheap as the cheapest route for each pair of doors."""
    problem, left, right = _two_streets()
    found = select(_pool(problem, left, right), left, seconds=None)
    cheapest = sum(min(left.routes[k].cost, right.routes[k].cost) for k in (0, 1))
    assert found.cost.total == cheapest
    assert check(problem, found) == ()


def test_vehicles_that_are_alike_take_over_each_others_routes() -> None:
    """Two routes of one vehicle are both chosen when its twin is free; not so when somebody prefers one of them."""
    problem = world(door("a", 1), door("b", 2), vehicles=(car("x"), car("y")))
    assert alike(Compiled(problem)) == [0, 0]
    assert alike(Compiled(replace(problem, preferences={("a", "y"): 5}))) == [0, 1]
    one, other = _solution(problem, x="KITCHEN a"), _solution(problem, x="KITCHEN b")
    found = select(_pool(problem, one, other), one, seconds=None)
    assert found.unserved == ()
    assert {route.vehicle_id for route in found.routes} == {"x", "y"}


def test_shared_hours_hold_over_the_chosen_routes() -> None:
    """Each route alone is within the week's hours; both together are not, and one door is left."""
    week = VehicleLimit(id="ann", vehicle_ids=frozenset({"x", "y"}), max_total_duration_s=12 * MINUTE)
    problem = world(door("a", 1), door("b", 2), vehicles=(car("x"), car("y")), limits=(week,))
    one, other = _solution(problem, x="KITCHEN a"), _solution(problem, y="KITCHEN b")
    found = select(_pool(problem, one, other), one, seconds=None)
    assert len(found.unserved) == 1
    assert check(problem, found) == ()


@settings(max_examples=60, deadline=None)
@given(problem=problems(most_stops=5, most_vehicles=3))
def test_what_is_chosen_keeps_every_rule_and_is_never_worse(problem: Problem) -> None:
    """Over the routes of three short searches, in small worlds with every rule."""
    tries = [ENGINES["ruin_recreate"]().solve(problem, stop=MaxIterations(5), seed=seed) for seed in range(3)]
    best = min(tries, key=lambda solution: solution.cost.total)
    found = select(_pool(problem, *tries), best, seconds=None)
    assert check(problem, found) == ()
    assert found.cost.total <= best.cost.total


def test_a_cancel_ends_the_choice_with_the_best_so_far() -> None:
    """Nothing is lost."""
    problem, left, right = _two_streets()
    found = select(_pool(problem, left, right), left, seconds=5, should_cancel=lambda: True)
    assert found.cost.total <= left.cost.total


def test_a_full_pool_forgets_its_oldest_routes() -> None:
    """And a route met again is new again."""
    problem = world(door("a", 1))
    pool = RoutePool(Compiled(problem))
    pool.add((0, (number,)) for number in range(MOST_ROUTES))
    pool.add([(0, (0,)), (0, (-1,))])
    assert len(pool) == MOST_ROUTES
    assert [nodes for _, nodes in pool.newest_first()][:2] == [(-1,), (0,)]
    assert (0, (1,)) not in set(pool.newest_first())
