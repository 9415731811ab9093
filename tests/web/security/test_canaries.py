"""A day with marked people in it: the marks are on the pages that are for them, and in no log, error page, address or mail's subject."""

from __future__ import annotations

import html
import logging
import re
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Response, request

from logistics.domain.authority import Permission
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.gateways.mail import FileMail
from logistics.jobs.care_rounds import CareRounds
from logistics.persistence.tables import Household
from tests.web.admin.test_households import NEW, typed
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World
from web.context import db
from web.security.access import allow
from web.security.boundary import BoundedApp

NAME = "Zanaryname"
ADDRESS = "Qanaryroad House"
PHONE = "07700 900613"
DIET = "kanaryfruit"
DOOR = "keysafe 80815"
NOTE = "Vanarynote bruises"
CONCERN = "Wanaryconcern shouting"
MARKS = (NAME, ADDRESS, "Qanaryroad", PHONE, "07700900613", DIET, DOOR, "keysafe", NOTE, "Vanary", "Wanary")
SEALED = (DIET, DOOR, "keysafe", NOTE, "Vanary", "Wanary")
ADDRESSES = re.compile(r'\b(?:href|src|action|formaction|data-[\w-]*url)="([^"]*)"')


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[Callable[[], str]]:
    """What every log says, as with ROUNDS_LOG_LEVEL=debug."""
    with caplog.at_level(logging.DEBUG):
        yield lambda: "\n".join(logging.Formatter().format(record) for record in caplog.records)


@pytest.fixture
def addresses(app: BoundedApp) -> list[str]:
    """Every address that was asked for, led to, or stands in a page, unless it leaves our site on purpose (tel:, maps, mail)."""
    kept: list[str] = []

    @app.after_request
    def keep(answer: Response) -> Response:
        kept.append(request.full_path)
        kept.append(answer.headers.get("Location", ""))
        if answer.mimetype == "text/html":
            kept.extend(html.unescape(found) for found in ADDRESSES.findall(answer.get_data(as_text=True)))
        return answer

    return kept


def found(text: str, marks: tuple[str, ...] = MARKS) -> list[str]:
    """Which marks stand in the text."""
    return [mark for mark in marks if mark.casefold() in text.casefold()]


@pytest.fixture
def breaking(app: BoundedApp) -> None:
    """A page that falls over with everything in its hands."""

    @app.post("/falls-over")
    @allow(Permission.SEE_WEEK)
    def falls_over() -> str:
        household = db().query(Household).filter_by(contact_name=NAME).order_by(Household.ref).first()
        assert household is not None
        raise ValueError(household.contact_name, household.site.address, household.needs and household.needs.unmapped)


def test_a_day_of_marked_people_leaves_no_mark(
    *,
    app: BoundedApp,
    addresses: list[str],
    breaking: None,
    logged: Callable[[], str],
    world: World,
    clock: FixedClock,
    signed_in: Callable[..., Visitor],
    tmp_path: Path,
) -> None:
    """Entered, listed, driven, worried about, and every kind of failure: 0 hits where no mark belongs, and 0 in the file of what is sealed."""
    del breaking
    desk = signed_in(Role.COORDINATOR)
    household_page = enter_household(desk)
    route = RouteWorld(world=world)
    token = route.link()
    a_desks_day(desk, household_page, addresses)
    with world.services.database.writing(world.network_id) as session:
        ada = session.get_one(Household, route.households["ada"])
        ada.contact_name, ada.phone = NAME, PHONE
        ada.site.address, ada.site.access_notes = f"Flat 2, {ADDRESS}", DOOR
        assert ada.needs is not None
        ada.needs.unmapped = DIET
    a_drivers_day(app, route, token)
    failures = every_failure(app, desk, token)
    seen = desk.get(household_page).text

    mail = world.services.mail
    assert isinstance(mail, FileMail)
    world.account_of(Role.SUPPORT_WORKER)
    world.account_of(Role.SAFEGUARDING_LEAD)
    clock.set(at(16))
    CareRounds(world.services.database, mail, clock=clock, base_url="https://rounds.example.org").look_round()
    mails = "\n".join(file.read_text() for file in sorted((tmp_path / "outbox").glob("*.eml")))
    assert "Subject:" in mails, "the concern was mailed"

    assert found(seen, (NAME, ADDRESS, DIET, DOOR)) == [NAME, ADDRESS, DIET, DOOR]
    assert len(logged()) > 200, "something was logged at all"
    assert found(logged(), (*MARKS, token)) == []
    assert found("\n".join(failures), (*MARKS, token)) == []
    assert found("\n".join(ours(addresses)), (*MARKS, token)) == []
    assert found(mails) == []
    written = b"".join(file.read_bytes() for file in tmp_path.glob("rounds.sqlite*"))
    assert NAME.encode() in written, "the search finds what is not sealed"
    assert [mark for mark in (*SEALED, token) if mark.encode() in written] == []


