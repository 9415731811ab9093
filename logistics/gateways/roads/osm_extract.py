"""What an OpenStreetMap file is: which part of the world, how old, and whether there are roads in it at all.

Read before anything is built, so that a damaged or wrong file is refused in one sentence and not by a router's crash.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from logistics.domain.errors import BadInput

ATTRIBUTION = "© OpenStreetMap contributors, Open Database Licence (openstreetmap.org/copyright)"
"""The credit that the licence asks for wherever the data is used."""
DATA = "OpenStreetMap data"
ENDINGS = (".osm.pbf", ".pbf")
_FIRST_CHANGE = datetime(2004, 8, 1, tzinfo=UTC)  # OpenStreetMap began then: an older date means that none is known
_READ_BYTES = 1 << 20

type Bounds = tuple[float, float, float, float]
"""South, west, north, east in degrees."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OsmExtract:
    """An OpenStreetMap file that can be read and holds roads. `road_nodes` counts the points of its highways."""

    path: Path
    name: str
    sha256: str
    size_bytes: int
    data_date: date | None
    bounds: Bounds | None
    roads: int
    road_nodes: int


def read_extract(path: Path) -> OsmExtract:
    """Read the file once. The date is the header's, else that of the newest change to a road, else unknown.

    Raises BadInput for a file that is missing, empty, damaged, no OpenStreetMap file, or without roads.
    """
    name = path.name
    if not name.lower().endswith(ENDINGS):
        raise BadInput(f"{name} is not a .osm.pbf file: give an extract in that format.")
    try:
        size_bytes = path.stat().st_size
        sha256 = _sha256(path)
    except OSError as error:
        raise BadInput(f"{path} cannot be read ({error.strerror}): give a .osm.pbf file that is there.") from error
    if size_bytes == 0:
        raise BadInput(f"{name} is empty: download it again.")
    try:
        header = _header(path)
        roads, road_nodes, newest = _roads(path)
    except RuntimeError as error:
        raise BadInput(
            f"{name} is damaged or is not OpenStreetMap data ({error}): download it again and compare its checksum."
        ) from error
    if not roads:
        raise BadInput(f"{name} holds no roads, so nothing can be routed on it: take an extract with highways in it.")
    stated = _date(header.get("osmosis_replication_timestamp"))
    return OsmExtract(
        path=path,
        name=_plain_name(name),
        sha256=sha256,
        size_bytes=size_bytes,
        data_date=stated or (newest.date() if newest > _FIRST_CHANGE else None),
        bounds=_bounds(header.box()),
        roads=roads,
        road_nodes=road_nodes,
    )


def _plain_name(name: str) -> str:
    for ending in ENDINGS:
        if name.lower().endswith(ending):
            return name[: -len(ending)] or "map"
    return name


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _header(path: Path) -> Any:
    import osmium

    reader = osmium.io.Reader(str(path))
    try:
        return reader.header()
    finally:
        reader.close()


def _roads(path: Path) -> tuple[int, int, datetime]:
    """How many highways, of how many points, and when one of them was last changed."""
    import osmium

    roads = nodes = 0
    newest = datetime.fromtimestamp(0, UTC)
    for way in osmium.FileProcessor(str(path), osmium.osm.WAY).with_filter(osmium.filter.KeyFilter("highway")):
        assert isinstance(way, osmium.osm.Way)  # nothing else was asked for
        roads += 1
        nodes += len(way.nodes)
        newest = max(newest, way.timestamp)
    return roads, nodes, newest


def _date(text: str | None) -> date | None:
    try:
        return datetime.fromisoformat(text).date() if text else None
    except ValueError:
        return None


def _bounds(box: Any) -> Bounds | None:
    if not box.valid():
        return None
    low, high = box.bottom_left, box.top_right
    return float(low.lat), float(low.lon), float(high.lat), float(high.lon)
