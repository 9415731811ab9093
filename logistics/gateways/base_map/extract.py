"""Reading an OpenStreetMap extract (.osm.pbf) into the shapes that a base map draws. pyosmium reads, shapely holds them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.gateways.base_map.cells import MAX_LATITUDE, Bounds

if TYPE_CHECKING:
    import osmium

type Progress = Callable[[str, float], None]
"""Told what is being done, and how far the whole is, from 0 to 1."""

_ROADS = {
    "trunk": ("motorway", "motorway_link", "trunk", "trunk_link"),
    "main": ("primary", "primary_link", "secondary", "secondary_link"),
    "link": ("tertiary", "tertiary_link"),
    "street": ("unclassified", "residential", "living_street", "road", "busway"),
    "service": ("service", "track"),
    "path": ("pedestrian", "footway", "path", "cycleway", "steps", "bridleway"),
}
_LINE_OF_HIGHWAY = {value: kind for kind, values in _ROADS.items() for value in values}
_LINE_OF_WATERWAY = dict.fromkeys(("river", "stream", "canal", "drain"), "stream")
_LINE_OF_RAILWAY = dict.fromkeys(("rail", "light_rail", "subway", "tram", "narrow_gauge"), "rail")
_PARKS = {
    "leisure": {
        "park",
        "garden",
        "pitch",
        "golf_course",
        "nature_reserve",
        "playground",
        "recreation_ground",
        "common",
    },
    "landuse": {"grass", "forest", "meadow", "recreation_ground", "cemetery", "village_green", "allotments", "orchard"},
    "natural": {"wood", "grassland", "heath", "scrub"},
}
_WATERS = {
    "natural": {"water", "bay", "strait"},
    "waterway": {"riverbank", "dock"},
    "landuse": {"reservoir", "basin"},
}
_KEYS = ("highway", "railway", "waterway", "natural", "leisure", "landuse")


@dataclass(slots=True)
class Shapes:
    """Shapes of one sort, side by side: `geometries[i]` (shapely, in world coordinates) is a `kinds[i]` called `names[i]`."""

    geometries: NDArray[Any]
    kinds: list[str]
    names: list[str]


@dataclass(slots=True)
class Extract:
    """What an extract holds for a map. `data_date` is None where the file does not say how old it is."""

    bounds: Bounds
    data_date: date | None
    lines: Shapes
    areas: Shapes


@dataclass(slots=True)
class _Found:
    """What has been read so far, as well-known binary."""

    wkb: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)

    def add(self, wkb: str, kind: str, name: str | None) -> None:
        """One more shape."""
        self.wkb.append(wkb)
        self.kinds.append(kind)
        self.names.append((name or "") if kind not in ("rail", "service") else "")

    def shapes(self) -> Shapes:
        """Everything read, in world coordinates."""
        import shapely

        geometries = shapely.from_wkb(self.wkb, on_invalid="ignore")
        kept = np.array([geometry is not None for geometry in geometries], bool)
        return Shapes(
            geometries=shapely.transform(np.asarray(geometries)[kept], _to_world),
            kinds=[kind for kind, keep in zip(self.kinds, kept, strict=True) if keep],
            names=[name for name, keep in zip(self.names, kept, strict=True) if keep],
        )


def read_extract(pbf: Path) -> Extract:
    """Every road, railway, waterway, park and stretch of water of the file.

    Raises BadInput for a file that is not there, is no OSM file or is cut short, and for one with nothing to draw.
    """
    if not pbf.is_file():
        raise BadInput(f"There is no file {pbf.name} in {pbf.parent}. Give the path of an .osm.pbf file.")
    lines, areas = _Found(), _Found()
    try:
        data_date, box = _read_header(pbf)
        _read_objects(pbf, lines, areas)
    except RuntimeError as error:  # what libosmium raises for anything wrong with a file
        raise BadInput(
            f"{pbf.name} cannot be read as an OpenStreetMap extract ({error}). It may be cut short: download it again."
        ) from error
    if not lines.wkb:
        raise BadInput(f"{pbf.name} has no roads in it. Choose an extract that covers your area, with its roads.")
    extract = Extract(bounds=box or (0, 0, 0, 0), data_date=data_date, lines=lines.shapes(), areas=areas.shapes())
    if box is None:
        extract.bounds = _bounds_of(extract.lines)
    return extract


def _read_header(pbf: Path) -> tuple[date | None, Bounds | None]:
    import osmium

    with osmium.io.Reader(str(pbf)) as reader:
        header = reader.header()
        stamp = header.get("osmosis_replication_timestamp", "")
        box = header.box()
    bounds = None
    if box.valid():
        low, high = box.bottom_left, box.top_right
        bounds = (low.lon, low.lat, high.lon, high.lat)
    return (datetime.fromisoformat(stamp).date() if stamp else None), bounds


def _read_objects(pbf: Path, lines: _Found, areas: _Found) -> None:
    import osmium

    factory = osmium.geom.WKBFactory()
    wanted = osmium.filter.KeyFilter(*_KEYS)
    for thing in osmium.FileProcessor(str(pbf)).with_areas(wanted).with_filter(wanted):
        try:
            if isinstance(thing, osmium.osm.Way):
                if kind := _line_kind(thing.tags):
                    lines.add(factory.create_linestring(thing), kind, thing.tags.get("name"))
            elif isinstance(thing, osmium.osm.Area) and (kind := _area_kind(thing.tags)):
                areas.add(factory.create_multipolygon(thing), kind, thing.tags.get("name"))
        except (RuntimeError, osmium.InvalidLocationError):
            continue  # a way that leaves the extract, or an area that never closes: nothing to draw


def _line_kind(tags: osmium.osm.TagList) -> str | None:
    if tags.get("area") == "yes" or (tags.get("tunnel") == "yes" and "railway" in tags):
        return None
    for key, kinds in (("highway", _LINE_OF_HIGHWAY), ("railway", _LINE_OF_RAILWAY), ("waterway", _LINE_OF_WATERWAY)):
        kind = kinds.get(tags.get(key) or "")
        if kind is not None:
            return kind if kind != "stream" or "tunnel" not in tags else None
    return None


def _area_kind(tags: osmium.osm.TagList) -> str | None:
    for kind, values in (("water", _WATERS), ("park", _PARKS)):
        if any(tags.get(key, "") in known for key, known in values.items()):
            return kind
    return None


def _to_world(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """The vectorised `cells.world_xy`."""
    latitude = np.radians(np.clip(lon_lat[:, 1], -MAX_LATITUDE, MAX_LATITUDE))
    return np.column_stack(
        ((lon_lat[:, 0] + 180) / 360, (1 - np.arcsinh(np.tan(latitude)) / np.pi) / 2),
    )


def _bounds_of(lines: Shapes) -> Bounds:
    """The box around every line, where the file's header has none."""
    import shapely

    west, north, east, south = (float(part) for part in shapely.total_bounds(lines.geometries))
    return (west * 360 - 180, _latitude(south), east * 360 - 180, _latitude(north))


def _latitude(y: float) -> float:
    return float(np.degrees(np.arctan(np.sinh(np.pi * (1 - 2 * y)))))
