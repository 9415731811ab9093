"""What a line brings once it knows its board: the pieces that changed, as that reader may see them, and to nobody who has gone."""

from __future__ import annotations

import re
import sys
import uuid
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import AccountSession, DoorStepTaken, FollowUp, Household, Route
from tests.web.dispatch.planned import StoredPlan, published_week
from tests.web.dispatch.test_day import DAY, NOON, tell
from tests.web.dispatch.test_day_in_a_browser import on_the_day
from tests.web.dispatch.test_day_live import listen, marks_in
from tests.web.pages import opened
from tests.web.world import World
from web.dispatch.day_lines import day_watch
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser


def closed_door(world: World, plan: StoredPlan) -> None:
    """Nobody answers at a door of route A, whose household is at risk."""
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0002").at_risk = True
    tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")


def test_a_line_brings_the_pieces_that_a_fetch_would(app: BoundedApp, world: World) -> None:
    """The first message has marks alone; the next the head, the order, the ladder and route A, as the board's own address has them."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    answer, messages = listen(client)
    assert set(marks_in(next(messages))) == {"mark", "routes"}
    closed_door(world, plan)
    told = marks_in(next(messages))
    answer.close()
    assert told["changed"] == ["A"]
    token = re.compile(r'(?<=name="csrf_token" value=")[^"]*')
    fetched = client.get(f"{DAY}/board?routes=A&mark={told['mark']}").text
    assert token.sub("", fetched) == told["news"]
    assert token.findall(told["news"]) == [""], "the token is each reader's own"
    assert 'id="route-B"' not in told["news"]


def test_a_board_that_says_what_it_has_gets_pieces_at_once(app: BoundedApp, world: World) -> None:
    """Its page's mark is the newest: the first message is the change itself."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    held, messages = listen(client)
    mark = marks_in(next(messages))["mark"]
    answer, others = listen(client, **{"Last-Event-ID": mark})
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    assert marks_in(next(others))["changed"] == ["A"]
    for each in (held, answer):
        each.close()


def test_each_reader_gets_what_their_role_may_see_and_their_filter_shows(app: BoundedApp, world: World) -> None:
    """Who may read follow-ups has the way to them, and nobody else; a board of route B alone is told no piece of A."""
    plan = published_week(world)
    dispatcher, coordinator = (world.enter(app, world.account(role)) for role in (Role.DISPATCHER, Role.COORDINATOR))
    lines = {
        "dispatcher": dispatcher.get(f"{DAY}/stream", buffered=False),
        "coordinator": coordinator.get(f"{DAY}/stream", buffered=False),
        "only B": coordinator.get(f"{DAY}/stream?route=B", buffered=False),
    }
    read = {name: (part.decode() for part in line.iter_encoded()) for name, line in lines.items()}
    for messages in read.values():
        while not next(messages).startswith("id:"):
            continue
    world.add(
        FollowUp(
            id=uuid.uuid4(), stop_id=plan.ids["mon A 3"], cause=FollowUpCause.CONCERN, urgency=ConcernUrgency.TODAY,
            opened_at=NOON, due_at=NOON + timedelta(hours=4),
        )
    )  # fmt: skip
    news = {}
    for name, messages in read.items():
        message = next(each for each in messages if each.startswith("id:"))
        news[name] = marks_in(message)["news"]
        lines[name].close()
    assert {name: ("/follow-ups" in text, 'id="route-A"' in text) for name, text in news.items()} == {
        "dispatcher": (False, True), "coordinator": (True, True), "only B": (False, False),
    }  # fmt: skip


@pytest.mark.parametrize("how", ["signed out", "another role"])
def test_nothing_is_brought_to_whoever_has_gone(app: BoundedApp, world: World, how: str) -> None:
    """Signed out elsewhere, or with another role since: the next change ends the line before a word of it, long before the heartbeat."""
    plan = published_week(world)
    email = world.account(Role.DISPATCHER)
    _, messages = listen(world.enter(app, email))
    marks_in(next(messages))
    if how == "signed out":
        with world.services.database.unscoped_writing() as session:
            session.query(AccountSession).update({"ended_at": world.services.clock.now()})
    else:
        world.account(Role.COORDINATOR, email=email)
    closed_door(world, plan)
    assert list(messages) == ["event: over\ndata:\n\n"]


def test_many_lines_are_one_writing(app: BoundedApp, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Twelve boards of the same role: the day's news is written once."""
    plan = published_week(world)
    client = world.enter(app, world.account(Role.DISPATCHER))
    lines = [listen(client) for _ in range(12)]
    for _, messages in lines:
        next(messages)
    written: list[str] = []
    jinja_get = app.jinja_env.get_or_select_template

    def counted(name: object, *args: object, **more: object) -> object:
        written.append(str(name))
        return jinja_get(name, *args, **more)

    monkeypatch.setattr(app.jinja_env, "get_or_select_template", counted)
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    news = {marks_in(next(messages))["news"] for _, messages in lines}
    for answer, _ in lines:
        answer.close()
    assert len(news) == 1
    assert written.count("dispatch/day_news.html") == 1


def test_a_board_whose_news_cannot_be_written_is_told_to_fetch(
    app: BoundedApp, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The line goes on with marks alone."""
    plan = published_week(world)
    answer, messages = listen(world.enter(app, world.account(Role.DISPATCHER)))
    next(messages)

    def away(*_: object, **__: object) -> None:
        raise OSError("the disk is away")

    with monkeypatch.context() as patched:
        patched.setattr(sys.modules["web.dispatch.day_pushed"], "render_template", away)
        tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
        assert set(marks_in(next(messages))) == {"mark", "routes"}
    tell(world, plan, "mon A 4", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    assert marks_in(next(messages))["changed"] == ["A"]
    answer.close()


def test_what_a_line_brings_is_on_the_page_without_a_request_and_its_buttons_work(
    browser: Browser, app: BoundedApp, live_url: str, world: World
) -> None:
    """The second change comes over the line alone; a step of the ladder that came with it is taken, once."""
    plan = published_week(world)
    day_watch(app).heartbeat_s = 0.5
    with opened(browser, live_url) as page:
        on_the_day(page, world)
        with world.services.database.writing(world.network_id) as session:
            plan.get(session, Route, "route mon B").state = RouteState.DECLINED
        page.locator("#route-B").get_by_text("declined", exact=True).wait_for(timeout=10_000)
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        closed_door(world, plan)
        page.locator("#route-A").get_by_text("A2, H0002:").wait_for(timeout=10_000)
        expect(page.locator("#no-reply").get_by_text("at risk")).to_be_visible()
        assert asked == [], "news came over the line, and yet the board asked"
        page.locator("#no-reply button").first.click()
        page.wait_for_url(re.compile("#no-reply$"))
    with world.session() as session:
        assert session.query(DoorStepTaken).count() == 1
