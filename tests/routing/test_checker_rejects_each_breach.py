"""The checker, rule by rule: a sound solution passes, and each way of spoiling it is reported as what it is."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from routing import (
    Break,
    Matrix,
    Pickup,
    Problem,
    Rule,
    Solution,
    Vehicle,
    VehicleLimit,
    Window,
    build_solution,
    check,
    retime,
)
from tests.routing.worlds import KITCHEN, MINUTE, at, car, door, line, meal, tour, world


def solved(problem: Problem, **tours: str) -> Solution:
    """The solution with these sequences, which must be sound as sequences."""
    routes, breaches = retime(problem, {name: tour(text) for name, text in tours.items()})
    assert not breaches
    return build_solution(problem, routes, engine="by hand")


def rules(problem: Problem, solution: Solution) -> set[Rule]:
    """The rules broken."""
    return {violation.rule for violation in check(problem, solution)}


def base(**more: Any) -> tuple[Problem, Solution]:
    """A car that loads at the kitchen and serves a and b."""
    problem = world(door("a", 1), door("b", 2), **more)
    return problem, solved(problem, car="KITCHEN a b")


def changed(solution: Solution, step: int, **changes: Any) -> Solution:
    """The solution with one step of its first route changed."""
    route = solution.routes[0]
    steps = list(route.steps)
    steps[step] = replace(steps[step], **changes)
    return replace(solution, routes=(replace(route, steps=tuple(steps)), *solution.routes[1:]))


def test_a_sound_solution_has_no_violation() -> None:
    """Nothing is reported where nothing is wrong."""
    assert check(*base()) == ()


def stricter(problem: Problem, **vehicle: Any) -> Problem:
    """The same problem with another vehicle of the same name."""
    return replace(problem, vehicles=(replace(problem.vehicles[0], **vehicle), *problem.vehicles[1:]))


def stop_with(problem: Problem, **stop: Any) -> Problem:
    """The same problem with its first stop changed."""
    return replace(problem, stops=(replace(problem.stops[0], **stop), *problem.stops[1:]))


# The plan: 0:00 loading, 0:05 leaves, 0:06 at a, 0:08 leaves, 0:09 at b, 0:11 ends.
STRICTER: dict[str, tuple[Rule, Callable[[Problem], Problem]]] = {
    "too little room": (Rule.CAPACITY, lambda p: stricter(p, capacity=(1,))),
    "a later shift": (Rule.SHIFT, lambda p: stricter(p, shift=Window(MINUTE, 99 * MINUTE))),
    "an earlier end of shift": (Rule.SHIFT, lambda p: stricter(p, shift=Window(0, 10 * MINUTE))),
    "one delivery allowed": (Rule.MAX_STOPS, lambda p: stricter(p, max_stops=1)),
    "ten minutes allowed": (Rule.MAX_DURATION, lambda p: stricter(p, max_duration_s=10 * MINUTE)),
    "150 m allowed": (Rule.MAX_DISTANCE, lambda p: stricter(p, max_distance_m=150)),
    "two minutes of travel allowed": (Rule.MAX_TRAVEL, lambda p: stricter(p, max_travel_s=2 * MINUTE - 1)),
    "a break": (Rule.BREAK, lambda p: stricter(p, breaks=(Break(id="tea"),))),
    "a slower car": (Rule.TRAVEL, lambda p: stricter(p, speed_percent=50)),
    "another start": (Rule.STRUCTURE, lambda p: stricter(p, start=3)),
    "an end to go to": (Rule.STRUCTURE, lambda p: stricter(p, end=0)),
    "a dearer metre": (Rule.COST, lambda p: stricter(p, cost_per_m=2)),
    "a skill asked": (Rule.SKILL, lambda p: stop_with(p, required_skills=frozenset({"checked"}))),
    "two at the door": (Rule.CREW, lambda p: stop_with(p, crew_size=2)),
    "a block": (Rule.BLOCK, lambda p: stop_with(p, forbidden_vehicles=frozenset({"car"}))),
    "others allowed only": (Rule.BLOCK, lambda p: stop_with(p, allowed_vehicles=frozenset())),
    "a later window": (Rule.WINDOW, lambda p: stop_with(p, windows=at(7, 20))),
    "an earlier window": (Rule.WINDOW, lambda p: stop_with(p, windows=at(0, 5))),
    "longer service": (Rule.SERVICE, lambda p: stop_with(p, service_s=3 * MINUTE)),
    "parking": (Rule.SERVICE, lambda p: stop_with(p, parking_s=1)),
    "a setup": (Rule.SERVICE, lambda p: stop_with(p, setup_s=1)),
    "goods to take along": (Rule.CAPACITY, lambda p: stop_with(p, collects=(1,))),
    "tolls": (Rule.COST, lambda p: replace(p, matrices=(tolled(),))),
    "another place": (Rule.STRUCTURE, lambda p: stop_with(p, location=4)),
    "a fixed deadline": (Rule.CLOCK, lambda p: stop_with(p, needs=(meal(latest_start_s=6 * MINUTE - 1),))),
    "a short ride": (Rule.CLOCK, lambda p: stop_with(p, needs=(meal(max_ride_s=6 * MINUTE - 1),))),
    "more portions": (Rule.CAPACITY, lambda p: stop_with(p, needs=(meal(portions=2),))),
    "another pickup": (
        Rule.PICKUP_ORDER,
        lambda p: replace(
            p,
            pickups=(KITCHEN, Pickup(id="bakery", location=1)),
            stops=(replace(p.stops[0], needs=(meal("bakery"),)), p.stops[1]),
        ),
    ),
    "a short supply": (Rule.SUPPLY, lambda p: replace(p, pickups=(replace(KITCHEN, supply=(1,)),))),
    "a closed kitchen": (Rule.WINDOW, lambda p: replace(p, pickups=(replace(KITCHEN, windows=at(1, 9)),))),
    "a pin": (Rule.PIN, lambda p: replace(p, vehicles=(*p.vehicles, car("other")), pins={"a": "other"})),
    "something fixed": (Rule.PREFIX, lambda p: replace(p, fixed_prefix={"car": tour("KITCHEN b")})),
    "something fixed for another": (
        Rule.PREFIX,
        lambda p: replace(p, vehicles=(*p.vehicles, car("other")), fixed_prefix={"other": tour("KITCHEN")}),
    ),
    "a discount": (Rule.COST, lambda p: replace(p, preferences={("a", "car"): -1})),
    "one choice": (Rule.ONCE, lambda p: replace(p, stops=tuple(replace(s, choice="one") for s in p.stops))),
    "one more stop": (Rule.UNSERVED_LIST, lambda p: replace(p, stops=(*p.stops, door("c", 3)))),
    "one more must": (Rule.MUST, lambda p: replace(p, stops=(*p.stops, door("c", 3, prize=None)))),
    "hours to share": (
        Rule.SHARED_HOURS,
        lambda p: replace(
            p, limits=(VehicleLimit(id="week", vehicle_ids=frozenset({"car"}), max_total_duration_s=600),)
        ),
    ),
    "no way": (Rule.TRAVEL, lambda p: replace(p, matrices=(cut(),))),
    "weight on balance": (Rule.COST, lambda p: replace(p, balance_weight=1)),
    "another vehicle": (Rule.STRUCTURE, lambda p: replace(p, vehicles=(car("other"),))),
}


def cut() -> Matrix:
    """The line with no way from 1 to 2."""
    seconds, metres = np.array(line().durations_s), np.array(line().distances_m)
    seconds[1, 2] = metres[1, 2] = 2**31 - 1
    return Matrix(profile="car", durations_s=seconds, distances_m=metres)


def tolled() -> Matrix:
    """The line with a cost for every leg."""
    return replace(line(), costs=1 - np.eye(12, dtype=int))


@pytest.mark.parametrize("name", STRICTER)
def test_a_stricter_problem_is_broken_by_the_same_routes(name: str) -> None:
    """The rule that the change concerns is among those reported."""
    rule, change = STRICTER[name]
    problem, solution = base()
    assert rule in rules(change(problem), solution)


FORGED: dict[str, tuple[Rule, Callable[[Solution], Solution]]] = {
    "arrives too early": (Rule.TRAVEL, lambda s: changed(s, 2, arrival_s=s.routes[0].steps[2].arrival_s - 1)),
    "serves before it arrives": (
        Rule.SERVICE,
        lambda s: changed(s, 2, service_start_s=s.routes[0].steps[2].arrival_s - 1),
    ),
    "serves too quickly": (Rule.SERVICE, lambda s: changed(s, 2, departure_s=s.routes[0].steps[2].departure_s - 1)),
    "waits in its start": (Rule.SERVICE, lambda s: changed(s, 0, arrival_s=-1)),
    "a false load": (Rule.CAPACITY, lambda s: changed(s, 1, load=(1,))),
    "a load of two dimensions": (Rule.STRUCTURE, lambda s: changed(s, 1, load=(1, 1))),
    "an unknown stop": (Rule.STRUCTURE, lambda s: changed(s, 2, id="nobody")),
    "another place": (Rule.STRUCTURE, lambda s: changed(s, 2, location=5)),
    "a false length": (
        Rule.COST,
        lambda s: replace(s, routes=(replace(s.routes[0], distance_m=1, cost=1),)),
    ),
    "a false duration": (Rule.COST, lambda s: replace(s, routes=(replace(s.routes[0], duration_s=1),))),
    "a false route cost": (Rule.COST, lambda s: replace(s, routes=(replace(s.routes[0], cost=0),))),
    "a false total": (Rule.COST, lambda s: replace(s, cost=replace(s.cost, distance=0))),
    "a stop twice": (
        Rule.ONCE,
        lambda s: replace(s, routes=(replace(s.routes[0], steps=(*s.routes[0].steps[:3], *s.routes[0].steps[2:])),)),
    ),
    "a route twice": (Rule.ONCE, lambda s: replace(s, routes=s.routes * 2)),
    "a served stop listed": (Rule.UNSERVED_LIST, lambda s: replace(s, unserved=("a",))),
    "no visits": (
        Rule.STRUCTURE,
        lambda s: replace(s, routes=(replace(s.routes[0], steps=(s.routes[0].steps[0], s.routes[0].steps[-1])),)),
    ),
    "no loading": (
        Rule.PICKUP_ORDER,
        lambda s: replace(s, routes=(replace(s.routes[0], steps=(s.routes[0].steps[0], *s.routes[0].steps[2:])),)),
    ),
}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_solution_is_rejected(name: str) -> None:
    """Each figure and each step of a solution is held against the problem."""
    rule, forge = FORGED[name]
    problem, solution = base()
    assert rule in rules(problem, forge(solution))


# Loading to 0:05, at a from 0:06 to 0:08, tea there from 0:08 to 0:11, at b from 0:12 to 0:14.
TEA = Break(id="tea", windows=at(8, 9), service_s=3 * MINUTE, max_load=(1,))
BAD_BREAKS: dict[str, dict[str, Any]] = {
    "none": {"rests": ()},
    "another one": {"break_id": "lunch"},
    "too short": {"end_s": 10 * MINUTE},
    "too early": {"start_s": 7 * MINUTE, "end_s": 10 * MINUTE},
    "too late": {"start_s": 10 * MINUTE, "end_s": 13 * MINUTE},
    "with too much on board": {"after_step": 1},
    "after the end": {"after_step": 4},
    "before the start": {"after_step": -1},
}


@pytest.mark.parametrize("name", BAD_BREAKS)
def test_a_break_that_is_not_what_it_should_be_is_rejected(name: str) -> None:
    """Each figure of a break is held against the vehicle's and against the steps around it."""
    problem, solution = base(vehicles=(car(breaks=(TEA,), shift=Window(0, 14 * MINUTE)),))
    assert check(problem, solution) == ()
    route, change = solution.routes[0], BAD_BREAKS[name]
    assert [(rest.after_step, rest.start_s, rest.end_s) for rest in route.rests] == [(2, 8 * MINUTE, 11 * MINUTE)]
    rests = () if "rests" in change else (replace(route.rests[0], **change),)
    assert Rule.BREAK in rules(problem, replace(solution, routes=(replace(route, rests=rests),)))


