"""A big day, served and looked at by everybody: sixty routes, fifty boards, three hundred drivers' pages, for five minutes.

    python -m benchmarks.board --home HOME --minutes 5

Makes a network of its own whose plan for today has so many routes and doors, sends it out, and serves it with `rounds serve`
(once for a home: a second run goes on with that plan). A Chromium looks at the board with nobody else there. Then everybody comes: boards hold
their lines and fetch what has changed, phones ask for their route each minute, and each driver taps a door in turn. Told are
errors, the seconds from a tap's answer until every board has the new pieces, and the seconds of pages and taps.
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import select
from sqlalchemy.orm import Session

from benchmarks.crowd import Board, Phone, Told, Visitor
from benchmarks.editing import Town
from logistics.domain.authority import Actor
from logistics.domain.planning import StopKind
from logistics.domain.states import StopState
from logistics.domain.vocabulary import Fulfilment, OrganisationKind, Product, Role, VehicleKind
from logistics.domain.week import IsoWeek
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import Database, open_database
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import (
    Household,
    Hub,
    Network,
    Organisation,
    Route,
    Shift,
    StandingOrder,
    Stop,
    Volunteer,
)
from logistics.services.accounts import NewMembership, add_account
from logistics.services.driver_links import make_driver_link
from logistics.services.passwords import hash_password
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import publish_plan
from logistics.settings import Settings
from tests.chromium import FLAGS, find_chromium

PASSWORD = "kettle-heron-plum-oak"  # noqa: S105 - of accounts that live as long as this run
PHONE_END = "142"
ROADS = StraightLineRouter()


def fill(database: Database, today: date, routes: int, stops: int, seconds: float) -> None:
    """A hub, drivers with room for so many parcels each, as many households as fit; planned and sent out."""
    network_id, now = uuid.uuid4(), datetime.now(UTC)
    with database.unscoped_writing() as session:
        session.add(Network(id=network_id, slug="town", name="Town", on_call_name="Sam", on_call_phone="07700 900999"))
    with database.writing(network_id) as session:
        _rows(session, today, routes, stops)
    order = PlanOrder(week=IsoWeek.of(today), seconds=seconds, seed=1)
    plan_id = plan_week(database, network_id, order, roads=ROADS, now=now)
    with database.writing(network_id) as session:
        publish_plan(session, Actor.system(network_id), plan_id, now=now)


def _rows(session: Session, today: date, routes: int, stops: int) -> None:
    town = Town(session, random.Random(1))
    hub = town.add(Organisation(code="HUB", name="Hub", kind=OrganisationKind.HUB, site_id=town.site()))
    session.add(
        Hub(organisation_id=hub, parcels_per_day=routes * stops, opens_at=clock_time(8), closes_at=clock_time(22))
    )
    weekday = list(Weekday)[today.weekday()]
    for number in range(routes * stops):
        household = town.add(
            Household(
                ref=f"H{number:04d}",
                contact_name=f"Resident {number:04d} of a Long and Winding Name",
                site_id=town.site(),
            )
        )
        session.add(
            StandingOrder(
                household_id=household,
                product=Product.PARCEL,
                quantity=1,
                days=frozenset({weekday}),
                window_start=clock_time(8),
                window_end=clock_time(22),
                starts_on=today - timedelta(days=60),
                fulfilment=Fulfilment.DELIVERY,
            )
        )
    for number in range(routes):
        volunteer = town.add(
            Volunteer(
                ref=f"V{number:03d}",
                name=f"Volunteer {number:03d}",
                phone=f"07700 900{PHONE_END}",
                site_id=town.site(),
                vehicle=VehicleKind.CAR,
                capacity_parcels=stops,
                capacity_portions=40,
                hot_ml=30_000,
                cold_ml=12_000,
                max_stops=stops,
                max_week_s=60_000,
            )
        )
        session.add(Shift(volunteer_id=volunteer, service_date=today, starts_at=clock_time(8), ends_at=clock_time(22)))


class Day:
    """What is served: the routes of today, their doors in order, and somebody at every desk."""

    def __init__(self, database: Database, today: date, url: str, dispatchers: int) -> None:
        self._database, self._url = database, url
        with database.unscoped_reading() as session:
            self._network_id = session.scalars(select(Network.id)).one()
        with database.reading(self._network_id) as session:
            found = session.execute(select(Route.id, Route.letter).where(Route.service_date == today)).all()
            self.routes = {letter: route_id for route_id, letter in found}
            self.doors: dict[str, list[uuid.UUID]] = {
                letter: list(
                    session.scalars(
                        select(Stop.id)
                        .where(
                            Stop.route_id == route_id, Stop.kind == StopKind.DELIVERY, Stop.state == StopState.PLANNED
                        )
                        .order_by(Stop.sequence)
                    )
                )
                for route_id, letter in found
            }
            self.pickups = {
                letter: session.scalars(
                    select(Stop.id).where(Stop.route_id == route_id, Stop.kind == StopKind.PICKUP)
                ).all()
                for route_id, letter in found
            }
        self.emails = [
            self._account(f"dispatcher{number}-{uuid.uuid4().hex[:6]}@town.example") for number in range(dispatchers)
        ]

    def _account(self, email: str) -> str:
        with self._database.writing(self._network_id) as session:
            new = NewMembership(email=email, role=Role.DISPATCHER, name="Dispatcher", organisation_id=None)
            hashed = hash_password(PASSWORD)
            add_account(session, Actor.system(self._network_id), new, password_hash=hashed, now=datetime.now(UTC))
        return email

    def link(self, letter: str) -> str:
        """A fresh link to a route: its token."""
        with self._database.writing(self._network_id) as session:
            made = make_driver_link(
                session,
                Actor.system(self._network_id),
                self.routes[letter],
                base_url=self._url,
                now=datetime.now(UTC),
            )
        return made.url.partition("#")[2]


@contextmanager
def served(home: Path, port: int) -> Iterator[str]:
    """`rounds serve` as it comes, on a port of this machine."""
    url = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "logistics.cli", "serve", "--bind", f"127.0.0.1:{port}"]
    process = subprocess.Popen(command, env={"ROUNDS_HOME": str(home), "PATH": "/usr/bin:/bin"}, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        if url not in process.stdout.readline().decode():
            raise RuntimeError(f"rounds serve did not start at {url}: see what it said above")
        yield url
    finally:
        process.terminate()
        process.wait(timeout=60)


def paint(url: str, day: str, email: str, times: int) -> list[dict[str, float]]:
    """What a Chromium says of the board's page: seconds to its first paint, to its whole, and how much came."""
    from playwright.sync_api import sync_playwright

    found = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        page.goto(f"{url}/sign-in")
        page.get_by_label("Email address").fill(email)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        for _ in range(times):
            page.goto(f"{url}/day/{day}", wait_until="load")
            found.append(
                page.evaluate(
                    """() => new Promise((done) => {
                        const look = () => {
                            const paint = performance.getEntriesByName("first-contentful-paint")[0];
                            const page = performance.getEntriesByType("navigation")[0];
                            if (!paint || !page.loadEventEnd) { setTimeout(look, 20); return; }
                            done({first: paint.startTime / 1000, answer: page.responseStart / 1000, whole: page.loadEventEnd / 1000,
                                  kb: page.encodedBodySize / 1000, routes: document.querySelectorAll("[data-route]").length});
                        };
                        look();
                    })"""
                )
            )
        browser.close()
    return found


