"""The end of a week: what stands open is listed, a person closes it once, and the next week remembers."""

from __future__ import annotations

import csv
import io
import re
import uuid

import pytest
from sqlalchemy import select

from logistics.domain.states import OrderState, RouteState, WeekState
from logistics.domain.vocabulary import Product, Role, UnservedCode
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import (
    AuditEvent,
    Order,
    Round,
    RoundVisit,
    Route,
    UnservedOrder,
    Volunteer,
    Week,
    WeekClosing,
)
from logistics.queries.fairness_memory import missed_before
from logistics.queries.week_input import _past_visits
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import DAY, RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

WEEK = "2026-W48"
NEXT = IsoWeek.parse(WEEK).plus(1)


@pytest.fixture
def route(world: World) -> RouteWorld:
    """A published route of this week."""
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
def desk(app: BoundedApp, world: World) -> Visitor:
    """The dispatcher."""
    return world.enter(app, world.account(Role.DISPATCHER))


def drive_all(phone: Visitor, route: RouteWorld) -> None:
    """Ada does not answer, the others get their food; the route is finished, not counted yet."""
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    for name in ("brook", "carlos", "refuge", "empty"):
        assert tap(phone, "stop_delivered", route.stops[name], how="handed_over").status_code == 303
    assert tap(phone, "route_completed").status_code == 303


def count_up(phone: Visitor) -> None:
    """What was left over."""
    left = {"left-portions_returned": "2", "left-portions_wasted": "1", "left-parcels_returned": "1", "miles": "6.2"}
    assert tap(phone, "route_reconciled", **left).status_code == 303


def close(desk: Visitor, **fields: str) -> int:
    """Look, then close what was looked at."""
    page = desk.get(f"/week/{WEEK}/end").text
    found = re.search(r'name="version" value="(\d+)"', page)
    version = found[1] if found else "1"
    return desk.post(f"/week/{WEEK}/end", data={"version": version, **fields}).status_code


def state_of(world: World) -> WeekState:
    with world.session() as session:
        return session.scalars(select(Week.state)).one()


def test_what_stands_open_is_listed(desk: Visitor, phone: Visitor, route: RouteWorld) -> None:
    """A route on the road, then one that is not counted, then nothing but the silent door, which goes on after the week."""
    assert "not finished" in desk.get(f"/week/{WEEK}/end").text
    drive_all(phone, route)
    page = desk.get(f"/week/{WEEK}/end").text
    assert "what was left over is not counted" in page
    count_up(phone)
    page = desk.get(f"/week/{WEEK}/end").text
    assert "Thu 26 Nov, route B" not in page
    assert "1 closed door where nobody has said that they are well" in page
    assert "<dt>Meals back</dt><dd>2</dd>" in page
    assert "<dt>Doors served</dt><dd>4 of 5</dd>" in page


def test_closing_is_once_and_in_the_trail(desk: Visitor, phone: Visitor, route: RouteWorld, world: World) -> None:
    """With its figures; again it changes nothing; no plan of a closed week."""
    drive_all(phone, route)
    count_up(phone)
    for _ in range(2):
        assert close(desk) == 303
    assert state_of(world) is WeekState.CLOSED
    with world.session() as session:
        closing = session.scalars(select(WeekClosing)).one()
        assert closing.totals == {
            "doors": 5, "delivered": 4, "portions_returned": 2, "portions_wasted": 1, "parcels_returned": 1, "parcels_wasted": 0
        }  # fmt: skip
        trail = session.scalars(select(AuditEvent).where(AuditEvent.action == "close")).one()
        assert (trail.details["week"], trail.details["open"]) == (WEEK, ["silent_door"])
    assert "This week is closed" in desk.get(f"/week/{WEEK}/end").text


def test_what_holds_it_up_needs_a_reason(desk: Visitor, phone: Visitor, route: RouteWorld, world: World) -> None:
    """Without one nothing changes; with one it is closed, and the reason is kept."""
    assert close(desk) == 422
    assert close(desk, reason=" ") == 422
    assert close(desk, reason="x" * 301) == 422
    assert state_of(world) is not WeekState.CLOSED
    assert close(desk, reason="It went out on paper") == 303
    assert "It went out on paper" in desk.get(f"/week/{WEEK}/end").text
    with world.session() as session:
        assert {visit.outcome for visit in session.scalars(select(RoundVisit))} == {"not_reported"}


def test_what_was_looked_at_is_what_is_closed(desk: Visitor, phone: Visitor, route: RouteWorld, world: World) -> None:
    """Somebody changed the week meanwhile: load it again."""
    page = desk.get(f"/week/{WEEK}/end").text
    found = re.search(r'name="version" value="(\d+)"', page)
    assert found
    with world.services.database.writing(world.network_id) as session:
        session.scalars(select(Week)).one().state = WeekState.RUNNING
        session.flush()
        session.scalars(select(Week)).one().state = WeekState.PUBLISHED
    answer = desk.post(f"/week/{WEEK}/end", data={"version": found[1], "reason": "paper"})
    assert answer.status_code == 409
    assert state_of(world) is not WeekState.CLOSED


