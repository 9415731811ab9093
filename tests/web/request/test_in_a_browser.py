"""The referrer's list in a real browser: a page of it at a time, searched without scripts, and accessible on a phone."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from logistics.domain.vocabulary import Role
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


def test_long_list_on_a_phone(browser: Browser, live_url: str, world: World, advice: uuid.UUID) -> None:
    """Page, next page, search and its empty answer pass axe and fit the screen, all of it by plain links and a form."""
    for number in range(30):
        world.standing_order(world.household(f"H{number:04}", contact_name=f"Home {number:02}", referrer_id=advice))
    email = world.account(Role.REFERRER, organisation_id=advice)
    with opened(browser, live_url, size="phone", script=False) as page:
        sign_in(page, email)
        page.goto("/request")
        page.get_by_role("link", name="After").click()
        expect(page.get_by_text("Page 2 of 2")).to_be_visible()
        page.get_by_label("Name, number, postcode or phone").fill("home 07")
        page.get_by_role("button", name="Search").click()
        expect(page.get_by_role("link", name="Home 07")).to_be_visible()
        expect(page.get_by_text("1 household for")).to_be_visible()
    with opened(browser, live_url, size="phone") as page:
        sign_in(page, email)
        for path in ("/request", "/request?page=2", "/request?q=home", "/request?q=nobody"):
            page.goto(path)
            assert_accessible(page)


def test_something_else_by_keyboard_at_320_px_without_scripts(
    browser: Browser, live_url: str, world: World, own_household: uuid.UUID
) -> None:
    """A resident says what is on no list with keys alone, on the smallest screen, with scripts off."""
    email = world.account(Role.RECIPIENT, household_id=own_household)
    with opened(browser, live_url, size="phone", script=False) as page:
        page.set_viewport_size({"width": 320, "height": 640})
        sign_in(page, email)
        page.goto(f"/request/households/{own_household}/food")
        words = page.get_by_label("Something else they cannot eat")
        _tab_to(page, words)
        page.keyboard.type("kiwi")
        agreed = page.get_by_role("group", name="Diet and allergies").get_by_label("Yes, they agree")
        _tab_to(page, agreed)
        page.keyboard.press("Space")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320
        _tab_to(page, page.get_by_role("button", name="Save the changes"))
        page.keyboard.press("Enter")
        expect(page.get_by_text("No meals yet.")).to_be_visible()
        expect(page.get_by_text("kiwi")).to_be_visible()
    with opened(browser, live_url, size="phone") as page:
        sign_in(page, email)
        for part in ("", "/food", "/reach"):
            page.goto(f"/request/households/{own_household}{part}")
            assert_accessible(page)


def _tab_to(page: Page, wanted: Locator) -> None:
    for _ in range(60):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the keyboard does not reach it")
