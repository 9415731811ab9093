"""Entitled to so much until a day: the week's demand follows by itself, and what is more is refused. On both databases."""

from __future__ import annotations

import uuid
from datetime import time, timedelta

import pytest
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.errors import BadInput, Forbidden, NotFound
from logistics.domain.referrals import Entitlement, entitlement_words
from logistics.domain.states import OrderState
from logistics.domain.vocabulary import OrganisationKind, Product, Role
from logistics.domain.week import LONDON
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.tables import Household, Order, Organisation, Referral, StandingOrder
from logistics.queries.entitlements import ending_soon
from logistics.queries.referrals import referral_view
from logistics.queries.week_board import week_head
from logistics.queries.week_intake import intake_of_week
from logistics.services.entitlements import set_entitlement
from logistics.services.standing_orders import StandingOrderDraft, add_standing_order
from tests.logistics.services.tiny_network import MON, NOW, TUE, WEEK, TinyNetwork

TODAY = NOW.astimezone(LONDON).date()
BOTH = frozenset({Weekday.MON, Weekday.TUE})


class Referred(TinyNetwork):
    """A tiny network with a referrer and a household that it referred, two meals a week."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.agency = self.add(
            Organisation(code="REF1", name="Agency", kind=OrganisationKind.REFERRER, site_id=self.site())
        )
        self.home = self.add(Household(ref="H0001", contact_name="Amina", site_id=self.site(), referrer_id=self.agency))
        self.meals = self.wish(self.home, days=BOTH)
        self.store()

    @property
    def referrer(self) -> Actor:
        """Who works at the agency."""
        return Actor(network_id=self.network_id, grants=(Grant(role=Role.REFERRER, organisation_id=self.agency),))

    @property
    def resident(self) -> Actor:
        """Who eats there."""
        return Actor(network_id=self.network_id, grants=(Grant(role=Role.RECIPIENT, household_id=self.home),))

    def entitle(self, **values: object) -> None:
        """As the referrer says."""
        with self.writing() as session:
            set_entitlement(session, self.referrer, self.home, Entitlement(**values), now=NOW)  # type: ignore[arg-type]


@pytest.fixture
def network(database: Database) -> Referred:
    """One of them."""
    return Referred(database)


def ask(session: Session, actor: Actor, home: uuid.UUID, quantity: int, product: Product = Product.HOT_MEAL) -> None:
    """Ask for so many on Mondays."""
    wish = StandingOrderDraft(
        product=product, quantity=quantity, days=frozenset({Weekday.MON}), window_start=time(12), window_end=time(14)
    )
    add_standing_order(session, actor, home, wish, now=NOW)


def test_what_ends_leaves_the_demand_by_itself(network: Referred) -> None:
    """Nothing falls due after the last day: in the open week, in the frozen one, and again when it is extended."""
    network.entitle(until=MON)
    with network.writing() as session:
        demand = intake_of_week(session, week_head(session, WEEK)).demand
        assert sum(row.total for row in demand) == 1
    assert network.lines(network.freeze()) == {("hot_meal", 1, (MON.isoformat(),))}
    network.entitle(until=MON - timedelta(days=1))
    assert network.lines(network.freeze()) == set()
    assert {order.state for order in network.all(Order)} == {OrderState.CANCELLED}
    network.entitle()
    assert network.lines(network.freeze()) == {
        ("hot_meal", 1, (MON.isoformat(),)),
        ("hot_meal", 1, (TUE.isoformat(),)),
    }


def test_each_change_is_a_step_and_the_same_again_is_none(network: Referred) -> None:
    """Who, when, from, to."""
    network.entitle(meals_a_week=2, parcels_a_week=1, until=MON)
    network.entitle(meals_a_week=2, parcels_a_week=1, until=MON)
    network.entitle(until=TUE)
    with network.writing() as session:
        view = referral_view(session, network.home, with_words=False)
    assert view is not None
    assert [(step.before, step.after) for step in view.steps] == [
        (f"2 meals and 1 parcel a week, until {MON:%d/%m/%Y}", f"No limit, until {TUE:%d/%m/%Y}"),
        ("No limit", f"2 meals and 1 parcel a week, until {MON:%d/%m/%Y}"),
    ]
    assert entitlement_words(Entitlement(meals_a_week=1)) == "1 meal a week"


def test_more_than_that_is_refused_but_for_a_coordinator(network: Referred) -> None:
    """Meals and parcels are counted apart; who may see further may give more."""
    network.entitle(meals_a_week=3, parcels_a_week=0)
    for actor in (network.resident, network.referrer):
        with network.writing() as session:
            with pytest.raises(BadInput) as refused:
                ask(session, actor, network.home, 2)
            assert (
                "entitled to 3 meals a week, and 2 come already: ask for 1 more at most"
                in refused.value.fields["quantity"]
            )
            with pytest.raises(BadInput, match="problem"):
                ask(session, actor, network.home, 1, Product.PARCEL)
    with network.writing() as session:
        ask(session, network.resident, network.home, 1)
    with network.writing() as session:
        ask(session, network.actor(Role.COORDINATOR), network.home, 5)
    assert len(network.all(StandingOrder)) == 3


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"until": TODAY - timedelta(days=1)}, "until"),
        ({"meals_a_week": 1}, "meals_a_week"),
        ({"parcels_a_week": -1}, "parcels_a_week"),
    ],
)
def test_what_makes_no_sense_is_refused(network: Referred, values: dict[str, object], field: str) -> None:
    """A day that is over, less than comes already, less than nothing."""
    with pytest.raises(BadInput) as refused:
        network.entitle(**values)
    assert set(refused.value.fields) == {field}
    assert network.all(Referral) == []


def test_who_may_set_it(network: Referred) -> None:
    """Neither the household itself, nor a dispatcher, nor another referrer."""
    stranger = Actor(network_id=network.network_id, grants=(Grant(role=Role.REFERRER, organisation_id=uuid.uuid4()),))
    for actor, refusal in (
        (network.resident, NotFound),
        (network.actor(Role.DISPATCHER), Forbidden),
        (stranger, NotFound),
    ):
        with network.writing() as session, pytest.raises((refusal, Forbidden)):
            set_entitlement(session, actor, network.home, Entitlement(until=MON), now=NOW)


@pytest.mark.parametrize(("days", "is_listed"), [(0, True), (14, True), (15, False)])
def test_who_ends_within_fourteen_days_is_listed(network: Referred, days: int, is_listed: bool) -> None:
    """For the referrer of the household, and for nobody who cannot change it."""
    network.entitle(until=TODAY + timedelta(days=days))
    with network.writing() as session:
        found = ending_soon(session, network.referrer, today=TODAY)
        assert [(each.household_id, each.days) for each in found] == ([(network.home, days)] if is_listed else [])
        assert ending_soon(session, network.resident, today=TODAY) == ()
        assert ending_soon(session, network.actor(Role.DISPATCHER), today=TODAY) == ()
