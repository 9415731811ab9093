"""The demo network with a thing of every kind in it, as a folder to copy, and everybody who comes to its pages."""

from __future__ import annotations

import functools
import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import select

from logistics.bootstrap import Services, build_services
from logistics.domain.authority import Actor
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.domain.week import IsoWeek
from logistics.gateways.clock import FixedClock
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import DonationSlot, Household, Network, Organisation, Volunteer
from logistics.persistence.tables import Route as RouteRow
from logistics.services.demo_week import load_demo_week
from logistics.services.donor_links import make_week_link
from logistics.services.driver_links import make_driver_link
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import publish_plan
from logistics.settings import Settings
from tests.web.routes_table import ROUTES, THINGS
from tests.web.world import NOW, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

NOBODY, DRIVER, DONOR_BY_LINK = "nobody", "driver", "donor_by_link"
WHO = (NOBODY, DRIVER, DONOR_BY_LINK, *(role.value for role in Role if role is not Role.DRIVER))
"""Everybody who comes: by no key, by a link, or signed in with one role."""
_TIED_TO = {
    Role.DONOR: OrganisationKind.DONOR,
    Role.REFERRER: OrganisationKind.REFERRER,
    Role.GROUP_LEAD: OrganisationKind.DELIVERY_GROUP,
}
PLAN_SECONDS = 2.0
NOT_OPENED = frozenset({"dispatch.day_stream"})
"""An answer that goes on by itself; `tests/web/dispatch/test_day_line_served.py` reads it."""


@dataclass(kw_only=True)
class DemoWorld(World):
    """The factories of the web tests in a network that is there already."""

    def __post_init__(self) -> None:
        """Make no network."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Address:
    """A route of the application with the ids of real rows."""

    endpoint: str
    method: str
    url: str
    data: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crawled:
    """The network as it lies in a folder: who can come, and where each route leads."""

    home: Path
    network_id: uuid.UUID
    slug: str
    emails: dict[str, str]
    driver_token: str
    driver_digits: str
    week_token: str
    addresses: tuple[Address, ...]


@functools.cache
def crawled_network() -> Crawled:
    """Made once in a process: loaded, planned, sent out, with an account of every role and both kinds of link."""
    home = Path(tempfile.mkdtemp(prefix="rounds-crawl-"))
    settings = Settings.from_environment({"ROUNDS_HOME": str(home)})
    upgrade_schema(settings.database_url)
    services = build_services(settings, clock=FixedClock(NOW))
    loaded = load_demo_week(services.database, today=NOW.date(), geocoder=services.geocoder)
    order = PlanOrder(week=loaded.week, seconds=PLAN_SECONDS, seed=1)
    plan_id = plan_week(services.database, loaded.network_id, order, roads=services.roads, now=NOW)
    with services.database.writing(loaded.network_id) as session:
        network = session.get_one(Network, loaded.network_id)
        network.on_call_name, network.on_call_phone = "Sam on call", "07700 900999"
        publish_plan(session, Actor.system(loaded.network_id), plan_id, now=NOW)
    world = DemoWorld(services=services, network_id=loaded.network_id, slug=loaded.slug)
    emails = {role.value: _account(world, role) for role in Role if role is not Role.DRIVER}
    driver_token, digits = _driver_link(world, plan_id)
    week_token = _week_link(world)
    addresses = _addresses(create_app(services), world, str(loaded.week))
    services.close()
    return Crawled(
        home=home,
        network_id=loaded.network_id,
        slug=loaded.slug,
        emails=emails,
        driver_token=driver_token,
        driver_digits=digits,
        week_token=week_token,
        addresses=addresses,
    )


def _account(world: DemoWorld, role: Role) -> str:
    """An account of the role; one that is tied to an organisation or a household has one of the demo's."""
    with world.session() as session:
        kind = _TIED_TO.get(role)
        found = select(Organisation.id).where(Organisation.kind == kind).order_by(Organisation.code).limit(1)
        organisation_id = session.scalars(found).first() if kind else None
        household_id = session.scalars(select(Household.id).order_by(Household.ref).limit(1)).first()
    tied = household_id if role is Role.RECIPIENT else None
    return world.account(role, email=f"{role.value}@crawl.example", organisation_id=organisation_id, household_id=tied)


