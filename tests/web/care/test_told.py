"""Who is told: lead and deputy of an urgent concern at once, by mail and at the top of their page, until somebody has it."""

from __future__ import annotations

import re
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.care_times import CareTimes
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Account, Concern, FollowUp, Household, Membership, Network, OutgoingMessage
from tests.web.care.follow_up_rows import a_follow_up
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import NOW, Visitor, World
from web.security.boundary import BoundedApp


@pytest.fixture
def route(world: World) -> RouteWorld:
    """A published route of today."""
    return RouteWorld(world=world)


@pytest.fixture
def phone(app: BoundedApp, route: RouteWorld) -> Visitor:
    """The driver's phone, the route accepted and loaded."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    open_link(client, route.link())
    for kind in ("route_accepted", "route_loaded"):
        tap(client, kind)
    return client


@pytest.fixture
def people(world: World) -> dict[Role, str]:
    """Everybody who follows up."""
    roles = (Role.SUPPORT_WORKER, Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY, Role.COORDINATOR, Role.DISPATCHER)
    return {role: world.account(role) for role in roles}


def worry(phone: Visitor, route: RouteWorld, **fields: Any) -> Any:
    """One concern about Ada's door, sent as the form does."""
    said = {"about": "household", "urgency": "urgent", "note": "canary words", **fields}
    return tap(phone, "concern_raised", route.stops["ada"], **said)


def told(world: World) -> list[str]:
    """The addresses of the mails that wait, sorted."""
    with world.session() as session:
        rows = session.scalars(select(Account.email).join(OutgoingMessage, OutgoingMessage.account_id == Account.id))
        return sorted(rows)


def test_urgent_concern_tells_lead_and_deputy_once(
    phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]
) -> None:
    """In the transaction of the concern itself; sent twice by the phone it is one task and one mail for each of the two."""
    concern_id = str(uuid.uuid4())
    for _ in range(3):
        assert worry(phone, route, event_id=concern_id).status_code == 303
    assert told(world) == sorted((people[Role.SAFEGUARDING_LEAD], people[Role.SAFEGUARDING_DEPUTY]))
    with world.session() as session:
        assert session.query(Concern).count() == session.query(FollowUp).count() == 1
        assert {mail.made_at for mail in session.query(OutgoingMessage)} == {NOW}


def test_refused_concern_tells_nobody(phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]) -> None:
    """A number that stands for other words keeps nothing, no mail either."""
    concern_id = str(uuid.uuid4())
    worry(phone, route, event_id=concern_id, urgency="soon")
    assert worry(phone, route, event_id=concern_id, note="other words").status_code == 409
    assert told(world) == []


@pytest.mark.parametrize("urgency", ["today", "soon"])
def test_what_can_wait_tells_nobody_at_once(
    phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str], urgency: str
) -> None:
    """It stands in the queue; about a volunteer, lead and deputy are told all the same, for nobody else can see it."""
    worry(phone, route, urgency=urgency)
    assert told(world) == []
    worry(phone, route, urgency=urgency, about="volunteer")
    assert told(world) == sorted((people[Role.SAFEGUARDING_LEAD], people[Role.SAFEGUARDING_DEPUTY]))


def test_lead_who_went_along_is_not_told(
    phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]
) -> None:
    """Of a concern about a volunteer on that very route the deputy alone hears; of one about a household both do."""
    with world.session() as session:
        lead_id = session.scalars(select(Account.id).where(Account.email == people[Role.SAFEGUARDING_LEAD])).one()
    world.add(Membership(id=uuid.uuid4(), account_id=lead_id, role=Role.DRIVER, volunteer_id=route.helper_id))
    worry(phone, route, about="volunteer")
    assert told(world) == [people[Role.SAFEGUARDING_DEPUTY]]
    worry(phone, route)
    assert told(world).count(people[Role.SAFEGUARDING_LEAD]) == 1


def test_closed_door_at_risk_tells_support_workers(
    phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]
) -> None:
    """At once, once, also when it is undone and told again."""
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Household, route.households["ada"]).at_risk = True
    for kind in ("stop_failed", "stop_reopened", "stop_failed"):
        tap(phone, kind, route.stops["ada"], **({"reason": "no_reply"} if kind == "stop_failed" else {}))
    assert told(world) == [people[Role.SUPPORT_WORKER]]


@pytest.mark.parametrize("role", [Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY])
def test_urgent_one_stands_on_top_until_somebody_has_it(
    app: BoundedApp, phone: Visitor, route: RouteWorld, people: dict[Role, str], role: Role
) -> None:
    """Above what is overdue for long, with the button in its line; the driver is asked to ring until it is pressed."""
    world = route.world
    long_overdue = world.household(world.fresh("H"), contact_name="Long Overdue")
    a_follow_up(world, household_id=long_overdue, due_at=NOW.replace(hour=1), confirmed_at=NOW)
    worry(phone, route)
    with world.session() as session:
        task = session.scalars(select(FollowUp).where(FollowUp.concern_id.is_not(None))).one()
    lead = world.enter(app, people[role])
    page = lead.get("/follow-ups").text
    assert page.index("Nobody has these yet") < page.index(">Ada Mensah<") < page.index("Long Overdue")
    assert f'action="/follow-ups/{task.id}/take"' in page
    assert "ring now" in phone.get("/d/route").text
    assert lead.post(f"/follow-ups/{task.id}/take").status_code == 303
    assert "Nobody has these yet" not in lead.get("/follow-ups").text
    assert "ring now" not in phone.get("/d/route").text


