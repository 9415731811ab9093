"""One's own account in a real browser: accessible at both sizes, and a second factor set up and used without JavaScript."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from tests.web.account.phone import SET_UP, Phone
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize("look", [("laptop", True), ("phone", False)], ids=["laptop dark", "phone"])
def test_pages_of_an_account_are_accessible(
    browser: Browser, live_url: str, world: World, clock: FixedClock, look: tuple[str, bool]
) -> None:
    """Each page passes axe and fits the screen, also with an error on it; the picture for the app is drawn."""
    email = world.account(Role.COORDINATOR)
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        sign_in(page, email)
        for path in ("/account/sign-ins", "/account/password", "/account/second-factor", SET_UP):
            page.goto(path)
            assert_accessible(page)
        box = page.locator("figure.qr svg").bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) > 150
        phone = Phone(page.locator(".secret.code").inner_text(), clock)
        page.get_by_role("button", name="Take it into use").click()
        expect(page.get_by_role("alert")).to_contain_text("6 figures")
        assert_accessible(page)
        page.get_by_label("Code", exact=True).fill(phone.code())
        page.get_by_role("button", name="Take it into use").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        assert_accessible(page)
        page.goto("/account/second-factor")
        assert_accessible(page)
        page.goto("/account/sign-ins")
        page.get_by_role("button", name="Sign out").last.click()
        sign_in(page, email)
        assert_accessible(page)
        page.get_by_role("link", name="Use a recovery code").click()
        assert_accessible(page)


def test_second_factor_needs_no_script(browser: Browser, live_url: str, world: World, clock: FixedClock) -> None:
    """Set up, signed out and in again with the phone, in a browser that runs no script."""
    email = world.account(Role.COORDINATOR)
    with opened(browser, live_url, size="phone", script=False) as page:
        sign_in(page, email)
        page.goto(SET_UP)
        phone = Phone(page.locator(".secret.code").inner_text(), clock)
        page.get_by_label("Code", exact=True).fill(phone.code())
        page.get_by_role("button", name="Take it into use").click()
        assert page.locator("li.secret.code").count() == 10
        page.goto("/account/sign-ins")
        page.locator("tr", has_text="This one").get_by_role("button").click()
        clock.advance(timedelta(minutes=1))
        sign_in(page, email)
        page.get_by_label("Code", exact=True).fill(phone.code())
        page.get_by_role("button", name="Sign in").click()
        page.goto("/account/second-factor")
        expect(page.get_by_text("10 recovery codes left")).to_be_visible()