def ours(addresses: list[str]) -> list[str]:
    """Without the buttons that ring somebody or hand an address to a map on purpose."""
    return [each for each in addresses if not each.startswith(("tel:", "sms:", "geo:", "http"))]


def enter_household(desk: Visitor) -> str:
    """Through the form; the address of its page."""
    answer = desk.post(
        NEW,
        data=typed(contact_name=NAME, phone=PHONE, address=f"Flat 1, {ADDRESS}", access_notes=DOOR, unmapped=DIET),
    )
    assert answer.status_code == 302, answer.text
    return str(answer.headers["Location"])


def a_desks_day(desk: Visitor, household_page: str, addresses: list[str]) -> None:
    """Every list and page of the desk that our own links lead to from the household and the start, one step deep."""
    for page in (household_page, "/", "/households", "/places", "/week", "/follow-ups"):
        desk.get(page, follow_redirects=True)
    for each in sorted({each.partition("#")[0] for each in addresses if each.startswith("/")}):
        if not each.startswith(("/static", "/falls-over", "/sign-out")):
            desk.get(each)


def a_drivers_day(app: BoundedApp, route: RouteWorld, token: str) -> None:
    """The link opened, the food loaded, a door reported with a note, and a concern with its words."""
    phone = app.test_client()
    assert isinstance(phone, Visitor)
    open_link(phone, token)
    for kind in ("route_accepted", "route_loaded"):
        tap(phone, kind)
    assert NAME in phone.get("/d/route").text
    said: dict[str, Any] = {"about": "household", "urgency": "urgent", "note": CONCERN}
    assert tap(phone, "concern_raised", route.stops["ada"], **said).status_code == 303
    assert tap(phone, "stop_failed", route.stops["ada"], reason="no_reply", note=NOTE).status_code == 303
    phone.get("/d/route")
    phone.get("/d/map")


def every_failure(app: BoundedApp, desk: Visitor, token: str) -> list[str]:
    """Answers that say that something went wrong: none repeats what it was about."""
    stranger = app.test_client()
    assert isinstance(stranger, Visitor)
    answers = [
        desk.get(f"/households/{uuid.uuid4()}"),
        desk.post("/falls-over", data={"name": NAME, "note": NOTE}),
        desk.post("/falls-over", data={"name": NAME}, csrf=False),
        desk.get("/falls-over"),
        stranger.post("/d/open", data={"token": token[:-1] + "x"}),
        stranger.post("/sign-in", data={"email": f"{NAME}@example.org", "password": NOTE}),
        stranger.post("/d/events", json={"events": [{"kind": "concern_raised", "details": {"note": NOTE}}]}),
    ]
    assert [answer.status_code for answer in answers[:4]] == [404, 500, 400, 405]
    # The sign-in page shows the address again, to whoever typed it.
    return [answer.text for number, answer in enumerate(answers) if number != 5]
