"""The driver's page without a signal: every tap is kept on the phone with its time, and told once when the line is back."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import RouteState, StopState
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Concern, DeliveryEvent, DriverLink, FollowUp, Route, Stop, StopNote
from tests.browser.bad_line import BadLine, bad_line
from tests.web.drive.route_world import PHONE_END, RouteWorld, at
from tests.web.pages import PHONE, assert_accessible
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page
    from playwright.sync_api import Route as Route_


@pytest.fixture
def line(live_url: str) -> Iterator[BadLine]:
    """The way from the phone to the server."""
    with bad_line(live_url) as made:
        yield made


@pytest.fixture
def phone(browser: Browser, line: BadLine) -> Iterator[BrowserContext]:
    """A phone whose clock says what the server's says, when it begins."""
    context = browser.new_context(viewport=PHONE, base_url=line.url, timezone_id="Europe/London")  # type: ignore[arg-type]  # a width and a height
    yield context
    context.close()


def tap(page: Page, name: str) -> None:
    """Press the button of exactly this name."""
    page.get_by_role("button", name=name, exact=True).click()


def at_door(page: Page, name: str) -> None:
    """Wait until this is the stop in hand."""
    page.get_by_role("heading", name=name, exact=True).wait_for()


def until(page: Page, condition: str) -> None:
    """Wait until a condition of the page is true; the page's own policy lets nothing be evaluated inside it."""
    ends = time.monotonic() + 20
    while not page.evaluate(condition):
        assert time.monotonic() < ends, f"never came true: {condition}"
        page.wait_for_timeout(25)


def all_sent(page: Page) -> None:
    """Wait until nothing waits to be sent any more."""
    until(page, "document.getElementById('sending').hidden")


def ready_to_go(context: BrowserContext, token: str, clock: FixedClock) -> Page:
    """The route accepted and loaded, the worker in charge, the route kept on the phone."""
    context.clock.install(time=clock.now())
    page = context.new_page()
    page.goto(f"/d#{token}")
    page.get_by_label("The last 3 digits").fill(PHONE_END)
    tap(page, "Open my route")
    tap(page, "Accept the route")
    until(page, "navigator.serviceWorker.ready.then((held) => held.active.state === 'activated')")
    until(page, KEPT)
    tap(page, "Loaded")
    at_door(page, "Drummond Road hub")
    tap(page, "Loaded")
    at_door(page, "Ada")
    all_sent(page)
    return page


KEPT = """async () => {
  const { openStore } = await import("/d/static/kept.js");
  return Boolean(await (await openStore()).route());
}"""
HELD = """async () => {
  const { openStore } = await import("/d/static/kept.js");
  return JSON.stringify(await (await openStore()).route() ?? null);
}"""


def worry(page: Page, words: str) -> None:
    """Write down a worry about somebody at this door, to be looked at today."""
    page.get_by_text("I am worried about somebody").click()
    page.get_by_label("What did you see or hear?").fill(words)
    tap(page, "Send the concern")


def what_is_done_is_forgotten(page: Page) -> None:
    """Nothing on the phone names those who were served; who is still to come is there."""
    until(page, f"({HELD})().then((held) => !/Cedar Court|Willow Row|Rowan House|07700 900456.*Ada/.test(held))")
    held = page.evaluate(HELD)
    assert "Old Vicarage" in held
    for gone in ("Ada", "Cedar Court", "Brook", "Rowan House", "sesame"):
        assert gone not in held


