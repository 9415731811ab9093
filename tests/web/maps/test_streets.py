"""The base map of our own below the routes: drawn with no other host, credited, and nothing without one."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.bootstrap import Services
from logistics.gateways.base_map import BaseMap, base_map_folder, build_base_map
from logistics.gateways.base_map.cells import cells_within
from tests.logistics.base_map.little_town import write_town
from tests.web.maps.bermondsey import week_view
from tests.web.maps.map_server import SIZES, MapServer, Visit, inked
from tests.web.world import Visitor

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def town(services: Services, tmp_path: Path) -> BaseMap:
    """The little town, built where this server looks."""
    return build_base_map(write_town(tmp_path / "town.osm.pbf"), base_map_folder(services.settings.home))


@pytest.mark.parametrize("size", SIZES)
def test_streets_are_drawn_below_the_routes(
    browser: Browser, server: MapServer, town: BaseMap, size: tuple[int, int]
) -> None:
    """With a base map the ground has streets, from this server alone, and the credit says how old they are."""
    server.view = week_view(routes=5, stops=12)
    visit = Visit(browser, server, *size)
    assert inked(visit.page) > 2_000
    assert (visit.elsewhere, visit.complaints) == ([], [])
    assert [url for url in visit.asked if f"/streets/{town.version}/" in url]
    credit = visit.page.locator(".leaflet-control-attribution")
    expect(credit).to_contain_text("Map data © OpenStreetMap contributors, 2 November 2026")
    assert credit.get_by_role("link", name="OpenStreetMap").count() == 1
    assert "Crown copyright" in credit.inner_text()  # what else is owed stays
    visit.context.close()


def test_dark_streets_have_the_dark_colours(browser: Browser, server: MapServer, town: BaseMap) -> None:
    """Whoever changes the scheme while the map is open gets it drawn anew."""
    server.view = week_view(routes=1, stops=3)
    visit = Visit(browser, server)
    brightness = """() => {
        const canvas = document.querySelector('canvas.leaflet-tile');
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        let [sum, count] = [0, 0];
        for (let n = 0; n < pixels.length; n += 4) if (pixels[n + 3] > 250) { sum += pixels[n]; count += 1; }
        return sum / count;
    }"""
    assert visit.page.evaluate(brightness) > 180
    visit.page.emulate_media(color_scheme="dark")
    visit.page.wait_for_load_state("networkidle")
    visit.page.wait_for_function(f"({brightness})() < 100")
    visit.context.close()


def test_without_a_base_map_there_is_plain_ground(browser: Browser, server: MapServer) -> None:
    """A server that has built none draws routes on plain ground and asks for no cell."""
    server.view = week_view(routes=1, stops=3)
    visit = Visit(browser, server)
    expect(visit.page.locator("canvas")).to_have_count(0)
    assert [url for url in visit.asked if "/streets/" in url] == []
    assert visit.complaints == []
    visit.context.close()


def test_tiles_take_the_place_of_the_base_map(browser: Browser, server: MapServer, town: BaseMap) -> None:
    """Where a tile address is set, that is what is shown."""
    server.view = week_view(routes=1, stops=3)
    server.tile_url = "/tiles/{z}/{x}/{y}.png"
    visit = Visit(browser, server)
    expect(visit.page.locator("canvas")).to_have_count(0)
    assert [url for url in visit.asked if "/tiles/" in url]
    visit.context.close()


def test_a_cell_is_served_to_be_kept(visitor: Visitor, town: BaseMap) -> None:
    """Compressed where the browser takes it, for a year, under an address that changes with the map."""
    cell = next(cell for cell in cells_within(town.bounds, 13) if town.cell(cell))
    address = f"/map-assets/streets/{town.version}/{cell.zoom}/{cell.x}/{cell.y}.json"
    packed = visitor.get(address, headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.cache_control.max_age == 365 * 24 * 3600
    plain = visitor.get(address, headers={"Accept-Encoding": "identity"})
    assert json.loads(plain.data) == json.loads(gzip.decompress(packed.data)) == town.shapes(cell)


def test_a_cell_with_nothing_in_it_is_no_error(visitor: Visitor, town: BaseMap) -> None:
    """A map that reaches beyond the extract is told that there is nothing, not that something is wrong."""
    response = visitor.get(f"/map-assets/streets/{town.version}/13/1/1.json")
    assert (response.status_code, response.get_json()) == (200, None)


@pytest.mark.parametrize("path", ["000000000000/13/1/1", "{version}/14/1/1", "{version}/13/-1/1", "{version}/../x"])
def test_nothing_else_is_a_cell(visitor: Visitor, town: BaseMap, path: str) -> None:
    """An old version, a level that is not there, a way out of the folder: all of them are not found."""
    assert visitor.get(f"/map-assets/streets/{path.format(version=town.version)}.json").status_code == 404
