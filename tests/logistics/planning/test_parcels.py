"""Parcels over the week: which hub, which day, and never more than a hub packs."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.vocabulary import Fulfilment, Product
from logistics.planning.day_plan import DayPlan, DaySetting, plan_day
from logistics.planning.parcel_allocation import allocate_parcels, parcel_lines
from logistics.planning.parcel_ledger import ParcelLedger
from logistics.planning.progress import never_stop
from tests.logistics.planning.worlds import MON, TUE, WED, World, named

COLLECTION = Fulfilment.COLLECTION


def ledger_and_days(world: World, *days: date) -> tuple[ParcelLedger, dict[date, DaySetting]]:
    """An empty ledger, and these days set up."""
    return ParcelLedger(world.week()), {day: world.day(day) for day in days}


def driven(setting: DaySetting, ledger: ParcelLedger, days: dict[date, DaySetting]) -> DayPlan:
    """One day planned and noted."""
    later = {day: other for day, other in days.items() if day >= setting.day}
    parcels = ledger.allot(setting.day, later)
    planned = plan_day(setting, parcels, seconds=0.02, seed=0, should_stop=never_stop)
    ledger.keep(setting.day, planned)
    return planned


def orders_of(ledger: ParcelLedger, day: date) -> set[uuid.UUID]:
    """What leaves on a day, delivered or fetched."""
    return {item.line.order_id for item in (*ledger.kept(day), *ledger.collections.get(day, ()))}


def test_what_does_not_fit_a_day_waits_for_the_next() -> None:
    """One parcel a day, two households, two days: one each day."""
    world = World()
    world.hub(parcels_per_day=1)
    world.driver("V1")
    world.shift(named("V1"), TUE)
    orders = {world.order(world.household(ref), Product.PARCEL, days=[MON, TUE]) for ref in ("H1", "H2")}
    ledger, days = ledger_and_days(world, MON, TUE)
    for setting in days.values():
        driven(setting, ledger, days)
    assert [len(orders_of(ledger, day)) for day in days] == [1, 1]
    assert orders_of(ledger, MON) | orders_of(ledger, TUE) == orders


def test_a_parcel_with_one_day_comes_before_one_that_can_wait() -> None:
    """Nobody loses the parcel because another took the only day."""
    world = World()
    world.hub(parcels_per_day=1)
    world.driver("V1")
    world.shift(named("V1"), TUE)
    patient = world.order(world.household("H1"), Product.PARCEL, days=[MON, TUE])
    urgent = world.order(world.household("H2"), Product.PARCEL, days=[MON])
    ledger, days = ledger_and_days(world, MON, TUE)
    for setting in days.values():
        driven(setting, ledger, days)
    assert orders_of(ledger, MON) == {urgent}
    assert orders_of(ledger, TUE) == {patient}


def test_a_collected_parcel_counts_towards_what_the_hub_packs() -> None:
    """One parcel a day, one fetched: the other household's day is the next."""
    world = World()
    world.hub(parcels_per_day=1)
    world.driver("V1")
    world.order(world.household("H1"), Product.PARCEL, days=[MON], fulfilment=COLLECTION)
    delivered = world.order(world.household("H2"), Product.PARCEL, days=[MON])
    ledger, days = ledger_and_days(world, MON)
    driven(days[MON], ledger, days)
    assert len(orders_of(ledger, MON)) == 1
    assert len(ledger.open_lines()) == 1
    assert delivered in {line.order_id for line in ledger.open_lines()} | orders_of(ledger, MON)


def test_a_parcel_can_be_collected_by_a_household_that_nobody_placed() -> None:
    """It needs a hub with a place, and no driver at all."""
    world = World()
    world.hub()
    order = world.order(world.household("H1", None), Product.PARCEL, days=[MON], fulfilment=COLLECTION)
    ledger, days = ledger_and_days(world, MON)
    driven(days[MON], ledger, days)
    assert orders_of(ledger, MON) == {order}


def test_a_household_s_parcels_come_together_or_not_at_all() -> None:
    """Two parcels and room for one: none."""
    world = World()
    world.hub(parcels_per_day=1)
    world.driver("V1")
    world.order(world.household("H1"), Product.PARCEL, 2, days=[MON, TUE])
    ledger, days = ledger_and_days(world, MON, TUE)
    assert ledger.allot(MON, days) == ()


