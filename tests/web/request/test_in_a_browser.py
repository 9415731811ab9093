"""The referrer's list in a real browser: a page of it at a time, searched without scripts, and accessible on a phone."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

from playwright.sync_api import expect

from logistics.domain.vocabulary import Role
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


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
