"""The picture for paper: every number readable, streets under the route, nothing but shapes and numbers."""

from __future__ import annotations

import re
from xml.etree import ElementTree as ET

import pytest

from logistics.gateways.base_map import BaseMap, build_base_map
from tests.logistics.base_map.little_town import write_town
from web.maps.picture import HEIGHT, WIDTH, PictureMark, draw_picture

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> BaseMap:
    """The little town's map."""
    folder = tmp_path_factory.mktemp("town")
    return build_base_map(write_town(folder / "town.osm.pbf"), folder / "base-map")


def marks(count: int, *, apart: float) -> list[PictureMark]:
    """So many stops, `apart` degrees from each other."""
    return [PictureMark(at=(51.490 + n * apart, -0.065 + (n % 3) * apart), text=str(n + 1)) for n in range(count)]


def boxes(svg: str) -> list[tuple[float, float, float, float]]:
    """Left, top, right, bottom of each number."""
    found = ET.fromstring(svg).iter(f"{SVG}rect")  # noqa: S314 - made here
    read = [[float(rect.get(name, "0")) for name in ("x", "y", "width", "height")] for rect in found if rect.get("rx")]
    return [(x, y, x + width, y + height) for x, y, width, height in read]


@pytest.mark.parametrize(("count", "apart"), [(5, 0.001), (25, 0.0004), (25, 0.00002), (1, 0)])
def test_no_number_hides_another(count: int, apart: float) -> None:
    """25 doors in one street, or at one point: each number is whole, on the picture, and none lies on another."""
    stops = marks(count, apart=apart)
    found = boxes(draw_picture("Route A", stops, [mark.at for mark in stops], base_map=None))
    assert len(found) == count
    for n, (left, top, right, bottom) in enumerate(found):
        assert 0 <= left < right <= WIDTH
        assert 0 <= top < bottom <= HEIGHT
        # A hundredth of a pixel is lost in writing.
        assert not any(
            left < other[2] - 0.1 and other[0] < right - 0.1 and top < other[3] - 0.1 and other[1] < bottom - 0.1
            for other in found[:n]
        )


def test_streets_lie_under_the_route(town: BaseMap) -> None:
    """With a base map the picture has its roads and its park, within the picture's own few kilobytes."""
    stops = marks(4, apart=0.002)
    bare = draw_picture("Route A", stops, [mark.at for mark in stops], base_map=None)
    whole = draw_picture("Route A", stops, [mark.at for mark in stops], base_map=town, credit=town.credit)
    assert whole.count("<path") > bare.count("<path") + 2
    assert "OpenStreetMap contributors, 2 November 2026" in whole
    assert [text for text in ("High Road", "Fish &amp; Chip Lane") if text in whole]
    assert whole.index("#b8b3a6") < whole.index('stroke="#000"')


def test_a_route_without_places_says_so() -> None:
    """Nothing to draw is a sentence, not an empty frame."""
    assert "No stop of this route is on a map" in draw_picture("Route A", [], [], base_map=None)


def test_a_title_is_text(town: BaseMap) -> None:
    """The picture is one well-formed document without script, style, link or address, whatever its title says."""
    svg = draw_picture("<script>alert(1)</script> & more", marks(3, apart=0.001), [], base_map=town, credit="a <b> & c")
    root = ET.fromstring(svg)  # noqa: S314 - made here
    assert root.findtext(f"{SVG}title") == "<script>alert(1)</script> & more"
    assert {element.tag for element in root.iter()} <= {
        f"{SVG}{name}" for name in ("svg", "title", "rect", "path", "text", "circle")
    }
    assert re.findall(r"https?://", svg.replace("http://www.w3.org/2000/svg", "")) == []
