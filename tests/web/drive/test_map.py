"""The driver's map in a real browser: light, local, and never in the way of the list."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.bootstrap import Services
from logistics.gateways.base_map import base_map_folder, build_base_map
from logistics.gateways.clock import FixedClock
from tests.logistics.base_map.little_town import write_town
from tests.web.drive.route_world import PHONE_END, RouteWorld, at
from tests.web.maps.map_server import inked
from tests.web.pages import assert_accessible, opened
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Response

MOST_BYTES = 250_000


@pytest.fixture
def long_route(world: World, services: Services, clock: FixedClock, tmp_path: Path) -> RouteWorld:
    """Twenty-five doors, some of them in one building, on a server that has built a base map."""
    build_base_map(write_town(tmp_path / "town.osm.pbf"), base_map_folder(services.settings.home))
    route = RouteWorld(world=world)
    for n in range(6, 26):
        place = (51.4830 + (n // 2) * 0.0011, -0.0780 + (n % 7) * 0.0042)
        due = at(12, 44) + timedelta(minutes=3 * n)
        route.add_door(f"door{n}", f"Resident {n}", due, address=f"{n} Long Row", postcode="SE16 2AB", place=place)
    clock.set(at(11, 45))
    return route


def _open_under_way(page: Page, route: RouteWorld) -> None:
    page.goto(f"/d#{route.link()}")
    page.wait_for_url("**/d/check")
    page.get_by_label("The last 3 digits").fill(PHONE_END)
    page.get_by_role("button", name="Open my route").click()
    page.get_by_role("button", name="Accept the route", exact=True).click()
    page.get_by_role("button", name="Loaded", exact=True).click()
    page.get_by_role("button", name="Loaded", exact=True).click()
    page.get_by_role("heading", name="Ada").wait_for()


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_25_stops_with_streets_weigh_little(browser: Browser, live_url: str, long_route: RouteWorld, size: str) -> None:
    """The page with its map open: streets, numbers, arrows, no other host, accessible, and at most 250 kB in all."""
    with opened(browser, live_url, size=size) as page:
        answers: list[Response] = []
        # A bound method of a list cannot carry what Playwright writes on its listeners.
        page.on("response", lambda answer: answers.append(answer))  # noqa: PLW0108
        _open_under_way(page, long_route)
        page.get_by_text("Map of what is still to come").click()
        page.locator("#map .spot").first.wait_for()
        page.get_by_text("Lines are straight from stop to stop").wait_for()
        page.wait_for_load_state("networkidle")
        assert inked(page) > 1_000
        assert page.locator("#map path.route-arrow").get_attribute("d") not in (None, "", "M0 0")
        expect(page.locator("#map").get_by_text("OpenStreetMap contributors, 2 November 2026")).to_have_count(1)
        expect(page.locator("#map .spot.here")).to_have_text("1")
        assert page.locator("#map .spot:not(.small)").count() >= 8
        assert_accessible(page)
        # What came from the browser's own cache the second time was weighed the first time.
        weighed = [
            (answer.url, answer.request.sizes()["responseBodySize"]) for answer in answers if answer.status == 200
        ]
        sizes = {url: max(size for other, size in weighed if other == url) for url, _ in weighed}
        parts = {url: size for url, size in sizes.items() if "/d/" not in url or "/static/" in url or "/route" in url}
        assert any("leaflet.js" in url for url in parts), "the map's own files were counted"
        assert sum(parts.values()) <= MOST_BYTES, parts


def test_the_list_never_waits_for_the_map(browser: Browser, live_url: str, long_route: RouteWorld) -> None:
    """While the map's files hang on a bad line, a door is read and reported as ever."""
    with opened(browser, live_url, size="phone", worker=False) as page:
        _open_under_way(page, long_route)
        page.route("**/map-assets/**", lambda _route: None)  # neither answered nor refused
        page.get_by_text("Map of what is still to come").click()
        expect(page.get_by_text("Flat 23, Cedar Court")).to_be_visible()
        page.get_by_role("button", name="Delivered", exact=True).click()
        page.get_by_role("heading", name="Mrs Brook").wait_for()


def test_a_map_that_cannot_be_fetched_says_so(browser: Browser, live_url: str, long_route: RouteWorld) -> None:
    """Without signal the place of the map tells that the list is complete without it."""
    with opened(browser, live_url, size="phone", worker=False) as page:
        _open_under_way(page, long_route)
        page.route("**/map-assets/**", lambda route: route.abort())
        page.get_by_text("Map of what is still to come").click()
        page.get_by_text("The map could not be fetched. The list above is complete without it.").wait_for()