def test_larger_households_come_first() -> None:
    """A parcel feeds the household: five people before one."""
    world = World()
    world.hub(parcels_per_day=1)
    world.driver("V1")
    world.order(world.household("H1"), Product.PARCEL)
    family = world.order(world.household("H2", at=20, people=5), Product.PARCEL)
    ledger, days = ledger_and_days(world, MON)
    assert [item.line.order_id for item in ledger.allot(MON, days)] == [family]


def test_what_routing_refused_on_a_day_is_not_offered_on_it_again() -> None:
    """One door a day and two parcels on Monday: the refused one goes on to Tuesday."""
    world = World()
    world.hub()
    world.driver("V1", max_stops=1)
    world.shift(named("V1"), TUE)
    for ref in ("H1", "H2"):
        world.order(world.household(ref), Product.PARCEL, days=[MON, TUE])
    ledger, days = ledger_and_days(world, MON, TUE)
    for setting in days.values():
        driven(setting, ledger, days)
    assert [len(ledger.kept(day)) for day in days] == [1, 1]
    assert not ledger.open_lines()


def test_what_still_fits_is_counted_with_what_has_left() -> None:
    """A second chance on a day gives only the room that is left, though a third parcel is open."""
    world = World()
    world.hub(parcels_per_day=2)
    world.driver("V1", max_stops=1)
    for ref in ("H1", "H2", "H3"):
        world.order(world.household(ref), Product.PARCEL)
    ledger, days = ledger_and_days(world, MON)
    driven(days[MON], ledger, days)
    assert len(ledger.kept(MON)) == 1
    assert len(ledger.that_fit(days[MON])) == 1


def test_what_already_leaves_a_hub_is_not_given_again() -> None:
    """One parcel of a hub that packs one is planned: nothing is left for the other household."""
    world = World()
    hub = world.hub(parcels_per_day=1)
    world.driver("V1")
    order = world.order(world.household("H1"), Product.PARCEL)
    setting = world.day()
    plan = allocate_parcels(
        setting.week_input,
        parcel_lines(setting.week_input),
        {MON: setting.sources},
        {MON: setting.reach},
        used={(MON, hub): 1},
    )
    assert plan.by_day == {MON: ()}
    assert plan.short == {order: 1}


def test_delivered_and_collected_parcels_are_counted_together() -> None:
    """One of each leaves the hub on the day."""
    world = World()
    hub = world.hub()
    world.driver("V1")
    world.order(world.household("H1"), Product.PARCEL)
    world.order(world.household("H2"), Product.PARCEL, fulfilment=COLLECTION)
    ledger, days = ledger_and_days(world, MON)
    driven(days[MON], ledger, days)
    assert ledger.used() == {(MON, hub): 2}


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_hub_ever_packs_more_than_it_can_and_no_parcel_leaves_twice(data: st.DataObject) -> None:
    """Over the days of any small week, delivered and collected together."""
    world = World()
    for _ in range(data.draw(st.integers(1, 2))):
        world.hub(parcels_per_day=data.draw(st.integers(0, 2)))
    world.driver("V1", max_stops=data.draw(st.integers(0, 2)))
    world.shift(named("V1"), data.draw(st.sampled_from([TUE, WED])))
    for number in range(data.draw(st.integers(1, 6))):
        days = sorted(data.draw(st.sets(st.sampled_from([MON, TUE, WED]), min_size=1)))
        how = data.draw(st.sampled_from(Fulfilment))
        world.order(
            world.household(f"H{number}"), Product.PARCEL, data.draw(st.integers(1, 2)), days=days, fulfilment=how
        )
    ledger, settings_of = ledger_and_days(world, MON, TUE, WED)
    for setting in settings_of.values():
        driven(setting, ledger, settings_of)
    packs = {hub.id: hub.parcels_per_day for hub in world.hubs}
    assert all(quantity <= packs[hub] for (_, hub), quantity in ledger.used().items())
    left = Counter(order for day in settings_of for order in orders_of(ledger, day))
    assert all(times == 1 for times in left.values())
    assert set(left) | {line.order_id for line in ledger.open_lines()} == {line.order_id for line in world.demand}
