"""The collection list of a day: who fetches what, ticked off with one press, and printed."""

from __future__ import annotations

from datetime import UTC, datetime

from logistics.domain.vocabulary import Allergen, Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import AuditEvent, Household, HouseholdNeeds, Order
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.dispatch.test_week import words
from tests.web.world import World
from web.security.boundary import BoundedApp

LIST = "/day/2026-12-01/collections"
PRINTED = "/print/2026-W49/2026-12-01?part=collections"
TUESDAY_NOON = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)


def test_list_is_empty_until_a_plan_is_published(app: BoundedApp, world: World) -> None:
    """It says why, and leads to the week."""
    planned_week(world)
    page = world.enter(app, world.account(Role.DISPATCHER)).get(LIST).text
    assert "Nobody collects food at a hub on this day." in page
    assert "Open week 49" in page


def test_one_press_ticks_off_and_one_takes_it_back(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """The figures and the day's board follow; no script is needed."""
    plan = published_week(world)
    clock.set(TUESDAY_NOON)
    client = world.enter(app, world.account(Role.DISPATCHER))
    address = f"/collection/{plan.ids['order H0005 parcel']}"
    assert "Collected 0 Not collected 0 Still here 1" in words(client.get(LIST).text)
    page = words(client.post(address, data={"outcome": "collected"}, follow_redirects=True).text)
    assert "H0005: collected." in page
    assert "Collected 1 Not collected 0 Still here 0" in page
    assert "Collections at the hub: 1 of 1 done" in words(client.get("/day/2026-12-01").text)
    page = words(client.post(address, data={"outcome": "ready_to_collect"}, follow_redirects=True).text)
    assert "Still here 1" in page


def test_no_answer_and_an_illegal_one_change_nothing(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """Bad input is told so; a stale page is told the state."""
    plan = published_week(world)
    clock.set(TUESDAY_NOON)
    client = world.enter(app, world.account(Role.DISPATCHER))
    address = f"/collection/{plan.ids['order H0005 parcel']}"
    assert client.post(address, data={"outcome": "eaten"}).status_code == 422
    client.post(address, data={"outcome": "collected"})
    stale = client.post(address, data={"outcome": "not_collected"})
    assert stale.status_code == 409
    assert "is collected: it cannot become not_collected" in words(stale.text)
    with world.session() as session:
        assert session.get_one(Order, plan.ids["order H0005 parcel"]).state.value == "collected"


def test_nobody_came_at_risk_stands_out(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """An empty place in the queue can mean that somebody is not well."""
    plan = published_week(world)
    clock.set(TUESDAY_NOON)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0005").at_risk = True
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert "make sure they are well" not in client.get(LIST).text
    address = f"/collection/{plan.ids['order H0005 parcel']}"
    page = client.post(address, data={"outcome": "not_collected"}, follow_redirects=True).text
    assert "make sure they are well" in page


def test_before_the_day_nothing_can_be_ticked(app: BoundedApp, world: World) -> None:
    """The list is there to look at, without buttons."""
    published_week(world)
    page = world.enter(app, world.account(Role.DISPATCHER)).get(LIST).text
    assert "You can tick people off from" in page
    assert 'name="outcome"' not in page


def test_allergy_is_shown_and_a_hidden_household_has_no_name(app: BoundedApp, world: World) -> None:
    """Least data: the number is enough for whoever must not be found; an allergy is needed at any counter."""
    plan = published_week(world)
    with world.services.database.writing(world.network_id) as session:
        household = plan.get(session, Household, "H0005")
        household.contact_name, household.confidential_address = "Zofia Nowak", False
        session.query(HouseholdNeeds).filter_by(household_id=household.id).delete()
        session.add(HouseholdNeeds(household_id=household.id, allergens=frozenset({Allergen.PEANUTS})))
    client = world.enter(app, world.account(Role.DISPATCHER))
    page = words(client.get(LIST).text)
    assert "H0005 Zofia" in page
    assert "Nowak" not in page
    assert "Allergy: Peanuts. Read every label." in page
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0005").confidential_address = True
    assert "Zofia" not in client.get(LIST).text
    assert "Zofia" not in client.get(PRINTED).text


def test_printed_list_of_a_proposal_says_that_it_is_not_out(app: BoundedApp, world: World) -> None:
    """Nobody's name is printed before a parcel waits for them, and what was printed is written down."""
    planned_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert "This version is not published" in client.get(PRINTED).text
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="print_collection_list").count() == 0


def test_who_printed_the_list_is_written_down(app: BoundedApp, world: World) -> None:
    """It holds names."""
    plan = published_week(world)
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(PRINTED).text)
    assert "Collection list Tuesday 1 December" in page
    assert "H0005" in page
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="print_collection_list").one().subject_id == plan.plan_id
