"""A file of charge zones is read whole or not at all, and what is wrong is named by feature and field."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.services import charge_zone_file
from logistics.services.charge_zone_file import read_charge_zones

type Json = dict[str, Any]

SQUARE = [[[-0.08, 51.49], [-0.06, 51.49], [-0.06, 51.51], [-0.08, 51.51], [-0.08, 51.49]]]


def feature(name: str = "Made-up middle", **properties: Any) -> Json:
    """A synthetic zone: no real one is drawn here."""
    plain: Json = {
        "name": name,
        "price_pence": 1500,
        "hours": [
            {"days": ["mon", "tue"], "from": "07:00", "until": "18:00"},
            {"days": ["sun"], "from": "12:00", "until": "24:00"},
        ],
        "vehicles": ["car", "van"],
    }
    return {
        "type": "Feature",
        "properties": {**plain, **properties},
        "geometry": {"type": "Polygon", "coordinates": deepcopy(SQUARE)},
    }


def collection(*features: Json) -> Json:
    """A whole document."""
    return {"type": "FeatureCollection", "features": list(features)}


def written(folder: Path, document: Any) -> Path:
    """On disk; a text as it is."""
    path = folder / "zones.geojson"
    path.write_text(document if isinstance(document, str) else json.dumps(document), encoding="utf-8")
    return path


def test_zones_are_read_as_they_are_written(tmp_path: Path) -> None:
    """Name, price, hours and kinds; polygons with holes, several polygons, heights and a byte order mark."""
    several = feature("Two parts")
    hole = [[-0.075, 51.495], [-0.075, 51.505], [-0.065, 51.505], [-0.065, 51.495], [-0.075, 51.495]]
    far = [[[x + 1, y, 12.5] for x, y in SQUARE[0]]]
    several["geometry"] = {"type": "MultiPolygon", "coordinates": [[*SQUARE, hole], far]}
    path = tmp_path / "zones.geojson"
    path.write_text("\ufeff" + json.dumps(collection(feature(), several)), encoding="utf-8")
    first, second = read_charge_zones(path)
    assert (first.name, first.price_pence) == ("Made-up middle", 1500)
    assert first.vehicles == {VehicleKind.CAR, VehicleKind.VAN}
    assert [(hours.days, hours.from_s, hours.until_s) for hours in first.hours] == [
        ({Weekday.MON, Weekday.TUE}, 7 * 3600, 18 * 3600),
        ({Weekday.SUN}, 12 * 3600, 86_400),
    ]
    assert first.polygons == (tuple(tuple((x, y) for x, y in ring) for ring in SQUARE),)
    assert [len(polygon) for polygon in second.polygons] == [2, 1]
    assert second.polygons[1][0][0] == (0.92, 51.49)


def test_what_programs_write_beside_it_is_passed_over(tmp_path: Path) -> None:
    """A name, a bounding box, an id, and a coordinate system that says WGS84."""
    document = collection({**feature(), "id": 7, "bbox": [0, 0, 1, 1]})
    document |= {"name": "layer", "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}}}
    assert len(read_charge_zones(written(tmp_path, document))) == 1


def changed(where: list[Any], value: Any) -> Callable[[Json], None]:
    """Put a value somewhere into the second feature."""

    def change(document: Json) -> None:
        part: Any = document["features"][1]
        for step in where[:-1]:
            part = part[step]
        part[where[-1]] = value

    return change


def without(*where: str) -> Callable[[Json], None]:
    """Take something out of the second feature."""

    def change(document: Json) -> None:
        part: Any = document["features"][1]
        for step in where[:-1]:
            part = part[step]
        del part[where[-1]]

    return change


RING = ["geometry", "coordinates", 0]
BOW_TIE = [[0, 0], [1, 1], [1, 0], [0, 1], [0, 0]]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (changed(["properties", "name"], ""), "name: it must be a text"),
        (changed(["properties", "name"], "a\nb"), "name: it must be a text"),
        (changed(["properties", "name"], "MADE-UP middle"), "name: another feature has the same"),
        (changed(["properties", "price_pence"], -1), "price_pence: it must be whole pence"),
        (changed(["properties", "price_pence"], 15.5), "price_pence: it must be whole pence"),
        (changed(["properties", "price_pence"], True), "price_pence: it must be whole pence"),
        (changed(["properties", "price_pence"], "1500"), "price_pence: it must be whole pence"),
        (changed(["properties", "price_pence"], 100_001), "price_pence: it must be whole pence"),
        (changed(["properties", "price"], 15), "price: properties may hold name, price_pence, hours, vehicles only"),
        (without("properties", "vehicles"), "vehicles: it is missing"),
        (changed(["properties", "vehicles"], []), "vehicles: it must be a list of at least one kind"),
        (changed(["properties", "vehicles"], ["tank"]), "vehicles: 'tank' is no kind of vehicle"),
        (changed(["properties", "vehicles"], [["car"]]), "vehicles: .* is no kind of vehicle"),
        (changed(["properties", "vehicles"], ["car", "car"]), "vehicles: a kind is named twice"),
        (changed(["properties", "hours"], []), "hours: it must be a list of 1 to 21"),
        (changed(["properties", "hours", 0], "always"), "hours: an entry is written as"),
        (changed(["properties", "hours", 0, "to"], "18:00"), "hours: an entry is written as"),
        (changed(["properties", "hours", 0, "days"], []), "hours: it needs at least one day"),
        (changed(["properties", "hours", 0, "days"], ["moon"]), "hours: 'moon' is no day"),
        (changed(["properties", "hours", 0, "days"], ["mon", "mon"]), "hours: a day is named twice"),
        (changed(["properties", "hours", 0, "from"], "7:00"), "hours: '7:00' is no time of the day"),
        (changed(["properties", "hours", 0, "until"], "24:01"), "hours: '24:01' is no time of the day"),
        (changed(["properties", "hours", 0, "until"], "06:00"), "hours: from 07:00 until 06:00 ends before it begins"),
        (changed(["geometry"], None), "geometry: it must be a Polygon"),
        (changed(["geometry", "type"], "Point"), "geometry: it must be a Polygon"),
        (changed(["geometry", "coordinates"], []), "geometry: a polygon must be a list of rings"),
        (changed(["geometry", "coordinates"], {}), "geometry: "),
        (changed([*RING, 0], [-0.09, 51.49]), "geometry: a ring must end where it begins"),
        (changed(["geometry", "coordinates", 0], SQUARE[0][:3]), "geometry: a ring needs at least four"),
        (changed([*RING, 1], [181, 51.5]), r"geometry: \[181, 51.5\] is no place on earth"),
        (changed([*RING, 1], [51.5, -90.1]), "geometry: .* is no place on earth"),
        (changed([*RING, 1], ["-0.06", "51.49"]), "geometry: .* is no position"),
        (changed([*RING, 1], [-0.06]), "geometry: .* is no position"),
        (changed([*RING, 1], [10**400, 1]), "geometry: .* is no position"),
        (changed([*RING, 1], [True, 51.5]), "geometry: .* is no position"),
        (changed(["geometry", "coordinates"], [BOW_TIE]), "geometry: it is no area: Self-intersection"),
        (changed(["geometry", "coordinates"], [[[0, 0]] * 4]), "geometry: it is no area"),
        (changed(["type"], "Zone"), "type: it must be a Feature"),
        (changed(["colour"], "red"), "colour: a feature may hold"),
        (changed(["properties"], None), "properties: it needs name"),
        (without("properties"), "properties: it is missing"),
    ],
)
def test_a_fault_is_named_by_feature_and_field(tmp_path: Path, change: Callable[[Json], None], words: str) -> None:
    """The first feature is good: nothing is read all the same."""
    document = collection(feature(), feature("Made-up rim"))
    change(document)
    with pytest.raises(BadInput, match=rf"^zones.geojson, feature 2.*, {words}"):
        read_charge_zones(written(tmp_path, document))


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ("{", "is not JSON"),
        ('{"type": "FeatureCollection", "type": "FeatureCollection", "features": []}', "a name twice"),
        ('{"type": "FeatureCollection", "features": [NaN]}', "NaN is no number"),
        ("[" * 100_000, "is not JSON"),
        ([], "type: it must be a FeatureCollection"),
        ({"type": "FeatureCollection"}, "features: it is missing"),
        ({"type": "FeatureCollection", "features": []}, "1 to 50 features"),
        ({"type": "FeatureCollection", "features": [{}] * 51}, "1 to 50 features"),
        ({**collection(feature()), "zones": 1}, "zones: the collection may hold"),
        ({**collection(feature()), "crs": {"properties": {"name": "EPSG:27700"}}}, "crs: positions must be"),
    ],
)
def test_a_document_that_is_none_is_refused(tmp_path: Path, document: Any, words: str) -> None:
    """Damaged, of another kind, of another coordinate system, too many."""
    with pytest.raises(BadInput, match=words):
        read_charge_zones(written(tmp_path, document))


def test_sizes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Bytes of the file, positions of a zone."""
    around = [[x / 10_000, 0] for x in range(20_000)]
    big = feature()
    big["geometry"]["coordinates"] = [[*around, [1, 1], [0, 0]]]
    with pytest.raises(BadInput, match=r"geometry: it has more than 20,000 positions"):
        read_charge_zones(written(tmp_path, collection(big)))
    monkeypatch.setattr(charge_zone_file, "MOST_BYTES", 1000)
    with pytest.raises(BadInput, match="is larger than"):
        read_charge_zones(written(tmp_path, collection(feature(name="x" * 900))))


def test_a_file_that_is_not_there_or_no_text(tmp_path: Path) -> None:
    """One clear error each."""
    with pytest.raises(BadInput, match="cannot be read"):
        read_charge_zones(tmp_path / "none.geojson")
    (tmp_path / "zones.geojson").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="cannot be read"):
        read_charge_zones(tmp_path / "zones.geojson")


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_whatever_stands_somewhere_in_the_file_it_is_read_or_refused(tmp_path: Path, data: st.DataObject) -> None:
    """Any value in any place: a zone or BadInput, never another error."""
    document = collection(feature())
    part: Any = document
    while True:
        keys = list(part) if isinstance(part, dict) else list(range(len(part)))
        key = data.draw(st.sampled_from(keys))
        if not isinstance(part[key], dict | list) or not part[key] or data.draw(st.booleans()):
            part[key] = data.draw(anything)
            break
        part = part[key]
    path = written(tmp_path, json.dumps(document))
    with suppress(BadInput):
        for zone in read_charge_zones(path):
            assert zone.hours
            assert zone.polygons
            assert zone.name.isprintable()
