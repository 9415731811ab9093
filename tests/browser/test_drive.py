"""A driver's day in a real browser: from the link in a message to the finished route, on a phone and on a laptop."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.states import RouteState, StopState
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import DeliveryEvent, Household, Organisation, Route, Stop
from tests.web.drive.route_world import PHONE_END, RouteWorld, at
from tests.web.pages import assert_accessible, opened
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def _tap(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def _open(page: Page, token: str) -> None:
    page.goto(f"/d#{token}")
    page.wait_for_url("**/d/check")
    page.get_by_label("The last 3 digits").fill(PHONE_END)
    _tap(page, "Open my route")
    page.wait_for_url("**/d/route")


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_route_is_driven_to_its_end(
    browser: Browser, live_url: str, world: World, clock: FixedClock, size: str
) -> None:
    """Two delivered, one parcel at the door, one no reply, an undo: every page is accessible and every tap arrives once."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    with opened(browser, live_url, size=size) as page:
        _open(page, route.link())
        assert "#" not in page.url
        assert_accessible(page)
        _tap(page, "Accept the route")
        assert_accessible(page)
        _tap(page, "Loaded")
        page.get_by_role("heading", name="Drummond Road hub").wait_for()
        _tap(page, "Loaded")
        page.get_by_role("heading", name="Ada").wait_for()
        expect(page.get_by_text("Allergy: peanuts, sesame")).to_be_visible()
        assert_accessible(page)
        page.get_by_text("Map of what is still to come").click()
        page.locator("#map .spot").first.wait_for()
        expect(page.locator("#map .spot")).to_have_count(4)  # the confidential door is not among them
        assert_accessible(page)
        _tap(page, "Delivered")
        page.get_by_text("No reply", exact=True).click()
        assert_accessible(page)
        _tap(page, "Report no reply")
        page.get_by_role("button", name="Undo stop 2").click()
        page.get_by_role("heading", name="Mrs Brook").wait_for()
        _tap(page, "Delivered")
        page.get_by_text("Parcel left at the door").click()
        _tap(page, "The parcel is at the door")
        page.get_by_text("No reply", exact=True).click()
        _tap(page, "Report no reply")
        _tap(page, "Delivered")
        page.get_by_role("heading", name="Every stop is done").wait_for()
        assert_accessible(page)
        _tap(page, "Finish the route")
        page.get_by_role("heading", name="Thank you. This route is finished.").wait_for()
        expect(page.get_by_text("4 of 5")).to_be_visible()
        assert_accessible(page)
    with world.session() as session:
        assert session.query(Route).one().state is RouteState.COMPLETED
        states = {stop.id: stop.state for stop in session.query(Stop)}
        assert states[route.stops["refuge"]] is StopState.FAILED
        assert session.query(DeliveryEvent).count() == 1 + 2 + 7 + 1


def test_route_works_without_scripts_once_it_is_open(
    browser: Browser, live_url: str, world: World, clock: FixedClock
) -> None:
    """Opening needs a script, and its page says so with a number to ring; nothing after it does."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    with opened(browser, live_url, size="phone") as page:
        _open(page, route.link())
        kept = page.context.storage_state()
    context = browser.new_context(java_script_enabled=False, base_url=live_url, storage_state=kept)  # type: ignore[arg-type]  # the same shape
    page = context.new_page()
    page.goto("/d")
    page.get_by_role("link", name="Show my route").click()
    _tap(page, "Accept the route")
    _tap(page, "Loaded")
    _tap(page, "Loaded")
    _tap(page, "Delivered")
    expect(page.get_by_role("heading", name="Mrs Brook")).to_be_visible()
    context.clear_cookies()
    page.goto(f"/d#{route.link()}")
    expect(page.get_by_text("The link needs JavaScript")).to_be_visible()
    expect(page.get_by_text("07700 900999")).to_be_visible()
    context.close()


def test_pressing_twice_is_delivering_once(browser: Browser, live_url: str, world: World, clock: FixedClock) -> None:
    """A double tap, and going back to press again, leave one event and the next stop untouched."""
    route = RouteWorld(world=world)
    clock.set(at(11, 45))
    with opened(browser, live_url, size="phone") as page:
        _open(page, route.link())
        _tap(page, "Accept the route")
        _tap(page, "Loaded")
        _tap(page, "Loaded")
        page.get_by_role("heading", name="Ada").wait_for()
        page.get_by_role("button", name="Delivered", exact=True).dblclick()
        page.get_by_role("heading", name="Mrs Brook").wait_for()
        page.locator("#sending").wait_for(state="hidden")
    with world.session() as session:
        assert session.query(DeliveryEvent).filter_by(stop_id=route.stops["ada"]).count() == 1
        assert session.query(Stop).filter_by(id=route.stops["brook"]).one().state is StopState.PLANNED


LONG_NAME = "Wilhelmina-Alexandrina Featherstonehaugh-Cholmondeley"
LONG_NOTE = (
    "Ring at the concierge of Donaudampfschifffahrtsgesellschaft House, then the third door behind the courtyard. " * 3
)
WIDER = """[...document.querySelectorAll('body *')].filter((each) => each.getBoundingClientRect().right > innerWidth + 0.5
  && !each.closest('.hidden, .leaflet-container')).map((each) => `${each.tagName}.${each.className}: ${each.textContent.trim().slice(0, 30)}`).slice(0, 8)"""


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_letters_twice_as_large_fit_the_phone(
    browser: Browser, live_url: str, world: World, clock: FixedClock, dark: bool
) -> None:
    """With the longest names and notes, at 390 and at 320 px and every choice opened, nothing runs off the side at 200%."""
    route = RouteWorld(world=world)
    with world.services.database.writing(world.network_id) as session:
        household = session.get_one(Household, route.households["ada"])
        household.contact_name = LONG_NAME
        household.site.access_notes = LONG_NOTE[:300]
        household.site.address = (
            "Flat 23, Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch Court, Rotherhithe New Road"
        )
        session.get_one(
            Organisation, route.donor_id
        ).name = "Tanner Street Kitchen of the Gesamtverantwortungsgemeinschaft"
    clock.set(at(11, 45))
    with opened(browser, live_url, size="phone", dark=dark) as page:
        _open(page, route.link())
        _tap(page, "Accept the route")
        page.get_by_role("heading", name="Tanner Street").first.wait_for()
        _fits(page)
        _tap(page, "Loaded")
        _tap(page, "Loaded")
        page.get_by_role("heading", name="Wilhelmina").first.wait_for()
        _fits(page)
        assert_accessible(page)


def _fits(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details:not(#restmap)').forEach((each) => (each.open = true))")
    wide: list[str] = []
    for width in (390, 320):
        page.set_viewport_size({"width": width, "height": 844})
        for letters in ("100%", "200%"):
            page.evaluate("(size) => (document.documentElement.style.fontSize = size)", letters)
            over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
            if over > 0:
                wide.append(f"{over} px at {width} px and {letters}: {page.evaluate(WIDER)}")
    assert wide == []
    page.evaluate("document.documentElement.style.fontSize = ''")
    page.set_viewport_size({"width": 390, "height": 844})
