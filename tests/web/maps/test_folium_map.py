"""The week's map in a real browser: complete, local, and obedient to its policy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.web.maps.bermondsey import HUB, week_view
from tests.web.maps.map_server import DESK, PHONE, SIZES, MapServer, Visit
from web.maps import MapRoute, MapStop, MapUnserved, MapView

if TYPE_CHECKING:
    from playwright.sync_api import Browser

HOSTILE = "</script><script>document.title='broken'</script>${alert(1)}`<img src=x onerror=\"document.title='broken'\">"


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_week_is_drawn_with_no_other_host(
    browser: Browser, server: MapServer, size: tuple[int, int], scheme: str
) -> None:
    """5 routes of 12 stops: every mark and line is there and in the picture, nothing asked elsewhere, no complaint."""
    server.view = week_view(routes=5, stops=12)
    visit = Visit(browser, server, *size, color_scheme=scheme)
    page = visit.page
    assert (visit.elsewhere, visit.complaints) == ([], [])
    expect(page.locator(".leaflet-overlay-pane path.route-line")).to_have_count(5)
    # An arrow is a closed triangle; every route has some.
    arrows = page.locator(".leaflet-overlay-pane path.route-arrow").evaluate_all(
        "all => all.map((path) => path.getAttribute('d'))"
    )
    assert len(arrows) == 5
    assert all(path.count("z") >= 2 for path in arrows)
    # Of 12 stops, three pairs share a point: nine marks a route, two marks of unserved, three of places.
    assert page.locator(".leaflet-marker-pane .spot").count() == 5 * 9 + 2 + 3
    boxes = page.evaluate(
        "[...document.querySelectorAll('.spot')].map((spot) => spot.getBoundingClientRect().toJSON())"
    )
    assert all(
        box["left"] >= 0 and box["right"] <= size[0] and box["top"] >= 0 and box["bottom"] <= size[1] for box in boxes
    )
    visit.context.close()


@pytest.mark.parametrize("size", SIZES)
def test_no_number_lies_on_another(browser: Browser, server: MapServer, size: tuple[int, int]) -> None:
    """60 routes of 25 stops: marks without room are dots, those with a number are wholly apart, and the legend scrolls."""
    server.view = week_view(routes=60, stops=25)
    visit = Visit(browser, server, *size)
    overlapping = visit.page.evaluate(
        """() => {
            const boxes = [...document.querySelectorAll('.spot:not(.small)')].map((spot) => spot.getBoundingClientRect());
            return boxes.flatMap((a, n) => boxes.slice(n + 1).filter((b) =>
                a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)).length;
        }"""
    )
    assert overlapping == 0
    assert visit.page.locator(".spot:not(.small)").count() > 20
    assert visit.page.locator(".spot.small").count() > 100
    visit.page.locator(".legend").evaluate("legend => legend.querySelector('details').open = true")
    legend = visit.page.locator(".legend").bounding_box()
    assert legend is not None
    assert legend["y"] + legend["height"] <= size[1]
    assert legend["x"] >= 0
    assert visit.page.locator(".legend-list").evaluate("list => list.scrollHeight > list.clientHeight")
    assert (visit.elsewhere, visit.complaints) == ([], [])
    visit.context.close()


def test_a_dot_is_read_on_the_mark_that_hides_it(browser: Browser, server: MapServer) -> None:
    """What has no room for its number is no target of its own: the mark above it names it under "Also here"."""
    near = tuple(MapStop(latitude=HUB[0], longitude=HUB[1] + n * 0.00004, number=n + 1, time="12:00") for n in range(3))
    far = MapStop(latitude=HUB[0] + 0.02, longitude=HUB[1] + 0.05, number=4, time="12:30")
    server.view = MapView(routes=(MapRoute(letter="A", colour_index=0, name="A", points=(), stops=(*near, far)),))
    visit = Visit(browser, server)
    dot = visit.page.locator(".spot.small").first
    assert dot.get_attribute("inert") is not None
    visit.page.locator(".spot:not(.small)", has_text="A1").click()
    popup = visit.page.locator(".leaflet-popup-content")
    assert popup.locator("li").all_inner_texts() == ["A2 12:00", "A3 12:00"]
    visit.context.close()


def test_lines_wait_until_few_routes_are_chosen(browser: Browser, server: MapServer) -> None:
    """60 lines would hide the doors: the key says so, and with one route ticked its line is there."""
    server.view = week_view(routes=60, stops=5)
    visit = Visit(browser, server)
    lines = visit.page.locator(".leaflet-overlay-pane path.route-line")
    expect(visit.page.get_by_text("Lines are drawn when 12 routes or fewer are ticked.")).to_be_visible()
    expect(lines.first).to_be_hidden()
    visit.page.get_by_role("button", name="Show none").click()
    visit.page.get_by_role("checkbox", name="Van round 7,").check()
    assert lines.count() == 1
    expect(lines.first).to_be_visible()
    expect(visit.page.get_by_text("Lines are drawn")).to_have_count(1)
    expect(visit.page.get_by_text("Lines are drawn")).to_be_hidden()
    visit.context.close()


def test_of_several_days_one_is_open(browser: Browser, server: MapServer) -> None:
    """A week's map begins with one day; another day's box brings that day, and only its own routes."""
    week = week_view(routes=4, stops=6)
    days = ("Mon 30 Nov", "Tue 1 Dec")
    routes = tuple(replace(route, group=days[n % 2]) for n, route in enumerate(week.routes))
    server.view = replace(week, routes=routes, open_group=days[0], unserved=())
    visit = Visit(browser, server)
    page = visit.page
    shown = page.locator(".leaflet-overlay-pane path.route-line")
    assert shown.count() == 2
    expect(page.get_by_role("checkbox", name="Van round 2")).to_be_hidden()
    page.get_by_role("checkbox", name="Tue 1 Dec").check()
    assert shown.count() == 4
    page.get_by_role("checkbox", name="Mon 30 Nov").uncheck()
    assert shown.count() == 2
    expect(page.get_by_role("checkbox", name="Van round 2")).to_be_visible()
    visit.context.close()


def test_zooming_in_brings_numbers_back(browser: Browser, server: MapServer) -> None:
    """What was a dot in a crowd has its number once there is room."""
    near = tuple(MapStop(latitude=HUB[0], longitude=HUB[1] + n * 0.0004, number=n + 1, time="12:00") for n in range(6))
    far = MapStop(latitude=HUB[0] + 0.02, longitude=HUB[1] + 0.05, number=7, time="12:30")
    server.view = MapView(routes=(MapRoute(letter="A", colour_index=0, name="A", points=(), stops=(*near, far)),))
    visit = Visit(browser, server)
    small = visit.page.locator(".spot.small")
    expect(small).not_to_have_count(0)
    visit.page.locator(".spot", has_text="A1").first.hover()
    for _ in range(7):
        visit.page.mouse.wheel(0, -400)
        visit.page.wait_for_timeout(350)
    visit.page.wait_for_function("!document.querySelector('.spot.small')")
    visit.context.close()


def test_a_label_appears_for_mouse_and_keyboard(browser: Browser, server: MapServer) -> None:
    """Pointing at a mark or reaching it by keyboard shows its times and its label."""
    server.view = week_view(routes=1, stops=3)
    visit = Visit(browser, server)
    visit.page.locator(".spot", has_text="A2").hover()
    assert visit.page.locator(".leaflet-tooltip").inner_text().split("\n")[0].split() == ["A2", "11:42"]
    visit.page.mouse.move(5, 700)
    visit.page.locator(".leaflet-tooltip").wait_for(state="detached")
    visit.page.locator(".spot", has_text="A1").focus()
    expect(visit.page.locator(".leaflet-tooltip")).to_contain_text("11:36")
    assert "11:36" in (visit.page.locator(".spot", has_text="A1").get_attribute("aria-label") or "")
    visit.context.close()


def test_a_layer_goes_and_comes(browser: Browser, server: MapServer) -> None:
    """The legend's box hides a route's marks and line; none hides all, all brings all back."""
    server.view = week_view(routes=2, stops=3)
    visit = Visit(browser, server)
    page = visit.page
    marks, lines = page.locator(".leaflet-marker-pane .mark"), page.locator(".leaflet-overlay-pane .route-line")
    everything = marks.count()
    page.get_by_role("checkbox", name="Van round 1").uncheck()
    assert (marks.count(), lines.count()) == (everything - 3, 1)
    page.get_by_role("button", name="Show none").click()
    assert (marks.count(), lines.count()) == (0, 0)
    page.get_by_role("button", name="Show all").click()
    assert (marks.count(), lines.count()) == (everything, 2)
    visit.context.close()


def test_labels_can_never_become_markup(browser: Browser, server: MapServer) -> None:
    """A name made of script does nothing but be read, wherever a label can stand."""
    stop = MapStop(latitude=HUB[0], longitude=HUB[1], number=1, time=HOSTILE, label=HOSTILE)
    route = MapRoute(letter="<b>", colour_index=0, name=HOSTILE, points=(HUB, (51.5, -0.07)), stops=(stop,))
    words = replace(MapView().words, title=HOSTILE, routes=HOSTILE, unserved=HOSTILE, all_layers=HOSTILE)
    unserved = (MapUnserved(latitude=51.5, longitude=-0.07, label=HOSTILE),)
    server.view = MapView(routes=(route,), unserved=unserved, credits=(HOSTILE,), words=words)
    visit = Visit(browser, server)
    visit.page.locator(".spot").first.hover()
    assert visit.page.title() == HOSTILE
    assert HOSTILE in visit.page.locator(".leaflet-tooltip").inner_text()
    expect(visit.page.locator("img[src=x], body script script, .legend-entry b")).to_have_count(0)
    assert (visit.elsewhere, visit.complaints) == ([], [])
    visit.context.close()


def test_tiles_come_from_the_set_address_and_are_credited(browser: Browser, server: MapServer) -> None:
    """With a tile address the map asks there, and links OpenStreetMap's licence."""
    server.view = week_view(routes=1, stops=3)
    server.tile_url = "/tiles/{z}/{x}/{y}.png"
    asked: list[str] = []
    context = browser.new_context(viewport={"width": 800, "height": 600})
    page = context.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{server.address}/map", wait_until="networkidle")
    assert [url for url in asked if "/tiles/" in url]
    link = page.get_by_role("link", name="OpenStreetMap")
    assert link.get_attribute("href") == "https://www.openstreetmap.org/copyright"
    context.close()


