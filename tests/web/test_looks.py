"""Who looked at whom: every page that shows a person leaves an entry in the trail, and those who answer for it can read them."""

from __future__ import annotations

import dataclasses
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from logistics.bootstrap import build_services
from logistics.domain.authority import NETWORK_WIDE, Actor
from logistics.domain.looks import Look
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Account, AuditEvent, FollowUp, Household, Volunteer
from logistics.persistence.tables import Route as RouteRow
from logistics.queries.audit_trail import check_trail
from logistics.queries.looks import who_looked
from logistics.services.driver_links import make_driver_link
from logistics.settings import Settings
from tests.web.admin.test_households import typed
from tests.web.care.follow_up_rows import a_call, a_follow_up
from tests.web.dispatch.planned import published_week
from tests.web.routes_table import ROUTES, THINGS, Route
from tests.web.world import NOW, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

PEOPLE = {"site", "household", "volunteer", "follow_up", "call"}
RECORDS = [route for route in ROUTES if route.method == "GET" and PEOPLE & set(route.things.values())]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the trail as a test compares it."""

    action: str
    subject_id: uuid.UUID | None
    account_id: uuid.UUID | None


def trail_of(world: World) -> list[Entry]:
    """Every entry, in order."""
    with world.session() as session:
        rows = session.query(AuditEvent).order_by(AuditEvent.number)
        return [Entry(row.action, row.subject_id, row.account_id) for row in rows]


def account_id_of(world: World, email: str) -> uuid.UUID:
    """The id of an account."""
    with world.services.database.unscoped_reading() as session:
        found: uuid.UUID = session.query(Account.id).filter_by(email=email).scalar()
    return found


@pytest.mark.parametrize("route", RECORDS, ids=str)
def test_every_page_of_one_person_leaves_a_look(app: BoundedApp, world: World, route: Route) -> None:
    """Each page of the table that is about a person: whoever opens it is in the trail, and whoever is refused is not."""
    things = {name: THINGS[thing](world) for name, thing in route.things.items()}
    with app.test_request_context():
        address = app.url_for(route.endpoint, **things, **dict(route.plain)) + route.query
    role = next(role for role in Role if route.permission in NETWORK_WIDE.get(role, frozenset()))
    email = world.account_of(role)
    before = trail_of(world)
    assert world.enter(app, email).get(address).status_code == 200
    (added,) = trail_of(world)[len(before) :]
    assert added.action in tuple(Look)
    assert added.account_id == account_id_of(world, email)
    assert added.subject_id is not None
    assert world.enter(app, world.account_of(Role.DONOR)).get(address).status_code == 403
    assert len(trail_of(world)) == len(before) + 1


class Day:
    """A day on a database: people of every kind, what each of them does, and what must be in the trail for it."""

    def __init__(self, world: World, app: BoundedApp) -> None:
        self.world, self.app = world, app
        self.plan = published_week(world)
        self.household: uuid.UUID = self.plan.ids["H0001"]
        self.expected: list[Entry] = trail_of(world)
        self.clients: dict[Role, tuple[Visitor, uuid.UUID]] = {}

    def as_role(self, role: Role) -> tuple[Visitor, uuid.UUID]:
        """One account of this role, the same all day."""
        if role not in self.clients:
            email = self.world.account_of(role)
            self.clients[role] = (self.world.enter(self.app, email), account_id_of(self.world, email))
        return self.clients[role]

    def does(
        self, role: Role, address: str, *expected: tuple[str, uuid.UUID | None], status: int = 200, sent: Any = None
    ) -> None:
        """Open a page, or send a form if there is one; what must be in the trail for it."""
        client, account_id = self.as_role(role)
        answer = client.post(address, data=sent) if sent else client.get(address)
        assert answer.status_code == status, f"{role.value} {address}: {answer.status_code} {answer.text[:300]}"
        self.expected += [Entry(action, subject, account_id) for action, subject in expected]

    def drives(self) -> None:
        """The driver of the first route opens it by a link and answers the second check."""
        volunteer = self.driver()
        with self.world.services.database.writing(self.world.network_id) as session:
            session.get_one(Volunteer, volunteer).phone = "07700 900321"
            made = make_driver_link(
                session,
                Actor.system(self.world.network_id),
                self.plan.ids["route mon A"],
                base_url="http://localhost",
                now=NOW,
                volunteer_id=volunteer,
            )
        phone = self.app.test_client()
        assert isinstance(phone, Visitor)
        token = made.url.partition("#")[2]
        assert phone.post("/d/open", data={"token": token}).status_code == 303
        assert phone.post("/d/check", data={"digits": "321"}).status_code == 303
        assert phone.get("/d/route").status_code == 200
        assert phone.get("/d/kept").status_code == 200
        link = [entry for entry in trail_of(self.world) if entry.action in ("make_link", "driver_link_opened")]
        self.expected += [*link, Entry("route_seen", self.plan.ids["route mon A"], None)]

    def driver(self) -> uuid.UUID:
        """Who drives the first route."""
        with self.world.session() as session:
            found: uuid.UUID = session.get_one(RouteRow, self.plan.ids["route mon A"]).volunteer_id
        return found


@pytest.fixture
def day(database_url: str, tmp_path: Path) -> Iterator[Day]:
    """The day, on SQLite and on PostgreSQL."""
    upgrade_schema(database_url)
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})
    services = build_services(dataclasses.replace(settings, database_url=database_url), clock=FixedClock(NOW))
    app = create_app(services)
    app.test_client_class = Visitor
    yield Day(World(services=services), app)
    services.close()


def test_a_day_of_looks_and_changes_is_in_the_trail_whole(day: Day) -> None:
    """Everything that anybody saw or changed on a scripted day stands there once, in order, by whom, and nothing else does."""
    home, plan = day.household, day.plan
    route, volunteer = plan.ids["route mon A"], day.driver()
    call, follow_up = a_call(day.world, household_id=home), a_follow_up(day.world, household_id=home)
    seen, page = ("household_seen", home), f"/households/{home}"
    desk, ops, lead = Role.COORDINATOR, Role.DISPATCHER, Role.SAFEGUARDING_LEAD
    day.does(desk, "/households", ("households_listed", None))
    day.does(desk, "/search?q=resident", ("people_searched", None))
    day.does(desk, page, seen)
    day.does(desk, f"{page}/edit", seen)
    day.does(desk, f"{page}/edit", seen, status=422, sent={"contact_name": ""})
    day.does(desk, f"{page}/edit", ("household_changed", home), status=302, sent=typed())
    day.does(desk, f"{page}/orders/new", seen)
    day.does(desk, f"{page}/orders/new", seen, status=422, sent={"product": "parcel", "quantity": "0"})
    day.does(ops, page, seen)
    day.does(ops, f"{page}/access", seen)
    day.does(ops, f"{page}/access", seen, status=422, sent={"phone": "x"})
    day.does(ops, f"{page}/access", ("household_access_changed", home), status=302, sent={"phone": "07700 900555"})
    day.does(ops, f"{page}/pauses/new", seen)
    day.does(ops, f"{page}/pauses/new", seen, status=422, sent={"starts_on": "2026-12-05", "ends_on": "2026-12-01"})
    day.does(ops, "/volunteers", ("volunteers_listed", None))
    day.does(ops, f"/volunteers/{volunteer}", ("volunteer_seen", volunteer))
    day.does(desk, f"/volunteers/{volunteer}/edit", ("volunteer_seen", volunteer))
    day.does(desk, f"/volunteers/{volunteer}/shifts", ("volunteer_seen", volunteer), status=422, sent={"on": ""})
    day.does(ops, f"/request/households/{home}", seen)
    day.does(ops, "/day/2026-11-30", ("day_seen", None))
    day.does(ops, "/day/2026-11-30/collections", ("collections_listed", None))
    day.does(ops, "/print/2026-W49/2026-11-30?part=routes", ("print_route_sheets", plan.plan_id))
    day.does(ops, "/print/2026-W49/2026-12-01?part=routes", ("print_route_sheets", plan.plan_id))
    day.does(ops, f"/route/{route}/file", ("export_route_with_people", route), sent={"kind": "gpx"})
    day.does(ops, f"/route/{route}/link", ("driver_links_seen", route))
    day.does(desk, "/network/export", ("network_exported", day.world.network_id), sent={"form": "xlsx"})
    day.does(lead, "/follow-ups", ("follow_ups_listed", None))
    day.does(lead, "/follow-ups/restricted", ("restricted_concerns_listed", None))
    day.does(lead, f"/follow-ups/{follow_up}", ("follow_up_seen", follow_up))
    day.does(lead, f"/follow-ups/{follow_up}", ("follow_up_seen", follow_up), status=422, sent={"state": ""})
    day.does(Role.SUPPORT_WORKER, "/calls", ("welfare_calls_listed", None))
    day.does(Role.SUPPORT_WORKER, f"/calls/{call}", ("welfare_call_seen", call))
    day.drives()
    day.does(lead, f"/looks?ref={home}", ("looks_seen", home))
    # What was refused showed nothing.
    day.does(Role.DONOR, page, status=403)
    day.does(Role.SUPPORT_WORKER, page, status=403)
    day.does(Role.REFERRER, page, status=404)
    day.does(ops, "/looks?ref=H0001", status=403)
    assert trail_of(day.world) == day.expected
    with day.world.session() as session:
        assert check_trail(session, day.world.network_id).broken is None
        told = who_looked(session, day.world.actor(Role.COORDINATOR), home)
    counted = {look: sum(row.look is look for row in told.rows) for look in Look}
    assert {look: count for look, count in counted.items() if count} == {
        Look.HOUSEHOLD: 11,
        Look.PRINT_ROUTES: 1,
        Look.EXPORT_ROUTE: 1,
        Look.NETWORK_EXPORT: 1,
        Look.FOLLOW_UP: 2,
        Look.CALL: 1,
        Look.ROUTE: 1,
        Look.LOOKS: 1,
    }
    assert {row.roles for row in told.rows} == {(desk,), (ops,), (lead,), (Role.SUPPORT_WORKER,), (Role.DRIVER,)}


def test_section_is_for_the_coordinator_and_the_page_for_those_who_answer(app: BoundedApp, world: World) -> None:
    """A coordinator reads it beside the household; admin and safeguarding lead by the reference, and nothing else of it."""
    home = world.household("H0042", contact_name="Amina Yusuf")
    dispatcher = world.enter(app, world.account(Role.DISPATCHER))
    assert "Who looked" not in dispatcher.get(f"/households/{home}").text
    shown = world.enter(app, world.account(Role.COORDINATOR)).get(f"/households/{home}").text
    section = shown.partition('id="looks"')[2]
    assert "Dispatcher" in section
    assert "Opened the household" in section
    for role in (Role.ADMIN, Role.SAFEGUARDING_LEAD):
        page = world.enter(app, world.account(role)).get("/looks?ref=h0042").text
        assert "Opened the household" in page
        assert "Amina" not in page
        assert "Test Row" not in page
    assert "There is no household" in world.enter(app, world.account(Role.ADMIN)).get("/looks?ref=H9999").text


def test_follow_ups_are_told_to_those_who_follow_up(app: BoundedApp, world: World) -> None:
    """That somebody opened a follow-up says that there is one: an admin does not learn it, nor anybody of a restricted one."""
    home = world.household("H0042")
    follow_up = a_follow_up(world, household_id=home)
    lead = world.enter(app, world.account(Role.SAFEGUARDING_LEAD))
    lead.get(f"/follow-ups/{follow_up}")
    assert "Opened a follow-up" in lead.get("/looks?ref=H0042").text
    assert "Opened a follow-up" not in world.enter(app, world.account(Role.ADMIN)).get("/looks?ref=H0042").text
    with world.services.database.writing(world.network_id) as session:
        session.get_one(FollowUp, follow_up).is_restricted = True
    assert "Opened a follow-up" not in lead.get("/looks?ref=H0042").text


def test_household_of_another_network_is_not_there(app: BoundedApp, world: World, elsewhere: World) -> None:
    """Neither by its reference nor by its id, and nothing is written there."""
    home = elsewhere.household("H0777")
    admin = world.enter(app, world.account(Role.ADMIN))
    for ref in ("H0777", str(home)):
        assert "There is no household" in admin.get(f"/looks?ref={ref}").text
    assert trail_of(elsewhere) == []


def test_entries_hold_nothing_personal(app: BoundedApp, world: World) -> None:
    """Neither what was searched nor what was found stands in the trail."""
    home = world.household(contact_name="Amina Yusuf")
    world.household("H0002", contact_name="Amina Other")
    desk = world.enter(app, world.account(Role.COORDINATOR))
    for address in ("/search?q=Amina", "/households?q=Amina", f"/households/{home}/edit"):
        assert desk.get(address).status_code == 200
    with world.session() as session:
        assert session.query(Household).count() == 2
        told = " ".join(str(row.details) for row in session.query(AuditEvent))
    assert "Amina" not in told
    assert "Test Row" not in told
