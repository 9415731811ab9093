"""The zero-set-up router: great-circle distance times a circuity factor, at an average speed for the door-to-door city.

An estimate, and labelled so. Great circles are within 0.6% of the ellipsoid's geodesics; the circuity (1.45 for cars,
1.4 for bicycles, 1.3 on foot, measured on a London extract) is the larger error by far.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.asked_points import checked_degrees
from logistics.gateways.roads.port import NO_WAY, LatLon, RoadLeg, RoadMatrix, RoadPath, RoadsInfo

EARTH_RADIUS_M = 6_371_009.0  # mean radius (IUGG), to the metre as geopy has it
_BLOCK_ROWS = 512  # keeps the working memory of a large matrix to a few megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Travel:
    """How one kind of vehicle gets about: `circuity` is road metres per straight metre."""

    speed_kmh: float
    circuity: float

    def __post_init__(self) -> None:
        if not 0 < self.speed_kmh <= 150:
            raise BadInput(f"A speed of {self.speed_kmh:g} km/h is not possible. Give one above 0 and up to 150.")
        if not 1 <= self.circuity <= 5:
            raise BadInput(
                f"A circuity of {self.circuity:g} is not possible. Give one from 1 to 5; roads never shorten."
            )


def _default_travel() -> MappingProxyType[VehicleKind, Travel]:
    return MappingProxyType(
        {
            VehicleKind.CAR: Travel(speed_kmh=18, circuity=1.45),
            VehicleKind.VAN: Travel(speed_kmh=18, circuity=1.45),
            VehicleKind.BICYCLE: Travel(speed_kmh=14, circuity=1.4),
            VehicleKind.CARGO_BIKE: Travel(speed_kmh=14, circuity=1.4),
            VehicleKind.FOOT: Travel(speed_kmh=4.8, circuity=1.3),
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class StraightLineSettings:
    """Speed and circuity for each kind of vehicle; DOMAIN's defaults unless a coordinator changed them."""

    travel: MappingProxyType[VehicleKind, Travel] = field(default_factory=_default_travel)

    def __post_init__(self) -> None:
        missing = [kind.value for kind in VehicleKind if kind not in self.travel]
        if missing:
            raise BadInput(f"No speed is set for {', '.join(missing)}. Set one for every kind of vehicle.")


class StraightLineRouter:
    """Symmetric: there and back are the same. Distances are rounded to the metre, durations up to the second."""

    def __init__(self, settings: StraightLineSettings | None = None) -> None:
        self._settings = settings if settings is not None else StraightLineSettings()

    def matrix(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadMatrix:
        """Every pair of points; 2,500 points take about a second."""
        radians = _checked_radians(points)
        travel = self._settings.travel[profile]
        n = len(radians)
        durations_s = np.empty((n, n), np.int32)
        distances_m = np.empty((n, n), np.int32)
        for start in range(0, n, _BLOCK_ROWS):
            rows = slice(start, start + _BLOCK_ROWS)
            road_m = great_circle_m(radians[rows, None, :], radians[None, :, :]) * travel.circuity
            distances_m[rows], durations_s[rows] = _whole(road_m, travel)
        return RoadMatrix(durations_s=durations_s, distances_m=distances_m)

    def route(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadPath:
        """The straight lines from point to point."""
        if len(points) < 2:
            raise BadInput("A journey needs two points at least: where it starts and where it ends.")
        radians = _checked_radians(points)
        travel = self._settings.travel[profile]
        distances_m, durations_s = _whole(great_circle_m(radians[:-1], radians[1:]) * travel.circuity, travel)
        line = [(float(latitude), float(longitude)) for latitude, longitude in points]
        return RoadPath(
            legs=tuple(
                RoadLeg(points=(start, end), distance_m=int(metres), duration_s=int(seconds))
                for (start, end), metres, seconds in zip(pairwise(line), distances_m, durations_s, strict=True)
            )
        )

    def snap_distances_m(self, points: Sequence[LatLon], profile: VehicleKind) -> NDArray[np.float64]:
        """Zeros: where there are no roads, every point is on one."""
        del profile
        return np.zeros(len(_checked_radians(points)))

    @property
    def snap_limit_m(self) -> int:
        """No point on earth is too far."""
        return NO_WAY

    def info(self) -> RoadsInfo:
        """No data, no attribution: an estimate."""
        return RoadsInfo(
            engine="straight-line",
            data_date=None,
            attribution="",
            is_estimate=True,
            profiles={
                kind: f"{travel.speed_kmh:g} km/h, ways {travel.circuity:g} times the straight line"
                for kind, travel in self._settings.travel.items()
            },
        )


def great_circle_m(from_radians: NDArray[np.float64], to_radians: NDArray[np.float64]) -> NDArray[np.float64]:
    """Haversine distance in metres between (latitude, longitude) pairs in radians on the last axis, broadcast."""
    latitude_1, latitude_2 = from_radians[..., 0], to_radians[..., 0]
    half_north = np.sin((latitude_2 - latitude_1) / 2)
    half_east = np.sin((to_radians[..., 1] - from_radians[..., 1]) / 2)
    chord = half_north * half_north + np.cos(latitude_1) * np.cos(latitude_2) * (half_east * half_east)
    # Rounding may take the chord of opposite points a hair past 1.
    metres: NDArray[np.float64] = 2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(chord, 1.0)))
    return metres


def _whole(road_m: NDArray[np.float64], travel: Travel) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    seconds = np.ceil(road_m * (3.6 / travel.speed_kmh))
    return np.rint(road_m).astype(np.int32), seconds.astype(np.int32)


def _checked_radians(points: Sequence[LatLon]) -> NDArray[np.float64]:
    return np.radians(checked_degrees(points))