def test_giving_it_to_somebody_confirms_it(
    app: BoundedApp, phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]
) -> None:
    """The lead has seen it; the support worker owns it, and only people who may read it can be chosen."""
    worry(phone, route)
    lead = world.enter(app, people[Role.SAFEGUARDING_LEAD])
    with world.session() as session:
        task = session.scalars(select(FollowUp)).one()
        ids = {email: account_id for account_id, email in session.execute(select(Account.id, Account.email))}
    page = lead.get(f"/follow-ups/{task.id}").text
    assert str(ids[people[Role.SUPPORT_WORKER]]) in page
    assert str(ids[people[Role.DISPATCHER]]) not in page
    give = f"/follow-ups/{task.id}/give"
    assert lead.post(give, data={"account_id": str(ids[people[Role.DISPATCHER]])}).status_code == 422
    assert lead.post(give, data={}).status_code == 422
    assert "ring now" in phone.get("/d/route").text
    assert lead.post(give, data={"account_id": str(ids[people[Role.SUPPORT_WORKER]])}).status_code == 303
    assert "ring now" not in phone.get("/d/route").text
    assert "with <b>you</b>" in world.enter(app, people[Role.SUPPORT_WORKER]).get("/follow-ups").text


def test_restricted_concerns_have_a_page_of_their_own(
    app: BoundedApp, phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]
) -> None:
    """Open and closed ones, for lead and deputy; nobody else opens it, and no concern about a household stands on it."""
    worry(phone, route, about="staff", note="canary about staff")
    worry(phone, route)
    with world.session() as session:
        task = session.scalars(select(FollowUp).where(FollowUp.is_restricted)).one()
    for role, email in people.items():
        answer = world.enter(app, email).get("/follow-ups/restricted")
        may = role in (Role.SAFEGUARDING_LEAD, Role.SAFEGUARDING_DEPUTY)
        assert answer.status_code == (200 if may else 403), role
    lead = world.enter(app, people[Role.SAFEGUARDING_LEAD])
    page = lead.get("/follow-ups/restricted").text
    assert page.count('class="cell-link"') == 1
    assert "Ada" not in page
    for state, outcome in (("contacted", ""), ("closed", "nothing_needed")):
        data = {"entry_id": str(uuid.uuid4()), "state": state, "outcome": outcome, "note": "canary spoke"}
        assert lead.post(f"/follow-ups/{task.id}", data=data).status_code == 303
    page = lead.get("/follow-ups/restricted").text
    assert re.search(r"Closed</h2>.*Nothing was needed", page, re.DOTALL)


def test_queue_says_that_mail_is_stuck(
    app: BoundedApp, phone: Visitor, route: RouteWorld, people: dict[Role, str], clock: FixedClock
) -> None:
    """Mail that nobody has sent for more than five minutes: ring them."""
    worry(phone, route)
    lead = route.world.enter(app, people[Role.SAFEGUARDING_LEAD])
    assert "Mail does not go out" not in lead.get("/follow-ups").text
    clock.set(NOW.replace(minute=6))
    assert "Mail does not go out" in lead.get("/follow-ups").text


def test_times_are_set_on_their_page(
    app: BoundedApp, phone: Visitor, route: RouteWorld, world: World, people: dict[Role, str]
) -> None:
    """In minutes and hours; what makes no sense is refused beside its field and changes nothing; the next concern goes by them."""
    coordinator = world.enter(app, people[Role.COORDINATOR])
    minutes = {"urgent_s": 20, "door_wait_s": 3, "tell_desk_s": 30, "second_try_s": 90}
    minutes |= {"lead_after_s": 10, "deputy_after_s": 20, "coordinator_after_s": 40}
    typed = {name: str(value) for name, value in (minutes | {"today_s": 2, "soon_s": 48}).items()}
    wrong = coordinator.post("/follow-ups/times", data=typed | {"deputy_after_s": "5", "urgent_s": "20"})
    assert (wrong.status_code, "in this order" in wrong.text) == (422, True)
    assert coordinator.post("/follow-ups/times", data=typed | {"urgent_s": "soon"}).status_code == 422
    with world.session() as session:
        assert session.get_one(Network, world.network_id).settings == {}
    assert coordinator.post("/follow-ups/times", data=typed).status_code == 303
    with world.session() as session:
        held = CareTimes.from_settings(session.get_one(Network, world.network_id).settings)
    assert (held.urgent_s, held.today_s, held.coordinator_after_s) == (1_200, 7_200, 2_400)
    assert 'value="20"' in coordinator.get("/follow-ups/times").text
    worry(phone, route)
    with world.session() as session:
        assert session.scalars(select(FollowUp.due_at)).one() == NOW.replace(minute=20)
