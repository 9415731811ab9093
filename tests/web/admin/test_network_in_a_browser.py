"""Invitations and the network's page in a real browser: accessible at both sizes, and an invitation taken with one press."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.bootstrap import Services
from logistics.domain.vocabulary import Role
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("look", [("laptop", True), ("phone", False)], ids=["laptop dark", "phone"])
def test_invited_and_taken(
    browser: Browser, live_url: str, world: World, services: Services, look: tuple[str, bool]
) -> None:
    """A coordinator invites, the mail's link opens the page by itself and leaves no key in the address; each page is accessible."""
    email = world.account(Role.COORDINATOR)
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        sign_in(page, email)
        for path in ("/network", "/invitations", "/invitations/new"):
            page.goto(path)
            assert_accessible(page)
        page.get_by_role("button", name="Send the invitation").click()
        expect(page.get_by_role("alert")).to_contain_text("Choose one role")
        assert_accessible(page)
        page.get_by_label("Email address").fill("ann@kitchen.example")
        page.get_by_text("Dispatcher", exact=True).click()
        page.get_by_role("button", name="Send the invitation").click()
        expect(page.get_by_role("rowheader", name="ann@kitchen.example")).to_be_visible()
        assert_accessible(page)
        page.context.clear_cookies()
        mail = next((services.settings.home / "outbox").glob("*.eml")).read_text()
        key = re.search(r"/invitation#(\S+)", mail)
        assert key is not None
        page.goto(f"/invitation#{key.group(1)}")
        expect(page.get_by_role("heading", name="Riverside network invites you")).to_be_visible()
        assert key.group(1) not in page.url
        assert_accessible(page)
        page.get_by_label("Choose a password").fill("velvet teapot under a granite moon")
        page.get_by_role("button", name="Yes, I take part").click()
        page.wait_for_url("**/week**")


def test_a_closed_form_helps(browser: Browser, live_url: str, world: World) -> None:
    """Accessible on a phone; and without scripts an invitation's link can be put into the field."""
    desk = world.account(Role.ADMIN)
    with opened(browser, live_url, size="phone") as page:
        sign_in(page, desk)
        page.goto("/network")
        page.get_by_text("No", exact=True).click()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("Saved.")).to_be_visible()
        page.context.clear_cookies()
        page.goto("/request/for-me/riverside")
        expect(page.get_by_role("link", name="020 7946 0100")).to_be_visible()
        assert_accessible(page)
    with opened(browser, live_url, size="phone", script=False) as page:
        page.goto("/invitation")
        page.get_by_label("The link from your mail").fill("https://rounds.example/invitation#nothing")
        page.get_by_role("button", name="Open my invitation").click()
        expect(page.get_by_role("alert")).to_contain_text("This invitation is not open")
