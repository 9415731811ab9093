"""The day's board: what happened at the doors, as the phones told it."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime, timedelta

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.planning import StopKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import DeliveryEvent, Household, Route, Stop
from tests.logistics.plans import StoredPlan
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.dispatch.test_week import words
from tests.web.world import World
from web.security.boundary import BoundedApp

DAY = "/day/2026-11-30"
NOON = datetime(2026, 11, 30, 12, 20, tzinfo=UTC)


def tell(world: World, plan: StoredPlan, stop: str, kind: DeliveryEventKind, state: StopState, **details: str) -> None:
    """A phone tells of a stop of route A, two minutes late."""
    with world.services.database.writing(world.network_id) as session:
        session.add(
            DeliveryEvent(
                id=uuid.uuid4(),
                route_id=plan.ids["route mon A"],
                stop_id=plan.ids[stop],
                volunteer_id=plan.ids["V003"],
                kind=kind,
                happened_at=NOON,
                received_at=NOON + timedelta(minutes=9),
                details=details,
            )
        )
        plan.get(session, Stop, stop).state = state
        plan.get(session, Route, "route mon A").state = RouteState.IN_PROGRESS


def test_day_without_a_published_plan_says_so(app: BoundedApp, world: World) -> None:
    """A proposal is on nobody's road."""
    planned_week(world)
    assert "Nothing is published for this day" in world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text


def test_board_counts_doors_by_what_happened(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """One door served, one without reply, one to come: figures, reason, the next stop, and the events."""
    plan = published_week(world)
    tell(world, plan, "mon A 1", DeliveryEventKind.PICKUP_DONE, StopState.COMPLETED)
    tell(world, plan, "mon A 2", DeliveryEventKind.PICKUP_DONE, StopState.COMPLETED)
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text)
    assert "Done 1 Not delivered 1 To come 2" in page
    assert "1 of 3 done, 1 no reply" in page
    assert "A2, H0002: no reply" in page
    assert "Volunteer V003 could not deliver to H0002: no reply (reached us 12:29)" in page
    assert "Volunteer V003 collected at The DON01" in page
    assert "H0004, A3" in page


def test_a_door_called_off_is_not_to_come(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """It counts as not delivered: nobody waits for it."""
    plan = published_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Stop, "mon A 3").state = StopState.CANCELLED
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text)
    assert "Done 0 Not delivered 1 To come 3" in page


def test_an_open_board_hears_of_another_plan(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """The mark that it asks for names the plan: another version of the same size is something new."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    told = client.get(f"{DAY}/mark").json
    assert told is not None
    assert plan.plan_id.hex in told["mark"]


def test_route_without_doors_comes_last_and_says_what_it_brings(app: BoundedApp, world: World) -> None:
    """A van that only fetches goods for the hub is no route of no doors, of which none are done."""
    plan = published_week(world)
    with world.services.database.writing(world.network_id) as session:
        for stop in session.query(Stop).filter_by(route_id=plan.ids["route mon A"]):
            stop.kind, stop.number = StopKind.HUB_DROP, None
            for item in stop.items:
                item.weight_g = 20_000
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text)
    assert re.search(r"Goods for the hub, \d+ kg: 0 of \d stops done", page)
    assert "0 of 0 done" not in page
    assert page.index("Route B: Volunteer") < page.index("Route A: Volunteer V003")


def test_no_reply_at_risk_is_marked(app: BoundedApp, world: World) -> None:
    """Of two silent doors the one that must worry somebody says so."""
    plan = published_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0002").at_risk = True
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
    tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text)
    assert "A2, H0002: no reply at risk: make sure they are well" in page
    assert page.count("at risk:") == 1


def test_board_names_the_on_call_number(app: BoundedApp, world: World) -> None:
    """Whoever watches the day can ring, and so can read out whom drivers ring."""
    published_week(world)
    assert 'href="tel:07700900999"' in world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text


def test_mark_changes_when_the_board_does(app: BoundedApp, world: World) -> None:
    """The script asks for the mark alone: the same while nothing happens, another after an event."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    before = client.get(f"{DAY}/mark").json
    assert before == client.get(f"{DAY}/mark").json
    tell(world, plan, "mon A 1", DeliveryEventKind.PICKUP_DONE, StopState.COMPLETED)
    assert client.get(f"{DAY}/mark").json != before


def test_door_past_its_time_is_called_late(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """The dispatcher sees a route that hangs before anybody rings."""
    published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert not re.search(r" (min|h) late", words(client.get(DAY).text))
    clock.set(datetime(2026, 11, 30, 12, 30, tzinfo=UTC))
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert re.search(r" (min|h) late", words(client.get(DAY).text))


def test_what_is_no_date_is_not_found(app: BoundedApp, world: World) -> None:
    """A broken address is answered with what a right one looks like."""
    answer = world.enter(app, world.account(Role.DISPATCHER)).get("/day/tomorrow")
    assert answer.status_code == 404
    assert "Write it like 2026-12-02." in answer.text
