"""A whole week as values: hours carried from day to day, second chances, nobody forgotten."""

from __future__ import annotations

import uuid
from collections import Counter
from itertools import pairwise
from typing import Any

import pytest

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.vocabulary import Fulfilment, Product, TemperatureClass, UnservedCode
from logistics.planning import day_plan
from logistics.planning.plan_values import PlannedRoute, WeekPlan
from logistics.planning.progress import PlanProgress
from logistics.planning.week_input import BatchIn
from logistics.planning.week_plan import PlanWish, plan_week_values, usual_drivers
from tests.logistics.planning.worlds import MON, ROADS, TUE, WED, World, axis, dish, named

WISH = PlanWish(seconds=0.2, least_day_s=0.02)


def planned(world: World, wish: PlanWish = WISH) -> WeekPlan:
    """The week's proposal in a fifth of a second."""
    return plan_week_values(world.week(), ROADS, wish)


def doors(route: PlannedRoute) -> list[uuid.UUID]:
    """The households in the order of the route."""
    return [stop.household_id for stop in route.stops if stop.household_id is not None]


def served(plan: WeekPlan) -> Counter[uuid.UUID]:
    """Order -> items, at the door or at the hub."""
    counts: Counter[uuid.UUID] = Counter()
    for route in plan.routes:
        for stop in route.stops:
            for item in stop.items:
                if stop.kind is StopKind.DELIVERY and item.order_id is not None:
                    counts[item.order_id] += item.quantity
    for collection in plan.collections:
        counts[collection.order_id] += collection.quantity
    return counts


def lunch_for(*refs: str) -> World:
    """One driver on Monday, and a hot meal for each of these along the street."""
    world = World()
    world.driver("V1")
    for number, ref in enumerate(refs, start=1):
        world.order(world.household(ref, at=number))
    world.slot(dish("stew", len(refs)))
    return world


def test_a_day_s_lunch_is_fetched_once_and_brought_to_every_door() -> None:
    """One pickup, then the doors, each with its portion of the batch that was loaded."""
    plan = planned(lunch_for("H1", "H2", "H3"))
    (route,) = plan.routes
    assert [stop.kind for stop in route.stops] == [StopKind.PICKUP] + [StopKind.DELIVERY] * 3
    assert [item.quantity for item in route.stops[0].items] == [3]
    assert sorted(doors(route)) == sorted(named(ref) for ref in ("H1", "H2", "H3"))
    assert plan.unserved == ()


def test_a_route_s_stops_add_up_to_its_way_and_its_time() -> None:
    """Metres, seconds, and loads that end at nothing."""
    (route,) = planned(lunch_for("H1", "H2")).routes
    assert route.distance_m == sum(stop.leg_m for stop in route.stops)
    assert route.duration_s == route.ends_s - route.departs_s
    assert route.stops[0].arrive_s == route.departs_s + route.stops[0].leg_s
    assert set(route.stops[-1].load.values()) == {0}
    assert route.stops[0].load["portions"] == 2


def test_hours_of_one_day_are_missing_on_the_next() -> None:
    """Half an hour a week is one lunch of two: Tuesday's is unserved, and the reason is the hours."""
    world = World()
    driver = world.volunteer("V1", max_week_s=30 * 60)
    for day in (MON, TUE):
        world.shift(driver, day)
        world.slot(dish(f"stew {day}", 1), day=day)
        world.order(world.household(f"H{day}", at=15), days=[day])
    plan = planned(world)
    assert len(plan.routes) == 1
    assert plan.duration_s <= 30 * 60
    assert len(plan.unserved) == 1


def test_two_shifts_of_one_person_are_never_at_once() -> None:
    """Overlapping promises, two far lunches: the routes follow each other or only one is driven."""
    world = World()
    driver = world.driver("V1")
    world.shift(driver, starts="11:30", ends="15:00")
    for number in range(4):
        world.order(world.household(f"H{number}", at=number * 10), window=("12:00", "13:00"))
    world.slot(dish("stew", 4))
    spans = sorted((route.departs_s, route.ends_s) for route in planned(world).routes)
    assert all(before[1] <= after[0] for before, after in pairwise(spans))


def test_two_shifts_of_a_day_share_the_hours_of_the_week() -> None:
    """Lunch and tea take 16 minutes each: with half an hour a week, one of them."""
    world = World()
    driver = world.volunteer("V1", max_week_s=30 * 60)
    for meal, (starts, ends), ready in (("H1", ("11:00", "13:00"), "11:30"), ("H2", ("14:00", "16:00"), "14:00")):
        world.shift(driver, starts=starts, ends=ends)
        world.slot(dish(f"dish of {meal}", 1), ready=ready, collect_by=ends)
        world.order(world.household(meal, at=16), window=(ready, ends))
    plan = planned(world)
    assert len(plan.routes) == len(plan.unserved) == 1
    assert plan.duration_s <= 30 * 60