def test_three_stops_a_reload_and_a_concern_without_a_signal(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """Delivered, no reply, undone, a note, a worry, left at the door; the page reloaded, closed and opened: each once, with its time."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    tapped: list[tuple[str, str]] = []

    def note(kind: str, name: str) -> None:
        tapped.append((kind, str(route.stops[name])))
        phone.clock.fast_forward(60_000)

    tap(page, "Delivered")
    at_door(page, "Mrs Brook")
    note("stop_delivered", "ada")
    page.get_by_text("1 waiting to send").wait_for()
    assert_accessible(page)
    page.reload()
    at_door(page, "Mrs Brook")
    expect(page.get_by_text("1 waiting to send")).to_be_visible()
    page.get_by_text("No reply", exact=True).click()
    tap(page, "Report no reply")
    at_door(page, "Carlos")
    note("stop_failed", "brook")
    tap(page, "Undo stop 2")
    at_door(page, "Mrs Brook")
    note("stop_reopened", "brook")
    page.get_by_text("Left with the neighbour").click()
    tap(page, "It is with the neighbour")
    at_door(page, "Carlos")
    note("stop_delivered", "brook")
    page.close()
    page = phone.new_page()
    page.goto("/d/route")
    at_door(page, "Carlos")
    page.get_by_text("Write a note").click()
    page.get_by_label("For your dispatcher").fill("The bell of flat 9 is broken")
    tap(page, "Send the note")
    page.get_by_text("5 waiting to send").wait_for()
    note("stop_noted", "carlos")
    worry(page, "He did not know what day it is")
    page.get_by_text("6 waiting to send").wait_for()
    page.get_by_text("Parcel left at the door").click()
    tap(page, "The parcel is at the door")
    page.get_by_text("7 waiting to send").wait_for()
    note("stop_delivered", "carlos")
    with world.session() as session:
        assert session.query(DeliveryEvent).count() == 3
    clock.set(at(11, 51))
    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    with world.session() as session:
        rows = session.query(DeliveryEvent).order_by(DeliveryEvent.received_at).all()[3:]
        assert [(row.kind.value, str(row.stop_id)) for row in rows] == tapped
        waited = [(row.happened_at - at(11, 45)).total_seconds() for row in rows]
        assert waited == sorted(waited)
        assert [round(each / 60) for each in waited] == [0, 1, 2, 3, 4, 5]
        assert session.query(StopNote).one().text == "The bell of flat 9 is broken"
        assert session.get_one(Stop, route.stops["carlos"]).state is StopState.COMPLETED
        concern = session.query(Concern).one()
        assert concern.note == "He did not know what day it is"
        assert round((concern.happened_at - at(11, 45)).total_seconds() / 60) == 5
        assert session.query(FollowUp).one().concern_id == concern.id
    what_is_done_is_forgotten(page)


def test_dead_link_wipes_what_the_phone_kept(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """A link that was revoked while there was no signal: at the next contact the page says so and the phone forgets the route."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    with world.services.database.writing(world.network_id) as session:
        session.query(DriverLink).one().revoked_at = clock.now()
    page.reload()
    at_door(page, "Ada")
    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_role("heading", name="This link is not open any more").wait_for()
    assert page.evaluate(HELD) == "null"
    assert "Cedar Court" not in page.content()


def test_route_is_forgotten_after_its_day(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """A phone that never finds a signal again shows and keeps nobody's address on the next day."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    phone.clock.fast_forward(13 * 3_600_000)
    page.close()
    page = phone.new_page()
    page.goto("/d/route")
    page.get_by_text("This phone keeps no route").wait_for()
    assert page.evaluate(HELD) == "null"


def test_refused_tap_is_shown_and_holds_up_nothing(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """The helper told otherwise meanwhile: the driver reads why the tap was not accepted, and the rest is sent."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    tap(page, "Delivered")
    at_door(page, "Mrs Brook")
    tap(page, "Delivered")
    at_door(page, "Carlos")
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Stop, route.stops["ada"]).state = StopState.CANCELLED
    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    page.get_by_text("This was not accepted", exact=False).or_(
        page.get_by_text("his was not accepted")
    ).first.wait_for()
    expect(page.locator("#refused")).to_contain_text("cancelled")
    assert_accessible(page)
    tap(page, "I have read this")
    until(page, "!document.getElementById('refused').children.length")
    with world.session() as session:
        assert session.get_one(Stop, route.stops["brook"]).state is StopState.COMPLETED
        assert session.query(Route).one().state is RouteState.IN_PROGRESS
        kinds = [row.kind for row in session.query(DeliveryEvent).filter_by(stop_id=route.stops["ada"])]
        assert DeliveryEventKind.STOP_DELIVERED not in kinds


BROKEN_NOTE = """async (stop) => {
  const { openStore } = await import("/d/static/kept.js");
  const store = await openStore();
  const event = { id: crypto.randomUUID(), kind: "stop_noted", stop_id: stop, happened_at: new Date().toISOString(), details: { note: "\\ud800" } };
  await store.addTaps([{ event, route: (await store.route()).route }]);
  return event.id;
}"""


def test_a_tap_that_the_server_falls_over_is_kept_and_holds_up_nothing(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock, caplog: pytest.LogCaptureFixture
) -> None:
    """Half a letter that no database takes: the taps behind it arrive, the driver reads its number, and the log has it by its id."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    broken = page.evaluate(BROKEN_NOTE, str(route.stops["ada"]))
    tap(page, "Delivered")
    at_door(page, "Mrs Brook")
    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")
    alert = page.locator("#refused [role=alert]")
    alert.wait_for()
    expect(alert).to_contain_text("could not be taken by our server")
    until(page, "document.getElementById('sending-words').textContent === '1 waiting to send.'")
    assert_accessible(page)
    with world.session() as session:
        assert session.get_one(Stop, route.stops["ada"]).state is StopState.COMPLETED
    told = [record.getMessage() for record in caplog.records if broken in record.getMessage()]
    assert told, "the log names the event"
    numbers = [words.split("reference ")[1].split()[0] for words in told]
    assert any(number in (alert.text_content() or "") for number in numbers)
    assert "ud800" not in "".join(told)


def test_a_list_that_the_server_falls_over_is_sent_tap_by_tap(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """Whatever holds the first tap is answered with 500: the second arrives by itself, and the first once it is taken again."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    tap(page, "Delivered")
    at_door(page, "Mrs Brook")
    tap(page, "Delivered")
    at_door(page, "Carlos")
    line.is_cut = False
    first, second = str(route.stops["ada"]), str(route.stops["brook"])
    sent: list[str] = []

    def break_over_the_first(asked: Route_) -> None:
        body = asked.request.post_data or ""
        sent.append("".join(name for name, stop in (("1", first), ("2", second)) if stop in body))
        if first in body:
            asked.fulfill(status=500, json={"error": "Something went wrong on our side", "reference": "beef0001"})
        else:
            asked.continue_()

    page.route("**/d/events", break_over_the_first)
    page.evaluate("dispatchEvent(new Event('online'))")
    page.locator("#refused").get_by_text("beef0001").wait_for()
    until(page, "document.getElementById('sending-words').textContent === '1 waiting to send.'")
    assert sent[:3] == ["12", "1", "2"]
    with world.session() as session:
        assert session.get_one(Stop, route.stops["brook"]).state is StopState.COMPLETED
    page.unroute("**/d/events")
    page.evaluate("dispatchEvent(new Event('online'))")
    all_sent(page)
    expect(page.locator("#refused [role=alert]")).to_have_count(0)
    with world.session() as session:
        assert session.get_one(Stop, route.stops["ada"]).state is StopState.COMPLETED