def crowd(day: Day, url: str, today: date, *, boards: int, phones: int, minutes: float, every_s: float) -> None:
    """Everybody at once; prints what happened."""
    errors: list[str] = []
    told, over = Told(), threading.Event()
    watching = [Board(Visitor(url, errors), number, today.isoformat(), told, over) for number in range(boards)]
    for board in watching:
        board.sign_in(day.emails[board.number % len(day.emails)], PASSWORD)
    calling = _phones(day, phones, lambda: Visitor(url, errors), told, over, every_s=every_s)
    for thread in (*watching, *calling):
        thread.start()
    time.sleep(10)
    opened, since = [board.page_s for board in watching], time.perf_counter()
    time.sleep(60 * minutes)
    until = time.perf_counter() - 3
    over.set()
    time.sleep(3)
    delays, missing = told.delays(boards, since, until)
    taps = [took for phone in calling for took in phone.took]
    print(
        f"{boards} boards, {phones} drivers' pages, {minutes:g} minutes: {len(errors)} errors {dict(Counter(errors).most_common(5))}"
    )
    print(f"boards' pages opened together: median {median(opened):.2f} s, longest {max(opened):.2f} s")
    print(
        f"{len(taps)} taps answered: median {median(taps):.3f} s, 95% {quantiles(taps, n=20)[-1]:.3f} s, longest {max(taps):.2f} s"
    )
    if not delays:
        raise SystemExit("no tap came to any board: is there a door left that nobody has tapped?")
    print(
        f"{len(delays)} times a tap came to a board: median {median(delays):.2f} s, 95% {quantiles(delays, n=20)[-1]:.2f} s, "
        f"longest {max(delays):.2f} s, {sum(each > 2 for each in delays)} later than 2 s; {missing} never came"
    )
    print(
        f"news taken in {sum(board.news for board in watching)} times, {sum(board.fetched for board in watching)} of them fetched"
    )


