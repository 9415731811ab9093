"""Travel computed from coordinates where it is asked for: memory grows with the locations, not with their square.

50,000 locations would need two tables of 10 GB each. This keeps 1.2 MB, and gives any block of the tables.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError
from routing.matrix import MAX_LEG, UNREACHABLE, IntMatrix, Matrix

EARTH_RADIUS_M = 6_371_009.0
"""The mean radius (IUGG)."""
MAX_DENSE = 6_000
"""Locations up to which the whole tables are handed out (144 MB each)."""
BLOCK_ROWS = 256
MAX_REMEMBERED = 1_000_000
"""Legs that `Rows` remembers before it forgets them all."""

Coordinates = npt.NDArray[np.float64]


class Metric(StrEnum):
    """What coordinates mean."""

    GREAT_CIRCLE = "great_circle"
    """Latitude and longitude in degrees."""
    PLANAR = "planar"
    """x and y in metres."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CoordinateMatrix:
    """Straight lines times `circuity` at `speed_kmh`, for one profile; symmetric, every location reachable.

    `coordinates` is n x 2, and copied. Metres are rounded, seconds rounded up. Raises ProblemError naming the profile.
    """

    profile: str
    coordinates: Coordinates
    metric: Metric = Metric.GREAT_CIRCLE
    circuity: float = 1.0
    speed_kmh: float
    _points: Coordinates = field(init=False, repr=False)
    """On the plane, or on the sphere in three dimensions: there a leg costs one arc sine."""

    def __post_init__(self) -> None:
        subject = f"matrix {self.profile}"
        if not self.profile:
            raise ProblemError("matrix", "needs the name of its profile")
        if not 1 <= self.circuity <= 10:
            raise ProblemError(subject, "circuity must lie between 1 and 10")
        if not 0 < self.speed_kmh <= 1000:
            raise ProblemError(subject, "speed_kmh must lie above 0 and not above 1000")
        metric = Metric(self.metric)
        points = _checked(self.coordinates, metric, subject)
        object.__setattr__(self, "metric", metric)
        object.__setattr__(self, "coordinates", points)
        object.__setattr__(self, "_points", _on_sphere(points) if metric is Metric.GREAT_CIRCLE else points)
        road_m = _reach_m(points, metric) * self.circuity
        if max(road_m, road_m * 3.6 / self.speed_kmh) > MAX_LEG:
            raise ProblemError(subject, f"its locations lie so far apart that a leg may be longer than {MAX_LEG}")

    @property
    def costs(self) -> None:
        """Legs cost what their metres and seconds cost, nothing else."""
        return

    @property
    def size(self) -> int:
        """Number of locations."""
        return int(self.coordinates.shape[0])

    def leg(self, origin: int, destination: int) -> tuple[int, int]:
        """Seconds and metres from one location to another."""
        seconds, metres = self._whole(self._straight_m(self._points[[origin]], self._points[[destination]]))
        return int(seconds[0, 0]), int(metres[0, 0])

    def block(self, origins: Sequence[int], destinations: Sequence[int]) -> tuple[IntMatrix, IntMatrix]:
        """Seconds and metres from each of these (row) to each of those (column)."""
        rows = np.asarray(origins, dtype=np.int64)
        there = self._points[np.asarray(destinations, dtype=np.int64)]
        seconds = np.empty((len(rows), len(there)), dtype=np.int32)
        metres = np.empty_like(seconds)
        for first in range(0, len(rows), BLOCK_ROWS):
            part = slice(first, first + BLOCK_ROWS)
            seconds[part], metres[part] = self._whole(self._straight_m(self._points[rows[part]], there))
        return seconds, metres

    def submatrix(self, locations: Sequence[int]) -> Matrix:
        """The dense matrix of these locations, in their order."""
        durations_s, distances_m = self.block(locations, locations)
        return Matrix(profile=self.profile, durations_s=durations_s, distances_m=distances_m)

    @property
    def durations_s(self) -> IntMatrix:
        """The whole table of seconds. Raises ProblemError above `MAX_DENSE` locations."""
        return self._whole_tables()[0]

    @property
    def distances_m(self) -> IntMatrix:
        """The whole table of metres. Raises ProblemError above `MAX_DENSE` locations."""
        return self._whole_tables()[1]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, CoordinateMatrix):
            return NotImplemented
        mine, theirs = (
            (each.profile, each.metric, each.circuity, each.speed_kmh, each.coordinates.tobytes())
            for each in (self, other)
        )
        return mine == theirs

    def __hash__(self) -> int:
        return hash((self.profile, self.coordinates.tobytes()))

    def _whole_tables(self) -> tuple[IntMatrix, IntMatrix]:
        if self.size > MAX_DENSE:
            text = f"{self.size} locations are too many for one table; solve it with the engine decomposed"
            raise ProblemError(f"matrix {self.profile}", text)
        every = range(self.size)
        return self.block(every, every)

    def _straight_m(self, here: Coordinates, there: Coordinates) -> Coordinates:
        square = np.zeros((len(here), len(there)))
        for axis in range(here.shape[1]):
            apart = here[:, axis, None] - there[None, :, axis]
            square += apart * apart
        straight: Coordinates = np.sqrt(square)
        if self.metric is Metric.GREAT_CIRCLE:
            straight = 2 * EARTH_RADIUS_M * np.arcsin(np.minimum(straight / 2, 1.0))
        return straight

    def _whole(self, straight_m: Coordinates) -> tuple[IntMatrix, IntMatrix]:
        road_m = straight_m * self.circuity
        return np.ceil(road_m * (3.6 / self.speed_kmh)).astype(np.int32), np.rint(road_m).astype(np.int32)