def test_next_week_remembers(desk: Visitor, phone: Visitor, route: RouteWorld, world: World) -> None:
    """Who was missed comes first: the silent door and whoever the plan could not serve; the rounds are there to start from."""
    left_out = world.household(world.fresh("H"))
    with world.services.database.writing(world.network_id) as session:
        order = session.get_one(Order, route.orders["ada"])
        session.add(
            UnservedOrder(
                id=uuid.uuid4(), plan_id=route.plan_id, order_id=order.id, household_id=left_out, product=Product.HOT_MEAL,
                quantity=1, service_date=DAY, code=UnservedCode.NO_ROOM, sentence="Every car is full.", remedy="",
            )
        )  # fmt: skip
    with world.session() as session:
        assert missed_before(session, NEXT) == frozenset()
    drive_all(phone, route)
    count_up(phone)
    assert close(desk) == 303
    with world.session() as session:
        assert missed_before(session, NEXT) == {left_out, route.households["ada"]}
        rounds = dict(session.execute(select(Round.name, Round.id)).all())
        assert set(rounds) == {"Thu lunch", "Parcels"}
        lunch = session.scalars(
            select(RoundVisit).where(RoundVisit.round_id == rounds["Thu lunch"]).order_by(RoundVisit.sequence)
        ).all()
        assert [visit.outcome for visit in lunch] == ["no_reply", "delivered", "delivered", "delivered"]
        assert {visit.volunteer_id for visit in lunch} == {route.volunteer_id}
        assert {past.round_name for past in _past_visits(session, NEXT)} == {"Thu lunch", "Parcels"}


def test_tap_that_comes_after_closing_sets_the_memory_right(
    desk: Visitor, phone: Visitor, route: RouteWorld, world: World
) -> None:
    """A phone without a signal all day: the door was closed as not reported, and is remembered as delivered, then as no reply."""
    assert close(desk, reason="One phone has not sent yet") == 303
    ada = route.stops["ada"]
    for kind, fields, outcome in (
        ("stop_delivered", {"how": "handed_over"}, "delivered"),
        ("stop_reopened", {}, "not_reported"),
        ("stop_failed", {"reason": "no_reply"}, "no_reply"),
    ):
        assert tap(phone, kind, ada, **fields).status_code == 303
        with world.session() as session:
            held = select(RoundVisit.outcome).where(RoundVisit.household_id == route.households["ada"])
            assert set(session.scalars(held)) == {outcome}
    assert state_of(world) is WeekState.CLOSED


def test_mileage_is_a_table_and_a_file(desk: Visitor, phone: Visitor, route: RouteWorld, world: World) -> None:
    """The plan's miles of routes that went out, what was read off beside them; a name is never run as a formula."""
    assert "No route of this week has gone out yet" in desk.get(f"/week/{WEEK}/end").text
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Volunteer, route.volunteer_id).name = '=HYPERLINK("http://evil.example","Dele")'
    drive_all(phone, route)
    count_up(phone)
    assert "5.8 miles" in desk.get(f"/week/{WEEK}/end").text
    answer = desk.get(f"/week/{WEEK}/mileage.csv")
    assert answer.content_type == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert row["volunteer"].startswith("'=HYPERLINK")
    assert (row["routes"], row["planned_miles"], row["read_off_miles"], row["vehicle"]) == ("1", "5.8", "6.2", "car")


def test_collection_that_nobody_ticked_off_holds_it_up(
    desk: Visitor, phone: Visitor, route: RouteWorld, world: World
) -> None:
    """It is counted in the list, and a reason is asked for."""
    drive_all(phone, route)
    count_up(phone)
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Order, route.orders["ada"]).state = OrderState.READY_TO_COLLECT
    assert "collection not ticked off" in desk.get(f"/week/{WEEK}/end").text
    assert close(desk) == 422


def test_route_that_was_declined_is_not_waited_for(desk: Visitor, route: RouteWorld, world: World) -> None:
    """Neither is one that was given to somebody else or called off; none of them has miles."""
    for state in (RouteState.DECLINED, RouteState.HANDED_OVER, RouteState.ABORTED):
        with world.services.database.writing(world.network_id) as session:
            session.get_one(Route, route.route_id).state = state
        page = desk.get(f"/week/{WEEK}/end").text
        assert "Nothing: every route is answered" in page
        assert "No route of this week has gone out yet" in page


def test_week_of_which_nothing_went_out_cannot_be_closed(desk: Visitor, world: World) -> None:
    """It says so, in words."""
    answer = desk.get("/week/2026-W30/end")
    assert answer.status_code == 409
    assert "nothing to close" in answer.text
