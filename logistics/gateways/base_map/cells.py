"""How a base map is cut and written: square cells of the web's tile grid, whole numbers inside a cell.

A cell is JSON: `{"names": [...], "areas": [[kind, ring, hole, ...], ...], "lines": [[kind, name, line], ...]}`. `kind` is a
place in `AREAS` or `LINES`, `name` a place in `names` or -1. A ring or line is `[x, y, dx, dy, dx, dy, ...]` in units of
which a cell has `UNITS` a side, x to the east, y to the south. Shapes reach `MARGIN` units beyond the cell, so that what is
drawn with a width has no seam.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

type Bounds = tuple[float, float, float, float]
"""West, south, east, north, in degrees."""

UNITS = 4096
MARGIN = 64

AREAS = ("park", "water")
"""The kinds of areas, in the order in which they are painted."""

LINES = ("stream", "path", "service", "street", "link", "main", "trunk", "rail")
"""The kinds of lines, in the order in which they are painted: the great roads over the small."""

MAX_LATITUDE = 85.0511


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """One degree of detail: the cells' zoom, the lines it keeps, the smallest area (units squared), and whose names."""

    zoom: int
    lines: frozenset[str]
    least_area: int
    named: frozenset[str] = frozenset()


_GREAT = frozenset({"main", "trunk", "rail"})
_MIDDLE = _GREAT | {"link", "stream"}
_STREETS = _MIDDLE | {"street"}

LEVELS = (
    Level(zoom=10, lines=frozenset({"main", "trunk"}), least_area=400),
    Level(zoom=12, lines=_MIDDLE, least_area=250),
    Level(zoom=13, lines=_STREETS, least_area=150, named=frozenset({"link", "main", "trunk", "street"})),
    Level(
        zoom=15, lines=frozenset(LINES), least_area=100, named=frozenset({"link", "main", "trunk", "street", "path"})
    ),
)
"""From far to near. A map at zoom 14 draws the cells of level 13 twice as large."""


@dataclass(frozen=True, slots=True, order=True)
class CellId:
    """A cell's place in the grid: x from the date line eastwards, y from the north southwards, 0 to 2^zoom - 1."""

    zoom: int
    x: int
    y: int


def world_xy(longitude: float, latitude: float) -> tuple[float, float]:
    """Web Mercator (EPSG:3857) scaled so that the world is the square from 0 to 1, y to the south."""
    clipped = math.radians(max(-MAX_LATITUDE, min(MAX_LATITUDE, latitude)))
    return (longitude + 180) / 360, (1 - math.asinh(math.tan(clipped)) / math.pi) / 2


def cells_within(bounds: Bounds, zoom: int) -> list[CellId]:
    """Every cell of a zoom that these bounds touch."""
    west, south, east, north = bounds
    left, top = (math.floor(part * 2**zoom) for part in world_xy(west, north))
    right, bottom = (math.floor(part * 2**zoom) for part in world_xy(east, south))
    last = 2**zoom - 1
    return [
        CellId(zoom, x, y)
        for x in range(max(0, left), min(last, right) + 1)
        for y in range(max(0, top), min(last, bottom) + 1)
    ]
