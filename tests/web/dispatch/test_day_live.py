"""Open boards hear of news: marks over a line that stays open, the changed pieces fetched, nothing personal on the line."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from datetime import date, time, timedelta
from typing import Any

from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.planning import StopKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import (
    AccountSession,
    DeliveryEvent,
    DonationSlot,
    FollowUp,
    Network,
    Route,
    RouteCrew,
    Stop,
)
from logistics.queries.day_board import day_facts, day_view
from logistics.queries.day_routes import route_facts
from logistics.queries.food_on_board import FoodOnBoard
from tests.web.dispatch.planned import a_collection, published_week
from tests.web.dispatch.test_day import DAY, NOON, tell
from tests.web.dispatch.test_week import words
from tests.web.drive.route_world import RouteWorld, at
from tests.web.world import Visitor, World
from web.dispatch.day_lines import day_watch
from web.security.boundary import BoundedApp

MONDAY = date(2026, 11, 30)


def listen(client: Visitor, **headers: str) -> tuple[Any, Iterator[str]]:
    """An open line: the answer, and its messages one by one (comments and retries left out)."""
    answer = client.get(f"{DAY}/stream", headers=headers, buffered=False)
    assert answer.status_code == 200
    assert answer.mimetype == "text/event-stream"

    def messages() -> Iterator[str]:
        for part in answer.iter_encoded():
            text = part.decode()
            if not text.startswith((":", "retry")):
                yield text

    return answer, messages()


def marks_in(message: str) -> dict[str, Any]:
    """The marks of a message, whose id is the whole one."""
    head, data, *_ = message.split("\n")
    told: dict[str, Any] = json.loads(data.removeprefix("data: "))
    assert head == f"id: {told['mark']}"
    return told


def test_a_line_tells_of_each_change_and_names_the_route(app: BoundedApp, world: World) -> None:
    """First what is; then, after a tap on route A, a mark in which A alone is another."""
    plan = published_week(world)
    answer, messages = listen(world.enter(app, world.account(Role.DISPATCHER)))
    before = marks_in(next(messages))
    assert set(before["routes"]) == {"A", "B"}
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    after = marks_in(next(messages))
    assert after["routes"]["A"] != before["routes"]["A"]
    assert after["routes"]["B"] == before["routes"]["B"]
    answer.close()


def test_what_goes_over_a_line_names_nobody(app: BoundedApp, world: World) -> None:
    """Marks are hashes and letters: whoever reads the line along the way learns nothing of people."""
    published_week(world)
    answer, messages = listen(world.enter(app, world.account(Role.DISPATCHER)))
    message = next(messages)
    answer.close()
    assert re.fullmatch(
        r'id: [0-9a-f]{32}\.[0-9a-f]{12}\ndata: \{"mark":"[0-9a-f.]{45}","routes":\{("[A-Z]+":"[0-9a-f]{12}",?)*\}\}\n\n',
        message,
    ), message


def test_a_line_goes_on_where_it_was_cut(app: BoundedApp, world: World) -> None:
    """A board that knows the newest mark is told nothing until the next change; one that missed a change is told at once."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    mark = (client.get(f"{DAY}/mark").json or {})["mark"]
    tell(world, plan, "mon A 1", DeliveryEventKind.PICKUP_DONE, StopState.COMPLETED)
    answer, messages = listen(client, **{"Last-Event-ID": mark})
    newest = marks_in(next(messages))["mark"]
    answer.close()
    assert newest != mark
    day_watch(app).heartbeat_s = 0.2
    answer = client.get(f"{DAY}/stream", headers={"Last-Event-ID": newest}, buffered=False)
    parts = answer.iter_encoded()
    assert [next(parts)[:5], next(parts)] == [b"retry", b": still here\n\n"]
    answer.close()


def test_when_no_line_is_free_a_board_is_told_to_ask(app: BoundedApp, world: World) -> None:
    """The limit holds, it is said with 503, and a line that was given back can be taken again."""
    published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    watch = day_watch(app)
    most = world.services.settings.live_boards
    held = [listen(client)[0] for _ in range(most)]
    refused = client.get(f"{DAY}/stream")
    assert (refused.status_code, refused.headers["Retry-After"]) == (503, "30")
    held.pop().close()
    held.append(listen(client)[0])
    for answer in held:
        answer.close()
    assert watch.lines == 0


def test_a_line_ends_with_the_session(app: BoundedApp, world: World) -> None:
    """Signed out elsewhere: at the next heartbeat the board is told that it is over, and hears nothing more."""
    published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    day_watch(app).heartbeat_s = 0.2
    _, messages = listen(client)
    marks_in(next(messages))
    with world.services.database.unscoped_writing() as session:
        session.query(AccountSession).update({"ended_at": world.services.clock.now()})
    assert list(messages) == ["event: over\ndata:\n\n"]


def test_a_process_that_stops_ends_its_lines(app: BoundedApp, world: World) -> None:
    """Nobody's last page waits for boards that would listen for hours; no new line is given out."""
    published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    _, messages = listen(client)
    next(messages)
    app.end_lines()
    assert list(messages) == []
    assert client.get(f"{DAY}/stream").status_code == 503


