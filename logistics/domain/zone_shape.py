"""Where a charge zone lies: which points are in it, and which lines go into it. Flat geometry on degrees, as GeoJSON means it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely
from numpy.typing import NDArray

from logistics.domain.charge_zones import ChargeZone, Polygon

type Bools = NDArray[np.bool_]

INTERIORS_MEET = "T********"
"""DE-9IM: to run along the edge, or to touch it, is not to go in."""


def why_no_area(polygons: Sequence[Polygon]) -> str:
    """Why these polygons are no area in words, empty when they are one."""
    shape = _shape(polygons)
    if not shapely.is_valid(shape):
        return str(shapely.is_valid_reason(shape))
    return "" if shapely.area(shape) > 0 else "it encloses nothing"


class ZoneShape:
    """One zone, made ready for many questions. Points are (latitude, longitude), as the road routers take them."""

    def __init__(self, zone: ChargeZone) -> None:
        self._shape = _shape(zone.polygons)
        shapely.prepare(self._shape)

    def holds(self, points: NDArray[np.float64]) -> Bools:
        """Which of these points (n x 2) lie inside; on the edge is outside."""
        found: Bools = np.asarray(shapely.contains_xy(self._shape, points[:, 1], points[:, 0]), dtype=np.bool_)
        return found

    def is_entered_by(self, path: Sequence[tuple[float, float]]) -> bool:
        """Whether a line goes into it, or lies in it."""
        if len(set(path)) < 2:
            return False
        line = shapely.linestrings([(longitude, latitude) for latitude, longitude in path])
        return bool(shapely.intersects(self._shape, line) and shapely.relate_pattern(self._shape, line, INTERIORS_MEET))

    def crossed_between(self, here: NDArray[np.float64], there: NDArray[np.float64]) -> Bools:
        """Which of the straight lines from a point to the one beside it (both n x 2) meet it."""
        low, high = np.minimum(here, there), np.maximum(here, there)
        west, south, east, north = shapely.bounds(self._shape)
        met: Bools = (low[:, 1] < east) & (high[:, 1] > west) & (low[:, 0] < north) & (high[:, 0] > south)
        near = np.flatnonzero(met)
        lines = shapely.linestrings(np.stack([here[near, ::-1], there[near, ::-1]], axis=1)) if len(near) else []
        met[near] = shapely.intersects(self._shape, lines)
        return met


def _shape(polygons: Sequence[Polygon]) -> shapely.MultiPolygon:
    return shapely.MultiPolygon([(polygon[0], polygon[1:]) for polygon in polygons])
