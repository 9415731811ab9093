"""A photo at the door on a phone: taken without a signal, small and without its place, told once when the line is back."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from PIL import Image
from playwright.sync_api import expect

from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import DeliveryEvent, DoorPhoto, DriverLink
from tests.browser.bad_line import BadLine, bad_line
from tests.browser.test_offline import all_sent, at_door, ready_to_go, tap, until
from tests.web.drive.door_photos import switch, taken_here
from tests.web.drive.route_world import RouteWorld, at
from tests.web.pages import PHONE, assert_accessible
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, FilePayload, Page

WAITING = """async () => {
  const { openStore } = await import("/d/static/kept.js");
  return (await (await openStore()).photos()).length;
}"""
HEAD = """async () => {
  const { openStore } = await import("/d/static/kept.js");
  const [photo] = await (await openStore()).photos();
  return [photo.jpeg.byteLength, [...new Uint8Array(photo.jpeg)].map((each) => String.fromCharCode(each)).join("").includes("Exif")];
}"""


@pytest.fixture
def line(live_url: str) -> Iterator[BadLine]:
    """The way from the phone to the server."""
    with bad_line(live_url) as made:
        yield made


@pytest.fixture
def phone(browser: Browser, line: BadLine) -> Iterator[BrowserContext]:
    """A phone."""
    context = browser.new_context(viewport=PHONE, base_url=line.url, timezone_id="Europe/London")  # type: ignore[arg-type]  # a width and a height
    yield context
    context.close()


def picked(file: bytes, name: str = "IMG_0001.jpg") -> FilePayload:
    """What the camera hands to the page."""
    return {"name": name, "mimeType": "image/jpeg", "buffer": file}


def parcel_left(page: Page) -> None:
    """The parcel is at Carlos's door, and a photo is offered above the next stop."""
    tap(page, "Delivered")
    at_door(page, "Mrs Brook")
    tap(page, "Delivered")
    at_door(page, "Carlos")
    page.get_by_text("Parcel left at the door").click()
    tap(page, "The parcel is at the door")
    page.get_by_role("heading", name="Stop 3: left at the door").wait_for()


def back_online(line: BadLine, page: Page) -> None:
    """The signal comes back."""
    line.is_cut = False
    page.evaluate("dispatchEvent(new Event('online'))")


def test_photo_without_a_signal_through_a_reload_arrives_once(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """Tapped, photographed, reloaded, closed and opened without a signal: the tap and then its photo, each once, small, no place."""
    route = RouteWorld(world=world)
    switch(world, on=True)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    parcel_left(page)
    assert_accessible(page)
    offer = page.locator(".photo-offer")
    offer.locator("input[type=file]").set_input_files(picked(b"I am no photo"))
    expect(offer.get_by_role("alert")).to_contain_text("no photo that the phone can read")
    offer.locator("input[type=file]").set_input_files(picked(taken_here((4000, 3000))))
    page.get_by_text("4 waiting to send").wait_for()
    expect(page.get_by_text("Photo not sent yet")).to_be_visible()
    expect(offer).to_have_count(0)
    assert_accessible(page)
    page.reload()
    page.get_by_text("4 waiting to send").wait_for()
    size, has_exif = page.evaluate(HEAD)
    assert (size < 300_000, has_exif) == (True, False)
    page.close()
    page = phone.new_page()
    page.goto("/d/route")
    page.get_by_text("4 waiting to send").wait_for()
    with world.session() as session:
        assert session.query(DoorPhoto).count() == 0
    sent: list[str] = []
    page.on(
        "requestfinished", lambda asked: sent.append(asked.url.rpartition("/")[2]) if asked.method == "POST" else None
    )
    back_online(line, page)
    all_sent(page)
    assert sent == ["events", "photo"]
    expect(page.get_by_text("Photo not sent yet")).to_have_count(0)
    expect(page.get_by_text("Take a photo")).to_have_count(0)
    assert page.evaluate(WAITING) == 0
    with world.session() as session:
        photo = session.query(DoorPhoto).one()
        event = session.get_one(DeliveryEvent, photo.event_id)
        assert (photo.stop_id, event.stop_id, max(photo.width_px, photo.height_px)) == (
            route.stops["carlos"], route.stops["carlos"], 1280,
        )  # fmt: skip
        with Image.open(io.BytesIO(photo.jpeg)) as image:
            assert not dict(image.getexif())


def test_switched_off_before_it_was_sent_it_is_dropped_with_a_word(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """The taps arrive, the photo is refused, the driver reads why, and nothing waits any more; then no photo is offered."""
    route = RouteWorld(world=world)
    switch(world, on=True)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    parcel_left(page)
    page.locator(".photo-offer input[type=file]").set_input_files(picked(taken_here()))
    page.get_by_text("4 waiting to send").wait_for()
    switch(world, on=False)
    back_online(line, page)
    expect(page.locator("#refused")).to_contain_text("Stop 3: this photo was not accepted. Your network does not take")
    all_sent(page)
    assert page.evaluate(WAITING) == 0
    assert_accessible(page)
    tap(page, "I have read this")
    until(page, "!document.getElementById('refused').children.length")
    expect(page.get_by_text("Take a photo")).to_have_count(0)
    with world.session() as session:
        assert session.query(DoorPhoto).count() == 0
        assert session.query(DeliveryEvent).filter_by(stop_id=route.stops["carlos"]).count() == 1


def test_undo_and_dead_link_leave_no_photo_on_the_phone(
    phone: BrowserContext, line: BadLine, world: World, clock: FixedClock
) -> None:
    """An undone tap takes its waiting photo along; one that waits when the link has died is forgotten with the route."""
    route = RouteWorld(world=world)
    switch(world, on=True)
    clock.set(at(11, 45))
    page = ready_to_go(phone, route.link(), clock)
    line.is_cut = True
    parcel_left(page)
    page.locator(".photo-offer input[type=file]").set_input_files(picked(taken_here()))
    page.get_by_text("4 waiting to send").wait_for()
    tap(page, "Undo stop 3")
    at_door(page, "Carlos")
    page.get_by_text("4 waiting to send").wait_for()
    assert page.evaluate(WAITING) == 0
    page.get_by_text("Parcel left at the door").click()
    tap(page, "The parcel is at the door")
    page.locator(".photo-offer input[type=file]").set_input_files(picked(taken_here()))
    until(page, f"({WAITING})().then((waiting) => waiting === 1)")
    with world.services.database.writing(world.network_id) as session:
        session.query(DriverLink).one().revoked_at = clock.now()
    back_online(line, page)
    page.get_by_role("heading", name="This link is not open any more").wait_for()
    assert page.evaluate(WAITING) == 0
    with world.session() as session:
        assert session.query(DoorPhoto).count() == 0