def _driver_link(world: DemoWorld, plan_id: uuid.UUID) -> tuple[str, str]:
    with world.services.database.writing(world.network_id) as session:
        route = session.scalars(
            select(RouteRow)
            .where(RouteRow.plan_id == plan_id, RouteRow.service_date >= NOW.date())
            .order_by(RouteRow.service_date, RouteRow.letter)
        ).first()
        assert route is not None
        volunteer = session.get_one(Volunteer, route.volunteer_id)
        made = make_driver_link(
            session,
            Actor.system(world.network_id),
            route.id,
            base_url="http://localhost",
            now=NOW,
            volunteer_id=volunteer.id,
        )
        return made.url.partition("#")[2], volunteer.phone[-3:]


def _week_link(world: DemoWorld) -> str:
    with world.services.database.writing(world.network_id) as session:
        most = select(DonationSlot.donor_id, DonationSlot.service_date).where(DonationSlot.service_date >= NOW.date())
        found = session.execute(most.order_by(DonationSlot.service_date).limit(1)).one()
        made = make_week_link(
            session,
            Actor.system(world.network_id),
            found[0],
            IsoWeek.of(found[1]),
            base_url="http://localhost",
            now=NOW,
        )
    return made.url.partition("#")[2]


def _addresses(app: BoundedApp, world: DemoWorld, week: str) -> tuple[Address, ...]:
    """Every row of the routes' table, with a thing of this network for each part of its path."""
    made = []
    things: dict[str, object] = {}
    for route in ROUTES:
        for thing in route.things.values():
            if thing not in things:
                things[thing] = THINGS[thing](world)
        values = {name: things[thing] for name, thing in route.things.items()} | dict(route.plain)
        if values.get("week") == "2026-W49":
            values["week"] = week
        if "slug" in values:
            values["slug"] = world.slug
        with app.test_request_context():
            url = app.url_for(route.endpoint, _method=route.method, **values) + route.query
        made.append(Address(endpoint=route.endpoint, method=route.method, url=url, data=dict(route.data)))
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenNetwork:
    """A copy of the network with the application over it."""

    crawled: Crawled
    services: Services
    world: DemoWorld
    app: BoundedApp

    def come(self, who: str) -> Visitor:
        """A visitor with the key that `who` names: none, a link that was opened, or a session of an account."""
        client = self.app.test_client()
        assert isinstance(client, Visitor)
        if who == NOBODY:
            return client
        if who == DRIVER:
            assert client.post("/d/open", data={"token": self.crawled.driver_token}).status_code == 303
            assert client.post("/d/check", data={"digits": self.crawled.driver_digits}).status_code == 303
            return client
        if who == DONOR_BY_LINK:
            opened = client.post("/donate/week/open", data={"token": self.crawled.week_token})
            assert opened.status_code in (302, 303), opened.status_code
            return client
        return self.world.enter(self.app, self.crawled.emails[who])


@contextmanager
def open_network() -> Iterator[OpenNetwork]:
    """A copy of the network of its own, removed at the end: what a crawl spoils is spoilt for nobody else."""
    crawled = crawled_network()
    folder = Path(tempfile.mkdtemp(prefix="rounds-crawling-"))
    try:
        shutil.copytree(crawled.home, folder, dirs_exist_ok=True)
        settings = Settings.from_environment({"ROUNDS_HOME": str(folder)})
        services = build_services(settings, clock=FixedClock(NOW))
        app = create_app(services)
        app.test_client_class = Visitor
        world = DemoWorld(services=services, network_id=crawled.network_id, slug=crawled.slug)
        yield OpenNetwork(crawled=crawled, services=services, world=world, app=app)
        services.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
