"""National Grid eastings and northings made into WGS84 degrees.

Source: Ordnance Survey, "A guide to coordinate systems in Great Britain": annexe C for the projection, section 6.6 for
the seven-parameter transformation. Heights are taken as 0 on the Airy ellipsoid. The transformation itself is good to
about 5 m against OS's own grid shifts; a postcode's centre is known less well than that.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class _Ellipsoid:
    a_m: float
    b_m: float

    @property
    def e2(self) -> float:
        """Eccentricity squared."""
        return 1.0 - (self.b_m / self.a_m) ** 2


_AIRY_1830 = _Ellipsoid(6_377_563.396, 6_356_256.909)
_WGS84 = _Ellipsoid(6_378_137.0, 6_378_137.0 * (1 - 1 / 298.257223563))

_SCALE = 0.9996012717
_ORIGIN_LATITUDE = math.radians(49.0)
_ORIGIN_LONGITUDE = math.radians(-2.0)
_FALSE_EASTING_M = 400_000.0
_FALSE_NORTHING_M = -100_000.0

_SHIFT_M = (446.448, -125.157, 542.060)
_ROTATION_RAD = tuple(math.radians(seconds / 3600) for seconds in (0.1502, 0.2470, 0.8421))
_STRETCH = 1 - 20.4894e-6


def to_wgs84(easting_m: ArrayLike, northing_m: ArrayLike) -> tuple[Floats, Floats]:
    """Latitude and longitude in WGS84 degrees, elementwise, in arrays of the input's shape."""
    latitude, longitude = _to_airy(np.asarray(easting_m, np.float64), np.asarray(northing_m, np.float64))
    moved = _helmert(*_to_cartesian(latitude, longitude, _AIRY_1830))
    latitude, longitude = _from_cartesian(*moved, _WGS84)
    return np.degrees(latitude), np.degrees(longitude)


def to_osgb36(easting_m: ArrayLike, northing_m: ArrayLike) -> tuple[Floats, Floats]:
    """Latitude and longitude in degrees on the Airy ellipsoid (OSGB36): the guide's worked example ends here."""
    latitude, longitude = _to_airy(np.asarray(easting_m, np.float64), np.asarray(northing_m, np.float64))
    return np.degrees(latitude), np.degrees(longitude)


def _to_airy(easting_m: Floats, northing_m: Floats) -> tuple[Floats, Floats]:
    """Undo the Transverse Mercator projection (guide, C.2), in radians."""
    a, e2 = _AIRY_1830.a_m * _SCALE, _AIRY_1830.e2
    phi = _footpoint(northing_m)
    sin2, tan = np.sin(phi) ** 2, np.tan(phi)
    nu = a / np.sqrt(1 - e2 * sin2)
    rho = a * (1 - e2) * (1 - e2 * sin2) ** -1.5
    eta2 = nu / rho - 1
    t2, sec, x = tan**2, 1 / np.cos(phi), (easting_m - _FALSE_EASTING_M) / nu

    latitude = phi - tan * nu / rho * (
        x**2 / 2 - x**4 / 24 * (5 + 3 * t2 + eta2 - 9 * t2 * eta2) + x**6 / 720 * (61 + 90 * t2 + 45 * t2**2)
    )
    longitude = _ORIGIN_LONGITUDE + sec * (
        x
        - x**3 / 6 * (nu / rho + 2 * t2)
        + x**5 / 120 * (5 + 28 * t2 + 24 * t2**2)
        - x**7 / 5040 * (61 + 662 * t2 + 1320 * t2**2 + 720 * t2**3)
    )
    return latitude, longitude


def _footpoint(northing_m: Floats) -> Floats:
    """The latitude on the central meridian whose arc from the true origin is the northing, to a hundredth of a mm."""
    phi = np.full_like(northing_m, _ORIGIN_LATITUDE)
    for _ in range(10):
        left_m = northing_m - _FALSE_NORTHING_M - _meridian_arc_m(phi)
        phi = phi + left_m / (_AIRY_1830.a_m * _SCALE)
        if np.all(np.abs(left_m) < 1e-5):
            break
    return phi


def _meridian_arc_m(phi: Floats) -> Floats:
    n = (_AIRY_1830.a_m - _AIRY_1830.b_m) / (_AIRY_1830.a_m + _AIRY_1830.b_m)
    less, more = phi - _ORIGIN_LATITUDE, phi + _ORIGIN_LATITUDE
    return (
        _AIRY_1830.b_m
        * _SCALE
        * (
            (1 + n + 5 / 4 * n**2 + 5 / 4 * n**3) * less
            - (3 * n + 3 * n**2 + 21 / 8 * n**3) * np.sin(less) * np.cos(more)
            + (15 / 8 * n**2 + 15 / 8 * n**3) * np.sin(2 * less) * np.cos(2 * more)
            - 35 / 24 * n**3 * np.sin(3 * less) * np.cos(3 * more)
        )
    )


def _to_cartesian(latitude: Floats, longitude: Floats, on: _Ellipsoid) -> tuple[Floats, Floats, Floats]:
    nu = on.a_m / np.sqrt(1 - on.e2 * np.sin(latitude) ** 2)
    return (
        nu * np.cos(latitude) * np.cos(longitude),
        nu * np.cos(latitude) * np.sin(longitude),
        (1 - on.e2) * nu * np.sin(latitude),
    )


def _helmert(x: Floats, y: Floats, z: Floats) -> tuple[Floats, Floats, Floats]:
    """OSGB36 to WGS84, position vector convention, small angles."""
    rx, ry, rz = _ROTATION_RAD
    return (
        _SHIFT_M[0] + _STRETCH * (x - rz * y + ry * z),
        _SHIFT_M[1] + _STRETCH * (rz * x + y - rx * z),
        _SHIFT_M[2] + _STRETCH * (-ry * x + rx * y + z),
    )


def _from_cartesian(x: Floats, y: Floats, z: Floats, on: _Ellipsoid) -> tuple[Floats, Floats]:
    """Iterated as in the guide (B.2): five rounds leave less than a micrometre in Great Britain."""
    across = np.hypot(x, y)
    latitude = np.arctan2(z, across * (1 - on.e2))
    for _ in range(5):
        nu = on.a_m / np.sqrt(1 - on.e2 * np.sin(latitude) ** 2)
        latitude = np.arctan2(z + on.e2 * nu * np.sin(latitude), across)
    return latitude, np.arctan2(y, x)
