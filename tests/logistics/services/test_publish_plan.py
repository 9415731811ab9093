"""Publishing: frozen and sent out, replacing what was out before; what may not be published is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from sqlalchemy import select

from logistics.domain.errors import Forbidden, IllegalTransition, NotFound, RuleBroken
from logistics.domain.states import OrderState, PlanState, RouteState, WeekState
from logistics.domain.vocabulary import Fulfilment, Product, Role
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    Batch,
    DriverLink,
    Household,
    Order,
    Pause,
    PlanVersion,
    Route,
    StandingOrder,
    Week,
)
from tests.logistics.services.tiny_network import MON, NOW, TinyNetwork, lunch_network


def link_of(network: TinyNetwork, route: Route) -> uuid.UUID:
    """A driver's link that was sent."""
    return network.add(
        DriverLink(
            route_id=route.id,
            volunteer_id=route.volunteer_id,
            token_hash=uuid.uuid4().hex,
            made_at=NOW,
            expires_at=NOW + timedelta(days=7),
        )
    )


def test_publishing_sends_out_the_plan_its_routes_and_its_orders(database: Database) -> None:
    """Delivered orders are planned, a collected one is ready to collect, the unserved stays confirmed."""
    network = lunch_network(database)
    network.hub()
    lunch = network.all(StandingOrder)[0].id
    fetched = network.wish(network.household("H0002"), Product.PARCEL, fulfilment=Fulfilment.COLLECTION)
    unserved = network.wish(network.household("H0003"), Product.CHILLED_MEAL)
    plan_id = network.plan()
    done = network.publish(plan_id, dispatcher := network.actor(Role.DISPATCHER))
    assert (done.number, done.routes, done.orders) == (1, 1, 2)
    version = network.version(plan_id)
    assert (version.state, version.published_at, version.published_by) == (
        PlanState.PUBLISHED,
        NOW,
        dispatcher.account_id,
    )
    assert [route.state for route in network.routes(plan_id)] == [RouteState.PUBLISHED]
    assert network.all(Week)[0].state is WeekState.PUBLISHED
    assert network.states() == {lunch: "planned", fetched: "ready_to_collect", unserved: "confirmed"}


def test_publishing_twice_is_harmless(database: Database) -> None:
    """Two taps: the same answer, nothing changed."""
    network = lunch_network(database)
    plan_id = network.plan()
    assert network.publish(plan_id) == network.publish(plan_id)


def test_the_second_publication_supersedes_the_first_and_ends_its_links(database: Database) -> None:
    """Links of the version that is gone are dead; the new routes are out."""
    network = lunch_network(database)
    first = network.plan()
    network.publish(first)
    link = link_of(network, network.routes(first)[0])
    second = network.plan()
    network.publish(second)
    assert network.version(first).state is PlanState.SUPERSEDED
    assert network.version(second).state is PlanState.PUBLISHED
    assert {row.id: row.revoked_at for row in network.all(DriverLink)} == {link: NOW}


def test_an_order_that_the_new_version_leaves_out_is_free_again(database: Database) -> None:
    """Planned by the first, unserved by the second: confirmed, so that it can be planned once more."""
    network = lunch_network(database)
    wish = network.all(StandingOrder)[0].id
    network.publish(network.plan())
    network.change(Batch, network.all(Batch)[0].id, portions=0)
    network.publish(network.plan())
    assert network.states() == {wish: "confirmed"}


def test_a_superseded_plan_cannot_be_published(database: Database) -> None:
    """Refused, with its state named, and what is proposed stays proposed."""
    network = lunch_network(database)
    old, new = network.plan(), network.plan()
    with pytest.raises(IllegalTransition, match="is superseded: it cannot become published"):
        network.publish(old)
    assert network.version(new).state is PlanState.PROPOSED


def test_a_plan_with_faults_cannot_be_published(database: Database) -> None:
    """Whoever stored it."""
    network = lunch_network(database)
    plan_id = network.plan()
    network.change(PlanVersion, plan_id, violations=2)
    with pytest.raises(RuleBroken, match="breaks rules"):
        network.publish(plan_id)


def test_a_version_on_the_road_is_not_replaced_as_a_whole(database: Database) -> None:
    """What its drivers did stays done, from loading on; nothing of the new version is sent out."""
    network = lunch_network(database)
    first = network.plan()
    network.publish(first)
    second = network.plan()
    for state in (RouteState.LOADED, RouteState.IN_PROGRESS, RouteState.COMPLETED):
        network.change(Route, network.routes(first)[0].id, state=state)
        with pytest.raises(RuleBroken, match="already on the road"):
            network.publish(second)
    assert network.version(first).state is PlanState.PUBLISHED
    assert network.version(second).state is PlanState.PROPOSED


def test_a_plan_with_an_order_that_was_cancelled_since_is_refused(database: Database) -> None:
    """The household paused after planning: its state is named, and nothing is half published."""
    network = lunch_network(database)
    plan_id = network.plan()
    home = network.all(Household)[0].id
    network.add(Pause(household_id=home, starts_on=MON, ends_on=MON))
    network.freeze()
    with pytest.raises(IllegalTransition, match="order is cancelled"):
        network.publish(plan_id)
    assert network.version(plan_id).state is PlanState.PROPOSED
    assert [order.state for order in network.all(Order)] == [OrderState.CANCELLED]
    assert [route.state for route in network.routes(plan_id)] == [RouteState.DRAFT]


def test_a_closed_week_publishes_nothing(database: Database) -> None:
    """Refused, with the state named."""
    network = lunch_network(database)
    plan_id = network.plan()
    network.change(Week, network.all(Week)[0].id, state=WeekState.CLOSED)
    with pytest.raises(IllegalTransition, match="week is closed"):
        network.publish(plan_id)


def test_only_who_may_publish_does(database: Database) -> None:
    """A donor is refused."""
    network = lunch_network(database)
    plan_id = network.plan()
    with pytest.raises(Forbidden):
        network.publish(plan_id, network.actor(Role.DONOR))


def test_another_network_s_plan_is_not_there(database: Database) -> None:
    """By its id, from a session of ours."""
    ours, theirs = lunch_network(database), lunch_network(database)
    plan_id = theirs.plan()
    with pytest.raises(NotFound):
        ours.publish(plan_id)
    with database.reading(theirs.network_id) as session:
        assert session.scalars(select(PlanVersion.state)).all() == [PlanState.PROPOSED]