def test_two_go_where_two_must_and_the_second_car_stays() -> None:
    """One route with a driver and a helper; nobody drives another one then."""
    world = lunch_for("H1", "H2")
    world.household("H1", at=1, people_at_door=2)
    world.driver("V2")
    plan = planned(world)
    (route,) = plan.routes
    assert {member.role for member in route.crew} == {CrewRole.DRIVER, CrewRole.HELPER}
    assert plan.unserved == ()


def test_a_door_for_two_with_one_volunteer_is_unserved_for_that_reason() -> None:
    """And the other door is served all the same."""
    world = lunch_for("H1", "H2")
    world.household("H1", at=1, people_at_door=2)
    plan = planned(world)
    assert [(missing.household_id, missing.code) for missing in plan.unserved] == [
        (named("H1"), UnservedCode.TWO_PEOPLE)
    ]
    assert [doors(route) for route in plan.routes] == [[named("H2")]]


def test_what_a_pair_drives_counts_towards_the_hours_of_both() -> None:
    """A helper with a quarter of an hour a week beside the pair's round is too short of time for it."""
    world = World()
    world.order(world.household("H1", at=20, people_at_door=2))
    world.slot(dish("stew", 1))
    world.driver("V1")
    world.driver("V2", max_week_s=16 * 60, capacity_portions=0)
    plan = planned(world)
    assert plan.routes == ()
    assert plan.unserved[0].code in (UnservedCode.HOURS, UnservedCode.TWO_PEOPLE)


def test_food_of_a_door_that_nobody_can_reach_in_time_goes_to_others() -> None:
    """One driver with time for one door, and three portions: the door that is made gets what the other leaves."""
    world = World()
    world.driver("V1", max_stops=1)
    hungry = world.order(world.household("H1", at=1), quantity=3)
    world.order(world.household("H2", at=2))
    world.slot(dish("stew", 3))
    plan = planned(world)
    assert served(plan) == {hungry: 3}
    assert [missing.household_id for missing in plan.unserved] == [named("H2")]


def test_half_a_visit_is_better_than_none() -> None:
    """A hot meal and a parcel for one window, one driver without room for parcels, one without a box: both come."""
    world = World()
    family = world.household("H1", at=1)
    meal = world.order(family)
    parcel = world.order(family, Product.PARCEL)
    world.slot(dish("stew", 1))
    world.hub()
    world.driver("V1", capacity_parcels=0)
    world.driver("V2", capacity_portions=0)
    plan = planned(world)
    assert served(plan) == {meal: 1, parcel: 1}


def test_a_parcel_that_its_last_day_refused_gets_a_second_chance() -> None:
    """However the days are filled, no parcel is served twice and each is served or named."""
    world = World()
    world.hub(parcels_per_day=3)
    world.driver("V1", max_stops=2, max_week_s=3600)
    world.shift(named("V1"), TUE)
    world.shift(named("V1"), WED)
    for number in range(8):
        world.order(world.household(f"H{number}", at=number * 3), Product.PARCEL, days=[MON, TUE, WED])
    plan = planned(world)
    assert all(times == 1 for times in served(plan).values())
    assert set(served(plan)) | {missing.order_id for missing in plan.unserved} == {
        line.order_id for line in world.demand
    }


def test_a_parcel_refused_on_monday_and_served_on_tuesday_is_not_driven_on_monday_too() -> None:
    """Planning Monday again starts from what Monday really delivers, not from what it was first given."""
    world = World()
    world.hub()
    world.driver("V1", max_stops=2)
    world.shift(named("V1"), TUE)
    for number in range(5):
        days = [MON] if number < 2 else [MON, TUE]
        world.order(world.household(f"H{number}", at=number), Product.PARCEL, days=days)
    plan = planned(world)
    assert all(times == 1 for times in served(plan).values())
    assert len(served(plan)) == 4


def test_goods_are_brought_to_the_hub_when_somebody_has_room() -> None:
    """One slot with 20 kg and no portions: a pickup and a drop, and nothing left behind."""
    world = World()
    world.driver("V1")
    world.hub(at=5)
    goods = BatchIn(id=named("tins"), dish="tins", portions=0, weight_g=20_000, declared=dish("tins", 0).declared)
    world.slot(goods, at=1, temperature=TemperatureClass.AMBIENT)
    plan = planned(world)
    (route,) = plan.routes
    assert [stop.kind for stop in route.stops] == [StopKind.PICKUP, StopKind.HUB_DROP]
    assert sum(item.weight_g for item in route.stops[1].items) == 20_000
    assert plan.left_goods == ()


