"""The main job in a real browser: a donor's pot and a referrer's household meet on a driver's phone on the same day."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from logistics.jobs.queue_database import queue_url
from tests.browser import journey
from tests.browser.person import person
from tests.browser.running_rounds import MORNING, Rounds, running_rounds
from tests.logistics.queues import drop_queue

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LUNCH = MORNING.replace(hour=12, minute=0)


@pytest.fixture
def rounds(tmp_path: Path, upgraded_url: str) -> Iterator[Rounds]:
    """Food Rounds with the demo week, on the morning of a delivery day; on SQLite, and on PostgreSQL."""
    try:
        with running_rounds(tmp_path, upgraded_url) as running:
            yield running
    finally:
        drop_queue(queue_url(upgraded_url, tmp_path))


@pytest.mark.slow
@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_a_pot_of_food_reaches_a_new_household(browser: Browser, rounds: Rounds, size: str) -> None:
    """Donor, referrer, dispatcher, driver and coordinator do the day; each page is accessible and asks no other host."""
    with person(browser, rounds, "3 dispatcher", size) as dispatcher:
        dispatcher.page.goto("/")
        dispatcher.look("sign in")
        dispatcher.sign_in("dispatcher")
        before = journey.hot_meals_wanted_on_wednesday(dispatcher)
        with person(browser, rounds, "1 donor", size) as donor:
            journey.donor_offers_lunch(donor)
        with person(browser, rounds, "2 referrer", size) as referrer:
            ref = journey.referrer_adds_household(referrer)
        dispatcher.page.reload()
        dispatcher.sees(journey.DISH)
        assert journey.hot_meals_wanted_on_wednesday(dispatcher) == before + 1
        dispatcher.look("to plan")
        journey.dispatcher_plans(dispatcher)
        journey.dispatcher_reads_plan(dispatcher, ref)
        journey.dispatcher_publishes(dispatcher)
        sent = journey.dispatcher_makes_link(dispatcher, ref)
        # More than half an hour later: whoever has not moved is signed out.
        rounds.clock.move_to(LUNCH)
        dispatcher.sign_in("dispatcher")
        dispatcher.go_to_desk("Today")
        dispatcher.look("day before")
        dispatcher.page.evaluate("window.sameLoad = true")
        with person(browser, rounds, "4 driver", "phone") as driver:
            journey.driver_accepts(driver, sent)
            journey.driver_delivers(driver, sent)
        route = dispatcher.page.locator(f"#route-{sent.letter}")
        route.get_by_text("2 of").wait_for()
        route.get_by_text("1 no reply").first.wait_for()
        assert dispatcher.page.evaluate("window.sameLoad"), "the day is followed without loading the page again"
        dispatcher.look("day after")
    with person(browser, rounds, "5 coordinator", size) as coordinator:
        journey.coordinator_finds_household(coordinator, ref)
