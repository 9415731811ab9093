"""Passkeys in a real browser with its own virtual device: added, used, removed, under the page's policy; and where they cannot be."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from threading import Thread
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from werkzeug.serving import make_server

from logistics.bootstrap import Services
from logistics.domain.vocabulary import Role
from tests.web.conftest import _Quiet
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World
from web import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def port(services: Services) -> Iterator[int]:
    """The application at http://localhost, where browsers give passkeys; the port."""
    server = make_server("127.0.0.1", 0, create_app(services), threaded=True, request_handler=_Quiet)
    settings = dataclasses.replace(services.settings, base_url=f"http://localhost:{server.server_port}")
    server.app = create_app(dataclasses.replace(services, settings=settings))
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()


def give_device(page: Page) -> None:
    """Have the browser hold passkeys, as a phone with a finger on it does."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    cdp.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_added_used_and_removed(browser: Browser, port: int, world: World) -> None:
    """Added under "Your account", used without address or password, asked for after the password, removed; each page is accessible."""
    email = world.account(Role.COORDINATOR)
    with opened(browser, f"http://localhost:{port}", size="phone") as page:
        give_device(page)
        sign_in(page, email)
        page.goto("/account/passkeys")
        expect(page.get_by_role("button", name="Add a passkey")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("What do you call this device?").fill("My blue phone")
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
        page.goto("/account/passkeys")
        expect(page.get_by_role("rowheader", name="My blue phone")).to_be_visible()
        assert_accessible(page)
        page.get_by_role("button", name="Add a passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("holds a passkey for you already")
        page.context.clear_cookies()
        page.goto("/sign-in?next=/account/passkeys")
        page.get_by_role("link", name="Sign in with a passkey").click()
        assert_accessible(page)
        page.get_by_role("button", name="Use my passkey").click()
        expect(page.get_by_role("heading", name="Your passkeys")).to_be_visible()
        page.context.clear_cookies()
        sign_in(page, email)
        expect(page.get_by_role("heading", name="Now your passkey")).to_be_visible()
        page.get_by_role("button", name="Use my passkey").click()
        page.wait_for_url("**/week**")
        page.goto("/account/passkeys")
        page.get_by_role("button", name="Remove").click()
        expect(page.get_by_text("The passkey is removed")).to_be_visible()
        page.context.clear_cookies()
        page.goto("/sign-in/passkey")
        page.get_by_role("button", name="Use my passkey").click()
        expect(page.get_by_role("alert")).to_contain_text("did not work here")


def test_where_a_browser_cannot_the_page_helps(browser: Browser, port: int) -> None:
    """At another address than the passkeys' own, and without scripts, the page names the right one and leads back to the password."""
    for host, script in (("127.0.0.1", True), ("localhost", False)):
        with opened(browser, f"http://{host}:{port}", script=script) as page:
            page.goto("/sign-in/passkey")
            expect(page.get_by_text(f"http://localhost:{port}")).to_be_visible()
            expect(page.get_by_role("button", name="Use my passkey")).to_be_hidden()
            assert_accessible(page, script=script)
            page.get_by_role("link", name="Sign in with your password").click()
            expect(page.get_by_label("Email address")).to_be_visible()
