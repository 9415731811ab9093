"""Changing a plan by hand in a real browser: dragged with the mouse and by finger, by keyboard, accessible at both sizes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logistics.domain.vocabulary import Role
from tests.web.dispatch.planned import a_draft
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MONDAY = "2026-11-30"
LOOKS = [("laptop", False), ("phone", False), ("laptop", True), ("phone", True)]


def stops_of(page: Page) -> list[str]:
    """The keys of the first route's stops."""
    keys: list[str] = (
        page.locator(".column")
        .first.locator("[data-stop]")
        .evaluate_all("lines => lines.map(line => line.dataset.stop)")
    )
    return keys


@pytest.mark.parametrize(("size", "dark"), LOOKS)
def test_pages_of_a_draft_are_accessible(browser: Browser, live_url: str, world: World, size: str, dark: bool) -> None:
    """The board with something pinned and something broken, a stop's menu, and two versions compared."""
    email = world.account(Role.DISPATCHER)
    draft_id = a_draft(world)
    with opened(browser, live_url, size=size, dark=dark) as page:
        sign_in(page, email)
        page.goto(f"/drafts/{draft_id}?day={MONDAY}")
        assert_accessible(page)
        page.get_by_role("button", name="Pin route A").click()
        page.get_by_text("pinned", exact=True).first.wait_for()
        page.locator(".who a").first.click()
        page.get_by_role("button", name="Show what it would do").click()
        page.get_by_text("It would mean").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Take it off route A").click()
        page.get_by_role("button", name="Undo").wait_for()
        assert_accessible(page)
        page.get_by_role("button", name="Save as a new version").click()
        page.get_by_text("Saved as version 2.").wait_for()
        page.get_by_role("link", name="Compare two versions").click()
        page.get_by_role("heading", name="Version 1 and version 2").wait_for()
        page.frame_locator("iframe").locator(".mark").first.wait_for(state="attached")
        assert_accessible(page)


def test_a_stop_is_dragged_and_dropped(browser: Browser, live_url: str, world: World) -> None:
    """What it would do stands in the panel before the hand lets go; dropped, the board has the new order; Undo takes it back."""
    email = world.account(Role.DISPATCHER)
    draft_id = a_draft(world)
    with opened(browser, live_url) as page:
        sign_in(page, email)
        page.goto(f"/drafts/{draft_id}?day={MONDAY}")
        before = stops_of(page)
        lines = page.locator(".column").first.locator("[data-stop]")
        lines.first.scroll_into_view_if_needed()
        grip, target = lines.nth(1).locator(".grip").bounding_box(), lines.nth(0).bounding_box()
        assert grip is not None
        assert target is not None
        page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        page.mouse.down()
        page.mouse.move(target["x"] + 30, target["y"] + 3, steps=5)
        page.locator('[data-part="title"]', has_text="Dropped here:").wait_for()
        assert stops_of(page) == before
        page.mouse.up()
        page.get_by_text("1 change. Last:").wait_for()
        assert stops_of(page)[:2] == [before[1], before[0]]
        page.get_by_role("button", name="Undo").click()
        page.locator(".draft-bar", has_not_text="Last:").wait_for()
        assert stops_of(page) == before


def test_escape_lets_go(browser: Browser, live_url: str, world: World) -> None:
    """Nothing is changed, and the panel says again what it said before."""
    email = world.account(Role.DISPATCHER)
    draft_id = a_draft(world)
    with opened(browser, live_url) as page:
        sign_in(page, email)
        page.goto(f"/drafts/{draft_id}?day={MONDAY}")
        before = stops_of(page)
        lines = page.locator(".column").first.locator("[data-stop]")
        lines.first.scroll_into_view_if_needed()
        grip, target = lines.nth(1).locator(".grip").bounding_box(), lines.nth(0).bounding_box()
        assert grip is not None
        assert target is not None
        page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + grip["height"] / 2)
        page.mouse.down()
        page.mouse.move(target["x"] + 30, target["y"] + 3, steps=5)
        page.keyboard.press("Escape")
        page.mouse.up()
        page.locator('[data-part="title"]', has_text="Against version 1:").wait_for()
        assert stops_of(page) == before


def test_a_stop_is_moved_by_keyboard_alone(browser: Browser, live_url: str, world: World) -> None:
    """Its name is a link; the list of places and the button are reached by Tab and Enter; no script is needed."""
    email = world.account(Role.DISPATCHER)
    draft_id = a_draft(world)
    with opened(browser, live_url, script=False) as page:
        sign_in(page, email)
        page.goto(f"/drafts/{draft_id}?day={MONDAY}")
        before = stops_of_source(page)
        page.locator(".who a").nth(1).focus()
        page.keyboard.press("Enter")
        page.get_by_label("Where to").focus()
        page.keyboard.press("Home")
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.get_by_text("1 change. Last:").wait_for()
        assert stops_of_source(page)[:2] == [before[1], before[0]]


def stops_of_source(page: Page) -> list[str]:
    """The same where no script may run in the page."""
    lines = page.locator(".column").first.locator("[data-stop]")
    return [lines.nth(at).get_attribute("data-stop") or "" for at in range(lines.count())]
