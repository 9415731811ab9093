"""What becomes of a parcel at the hub: from published to fetched or not, never from nothing, never lost by a new version."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from logistics.domain.errors import Forbidden, IllegalTransition, NotFound, RuleBroken
from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Fulfilment, Product, Role
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Order
from logistics.queries.collection_list import collection_list
from logistics.services.collect_at_hub import RecordedCollection, record_collection
from tests.logistics.services.tiny_network import MON, TinyNetwork, lunch_network

ON_THE_DAY = datetime(2026, 11, 30, 13, 0, tzinfo=UTC)
THE_DAY_BEFORE = datetime(2026, 11, 29, 23, 59, tzinfo=UTC)
READY, COLLECTED, NOT_COLLECTED = OrderState.READY_TO_COLLECT, OrderState.COLLECTED, OrderState.NOT_COLLECTED


class HubDay:
    """A Monday with one parcel that H0002 fetches and one lunch that is driven."""

    def __init__(self, database: Database) -> None:
        self.network: TinyNetwork = lunch_network(database)
        self.network.hub()
        self.wish = self.network.wish(self.network.household("H0002"), Product.PARCEL, fulfilment=Fulfilment.COLLECTION)
        self.plan_id = self.network.plan()
        self.order = self._order_of(self.wish)

    def _order_of(self, wish: uuid.UUID) -> uuid.UUID:
        return next(order.id for order in self.network.all(Order) if order.standing_order_id == wish)

    @property
    def state(self) -> str:
        """The parcel's."""
        return self.network.states()[self.wish]

    def mark(self, outcome: OrderState, role: Role = Role.DISPATCHER, at: datetime = ON_THE_DAY) -> RecordedCollection:
        """What somebody at the desk ticks."""
        with self.network.writing() as session:
            return record_collection(session, self.network.actor(role), self.order, outcome, now=at)


def test_who_fetched_when_from_and_to_is_kept_once(database: Database) -> None:
    """Two taps on the same button are one change with one line in the trail."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    assert day.mark(COLLECTED) == day.mark(COLLECTED)
    assert day.state == "collected"
    (line,) = [event for event in day.network.all(AuditEvent) if event.subject_id == day.order]
    assert (line.action, line.at, line.details) == (
        "collection",
        ON_THE_DAY,
        {"was": "ready_to_collect", "became": "collected"},
    )
    assert line.account_id is not None


def test_two_desks_that_disagree_are_told(database: Database) -> None:
    """The first answer counts until it is taken back; then the other one can be given."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    day.mark(COLLECTED)
    with pytest.raises(IllegalTransition, match="is collected: it cannot become not_collected"):
        day.mark(NOT_COLLECTED)
    day.mark(READY)
    day.mark(NOT_COLLECTED)
    assert day.state == "not_collected"


def test_nothing_waits_at_a_hub_before_its_plan_is_published(database: Database) -> None:
    """A proposal has packed nothing: refused with the state named, and the list is empty."""
    day = HubDay(database)
    with pytest.raises(RuleBroken, match="This order is confirmed"):
        day.mark(READY)
    with day.network.writing() as session:
        assert collection_list(session, MON).rows == ()


def test_nothing_is_fetched_before_its_day(database: Database) -> None:
    """One minute before midnight in London is too early, and says for when the order is."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    with pytest.raises(RuleBroken, match="for Monday 30 November"):
        day.mark(COLLECTED, at=THE_DAY_BEFORE)
    assert day.state == "ready_to_collect"


def test_an_outcome_of_the_road_is_refused(database: Database) -> None:
    """A parcel at the hub is not delivered to a door."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    with pytest.raises(RuleBroken, match="collected, not collected"):
        day.mark(OrderState.DELIVERED)


def test_an_order_that_is_driven_is_not_on_the_hubs_list(database: Database) -> None:
    """Only what the household fetches can be ticked off there."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    day.order = next(order.id for order in day.network.all(Order) if order.fulfilment is Fulfilment.DELIVERY)
    with pytest.raises(NotFound, match="no such order to collect"):
        day.mark(COLLECTED)


def test_only_who_runs_the_day_ticks_off(database: Database) -> None:
    """A donor is refused."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    with pytest.raises(Forbidden):
        day.mark(COLLECTED, role=Role.DONOR)


@pytest.mark.parametrize("outcome", [COLLECTED, NOT_COLLECTED])
def test_a_version_published_afterwards_does_not_undo_what_was_done(database: Database, outcome: OrderState) -> None:
    """The version was made while the parcel waited: publishing it keeps the answer, and the list still shows it once."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    second = day.network.plan()
    day.mark(outcome)
    day.network.publish(second)
    with day.network.writing() as session:
        assert [(row.ref, row.quantity, row.state) for row in collection_list(session, MON).rows] == [
            ("H0002", 1, outcome)
        ]


def test_a_version_made_afterwards_keeps_the_parcel_on_the_list(database: Database) -> None:
    """What was fetched is in no later demand, yet the day's list does not forget it."""
    day = HubDay(database)
    day.network.publish(day.plan_id)
    day.mark(COLLECTED)
    day.network.publish(day.network.plan())
    with day.network.writing() as session:
        shown = collection_list(session, MON)
    assert [(row.ref, row.state, row.hubs) for row in shown.rows] == [("H0002", COLLECTED, ("Hub",))]
    assert (shown.collected, shown.not_collected, shown.waiting) == (1, 0, 0)
