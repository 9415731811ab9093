"""The day's board in a real browser: news appears by itself, focus stays, keys, sound when asked, and it reads well."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import Household, Route, Volunteer
from tests.web.dispatch.planned import published_week
from tests.web.dispatch.test_day import DAY, tell
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World
from web.dispatch.day_lines import day_watch
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LINE_IS_OPEN = "news appears at once"


def on_the_day(page: Page, world: World, query: str = "") -> None:
    """Signed in, with the board open and its line too."""
    sign_in(page, world.account(Role.DISPATCHER))
    page.goto(DAY + query)
    page.get_by_text(LINE_IS_OPEN).wait_for()
    page.evaluate("window.sameLoad = true")


def test_a_tap_is_on_two_boards_by_itself_and_the_focus_stays(browser: Browser, live_url: str, world: World) -> None:
    """Without a reload, on both; whoever was on the route's name, in the middle of the list, is on it still."""
    plan = published_week(world)
    with opened(browser, live_url) as page, opened(browser, live_url, size="phone") as other:
        on_the_day(page, world)
        on_the_day(other, world)
        page.locator("#name-A").focus()
        tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
        for board in (page, other):
            board.locator("#route-A").get_by_text("A2, H0002:").wait_for(timeout=10_000)
            assert board.evaluate("window.sameLoad")
            expect(board.get_by_role("heading", name="1 route to look at")).to_be_visible()
        assert page.evaluate("document.activeElement.id") == "name-A"
        expect(page.locator('[data-part="says"]')).to_have_text("Look at route A.")


def test_without_a_line_the_board_asks(browser: Browser, app: BoundedApp, live_url: str, world: World) -> None:
    """The lines are taken: it says so in small print, and news comes some seconds later."""
    plan = published_week(world)
    day_watch(app)._most = 0
    with opened(browser, live_url) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.goto(DAY)
        page.get_by_text("asks every 5 seconds").wait_for(timeout=20_000)
        tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
        page.locator("#route-A").get_by_text("A2, H0002:").wait_for(timeout=20_000)


def test_a_filter_holds_while_news_comes(browser: Browser, live_url: str, world: World) -> None:
    """A board of what needs attention is empty; the route that comes to need it appears, and only that."""
    plan = published_week(world)
    with opened(browser, live_url) as page:
        on_the_day(page, world, "?show=attention")
        expect(page.locator("[data-route]")).to_have_count(0)
        with world.services.database.writing(world.network_id) as session:
            plan.get(session, Route, "route mon B").state = RouteState.DECLINED
        page.locator("#route-B").wait_for(timeout=10_000)
        expect(page.locator("[data-route]")).to_have_count(1)


def test_keys_go_from_route_to_route_only_where_a_name_has_the_focus(
    browser: Browser, live_url: str, world: World
) -> None:
    """J and K in the list, Enter opens all stops; in a field of the page they are letters, and elsewhere nothing."""
    published_week(world)
    with opened(browser, live_url) as page:
        on_the_day(page, world)
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement === document.body")
        page.locator("#name-A").focus()
        page.keyboard.press("j")
        assert page.evaluate("document.activeElement.id") == "name-B"
        page.keyboard.press("k")
        assert page.evaluate("document.activeElement.id") == "name-A"
        page.keyboard.press("Enter")
        page.get_by_role("table", name="Stops of route A").wait_for()


def test_no_sound_is_made_unless_it_was_asked_for(browser: Browser, live_url: str, world: World) -> None:
    """The box is empty at first, and until it is ticked nothing that could sound exists."""
    plan = published_week(world)
    with opened(browser, live_url) as page:
        page.add_init_script(
            "window.made = 0; const Real = AudioContext;"
            "window.AudioContext = class extends Real { createOscillator() { window.made += 1; return super.createOscillator(); } };"
        )
        on_the_day(page, world)
        box = page.get_by_label("Sound when something new needs me")
        expect(box).not_to_be_checked()
        tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
        page.locator("#route-A").get_by_text("A2, H0002:").wait_for(timeout=10_000)
        assert page.evaluate("window.made") == 0
        box.check()
        heard = page.evaluate("window.made")
        assert heard == 1, "ticking it plays it once, so that one knows it"
        with world.services.database.writing(world.network_id) as session:
            plan.get(session, Route, "route mon B").state = RouteState.DECLINED
        page.locator("#route-B").get_by_text("declined", exact=True).wait_for(timeout=10_000)
        assert page.evaluate("window.made") == heard + 1


LONG = "Bartholomew-Featherstonehaugh Adebayo-Worthington of the Rotherhithe and Surrey Docks Cycling Volunteers"


@pytest.mark.parametrize("look", [("laptop", False), ("laptop", True), ("phone", False), ("phone", True)])
def test_the_board_reads_well_with_the_longest_names(
    browser: Browser, live_url: str, world: World, look: tuple[str, bool]
) -> None:
    """Axe finds nothing at both sizes, light and dark; at twice the letters nothing runs off the screen; targets are 44 px."""
    plan = published_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Volunteer, "V003").name = LONG
        plan.get(session, Household, "H0002").at_risk = True
        plan.get(session, Route, "route mon B").state = RouteState.DECLINED
    tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
    tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        on_the_day(page, world)
        for address in (DAY, f"{DAY}?route=A", f"{DAY}?area=ZZ9"):
            page.goto(address)
            assert_accessible(page)
            small = page.evaluate(SMALL_TARGETS)
            assert small == [], small
        page.goto(DAY)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert over <= 0, f"{over} px too wide at 200%"


SMALL_TARGETS = """[...document.querySelectorAll('.day a, .day button, .day summary, .day select, .day label.choice')]
  .filter((each) => each.checkVisibility({ contentVisibilityAuto: false }))
  .map((each) => [each.textContent.trim().slice(0, 30), Math.round(each.getBoundingClientRect().height)])
  .filter(([, height]) => height < 44)"""