type AnyMatrix = Matrix | CoordinateMatrix
"""Both answer `leg`, `block` and `submatrix`; a large `CoordinateMatrix` has no whole tables."""


class Rows:
    """One table of a matrix too large to hold, indexed `rows[here][there]`; legs are remembered."""

    def __init__(self, matrix: CoordinateMatrix, *, speed_percent: int, metres: bool) -> None:
        self._matrix, self._speed_percent, self._metres = matrix, speed_percent, metres
        self._known: dict[tuple[int, int], int] = {}

    def __getitem__(self, here: int) -> "Row":
        return Row(self, here)

    def __array__(self, *_args: Any, **_more: Any) -> npt.NDArray[Any]:
        raise ProblemError(
            f"matrix {self._matrix.profile}",
            f"{self._matrix.size} locations are too many for one table; solve it with the engine decomposed",
        )

    def leg(self, here: int, there: int) -> int:
        """Seconds at the vehicle's speed, or metres."""
        found = self._known.get((here, there))
        if found is None:
            if len(self._known) >= MAX_REMEMBERED:
                self._known.clear()
            seconds, metres = self._matrix.leg(here, there)
            found = metres if self._metres else -(-seconds * 100 // self._speed_percent)
            self._known[here, there] = found
        return found


class Row:
    """One row of `Rows`."""

    __slots__ = ("_here", "_rows")

    def __init__(self, rows: Rows, here: int) -> None:
        self._rows, self._here = rows, here

    def __getitem__(self, there: int) -> int:
        return self._rows.leg(self._here, there)

    def __iter__(self) -> Iterator[int]:
        raise ProblemError("matrix", f"a row of a table too large to hold is not walked through (from {self._here})")


def _checked(values: Any, metric: Metric, subject: str) -> Coordinates:
    copy: Coordinates = np.array(values, dtype=np.float64, order="C")
    if copy.ndim != 2 or copy.shape[1:] != (2,) or not len(copy):
        raise ProblemError(subject, "coordinates must be pairs, with at least one location")
    if len(copy) >= UNREACHABLE:
        raise ProblemError(subject, "has too many locations")
    most = np.array((90.0, 180.0)) if metric is Metric.GREAT_CIRCLE else np.array((1e9, 1e9))
    odd = np.flatnonzero(~(np.abs(copy) <= most).all(axis=1))  # NaN too
    if len(odd):
        at = int(odd[0])
        where = "latitude from -90 to 90, longitude from -180 to 180" if metric is Metric.GREAT_CIRCLE else "metres"
        raise ProblemError(subject, f"location {at} at ({copy[at, 0]:g}, {copy[at, 1]:g}) is no place: give {where}")
    copy.flags.writeable = False
    return copy


def _on_sphere(degrees: Coordinates) -> Coordinates:
    latitude, longitude = np.radians(degrees).T
    level = np.cos(latitude)
    points = np.column_stack((level * np.cos(longitude), level * np.sin(longitude), np.sin(latitude)))
    points.flags.writeable = False
    return points


def _reach_m(points: Coordinates, metric: Metric) -> float:
    """No two locations lie further apart: over the corner of the box that holds them all."""
    box = points.max(axis=0) - points.min(axis=0)
    if metric is Metric.PLANAR:
        return float(np.hypot(*box))
    return float(min(np.pi * EARTH_RADIUS_M, EARTH_RADIUS_M * np.radians(box).sum()))