def test_two_dispatchers_see_each_others_changes(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """What one does at the hub's list wakes the other's board."""
    published_week(world)
    clock.set(NOON + timedelta(days=1))
    one, other = (world.enter(app, world.account(Role.DISPATCHER)) for _ in range(2))
    before = (other.get("/day/2026-12-01/mark").json or {})["mark"]
    assert one.post(f"/collection/{a_collection(world)}", data={"outcome": "collected"}).status_code == 302
    assert (other.get("/day/2026-12-01/mark").json or {})["mark"] != before
    assert "1 of 1 done" in words(other.get("/day/2026-12-01").text)


def test_open_follow_ups_are_counted_and_restricted_ones_are_not_there(app: BoundedApp, world: World) -> None:
    """A worry about somebody at a door of A shows as a number; one about a volunteer names no stop, and changes nothing."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.COORDINATOR))
    before = client.get(f"{DAY}/mark").json
    follow_up = {
        "cause": FollowUpCause.CONCERN, "urgency": ConcernUrgency.TODAY, "opened_at": NOON, "due_at": NOON + timedelta(hours=4)
    }  # fmt: skip
    world.add(FollowUp(id=uuid.uuid4(), is_restricted=True, **follow_up))
    assert client.get(f"{DAY}/mark").json == before
    world.add(FollowUp(id=uuid.uuid4(), stop_id=plan.ids["mon A 3"], **follow_up))
    assert client.get(f"{DAY}/mark").json != before
    page = client.get(DAY).text
    assert "1 follow-up open from its doors" in words(page)
    assert "/follow-ups" in page
    dispatcher = world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text
    assert "1 follow-up open from its doors" in words(dispatcher)


def test_only_the_routes_asked_for_are_sent(app: BoundedApp, world: World) -> None:
    """The pieces of one change: the head, the order of all, the events, and route A; not B."""
    published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    news = client.get(f"{DAY}/board?routes=A").text
    assert 'id="route-A"' in news
    assert 'id="route-B"' not in news
    assert re.search(r'data-order="A B "', news)
    assert 'id="day-head"' in news
    assert 'id="day-events"' in news
    assert 'id="route-B"' in client.get(f"{DAY}/board?routes=all").text


def test_a_mark_that_is_known_is_not_looked_up_again_and_another_one_is(app: BoundedApp, world: World) -> None:
    """The board of fifty readers who were told the same mark is read once; a mark from after the last reading is news."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    before = (client.get(f"{DAY}/mark").json or {})["mark"]
    assert f'data-mark="{before}"' in client.get(f"{DAY}/board?routes=A&mark={before}").text
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    after = (client.get(f"{DAY}/mark").json or {})["mark"]
    # Whoever was told the old mark gets what belongs to it; a line has told of the new one within a second.
    assert f'data-mark="{before}"' in client.get(f"{DAY}/board?routes=A&mark={before}").text
    news = client.get(f"{DAY}/board?routes=A&mark={after}").text
    assert f'data-mark="{after}"' in news
    assert "1 of" in words(news)
    assert f'data-mark="{after}"' in client.get(DAY).text


def test_filters_show_what_needs_attention_one_route_or_one_area(app: BoundedApp, world: World) -> None:
    """Each filter leaves out what is not meant; an area that nobody goes to shows no route and says so."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    assert 'data-part="none" hidden' not in client.get(f"{DAY}?show=attention").text
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
    shown = re.findall(r'id="route-(\w+)"', client.get(f"{DAY}?show=attention").text)
    assert shown == ["A"]
    alone = client.get(f"{DAY}?route=B").text
    assert re.findall(r'id="route-(\w+)"', alone) == ["B"]
    assert "Stops of route B" in alone
    assert re.findall(r'id="route-(\w+)"', client.get(f"{DAY}?area=ZZ9").text) == []


def test_routes_that_nobody_drives_come_first(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """B was declined: it stands above A, and the head says so. An hour before it leaves, A that nobody accepted is there too."""
    plan = published_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Route, "route mon B").state = RouteState.DECLINED
        leaves = plan.get(session, Route, "route mon A").departs_at
    client = world.enter(app, world.account(Role.DISPATCHER))
    page = client.get(DAY).text
    assert re.findall(r'id="route-(\w+)"', page) == ["B", "A"]
    assert "1 route to look at" in page
    assert "Nobody drives it: declined" in page
    clock.set(leaves - timedelta(minutes=45))
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get(DAY).text)
    assert "2 routes to look at" in page
    assert "and nobody has accepted it" in page


def test_food_that_would_come_too_late_is_said_before_it_is(app: BoundedApp, world: World, clock: FixedClock) -> None:
    """Loaded an hour late: the doors still to come show their expected time, the limit, and by how much it is passed."""
    route = RouteWorld(world=world)
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Route, route.route_id).state = RouteState.IN_PROGRESS
        for name in ("kitchen", "hub"):
            session.get_one(Stop, route.stops[name]).state = StopState.COMPLETED
            session.add(
                DeliveryEvent(
                    id=uuid.uuid4(), route_id=route.route_id, stop_id=route.stops[name], volunteer_id=route.volunteer_id,
                    kind=DeliveryEventKind.PICKUP_DONE, happened_at=at(12, 50), received_at=at(12, 50), details={},
                )
            )  # fmt: skip
    clock.set(at(12, 52))
    page = words(world.enter(app, world.account(Role.DISPATCHER)).get("/day/2026-11-26").text)
    assert "hot food by 13:00, expected 13:" in page
    assert "min too late" in page
    assert re.search(r"with food past its limit by (\d+ h )?\d+ min", page)


def test_clocks_of_the_board_are_those_of_the_drivers_page(world: World, clock: FixedClock) -> None:
    """Read for all routes at once, each door's limit is what its driver sees, held hot or not, loaded early or late."""
    route = RouteWorld(world=world)
    for hold, loaded in ((None, None), (time(12, 10), at(11, 55)), (None, at(11, 50))):
        with world.services.database.writing(world.network_id) as session:
            session.get_one(DonationSlot, route.slot_id).hot_hold_until = hold
            if loaded is not None:
                session.get_one(Stop, route.stops["kitchen"]).state = StopState.COMPLETED
                session.add(
                    DeliveryEvent(
                        id=uuid.uuid4(), route_id=route.route_id, stop_id=route.stops["kitchen"], volunteer_id=route.volunteer_id,
                        kind=DeliveryEventKind.PICKUP_DONE, happened_at=loaded, received_at=loaded, details={},
                    )
                )  # fmt: skip
        with world.session() as session:
            row = session.get_one(Route, route.route_id)
            food = FoodOnBoard(session, row, session.get_one(Network, row.network_id))
            (facts,) = route_facts(session, route.plan_id, route.day)
            by_driver = {stop.id: food.clock(stop) for stop in row.stops if stop.household_id is not None}
            assert {stop_id: clock for stop_id, clock in by_driver.items() if clock} == dict(facts.clocks)
            assert facts.clocks


def test_a_kitchen_called_at_twice_has_two_clocks(world: World) -> None:
    """Food kept hot at the kitchen until it is loaded: a door after the second call has the second call's limit, on both pages."""
    route = RouteWorld(world=world)
    with world.services.database.writing(world.network_id) as session:
        session.get_one(DonationSlot, route.slot_id).hot_hold_until = time(14)
        kitchen, brook = (session.get_one(Stop, route.stops[name]) for name in ("kitchen", "brook"))
        first, second = kitchen.service_at, brook.service_at - timedelta(minutes=6)
        later = session.query(Stop).filter(Stop.route_id == route.route_id, Stop.sequence >= brook.sequence)
        at_brook = brook.sequence
        for stop in later.order_by(Stop.sequence.desc()).all():
            stop.sequence += 1
            stop.latest_at = None
            session.flush()
        session.add(
            Stop(
                id=uuid.uuid4(), route_id=route.route_id, sequence=at_brook, kind=StopKind.PICKUP, slot_id=route.slot_id,
                organisation_id=kitchen.organisation_id, site_id=kitchen.site_id, arrives_at=second, service_at=second,
                departs_at=second + timedelta(minutes=5), leg_m=900, leg_s=240,
            )
        )  # fmt: skip
    with world.session() as session:
        row = session.get_one(Route, route.route_id)
        food = FoodOnBoard(session, row, session.get_one(Network, row.network_id))
        (facts,) = route_facts(session, route.plan_id, route.day)
        seen = {name: food.clock(session.get_one(Stop, route.stops[name])) for name in ("ada", "brook")}
        assert seen == {name: facts.clocks[route.stops[name]] for name in seen}
        ada, brooks = seen["ada"], seen["brook"]
        assert ada is not None
        assert brooks is not None
        assert brooks.latest_at - ada.latest_at == second - first


def test_facts_brought_up_to_date_are_those_read_afresh(world: World) -> None:
    """Whatever changes on a day, reading only the routes whose marks have changed ends with the same board."""
    plan = published_week(world)

    def follow_up_changes() -> Iterator[None]:
        tell(world, plan, "mon A 1", DeliveryEventKind.PICKUP_DONE, StopState.COMPLETED)
        yield
        tell(world, plan, "mon A 3", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
        yield
        with world.services.database.writing(world.network_id) as session:
            plan.get(session, Route, "route mon B").state = RouteState.DECLINED
        yield
        with world.services.database.writing(world.network_id) as session:
            plan.get(session, Stop, "mon A 4").state = StopState.CANCELLED
        yield
        with world.services.database.writing(world.network_id) as session:
            crew = session.query(RouteCrew).filter_by(route_id=plan.ids["route mon A"]).first()
            crew.volunteer_id = plan.ids["V001"]
        yield

    with world.session() as session:
        known = day_facts(session, MONDAY)
    for _ in follow_up_changes():
        with world.session() as session:
            updated, fresh = day_facts(session, MONDAY, known=known), day_facts(session, MONDAY)
        assert updated.marks != known.marks
        assert updated == fresh
        assert day_view(updated, now=NOON).routes
        known = updated