def test_a_week_without_places_says_so(browser: Browser, server: MapServer) -> None:
    """An empty map has a sentence on it and no legend."""
    visit = Visit(browser, server)
    expect(visit.page.get_by_text("Nothing to show on the map yet.")).to_be_visible()
    expect(visit.page.locator(".legend")).to_have_count(0)
    assert visit.complaints == []
    visit.context.close()


@pytest.mark.parametrize(
    ("week", "size", "scheme"),
    [((5, 12), PHONE, "light"), ((5, 12), DESK, "dark"), ((60, 25), PHONE, "dark")],
)
def test_axe_finds_nothing(
    browser: Browser, server: MapServer, week: tuple[int, int], size: tuple[int, int], scheme: str
) -> None:
    """WCAG 2.2 AA as far as a machine can see: close marks too are large enough to press."""
    server.view = week_view(routes=week[0], stops=week[1])
    visit = Visit(browser, server, *size, color_scheme=scheme)
    found = Axe().run(visit.page, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()
    visit.context.close()


def test_a_finger_opens_what_a_mark_stands_for(browser: Browser, server: MapServer) -> None:
    """On a phone a tap shows times, what, and the way to the page about it; no tooltip stays behind."""
    stop = MapStop(
        latitude=HUB[0], longitude=HUB[1], number=1, time="12:04", label="2 hot meals", link_text="H0042", link="/h/42"
    )
    server.view = MapView(routes=(MapRoute(letter="A", colour_index=0, name="A", points=(), stops=(stop,)),))
    visit = Visit(browser, server, *PHONE, is_mobile=True, has_touch=True)
    visit.page.locator(".spot", has_text="A1").tap()
    popup = visit.page.locator(".leaflet-popup-content")
    assert popup.inner_text().split("\n")[0].split() == ["A1", "12:04"]
    assert popup.get_by_role("link", name="H0042").get_attribute("href") == "/h/42"
    assert popup.get_by_role("link", name="H0042").get_attribute("target") == "_parent"
    visit.context.close()


def test_folium_is_imported_when_a_map_is_drawn_and_not_before() -> None:
    """A page without a map must not wait for it."""
    check = "import sys, web.maps; assert not {'folium', 'branca'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
