"""Welfare calls: who is to be rung today, what came of it, and what follows."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import select

from logistics.domain.care import FollowUpCause
from logistics.domain.vocabulary import Role
from logistics.domain.welfare import WelfareCause, WelfareOutcome, next_call_on
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import FollowUp, WelfareCall
from tests.web.care.follow_up_rows import a_call, a_follow_up
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import NOW, Visitor, World
from web.security.boundary import BoundedApp

TODAY = NOW.date()


@pytest.fixture
def worker(app: BoundedApp, world: World) -> Visitor:
    """A support worker."""
    return world.enter(app, world.account(Role.SUPPORT_WORKER))


def waiting(world: World) -> list[tuple[date, WelfareCause]]:
    """The calls that are still to be made."""
    with world.session() as session:
        rows = session.scalars(select(WelfareCall).where(WelfareCall.outcome.is_(None)).order_by(WelfareCall.due_on))
        return [(row.due_on, row.cause) for row in rows]


def ring(worker: Visitor, call_id: uuid.UUID, outcome: str, note: str = "") -> int:
    """Write down a call."""
    return worker.post(f"/calls/{call_id}", data={"outcome": outcome, "note": note}).status_code


@pytest.mark.parametrize(
    ("outcome", "every_days", "days"),
    [
        (WelfareOutcome.REACHED, None, None),
        (WelfareOutcome.REACHED, 7, 7),
        (WelfareOutcome.REFUSED, 7, None),
        (WelfareOutcome.WRONG_NUMBER, 7, None),
        (WelfareOutcome.CALL_BACK, None, 1),
        (WelfareOutcome.VOICEMAIL, 7, 1),
        (WelfareOutcome.NO_ANSWER, None, 1),
    ],
)
def test_when_to_ring_next(outcome: WelfareOutcome, every_days: int | None, days: int | None) -> None:
    """Tomorrow where nobody was reached or they asked for it, after the usual days where they were; never who said no."""
    expected = None if days is None else TODAY + timedelta(days=days)
    assert next_call_on(outcome, every_days, TODAY) == expected


def test_list_of_today(worker: Visitor, world: World) -> None:
    """Today's and what was left over from before, at risk first, nothing of tomorrow; what was said last stands beside it."""
    for name, days, at_risk in (("Later", 1, True), ("Calm", 0, False), ("Frail", 0, True), ("Left", -2, False)):
        home = world.household(world.fresh("H"), contact_name=name, at_risk=at_risk)
        a_call(world, household_id=home, due_on=TODAY + timedelta(days=days))
    page = worker.get("/calls").text
    assert page.index(">Frail<") < page.index(">Left<") < page.index(">Calm<")
    assert "Later" not in page
    assert "<b>3</b> to ring" in page


def test_outcome_is_kept_once(worker: Visitor, world: World) -> None:
    """Sent twice it is one call and one next call; another outcome for the same call is refused."""
    call_id = a_call(world, every_days=7)
    assert ring(worker, call_id, "") == 422
    assert ring(worker, call_id, "reached", "canary: all well") == 303
    assert ring(worker, call_id, "reached", "canary: all well") == 303
    assert ring(worker, call_id, "no_answer") == 409
    assert waiting(world) == [(TODAY + timedelta(days=7), WelfareCause.REGULAR)]
    page = worker.get("/calls").text
    assert "Done today" in page
    assert "canary: all well" in page
    assert "canary: all well" in worker.get(f"/calls/{call_id}").text


def test_three_calls_that_reach_nobody_become_a_follow_up(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """At the third, and one only; a call that reached them in between starts the count anew."""
    email = world.account(Role.SUPPORT_WORKER)
    call_id = a_call(world)
    outcomes = ["no_answer", "voicemail", "call_back", "no_answer", "voicemail", "no_answer", "no_answer"]
    opened = []
    for outcome in outcomes:
        worker = world.enter(app, email)
        assert ring(worker, call_id, outcome) == 303
        with world.session() as session:
            opened.append(session.query(FollowUp).filter_by(cause=FollowUpCause.NOT_REACHED).count())
            call_id = session.scalars(select(WelfareCall.id).where(WelfareCall.outcome.is_(None))).one()
        clock.advance(timedelta(days=1))
    assert opened == [0, 0, 0, 0, 0, 1, 1]
    worker = world.enter(app, email)
    assert "Not reached by phone" in worker.get("/follow-ups").text
    with world.session() as session:
        task = session.scalars(select(FollowUp.id)).one()
    assert "three times in a row" in worker.get(f"/follow-ups/{task}").text


def test_follow_up_puts_them_on_the_list(worker: Visitor, world: World) -> None:
    """Once however often the form is sent; not for a day that is over, and nobody for a restricted concern."""
    task_id, call_id = a_follow_up(world), str(uuid.uuid4())
    form = {"call_id": call_id, "due_on": TODAY.isoformat(), "every_days": "14"}
    for _ in range(2):
        assert worker.post(f"/calls/for/{task_id}", data=form).status_code == 303
    yesterday = form | {"call_id": str(uuid.uuid4()), "due_on": (TODAY - timedelta(days=1)).isoformat()}
    assert worker.post(f"/calls/for/{task_id}", data=yesterday).status_code == 422
    restricted = a_follow_up(world, is_restricted=True)
    assert worker.post(f"/calls/for/{restricted}", data=form).status_code == 404
    assert waiting(world) == [(TODAY, WelfareCause.REGULAR)]


def test_closed_door_puts_them_on_the_list(app: BoundedApp, world: World) -> None:
    """Whoever is not at risk is rung the same day, once for two closed doors."""
    route = RouteWorld(world=world)
    phone = app.test_client()
    assert isinstance(phone, Visitor)
    open_link(phone, route.link())
    for kind in ("route_accepted", "route_loaded"):
        tap(phone, kind)
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    tap(phone, "stop_reopened", route.stops["ada"])
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    assert waiting(world) == [(TODAY, WelfareCause.NO_REPLY)]