def _phones(
    day: Day, phones: int, new_phone: Callable[[], Visitor], told: Told, over: threading.Event, *, every_s: float
) -> list[Phone]:
    """One phone for each route, which taps; the others are further pages of the same phones, which look."""
    made: list[Phone] = []
    for letter in day.routes:
        phone = Phone(new_phone(), letter, told, over, doors=list(day.doors[letter]), every_s=every_s)
        phone.open_link(day.link(letter), PHONE_END)
        phone.visitor.get("/d/route")
        phone.report("route_accepted")
        for stop_id in day.pickups[letter]:
            phone.report("pickup_done", stop_id)
        made.append(phone)
    for number in range(phones - len(made)):
        other = made[number % len(day.routes)]
        visitor = new_phone()
        visitor.http.cookies.update(other.visitor.http.cookies)
        made.append(Phone(visitor, other.letter, told, over, doors=[], every_s=every_s))
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.board", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--routes", type=int, default=60)
    parser.add_argument("--stops", type=int, default=25, help="doors of a route")
    parser.add_argument("--boards", type=int, default=50)
    parser.add_argument("--phones", type=int, default=300)
    parser.add_argument("--minutes", type=float, default=5)
    parser.add_argument("--every", type=float, default=120, help="seconds between two taps of a driver")
    parser.add_argument("--seconds", type=float, default=60, help="of planning beforehand")
    parser.add_argument("--port", type=int, default=8765)
    asked = parser.parse_args(arguments)
    today = datetime.now(UTC).date()
    file = asked.home / "rounds.sqlite"
    is_new = not file.exists()
    asked.home.mkdir(parents=True, exist_ok=True)
    keys = FieldKeys.of(Settings.from_environment({"ROUNDS_HOME": str(asked.home)}))
    upgrade_schema(f"sqlite:///{file}", keys=keys)
    database = open_database(f"sqlite:///{file}", keys=keys)
    if is_new:
        fill(database, today, asked.routes, asked.stops, asked.seconds)
    with served(asked.home, asked.port) as url:
        day = Day(database, today, url, dispatchers=min(10, asked.boards))
        print(f"{len(day.routes)} routes, {sum(map(len, day.doors.values()))} doors today")
        if find_chromium() is not None:
            for look in paint(url, today.isoformat(), day.emails[0], 4):
                print("Chromium, nobody else: " + ", ".join(f"{name} {value:.2f}" for name, value in look.items()))
        crowd(day, url, today, boards=asked.boards, phones=asked.phones, minutes=asked.minutes, every_s=asked.every)
    database.close()


if __name__ == "__main__":
    main()
