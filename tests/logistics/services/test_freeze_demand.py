"""Freezing a week: stable while nothing changes, a new snapshot when something does, the published left alone."""

from __future__ import annotations

import pytest

from logistics.domain.errors import Forbidden, IllegalTransition
from logistics.domain.states import OrderState, WeekState
from logistics.domain.vocabulary import Product, Role
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.tables import DemandSnapshot, Household, Order, Pause, StandingOrder, Week
from logistics.services.freeze_demand import freeze_demand
from tests.logistics.services.tiny_network import MON, NOW, TUE, WEEK, TinyNetwork, lunch_network

MONDAY, TUESDAY = MON.isoformat(), TUE.isoformat()


def test_a_week_is_frozen_into_dated_orders(database: Database) -> None:
    """Two meals a week are two lines, a parcel is one with all its days; the week's orders are closed."""
    network = TinyNetwork(database)
    home = network.household("H0001")
    both = frozenset({Weekday.MON, Weekday.TUE})
    network.wish(home, days=both)
    network.wish(home, Product.PARCEL, days=both, quantity=2)
    frozen = network.freeze()
    assert network.lines(frozen) == {
        ("hot_meal", 1, (MONDAY,)),
        ("hot_meal", 1, (TUESDAY,)),
        ("parcel", 2, (MONDAY, TUESDAY)),
    }
    assert frozen.lines == 3
    assert network.all(Week)[0].state is WeekState.ORDERS_CLOSED


def test_nothing_changed_keeps_the_snapshot(database: Database) -> None:
    """Frozen again: the same snapshot, the same orders, nothing new."""
    network = lunch_network(database)
    first = network.freeze()
    assert network.freeze() == first
    assert len(network.all(Order)) == len(network.all(DemandSnapshot)) == 1


def test_a_changed_wish_makes_a_new_snapshot_and_leaves_the_old_one(database: Database) -> None:
    """The order that is not published yet follows; what was fixed before stays fixed."""
    network = lunch_network(database)
    first = network.freeze()
    wish = network.all(StandingOrder)[0]
    network.change(StandingOrder, wish.id, quantity=3)
    second = network.freeze()
    assert second.number == first.number + 1
    assert network.lines(first) == {("hot_meal", 1, (MONDAY,))}
    assert network.lines(second) == {("hot_meal", 3, (MONDAY,))}
    assert len(network.all(Order)) == 1


def test_a_wish_for_another_product_is_followed(database: Database) -> None:
    """The order must not stay a hot meal when the household asked for a chilled one."""
    network = lunch_network(database)
    network.freeze()
    network.change(StandingOrder, network.all(StandingOrder)[0].id, product=Product.CHILLED_MEAL)
    assert network.lines(network.freeze()) == {("chilled_meal", 1, (MONDAY,))}


def test_a_published_order_does_not_follow(database: Database) -> None:
    """What was sent out stays as it was sent out; a second wish's order follows."""
    network = lunch_network(database)
    published = network.all(StandingOrder)[0].id
    network.publish(network.plan())
    later = network.wish(network.household("H0002"))
    network.freeze()
    for wish in (published, later):
        network.change(StandingOrder, wish, quantity=2)
    network.freeze()
    quantities = {order.standing_order_id: order.quantity for order in network.all(Order)}
    assert quantities == {published: 1, later: 2}


def test_an_order_is_cancelled_when_its_wish_ends(database: Database) -> None:
    """It leaves the demand, and the row stays with its state."""
    network = lunch_network(database)
    network.freeze()
    network.change(StandingOrder, network.all(StandingOrder)[0].id, ends_on=WEEK.plus(-1).monday)
    assert network.freeze().lines == 0
    assert [order.state for order in network.all(Order)] == [OrderState.CANCELLED]


def test_a_pause_taken_back_brings_the_order_back(database: Database) -> None:
    """Paused: cancelled. The pause moved away: a new order, and the cancelled one stays cancelled."""
    network = lunch_network(database)
    network.freeze()
    home = network.all(Household)[0].id
    pause = network.add(Pause(household_id=home, starts_on=MON, ends_on=MON))
    assert network.freeze().lines == 0
    network.change(Pause, pause, starts_on=TUE, ends_on=TUE)
    assert network.freeze().lines == 1
    assert sorted(order.state for order in network.all(Order)) == [OrderState.CANCELLED, OrderState.CONFIRMED]


def test_a_household_that_has_left_gets_nothing(database: Database) -> None:
    """Its wishes stay, its orders do not."""
    network = lunch_network(database)
    network.change(Household, network.all(Household)[0].id, is_active=False)
    assert network.freeze().lines == 0


def test_a_closed_week_is_not_frozen_again(database: Database) -> None:
    """Refused, with the state named, and no order made."""
    network = lunch_network(database)
    network.add(Week(monday=WEEK.monday, state=WeekState.CLOSED))
    with pytest.raises(IllegalTransition, match="is closed"):
        network.freeze()
    assert network.all(Order) == []


def test_another_network_s_wishes_are_not_frozen(database: Database) -> None:
    """Two networks in one database, the same week."""
    ours, theirs = lunch_network(database), lunch_network(database)
    assert ours.freeze().lines == theirs.freeze().lines == 1
    assert {order.network_id for order in ours.all(Order)} == {ours.network_id}


def test_only_who_plans_freezes(database: Database) -> None:
    """A donor is refused."""
    network = lunch_network(database)
    with database.writing(network.network_id) as session, pytest.raises(Forbidden):
        freeze_demand(session, network.actor(Role.DONOR), WEEK, now=NOW)
