"""What a coordinator reads beside a door that routing left out: the reason, and the change that would serve it."""

from __future__ import annotations

from logistics.domain.vocabulary import UnservedCode
from logistics.planning.plan_values import Unserved
from logistics.planning.week_plan import PlanWish, plan_week_values
from tests.logistics.planning.worlds import ROADS, World, dish


def missing(world: World) -> Unserved:
    """The one that the week's plan leaves out."""
    (left,) = plan_week_values(world.week(), ROADS, PlanWish(seconds=0.2, least_day_s=0.02)).unserved
    return left


def two_doors(**driver: int) -> World:
    """A driver, and food for two doors."""
    world = World()
    world.driver("V1", **driver)
    for number, ref in enumerate(("H1", "H2"), start=1):
        world.order(world.household(ref, at=number))
    world.slot(dish("stew", 2))
    return world


def test_one_more_door_is_asked_of_a_driver_who_takes_one() -> None:
    """Less trouble than one more volunteer."""
    left = missing(two_doors(max_stops=1))
    assert (left.code, left.remedy) == (UnservedCode.NO_ROOM, "One more door for V1 on Monday.")


def test_when_one_change_is_not_enough_all_of_them_are_told() -> None:
    """A door for two, and a driver alone who takes one door and has another."""
    world = two_doors(max_stops=1)
    world.household("H1", at=1, people_at_door=2)
    asked = "One more door for V1 on Monday. And: A second volunteer to go with V1 on Monday."
    assert missing(world).remedy == asked
