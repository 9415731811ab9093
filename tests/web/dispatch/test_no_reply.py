"""A door where nobody answers: the ladder on the driver's page and on the desk's board, each step written once."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import timedelta

import pytest

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import AuditEvent, DoorStepTaken
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
def desk(app: BoundedApp, world: World) -> Callable[[], Visitor]:
    """The dispatcher, signed in anew at each look: a session ends while the clock runs."""
    email = world.account(Role.DISPATCHER)
    return lambda: world.enter(app, email)


def board(desk: Callable[[], Visitor]) -> str:
    """What the day's board says, without tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", desk().get("/day/2026-11-26").text).split())


def said(phone: Visitor) -> str:
    """What the driver's page says above the stop, and what a phone keeps of it: both the same."""
    page = phone.get("/d/route").text
    kept = phone.get("/d/kept").json
    assert kept is not None
    words = " ".join(re.sub(r"<[^>]+>", " ", kept["worries"]).split())
    assert words in " ".join(re.sub(r"<[^>]+>", " ", page).split())
    return words


def test_ladder_runs_on_both_pages(
    phone: Visitor, desk: Callable[[], Visitor], route: RouteWorld, clock: FixedClock
) -> None:
    """Told with its time, overdue after 30 minutes on both; once the desk knows, the driver reads it; the second try has its own time."""
    ada = route.stops["ada"]
    assert "Nobody answered" not in board(desk)
    assert "within 30 min" in phone.get("/d/route").text
    tap(phone, "stop_failed", ada, reason="no_reply")
    assert "The desk knows: by 12:30 (30 min left)" in board(desk)
    assert "Ring on call by 12:30" in said(phone)
    assert "by <time>12:30" in desk().get("/day/2026-11-26/board").text
    clock.set(NOW + timedelta(minutes=31))
    assert "The desk knows: overdue since 12:30" in board(desk)
    assert "ring now" in said(phone)
    assert "overdue since <time>12:30" in desk().get("/day/2026-11-26/board").text, (
        "an open board fetches this each minute"
    )
    assert desk().post(f"/no-reply/{ada}", data={"step": "try_again"}).status_code == 303
    assert "The desk knows: 12:31" in board(desk)
    assert "please try this door once more" in said(phone)
    assert "by 14:00" in said(phone)
    tap(phone, "stop_reopened", ada)
    assert "Nobody answered" not in board(desk)
    clock.set(NOW + timedelta(minutes=50))
    tap(phone, "stop_failed", ada, reason="no_reply")
    assert "Second try at the door, or next of kin: 12:50" in board(desk)
    assert "Tried 2 times: 12:00 , 12:50 ." in board(desk)
    assert "the desk knows" in said(phone)
    desk().post(f"/no-reply/{ada}", data={"step": "settled"})
    assert said(phone) == ""
    assert "They are well" in board(desk)


def test_step_is_written_once(desk: Callable[[], Visitor], phone: Visitor, route: RouteWorld, world: World) -> None:
    """A double submit is one row and one line of the trail; what makes no sense is refused; nothing is kept of it."""
    ada, brook = route.stops["ada"], route.stops["brook"]
    tap(phone, "stop_failed", ada, reason="no_reply")
    tap(phone, "stop_failed", brook, reason="refused")
    for _ in range(2):
        assert desk().post(f"/no-reply/{ada}", data={"step": "seen"}).status_code == 303
    assert desk().post(f"/no-reply/{ada}", data={"step": "whatever"}).status_code == 422
    assert desk().post(f"/no-reply/{brook}", data={"step": "seen"}).status_code == 409
    assert desk().post(f"/no-reply/{route.stops['kitchen']}", data={"step": "seen"}).status_code == 404
    assert desk().post(f"/no-reply/{uuid.uuid4()}", data={"step": "seen"}).status_code == 404
    with world.session() as session:
        assert session.query(DoorStepTaken).count() == 1
        assert session.query(AuditEvent).filter_by(action="door_step").count() == 1


def test_nothing_of_it_once_the_route_is_over(phone: Visitor, desk: Callable[[], Visitor], route: RouteWorld) -> None:
    """A finished route's page asks nobody to ring; the board still shows the door."""
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    for name in ("brook", "carlos", "refuge", "empty"):
        tap(phone, "stop_failed", route.stops[name], reason="refused")
    tap(phone, "route_completed")
    assert "nobody answered at" not in phone.get("/d/route").text
    assert "The desk knows: by 12:30" in board(desk)