def test_a_break_interrupts_travel_and_parking() -> None:
    """Tea at the eighth minute, two minutes of way and three of parking: half of it is done when tea begins."""
    tea = replace(TEA, windows=at(8), max_load=None)
    problem = world(door("a", 2, parking_s=3 * MINUTE), vehicles=(car(breaks=(tea,), shift=Window(0, 20 * MINUTE)),))
    solution = solved(problem, car="KITCHEN a")
    assert check(problem, solution) == ()
    step = solution.routes[0].steps[2]
    assert (step.arrival_s, step.service_start_s) == (7 * MINUTE, 13 * MINUTE)


def test_one_person_in_two_places_is_rejected() -> None:
    """Exclusive routes may touch, not overlap."""
    both = (car("car"), car("van"))
    problem = world(door("a", 1), door("b", 2), vehicles=both)
    solution = solved(problem, car="KITCHEN a", van="KITCHEN b")
    person = VehicleLimit(id="ann", vehicle_ids=frozenset({"car", "van"}), exclusive=True)
    strict = replace(problem, limits=(person,))
    assert rules(problem, solution) == set()
    assert rules(strict, solution) == {Rule.EXCLUSIVE}
    assert rules(strict, solved(strict, car="KITCHEN a", van="KITCHEN b")) == set()


