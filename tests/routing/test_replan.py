"""Re-plans: a change in the day is taken up at once, and people keep their driver and their time unless they may not."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from routing import (
    ENGINES,
    ChangeLimit,
    EngineError,
    MaxIterations,
    MaxSeconds,
    Problem,
    ProblemError,
    Solution,
    UncheckedError,
    build_solution,
    changes_between,
    check,
    replan,
    retime,
    with_stop,
    without_stop,
    without_vehicle,
)
from routing.changes import served_by
from tests.routing.random_problems import rich_problems
from tests.routing.worlds import MINUTE, at, car, door, tour, world

QUICK = MaxIterations(40)


def plan(problem: Problem, **tours: str) -> Solution:
    """The plan with these sequences."""
    routes, breaches = retime(problem, {name: tour(text) for name, text in tours.items()})
    assert not breaches
    return build_solution(problem, routes, engine="by hand")


def test_a_new_order_is_put_in_and_nobody_else_is_told_anything() -> None:
    """The others keep driver and time."""
    day = world(door("a", 1), door("b", 5), vehicles=(car(), car("van", start=9)))
    running = plan(day, car="KITCHEN a b")
    found = replan(with_stop(day, door("new", 3)), running, stop=QUICK)
    assert "new" in served_by(found.solution)
    assert found.changes == ()


def test_when_a_driver_drops_out_the_others_take_over_and_keep_their_own() -> None:
    """Only the doors of the driver who is gone change, and they are said to be forced."""
    day = world(*(door(name, 1 + k) for k, name in enumerate("abcd")), vehicles=(car(), car("van")))
    running = plan(day, car="KITCHEN a b", van="KITCHEN c d")
    found = replan(without_vehicle(day, "van"), running, stop=QUICK)
    assert found.solution.unserved == ()
    assert {change.stop_id for change in found.changes} == found.forced == {"c", "d"}
    assert found.chosen == 0
    assert all(change.other_driver and change.vehicle_after == "car" for change in found.changes)


def test_nobody_is_moved_by_more_than_the_minutes_allowed() -> None:
    """A new door must come early and takes 20 minutes: one of the others is moved, or it is not served."""
    day = world(door("a", 1), door("b", 2))
    running = plan(day, car="KITCHEN a b")
    slow = door("new", 1, service_s=20 * MINUTE, windows=at(0, 10))
    held = replan(with_stop(day, slow), running, stop=QUICK)
    assert held.solution.unserved == ("new",)
    freed = replan(with_stop(day, slow), running, stop=QUICK, limit=ChangeLimit(most=1))
    assert (freed.solution.unserved, freed.chosen) == ((), 1)
    assert freed.changes[0].moved_s > 15 * MINUTE


def two_far_doors() -> tuple[Problem, Solution]:
    """A plan that crosses: each car at one end of the line serves the door at the other end."""
    day = world(door("left", 1), door("right", 9), vehicles=(car("west", start=0), car("east", start=10)))
    return day, plan(day, west="KITCHEN right", east="KITCHEN left")


@pytest.mark.parametrize(("weight", "changed"), [(0, 2), (100_000, 0)])
def test_a_weight_on_change_is_weighed_against_the_way_saved(weight: int, changed: int) -> None:
    """Without a weight the crossing is undone; with one that no way is worth, all stays."""
    day, running = two_far_doors()
    found = replan(day, running, stop=MaxIterations(200), limit=ChangeLimit(weight=weight))
    assert (found.chosen > 0) == (changed > 0)
    assert found.solution.cost.total <= running.cost.total


def test_nobody_who_was_promised_food_is_left_out_for_a_dearer_order() -> None:
    """Room for one: the new order is worth more, yet waits."""
    day = world(door("a", 1, prize=10), vehicles=(car(max_stops=1),))
    running = plan(day, car="KITCHEN a")
    found = replan(with_stop(day, door("new", 1)), running, stop=QUICK, limit=ChangeLimit())
    assert found.solution.unserved == ("new",)


def test_what_is_done_stays_and_is_nobody_to_tell() -> None:
    """The vehicle that drops out in the middle keeps what it has done and gets nothing more."""
    day = world(door("a", 1), door("b", 2), vehicles=(car(), car("van")))
    running = plan(day, car="KITCHEN a b")
    later = without_vehicle(replace(day, fixed_prefix={"car": tour("KITCHEN a")}), "car")
    found = replan(later, running, stop=QUICK)
    assert served_by(found.solution)["a"][0] == "car"
    assert served_by(found.solution)["b"][0] == "van"
    assert [change.stop_id for change in found.changes] == ["b"]


def test_a_stop_called_off_leaves_the_rest_as_it_is() -> None:
    """The one before and the one after keep their times within what is allowed."""
    day = world(door("a", 1), door("b", 2), door("c", 3))
    running = plan(day, car="KITCHEN a b c")
    fewer = without_stop(day, "b")
    found = replan(fewer, running, stop=QUICK)
    assert set(served_by(found.solution)) == {"a", "c"}
    assert found.changes == ()
    with pytest.raises(ProblemError, match="called off"):
        without_stop(replace(day, fixed_prefix={"car": tour("KITCHEN a b")}), "b")


def test_a_vehicle_that_drops_out_is_forgotten_everywhere() -> None:
    """Pins, wishes, permissions and limits that name it go with it."""
    day = world(
        door("a", 1, forbidden_vehicles=frozenset({"van"})), door("b", 2), vehicles=(car(), car("van")),
        pins={"b": "van"}, preferences={("b", "van"): -5},
    )  # fmt: skip
    gone = without_vehicle(day, "van")
    assert (gone.pins, gone.preferences, gone.stop("a").forbidden_vehicles) == ({}, {}, frozenset())
    with pytest.raises(ProblemError, match="nobody"):
        without_vehicle(day, "nobody")


def test_a_negative_limit_is_refused() -> None:
    """The error names which."""
    with pytest.raises(ProblemError, match="moved_s"):
        ChangeLimit(moved_s=-1)


def test_time_out_zero_still_takes_the_change_up() -> None:
    """The first round always inserts."""
    day = world(door("a", 1), vehicles=(car(),))
    found = replan(with_stop(day, door("new", 3)), plan(day, car="KITCHEN a"), stop=MaxSeconds(0))
    assert found.solution.unserved == ()


@settings(max_examples=60, deadline=None)
@given(
    problem=rich_problems(),
    data=st.data(),
    engine=st.sampled_from(["insertion", "ruin_recreate"]),
    most=st.sampled_from([0, 1, 2, None]),
    moved_min=st.sampled_from([0, 5, 15]),
)
def test_no_more_people_are_changed_than_allowed(
    problem: Problem, data: st.DataObject, engine: str, most: int | None, moved_min: int
) -> None:
    """Whoever drops out and whatever is new: the limit holds, who was served stays served, the checker is content."""
    running = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100))
    assume(running.routes)
    gone = data.draw(st.sampled_from([None, *(vehicle.id for vehicle in problem.vehicles)]))
    assume(gone is None or len(problem.vehicles) > 1)
    now = problem if gone is None else without_vehicle(problem, gone)
    limit = ChangeLimit(most=most, moved_s=moved_min * MINUTE)
    try:
        found = replan(now, running, stop=QUICK, limit=limit, engine=engine)
    except EngineError as error:
        # Only a must-stop that nobody can serve any more is let pass.
        assume(not (isinstance(error, UncheckedError) and error.only_must))
        raise
    assert check(now, found.solution) == ()
    assert most is None or found.chosen <= most
    changes = changes_between(now, running, found.solution, moved_s=limit.moved_s)
    lost = {change.stop_id for change in changes if change.vehicle_after is None}
    assert lost <= found.forced
