"""Reasons for unserved stops: each world leaves one stop out for one reason."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from routing import (
    ENGINES,
    MaxIterations,
    Pickup,
    Problem,
    Remedy,
    RemedyKind,
    Rule,
    Stop,
    VehicleLimit,
    Window,
    explain,
)
from routing.compiled import Compiled
from routing.engines.plan import plan_from
from routing.explain import Reason
from routing.relaxations import RELAXATIONS
from routing.remedies import stretched
from tests.routing.claims import explanations_are_true
from tests.routing.random_problems import shortest_ways
from tests.routing.worlds import KITCHEN, MINUTE, at, car, door, line, meal, problems, world

SHORT = Window(0, 9 * MINUTE)

WORLDS: dict[str, tuple[Rule, Callable[[], Problem]]] = {
    "no room": (Rule.CAPACITY, lambda: world(door(needs=(meal(portions=11),)))),
    "no supply": (Rule.SUPPLY, lambda: world(door(), pickups=(replace(KITCHEN, supply=(0,)),))),
    "a skill": (Rule.SKILL, lambda: world(door(required_skills=frozenset({"checked"})))),
    "two people": (Rule.CREW, lambda: world(door(crew_size=2))),
    "a block": (Rule.BLOCK, lambda: world(door(forbidden_vehicles=frozenset({"car"})))),
    "too late for the food": (Rule.CLOCK, lambda: world(door(needs=(meal(latest_start_s=MINUTE),)))),
    "a window before": (Rule.WINDOW, lambda: world(door(windows=at(0, 1)))),
    "no shift then": (Rule.NO_VEHICLE, lambda: world(door(windows=at(900, 999)))),
    "a short shift": (Rule.SHIFT, lambda: world(door("a"), door("b", prize=5), vehicles=(car(shift=SHORT),))),
    "one stop allowed": (Rule.MAX_STOPS, lambda: world(door("a"), door("b", prize=5), vehicles=(car(max_stops=1),))),
    "a short route allowed": (Rule.MAX_DURATION, lambda: world(door(), vehicles=(car(max_duration_s=60),))),
    "few metres allowed": (Rule.MAX_DISTANCE, lambda: world(door(place=3), vehicles=(car(max_distance_m=200),))),
    "no hours left": (
        Rule.SHARED_HOURS,
        lambda: world(
            door(), limits=(VehicleLimit(id="week", vehicle_ids=frozenset({"car"}), max_total_duration_s=60),)
        ),
    ),
    "not worth it": (Rule.PRIZE, lambda: world(door(place=5, prize=1))),
}


def left_out(problem: Problem) -> Reason:
    """The reason of the one stop that insertion leaves out."""
    solution = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100))
    assert len(solution.unserved) == 1
    return explain(problem, solution)[0]


@pytest.mark.parametrize("name", WORLDS)
def test_the_rule_that_keeps_a_stop_out_is_named(name: str) -> None:
    """One rule, and that one."""
    rule, make = WORLDS[name]
    reason = left_out(make())
    assert reason.rules == (rule,)
    assert reason.proven


def test_two_rules_that_keep_a_stop_out_together_are_both_named() -> None:
    """Neither a skilled driver nor a second person alone would do."""
    reason = left_out(world(door(required_skills=frozenset({"checked"}), crew_size=2)))
    assert set(reason.rules) == {Rule.SKILL, Rule.CREW}


def test_nobody_can_get_where_there_is_no_way() -> None:
    """Reach is reported when relaxing everything else does not help."""
    matrix = line()
    seconds, metres = matrix.durations_s.copy(), matrix.distances_m.copy()
    seconds[:, 3] = metres[:, 3] = 2**31 - 1
    seconds[3, 3] = metres[3, 3] = 0
    cut = replace(matrix, durations_s=seconds, distances_m=metres)
    assert left_out(world(door(place=3), matrices=(cut,))).rules == (Rule.REACH,)


def test_the_remedy_for_a_time_without_drivers_is_an_extra_vehicle_then() -> None:
    """Out from loading to the end of the door, at the time the door asks for."""
    reason = left_out(world(door(windows=at(900, 999))))
    assert reason.remedy == Remedy(
        kind=RemedyKind.EXTRA_VEHICLE,
        vehicle_id="car",
        profile="car",
        from_s=894 * MINUTE,
        to_s=902 * MINUTE,
        amount=8 * MINUTE,
    )


def test_the_remedy_for_a_shift_that_is_a_little_short_is_to_lengthen_it() -> None:
    """Two minutes more serve the second door."""
    stops: tuple[Stop, ...] = (door("a"), door("b", prize=500_000))
    reason = left_out(world(*stops, vehicles=(car(shift=SHORT),)))
    assert reason.remedy is not None
    assert (reason.remedy.kind, reason.remedy.amount) == (RemedyKind.LONGER_SHIFT, MINUTE)


def test_a_block_is_never_proposed_to_be_lifted() -> None:
    """There is no such remedy."""
    assert left_out(world(door(forbidden_vehicles=frozenset({"car"})))).remedy is None


def test_without_time_a_reason_says_that_it_is_not_proven() -> None:
    """It still names what keeps the vehicles away."""
    problem = world(door(required_skills=frozenset({"checked"})))
    solution = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100))
    reason = explain(problem, solution, seconds=-1.0)[0]
    assert (reason.rules, reason.proven) == ((Rule.SKILL,), False)


def test_a_pickup_that_is_closed_when_anybody_can_come_is_the_reason() -> None:
    """The remedy says when it would have to be open; opened then, the stop is served."""
    problem = world(door(), pickups=(replace(KITCHEN, windows=at(0, 1)),), vehicles=(car(start=5),))
    reason = left_out(problem)
    assert reason.rules == (Rule.PICKUP_WINDOW,)
    assert reason.remedy is not None
    told = (reason.remedy.kind, reason.remedy.pickup_id, reason.remedy.from_s)
    assert told == (RemedyKind.WIDER_PICKUP, "kitchen", 5 * MINUTE)


def test_a_pin_to_somebody_without_time_is_the_reason_and_letting_go_the_remedy() -> None:
    """One more vehicle would not help: the stop would stay pinned."""
    pair = (car("ann", shift=Window(0, MINUTE)), car("bob"))
    reason = left_out(world(door(), vehicles=pair, pins={"a": "ann"}))
    assert Rule.PIN in (*reason.rules, *reason.alternatives)
    assert reason.remedy is not None
    assert reason.remedy.kind in (RemedyKind.NO_PIN, RemedyKind.LONGER_SHIFT)


def test_a_bigger_vehicle_says_how_big() -> None:
    """Eleven portions in a vehicle for ten."""
    reason = left_out(world(door(needs=(meal(portions=11),))))
    assert reason.remedy is not None
    assert (reason.remedy.kind, reason.remedy.load) == (RemedyKind.BIGGER_VEHICLE, (11,))


def test_more_supply_says_how_much_in_all() -> None:
    """One portion is taken by the other door, and one more is needed."""
    problem = world(door("a"), door("b", prize=5), pickups=(replace(KITCHEN, supply=(1,)),))
    reason = left_out(problem)
    assert reason.remedy is not None
    assert reason.remedy.goods == (("kitchen", (2,)),)


def test_when_two_rules_must_give_a_remedy_for_each_is_told() -> None:
    """A skill and a second person, both in one vehicle."""
    reason = left_out(world(door(required_skills=frozenset({"checked"}), crew_size=2)))
    kinds = {remedy.kind for remedy in reason.together}
    assert kinds == {RemedyKind.QUALIFIED_DRIVER, RemedyKind.SECOND_PERSON}


def test_the_smallest_set_is_found_though_a_larger_one_comes_first() -> None:
    """Two rules are enough where dropping one after the other would end with three."""
    van = car("van", capacity=(0,), max_stops=0, max_distance_m=50)
    small = car("small", capacity=(0,), skills=frozenset())
    stop = door(place=2, required_skills=frozenset({"checked"}))
    reason = left_out(world(stop, vehicles=(replace(van, skills=frozenset({"checked"})), small)))
    assert set(reason.rules) == {Rule.CAPACITY, Rule.SKILL}


def test_a_stop_that_was_overlooked_is_not_given_a_false_reason() -> None:
    """It fits as things are: the reason names no rule, and the remedy says where."""
    problem = world(door("a"), door("b", 2))
    nothing = replace(problem, stops=(replace(problem.stops[0], prize=0), replace(problem.stops[1], prize=0)))
    empty = ENGINES["insertion"]().solve(nothing, stop=MaxIterations(100))
    reason = explain(problem, empty)[0]
    assert reason.rules == ()
    assert reason.remedy is not None
    assert (reason.remedy.kind, reason.remedy.vehicle_id) == (RemedyKind.PLACE_NOW, "car")


@pytest.mark.parametrize(
    ("windows", "at_s", "wider"),
    [
        ((), 5, ()),
        (((10, 20),), 15, ((10, 20),)),
        (((10, 20),), 25, ((10, 25),)),
        (((10, 20), (30, 40)), 29, ((10, 20), (29, 40))),
        (((10, 20), (30, 40)), 3, ((3, 20), (30, 40))),
        (((10, 20), (21, 40)), 50, ((10, 20), (21, 50))),
    ],
)
def test_the_nearest_window_is_stretched(windows: Any, at_s: int, wider: Any) -> None:
    """No further than the second asked for; one that holds it already stays."""
    assert stretched(tuple(Window(*pair) for pair in windows), at_s) == wider


@settings(max_examples=60, deadline=None)
@given(problem=problems(most_stops=3))
def test_each_explanation_is_true(problem: Problem) -> None:
    """With just those rules relaxed, or just that remedy made, the stop fits beside the other routes; no fewer do."""
    problem = shortest_ways(problem)
    solution = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100))
    explanations_are_true(problem, solution)


def test_every_rule_that_can_keep_a_stop_out_can_be_relaxed() -> None:
    """A rule that is added needs its relaxation; those left are of the solution's shape, or hold for whole routes."""
    shape = {
        Rule.STRUCTURE, Rule.ONCE, Rule.UNSERVED_LIST, Rule.MUST, Rule.TRAVEL, Rule.SERVICE, Rule.PICKUP_ORDER,
        Rule.PREFIX, Rule.COST, Rule.REACH, Rule.NO_VEHICLE, Rule.PRIZE,
    }  # fmt: skip
    assert set(RELAXATIONS) == set(Rule) - shape


def test_explaining_changes_nothing_of_the_plan() -> None:
    """The routes are tried on copies."""
    problem = world(
        door("a"), door("b", prize=5), vehicles=(car(shift=SHORT),), pickups=(KITCHEN, Pickup(id="x", location=0))
    )
    solution = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100))
    explain(problem, solution)
    assert plan_from(Compiled(problem), solution.sequences)[0].cost == solution.cost.total
