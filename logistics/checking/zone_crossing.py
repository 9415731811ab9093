"""Does a line go into an area? The checker's own geometry, exact: coordinates are taken as the fractions that they are."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from logistics.domain.charge_zones import Polygon

type Floats = NDArray[np.float64]
type Point = tuple[Fraction, Fraction]
type Edge = tuple[Point, Point]


class Area:
    """Some polygons, made ready for many lines."""

    def __init__(self, polygons: Sequence[Polygon]) -> None:
        self._parts = [_Part(polygon) for polygon in polygons]

    def is_entered_by(self, path: Sequence[tuple[float, float]]) -> bool:
        """Whether any piece of the line, given as (latitude, longitude), lies inside; the edge itself is outside."""
        places = [(longitude, latitude) for latitude, longitude in path]
        return any(
            part.holds_a_piece(start, end) for start, end in pairwise(places) if start != end for part in self._parts
        )


class _Part:
    """One polygon: all edges of its outline and its holes. A point with an odd number of them to its east is inside."""

    def __init__(self, polygon: Polygon) -> None:
        self._edges: Floats = np.array(
            [(*start, *end) for ring in polygon for start, end in pairwise(ring) if start != end], dtype=np.float64
        )
        self._low: Floats = np.minimum(self._edges[:, :2], self._edges[:, 2:])
        self._high: Floats = np.maximum(self._edges[:, :2], self._edges[:, 2:])

    def holds_a_piece(self, start: tuple[float, float], end: tuple[float, float]) -> bool:
        """Cut the piece where it meets an edge: what lies between two cuts is inside as a whole, or not at all."""
        low, high = np.minimum(start, end), np.maximum(start, end)
        if (low > self._high.max(axis=0)).any() or (high < self._low.min(axis=0)).any():
            return False
        near = ((self._low <= high) & (self._high >= low)).all(axis=1)
        line = _exact(start), _exact(end)
        cuts = {Fraction(0), Fraction(1)}
        for edge in self._edges[near]:
            cuts.update(_cuts(line, (_exact(edge[:2]), _exact(edge[2:]))))
        return any(self._is_inside(_along(line, (before + after) / 2)) for before, after in pairwise(sorted(cuts)))

    def _is_inside(self, point: Point) -> bool:
        x, y = point
        # Floats only choose the edges to look at: a hair more than are needed.
        level = float(y)
        beside = (np.nextafter(self._high[:, 1], np.inf) >= level) & (np.nextafter(self._low[:, 1], -np.inf) <= level)
        is_inside = False
        for edge in self._edges[beside]:
            (x1, y1), (x2, y2) = _exact(edge[:2]), _exact(edge[2:])
            side = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1)
            if side == 0 and min(x1, x2) <= x <= max(x1, x2) and min(y1, y2) <= y <= max(y1, y2):
                return False
            if (y1 > y) != (y2 > y) and (side > 0) == (y2 > y1):
                is_inside = not is_inside
        return is_inside


def _exact(position: Sequence[float] | Floats) -> Point:
    return Fraction(float(position[0])), Fraction(float(position[1]))


def _along(line: Edge, part: Fraction) -> Point:
    (x1, y1), (x2, y2) = line
    return x1 + (x2 - x1) * part, y1 + (y2 - y1) * part


def _cuts(line: Edge, edge: Edge) -> list[Fraction]:
    """Where on the line (0 to 1) the edge meets it: a point, or both ends of what they share."""
    (x1, y1), (x2, y2) = line
    (x3, y3), (x4, y4) = edge
    dx, dy, ex, ey = x2 - x1, y2 - y1, x4 - x3, y4 - y3
    across = dx * ey - dy * ex
    if across:
        on_line = ((x3 - x1) * ey - (y3 - y1) * ex) / across
        on_edge = ((x3 - x1) * dy - (y3 - y1) * dx) / across
        return [on_line] if 0 <= on_line <= 1 and 0 <= on_edge <= 1 else []
    if (x3 - x1) * dy != (y3 - y1) * dx:
        return []
    length = dx * dx + dy * dy
    ends = [((x - x1) * dx + (y - y1) * dy) / length for x, y in edge]
    return [part for part in ends if 0 < part < 1]
