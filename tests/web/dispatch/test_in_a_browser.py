"""The dispatcher's desk in a real browser: the bundled week planned, watched, published and followed; every page accessible."""

from __future__ import annotations

import dataclasses
import threading
import time
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.bootstrap import Services
from logistics.demo import DEMO_WEEK_FOLDER
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import StopState
from logistics.domain.vocabulary import Role
from logistics.jobs.run_context import RunContext
from logistics.jobs.week_body import week_body
from logistics.persistence.tables import Account, Membership, Network
from logistics.queries.solve_runs import network_of_run
from logistics.services.imports import Problems, check_files, store_files
from logistics.services.solve_runs import claim_run
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.dispatch.test_day import tell
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import NOW, Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOOKS = [("laptop", False), ("phone", False), ("laptop", True)]
BOARD = "/week/2026-W49"


class ThreadPlanner:
    """Does the real work of a run in a thread of this process: the worker without its queue."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._threads: list[threading.Thread] = []

    def submit(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Begin."""
        thread = threading.Thread(target=self._work, args=(run_id,))
        self._threads.append(thread)
        thread.start()

    def cancel(self, run_id: uuid.UUID) -> None:
        """The run's row says so already; the work asks it."""

    def _work(self, run_id: uuid.UUID) -> None:
        database, clock = self._services.database, self._services.clock
        with database.unscoped_reading() as session:
            network_id = network_of_run(session, run_id)
        with database.writing(network_id) as session:
            claim = claim_run(session, run_id, now=clock.now())
        assert claim is not None
        context = RunContext(database, claim, clock=clock, worker_stopping=threading.Event())
        with context.beating():
            week_body(self._services)(run_id, network_id, context)

    def join(self) -> None:
        """Wait until everything has ended."""
        for thread in self._threads:
            thread.join()


@pytest.fixture
def planner(services: Services) -> Iterator[ThreadPlanner]:
    """What plans."""
    planner = ThreadPlanner(services)
    yield planner
    planner.join()


@pytest.fixture
def app(services: Services, planner: ThreadPlanner) -> BoundedApp:
    """The application with a planner that plans."""
    app = create_app(dataclasses.replace(services, planner=planner))
    app.test_client_class = Visitor
    return app


def bundled_week(services: Services, world: World) -> str:
    """The address of a dispatcher of the bundled network, loaded as it is."""
    problems = Problems()
    files = check_files(DEMO_WEEK_FOLDER, problems)
    assert files is not None
    store_files(services.database, files, now=NOW, geocoder=services.geocoder)
    email = world.account(Role.DISPATCHER)
    with services.database.unscoped_writing() as session:
        network = session.query(Network).filter(Network.id != world.network_id).one()
        account = session.query(Account).filter_by(email=email).one()
        session.query(Membership).filter_by(account_id=account.id).update({"network_id": network.id})
    return email


@pytest.mark.slow
def test_week_is_planned_watched_and_published(
    browser: Browser, live_url: str, services: Services, world: World
) -> None:
    """One button plans; its progress moves without a reload; the plan, its map and its links follow."""
    email = bundled_week(services, world)
    with opened(browser, live_url) as page:
        sign_in(page, email)
        page.wait_for_url(f"**{BOARD}")
        assert_accessible(page)
        page.get_by_role("button", name="Plan the week").click()
        page.get_by_role("button", name="Stop, keep the best").wait_for()
        assert_accessible(page)
        page.locator('[data-part="line"][points]:not([points=""])').wait_for(state="attached", timeout=30_000)
        page.get_by_text("Proposed, version 1").wait_for(timeout=60_000)
        assert_accessible(page)
        page.get_by_label("Days of the map").get_by_role("link", name="Wed").click()
        frame = page.frame_locator("iframe")
        frame.locator(".mark").nth(10).wait_for(state="attached")
        page.get_by_role("link", name="Publish week").click()
        page.get_by_role("button", name="Publish version 1").click()
        page.get_by_role("button", name="Make link").first.click()
        assert page.get_by_label("Link, route").input_value().startswith("http")
        assert_accessible(page)
        page.get_by_role("button", name="Copy the link").click()
        page.get_by_text("Copied.").wait_for()


def _visit(page: Page, paths: list[str]) -> None:
    for path in paths:
        page.goto(path)
        page.wait_for_load_state("networkidle")
        page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))")
        assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS, ids=["laptop", "phone", "laptop dark"])
def test_pages_are_accessible(browser: Browser, live_url: str, world: World, look: tuple[str, bool]) -> None:
    """Every page of the desk passes axe with everything opened, and fits the screen; planned, published, and empty."""
    plan = planned_week(world)
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        _visit(page, [BOARD, f"{BOARD}?day=2026-11-30", f"{BOARD}?show=intake", f"{BOARD}/publish", "/week/2026-W50"])
        page.goto(f"{BOARD}/publish")
        page.get_by_role("button", name="Publish version 1").click()
        tell(world, plan, "mon A 3", DeliveryEventKind.STOP_DELIVERED, StopState.COMPLETED)
        tell(world, plan, "mon A 4", DeliveryEventKind.STOP_FAILED, StopState.FAILED, reason="no_reply")
        route = plan.ids["route mon B"]
        _visit(page, [BOARD, f"{BOARD}/links", f"/route/{route}/link", "/day/2026-11-30", "/day/2026-12-25"])
        _visit(page, ["/print/2026-W49/2026-11-30", "/print/2026-W49/2026-12-05"])


def test_board_works_by_keyboard(browser: Browser, live_url: str, world: World) -> None:
    """The skip link leads to the plan, and a route opens with Enter."""
    planned_week(world)
    with opened(browser, live_url) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.goto(BOARD)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.textContent") == "Skip to the plan"
        page.keyboard.press("Enter")
        card = page.locator(".rcard").first
        card.locator("summary").focus()
        page.keyboard.press("Enter")
        assert card.get_attribute("open") is not None
        expect(card.get_by_text("A1-001")).to_be_visible()


def test_week_is_planned_without_javascript(browser: Browser, live_url: str, world: World) -> None:
    """Without scripts the form plans, and a link shows how far it is."""
    planned_week(world)
    with opened(browser, live_url, script=False) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.goto(BOARD)
        page.get_by_text("Plan again", exact=True).first.click()
        page.get_by_text("As last week").click()
        page.get_by_role("button", name="Plan again").click()
        page.get_by_role("link", name="See how far it is").click()
        ends = time.monotonic() + 60
        while not page.get_by_text("version 2").count() and time.monotonic() < ends:
            page.wait_for_timeout(250)
            page.goto(BOARD)
        expect(page.get_by_text("version 2").first).to_be_visible()


def test_link_is_made_and_sent_from_a_phone(browser: Browser, live_url: str, world: World) -> None:
    """On a phone the dispatcher makes a link and finds both ways of sending it."""
    published_week(world)
    with opened(browser, live_url, size="phone") as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.goto(f"{BOARD}/links")
        page.get_by_role("button", name="Make link").first.click()
        assert (page.get_by_role("link", name="WhatsApp").get_attribute("href") or "").startswith(
            "https://wa.me/?text="
        )
        assert (page.get_by_role("link", name="Text message").get_attribute("href") or "").startswith(
            "sms:07700900111?"
        )
        assert_accessible(page)
