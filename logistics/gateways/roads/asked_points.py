"""What every router does with the points it is asked for: refuse what is no place on earth, ask for each place once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.gateways.roads.port import NO_WAY, LatLon, OffTheRoads, RoadMatrix

Floats = NDArray[np.float64]
MOST_POINTS = 15_000
"""Two tables of so many places take 1.8 GB; more are planned by day or by area."""
_LONGEST = 10_000_000
"""Metres or seconds: what is longer is no leg of a day."""


def checked_degrees(points: Sequence[LatLon]) -> Floats:
    """The points as n x 2 degrees. Raises BadInput naming the first that is no place on earth."""
    degrees = np.asarray(points, np.float64).reshape(-1, 2)
    on_earth = (np.abs(degrees[:, 0]) <= 90) & (np.abs(degrees[:, 1]) <= 180)  # False for NaN too
    if not on_earth.all():
        at = int(np.argmin(on_earth))
        raise BadInput(
            f"Point {at + 1} ({degrees[at, 0]:g}, {degrees[at, 1]:g}) is no place on earth. "
            "Give latitude from -90 to 90, then longitude from -180 to 180."
        )
    return degrees


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Places:
    """The different places among the points asked for; `place_of[i]` is the place of point i."""

    places: tuple[LatLon, ...]
    place_of: NDArray[np.intp]

    @classmethod
    def of(cls, points: Sequence[LatLon]) -> Places:
        """Homes of one building, and of one postcode, often share a place. Raises BadInput for too many."""
        degrees = checked_degrees(points)
        first: dict[LatLon, int] = {}
        place_of = [first.setdefault((float(lat), float(lon)), len(first)) for lat, lon in degrees]
        if len(first) > MOST_POINTS:
            raise BadInput(
                f"{len(first):,} places are too many for one table of roads (at most {MOST_POINTS:,}): "
                "plan by day or by area."
            )
        return cls(places=tuple(first), place_of=np.array(place_of, np.intp))

    def spread(self, matrix: RoadMatrix) -> RoadMatrix:
        """The places' matrix as the points'."""
        if len(self.places) == len(self.place_of):
            return matrix
        cells = np.ix_(self.place_of, self.place_of)
        return RoadMatrix(durations_s=matrix.durations_s[cells], distances_m=matrix.distances_m[cells])


def require_on_roads(snap_m: Floats, limit_m: int, *, who: str) -> None:
    """Raises OffTheRoads naming the points (by number, from 1) that are farther than the limit from a road for `who`."""
    off = [int(at) for at in np.flatnonzero(~(snap_m <= limit_m))]
    if not off:
        return
    named = ", ".join(f"point {at + 1} ({how_far(snap_m[at])})" for at in off[:5])
    more = f" and {len(off) - 5} more" if len(off) > 5 else ""
    raise OffTheRoads(
        f"Too far from every road for {who}: {named}{more}. At most {limit_m} m are allowed (ROUNDS_SNAP_LIMIT_M): "
        "correct the place, or use a road map that covers it.",
        tuple(off),
    )


def how_far(snap_m: float) -> str:
    """`812 m from a road`, or that the map does not cover it."""
    return f"{snap_m:,.0f} m from a road" if np.isfinite(snap_m) else "outside the map"


def whole(durations_s: Floats, distances_m: Floats) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Seconds rounded up, metres to the nearest; NO_WAY in both where either is missing."""
    missing = np.isnan(durations_s) | np.isnan(distances_m) | (durations_s > _LONGEST) | (distances_m > _LONGEST)
    # A tenth of a second that is there only in binary must not become a second.
    seconds = np.where(missing, NO_WAY, np.ceil(np.round(durations_s, 3)))
    metres = np.where(missing, NO_WAY, np.rint(distances_m))
    return seconds.astype(np.int32), metres.astype(np.int32)