def test_goods_that_are_held_hot_have_a_last_moment_of_their_own() -> None:
    """Loaded at minute 20 with holding until minute 10, the clock started at 10."""
    kitchen = replace(KITCHEN, windows=at(20, 30))
    problem = world(door("a", 1, needs=(meal(max_ride_s=15 * MINUTE),)), pickups=(kitchen,))
    solution = solved(problem, car="KITCHEN a")
    held = stop_with(problem, needs=(meal(max_ride_s=15 * MINUTE, hold_until_s=10 * MINUTE),))
    assert rules(held, solution) == {Rule.CLOCK}


def test_every_rule_of_a_solution_is_covered_here() -> None:
    """A rule that is added must be added to these tables; those only explanations use are left out."""
    tested = {rule for rule, _ in [*STRICTER.values(), *FORGED.values()]} | {Rule.EXCLUSIVE}
    assert tested == set(Rule) - {Rule.REACH, Rule.NO_VEHICLE, Rule.PICKUP_WINDOW, Rule.PRIZE}


def test_a_vehicle_is_what_the_problem_says() -> None:
    """The helper above really changes the vehicle."""
    problem, _ = base()
    assert isinstance(stricter(problem, capacity=(3,)).vehicles[0], Vehicle)
    assert stricter(problem, capacity=(3,)).vehicles[0].capacity == (3,)
