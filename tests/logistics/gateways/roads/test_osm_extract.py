"""An OpenStreetMap file is told from what is none before anything is built of it."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import osmium
import pytest

from logistics.domain.errors import BadInput
from logistics.gateways.roads.osm_extract import read_extract
from tests.logistics.gateways.roads.helsinki import EAST, NORTH, SOUTH, WEST, extract


def test_it_tells_where_how_old_and_how_many_roads() -> None:
    """Helsinki's header has no date, so the newest change to a road stands for it."""
    helsinki = read_extract(extract())
    assert helsinki.name == "Helsinki"
    assert helsinki.data_date == date(2019, 4, 17)
    assert helsinki.roads == 2650
    assert helsinki.bounds is not None
    south, west, north, east = helsinki.bounds
    assert south < SOUTH < NORTH < north
    assert west < WEST < EAST < east


def write_map(path: Path, *, tags: dict[str, str], header: dict[str, str] | None = None) -> Path:
    """An extract of one way of two points."""
    stated = osmium.io.Header()
    for name, value in (header or {}).items():
        stated.set(name, value)
    with osmium.SimpleWriter(str(path), header=stated) as writer:
        for number in (1, 2):
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(24.94 + number / 1000, 60.17), version=1))
        writer.add_way(osmium.osm.mutable.Way(id=1, nodes=[1, 2], tags=tags, version=1))
    return path


def test_the_header_knows_the_date_best(tmp_path: Path) -> None:
    """Where a file says of what moment it is, that is its date."""
    stated = {"osmosis_replication_timestamp": "2026-11-20T21:00:00Z"}
    path = write_map(tmp_path / "dated.osm.pbf", tags={"highway": "residential"}, header=stated)
    assert read_extract(path).data_date == date(2026, 11, 20)


def test_a_file_that_tells_no_date_has_none(tmp_path: Path) -> None:
    """An unknown age is not today's."""
    assert read_extract(write_map(tmp_path / "m.osm.pbf", tags={"highway": "residential"})).data_date is None


def test_a_file_without_roads_is_refused(tmp_path: Path) -> None:
    """A river carries no van."""
    with pytest.raises(BadInput, match=r"water\.osm\.pbf holds no roads"):
        read_extract(write_map(tmp_path / "water.osm.pbf", tags={"waterway": "river"}))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.osm.pbf", b"", "is empty: download it again"),
        ("noise.osm.pbf", bytes(range(256)) * 40, "is damaged or is not OpenStreetMap data"),
        ("map.zip", b"PK", "is not a .osm.pbf file"),
    ],
)
def test_what_is_no_map_is_refused(tmp_path: Path, name: str, content: bytes, words: str) -> None:
    """One sentence, with the file's name and what to do."""
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(BadInput, match=words) as caught:
        read_extract(path)
    assert name in str(caught.value)


@pytest.mark.parametrize("kept", [0.3, 0.999])
def test_a_download_that_broke_off_is_refused(tmp_path: Path, kept: float) -> None:
    """Also when almost all of it has come."""
    whole = extract().read_bytes()
    path = tmp_path / "half.osm.pbf"
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BadInput, match=r"half\.osm\.pbf is damaged"):
        read_extract(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    """With the reason of the operating system."""
    with pytest.raises(BadInput, match="cannot be read"):
        read_extract(tmp_path / "gone.osm.pbf")