def test_goods_that_nobody_fetches_are_named() -> None:
    """Nobody is on shift: the slot and its weight are in the plan, with a sentence."""
    world = World()
    world.hub()
    world.slot(
        BatchIn(id=named("tins"), dish="tins", portions=0, weight_g=9_000, declared=dish("tins", 0).declared),
        temperature=TemperatureClass.AMBIENT,
    )
    (left,) = planned(world).left_goods
    assert left.weight_g == 9_000
    assert left.sentence


@pytest.mark.parametrize("with_hub", [True, False])
def test_a_week_with_nobody_on_shift_is_a_plan_without_routes(with_hub: bool) -> None:
    """Every order is named as unserved, but the parcel that is fetched at the hub."""
    world = World()
    home = world.household("H1")
    meal = world.order(home)
    fetched = world.order(home, Product.PARCEL, fulfilment=Fulfilment.COLLECTION)
    world.slot(dish("stew", 1))
    if with_hub:
        world.hub()
    plan = planned(world)
    assert plan.routes == ()
    assert {missing.order_id for missing in plan.unserved} == ({meal} if with_hub else {meal, fetched})


def test_an_empty_week_is_an_empty_plan() -> None:
    """Nothing asked, nothing offered, nobody there."""
    plan = planned(World())
    assert (plan.routes, plan.unserved, plan.collections, plan.cost) == ((), (), (), 0)


def test_a_stopped_run_still_plans_every_day() -> None:
    """Cancelled from the start, the quick plan feeds whom it can."""
    world = lunch_for("H1", "H2")
    plan = plan_week_values(world.week(), ROADS, WISH, should_stop=lambda: True)
    assert len(served(plan)) == 2


def test_progress_never_goes_back_and_counts_everybody() -> None:
    """Parts per thousand only grow."""
    world = lunch_for("H1", "H2")
    told: list[PlanProgress] = []
    plan_week_values(world.week(), ROADS, WISH, report=told.append)
    permille = [progress.permille for progress in told]
    assert permille == sorted(permille)
    assert told[-1].served == 2


def test_last_week_s_driver_comes_again_when_the_plan_starts_from_last_week() -> None:
    """Two drivers at the same place: the one who came last week is sent, whoever comes first by name."""
    for usual in ("V1", "V2"):
        world = World()
        for ref in ("V1", "V2"):
            world.driver(ref)
        home = world.household("H1", at=1)
        world.order(home)
        world.slot(dish("stew", 1))
        world.came(named(usual), home)
        plan = planned(world, PlanWish(seconds=0.2, least_day_s=0.02, from_last_week=True))
        assert [route.volunteer_id for route in plan.routes] == [named(usual)]


def test_the_solver_gets_the_threads_that_were_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every search of every day has as many as the wish says."""
    world = World()
    world.driver("V1")
    world.order(world.household("H1", at=1))
    world.slot(dish("stew", 1))
    given: list[Any] = []
    solve = day_plan.solve

    def noting(*args: Any, **kwargs: Any) -> Any:
        given.append(kwargs["threads"])
        return solve(*args, **kwargs)

    monkeypatch.setattr(day_plan, "solve", noting)
    assert planned(world, PlanWish(seconds=0.2, least_day_s=0.02, threads=2)).routes
    assert set(given) == {2}


def test_the_usual_driver_is_known_by_weekday() -> None:
    """Who came on Monday is not the usual one on Tuesday."""
    world = World()
    home = world.household("H1")
    world.came(world.driver("V1"), home, day=MON)
    usual = usual_drivers(world.week())
    assert usual[MON] == {home: {named("V1")}}
    assert usual[TUE] == {}


def test_a_preferred_driver_is_sent_when_it_costs_little() -> None:
    """Two drivers at the same place: continuity decides."""
    for liked in ("V1", "V2"):
        world = World()
        for ref in ("V1", "V2"):
            world.driver(ref)
        home = world.household("H1", at=1)
        world.order(home)
        world.slot(dish("stew", 1))
        world.preferences[named(liked), home] = 1
        assert [route.volunteer_id for route in planned(world).routes] == [named(liked)]


def test_hot_food_reaches_no_door_after_its_clock() -> None:
    """Ready at 11:30 and a long street: every door is at most 90 minutes later, and the stop says so."""
    world = World()
    world.driver("V1")
    for number in range(12):
        world.order(world.household(f"H{number}", at=number * 12), window=("11:30", "15:00"))
    world.slot(dish("stew", 12))
    plan = planned(world)
    assert plan.unserved
    for route in plan.routes:
        for stop in route.stops[1:]:
            assert stop.latest_s == axis(MON, "13:00")
            assert stop.service_s <= stop.latest_s
