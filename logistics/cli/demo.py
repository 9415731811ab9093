"""`rounds demo`: a made-up network's week, planned, published and served, with everything a visitor needs printed."""

from __future__ import annotations

import shutil
import sys
import time
import uuid
from dataclasses import dataclass
from datetime import date

import click
from rich.console import Console
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.bootstrap import Services, build_services
from logistics.cli.plan import print_summary
from logistics.cli.serve import serve_until_stopped
from logistics.domain.authority import Actor
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.domain.week import LONDON
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Network, Organisation, Route, Stop, Volunteer
from logistics.queries.plan_summary import plan_summary
from logistics.services.accounts import NewMembership, add_account
from logistics.services.demo_week import DemoWeek, load_demo_week
from logistics.services.driver_links import make_driver_link
from logistics.services.passwords import hash_password, make_password
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import publish_plan
from logistics.setting_values import bind as parse_bind
from logistics.settings import Settings

ON_CALL = ("Dispatcher on call", "020 7946 0142")
PUBLIC_PHONE = "020 7946 0143"
"""A number in Ofcom's range for drama."""
ACCOUNTS = (
    ("dispatcher@demo.example", Role.DISPATCHER, None, "plans the week and runs the day"),
    ("coordinator@demo.example", Role.COORDINATOR, None, "people, organisations, everything"),
    ("donor@demo.example", Role.DONOR, OrganisationKind.DONOR, "a kitchen's donations"),
    ("referrer@demo.example", Role.REFERRER, OrganisationKind.REFERRER, "asks for food on somebody's behalf"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoReady:
    """What the demo made before it serves: who can sign in, and whose route to open."""

    network_id: uuid.UUID
    week: str
    password: str
    route_id: uuid.UUID
    volunteer_id: uuid.UUID
    phone_end: str


@click.command()
@click.option("--bind", "bind_text", default="127.0.0.1:8000", show_default=True, help="Where to listen: HOST:PORT.")
@click.option(
    "--seconds", type=click.FloatRange(min=1, max=600), default=15.0, show_default=True, help="Planning time."
)
@click.option("--no-serve", is_flag=True, help="Load, plan and print only.")
def demo(*, bind_text: str, seconds: float, no_serve: bool) -> None:
    """Load the demo week around today, plan it, print the summary and serve it. Each demo starts afresh.

    Nobody in it exists. It keeps its files in the folder `demo` of ROUNDS_HOME and touches no other database.
    """
    began = time.monotonic()
    console = Console(highlight=False, soft_wrap=True)
    settings = _settings()
    upgrade_schema(settings.database_url, keys=FieldKeys.of(settings))
    services = build_services(settings)
    try:
        console.print("Loading a made-up network around today …", markup=False)
        ready = _prepare(services, console, seconds)
    finally:
        services.close()
    console.print(f"Planned and published in {time.monotonic() - began:.0f} seconds.\n", markup=False)
    if no_serve:
        return
    environment = {"ROUNDS_HOME": str(settings.home), "ROUNDS_DATABASE_URL": settings.database_url}
    bind = parse_bind(bind_text)
    sys.exit(
        serve_until_stopped(
            settings,
            bind=bind,
            workers=1,
            environment=environment,
            on_ready=lambda address: _print_ways_in(settings, ready, console, address),
        )
    )


def _settings() -> Settings:
    """The demo's own home and database, emptied: every run starts afresh."""
    home = Settings.from_environment().home / "demo"
    if home.exists():
        shutil.rmtree(home)
    home.mkdir(parents=True, mode=0o700)
    database = f"sqlite:///{home / 'rounds.sqlite'}"
    return Settings.from_environment({"ROUNDS_HOME": str(home), "ROUNDS_DATABASE_URL": database})


def _prepare(services: Services, console: Console, seconds: float) -> DemoReady:
    today = services.clock.now().astimezone(LONDON).date()
    loaded = load_demo_week(services.database, today=today, geocoder=services.geocoder)
    password = make_password()
    with services.database.writing(loaded.network_id) as session:
        _add_accounts(session, loaded, services, password)
    console.print(f"Planning week {loaded.week} for {seconds:.0f} seconds …", markup=False)
    now = services.clock.now()
    plan_id = plan_week(
        services.database,
        loaded.network_id,
        PlanOrder(week=loaded.week, seconds=seconds, threads=services.settings.solver_threads),
        roads=services.roads,
        now=now,
    )
    with services.database.writing(loaded.network_id) as session:
        publish_plan(session, Actor.system(loaded.network_id), plan_id, now=services.clock.now())
    with services.database.reading(loaded.network_id) as session:
        print_summary(console, plan_summary(session, plan_id))
        route = _busiest_route(session, plan_id, today)
        phone = session.get_one(Volunteer, route.volunteer_id).phone
    return DemoReady(
        network_id=loaded.network_id,
        week=str(loaded.week),
        password=password,
        route_id=route.id,
        volunteer_id=route.volunteer_id,
        phone_end=phone[-3:],
    )


def _add_accounts(session: Session, loaded: DemoWeek, services: Services, password: str) -> None:
    network = session.get_one(Network, loaded.network_id)
    network.on_call_name, network.on_call_phone = ON_CALL
    network.takes_own_forms, network.public_phone = True, PUBLIC_PHONE
    hashed = hash_password(password)
    for email, role, kind, _ in ACCOUNTS:
        organisation_id = None
        if kind is not None:
            organisation_id = session.scalars(
                select(Organisation.id).where(Organisation.kind == kind).order_by(Organisation.code).limit(1)
            ).one()
        add_account(
            session,
            Actor.system(loaded.network_id),
            NewMembership(email=email, role=role, name=role.value.capitalize(), organisation_id=organisation_id),
            password_hash=hashed,
            now=services.clock.now(),
        )


def _busiest_route(session: Session, plan_id: uuid.UUID, day: date) -> Route:
    """Today's route with the most doors: the one worth opening on a phone."""
    return session.scalars(
        select(Route)
        .join(Stop, Stop.route_id == Route.id)
        .where(Route.plan_id == plan_id, Route.service_date == day, Stop.kind == StopKind.DELIVERY)
        .group_by(Route.id)
        .order_by(func.count(Stop.id).desc(), Route.letter)
        .limit(1)
    ).one()


def _print_ways_in(settings: Settings, ready: DemoReady, console: Console, address: str) -> None:
    """The address, the sign-ins, and one driver's link, which needs the address to be known."""
    services = build_services(settings)
    try:
        with services.database.writing(ready.network_id) as session:
            link = make_driver_link(
                session,
                Actor.system(ready.network_id),
                ready.route_id,
                base_url=address,
                volunteer_id=ready.volunteer_id,
                now=services.clock.now(),
            )
    finally:
        services.close()
    console.print(f"Food Rounds is served at {address}   (Ctrl-C stops it)\n", markup=False)
    console.print(f"Sign in with the password of this run: {ready.password}", markup=False)
    for email, _, _, about in ACCOUNTS:
        console.print(f"  {email:<26} {about}", markup=False)
    console.print(f"\nA driver's route, best on a phone-sized page:\n  {link.url}", markup=False)
    console.print(f"  It asks for the last digits of the driver's phone: {ready.phone_end}", markup=False)
