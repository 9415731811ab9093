"""As last week: the same people to the same doors in the same order, and what no longer holds left out with its reason."""

from __future__ import annotations

import uuid

from logistics.domain.food import FoodNeeds
from logistics.domain.vocabulary import Diet, DriverNeed, UnservedCode
from logistics.planning.last_week import plan_as_last_week
from logistics.planning.plan_values import WeekPlan
from tests.logistics.planning.worlds import MON, ROADS, TUE, World, dish, named


def rounds(plan: WeekPlan) -> dict[uuid.UUID, list[uuid.UUID]]:
    """Volunteer -> the households in the order of the route."""
    return {
        route.volunteer_id: [stop.household_id for stop in route.stops if stop.household_id is not None]
        for route in plan.routes
    }


def lunch(*refs: str, portions: int = 9) -> World:
    """Last Monday V1 brought lunch to these, in this order, which is not the shortest."""
    world = World()
    driver = world.driver("V1")
    homes = [world.household(ref, at=position) for ref, position in zip(refs, (3, 1, 5, 2), strict=False)]
    for home in homes:
        world.order(home)
    world.came(driver, *homes)
    world.slot(dish("stew", portions))
    return world


def test_last_week_s_order_is_kept() -> None:
    """Though another order would be shorter."""
    plan = plan_as_last_week(lunch("H1", "H2", "H3").week(), ROADS)
    assert rounds(plan) == {named("V1"): [named("H1"), named("H2"), named("H3")]}
    assert plan.unserved == ()


def test_who_was_in_no_round_is_named_so() -> None:
    """A new household is not put into somebody's round without asking."""
    world = lunch("H1")
    world.order(world.household("H9", at=2))
    plan = plan_as_last_week(world.week(), ROADS)
    assert [(missing.household_id, missing.code) for missing in plan.unserved] == [
        (named("H9"), UnservedCode.NOT_LAST_WEEK)
    ]


def test_a_new_block_takes_the_door_out_of_the_round() -> None:
    """The rest of the round stays as it was, though somebody else could bring it."""
    world = lunch("H1", "H2", "H3")
    world.driver("V2")
    world.blocks.add((named("V1"), named("H2")))
    plan = plan_as_last_week(world.week(), ROADS)
    assert rounds(plan) == {named("V1"): [named("H1"), named("H3")]}
    assert [(missing.household_id, missing.code) for missing in plan.unserved] == [(named("H2"), UnservedCode.BLOCKED)]


def test_a_lapsed_check_takes_the_door_out_of_the_round() -> None:
    """Never bent for the sake of habit."""
    world = lunch("H1", "H2")
    world.household("H2", at=1, driver_needs=frozenset({DriverNeed.DBS_BASIC}))
    plan = plan_as_last_week(world.week(), ROADS)
    assert rounds(plan) == {named("V1"): [named("H1")]}
    assert len(plan.unserved) == 1


def test_food_that_is_not_safe_any_more_is_not_brought() -> None:
    """The household became vegan since."""
    world = lunch("H1", "H2")
    world.household("H2", at=1, needs=FoodNeeds(diets=frozenset({Diet.VEGAN})))
    plan = plan_as_last_week(world.week(), ROADS)
    assert rounds(plan) == {named("V1"): [named("H1")]}
    assert [missing.code for missing in plan.unserved] == [UnservedCode.NO_SAFE_FOOD]


def test_a_driver_who_is_not_on_shift_leaves_the_round_unserved() -> None:
    """Nobody is sent instead without a word."""
    world = World()
    world.driver("V1", day=TUE)
    world.driver("V2")
    home = world.household("H1", at=1)
    world.order(home)
    world.came(named("V1"), home, day=MON)
    world.slot(dish("stew", 1))
    plan = plan_as_last_week(world.week(), ROADS)
    assert plan.routes == ()
    assert [missing.code for missing in plan.unserved] == [UnservedCode.NO_DRIVER]


def test_a_week_with_nothing_behind_it_has_no_rounds() -> None:
    """Nobody came last week: no routes, every order named."""
    world = World()
    world.driver("V1")
    world.order(world.household("H1"))
    world.slot(dish("stew", 1))
    plan = plan_as_last_week(world.week(), ROADS)
    assert plan.routes == ()
    assert [missing.code for missing in plan.unserved] == [UnservedCode.NOT_LAST_WEEK]
