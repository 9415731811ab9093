"""Eastings and northings become the degrees that others compute."""

from __future__ import annotations

import numpy as np
import pytest
from geopy.distance import geodesic

from logistics.gateways.geocoding.national_grid import to_osgb36, to_wgs84

# Computed with PROJ 9 (pyproj 3.8) from the same seven parameters: name, easting, northing, latitude, longitude.
PROJ = [
    ("Tower of London", 533610, 180498, 51.507624941, -0.076183719),
    ("Bermondsey", 533900, 179100, 51.494993419, -0.072537751),
    ("Land's End", 134200, 25300, 50.068271315, -5.715769580),
    ("Lerwick", 447600, 1141400, 60.154317552, -1.144430802),
    ("Caister water tower", 651409.903, 313177.27, 52.657978599, 1.716051990),
    ("Edinburgh Castle", 325144, 673466, 55.948375500, -3.200210700),
    ("Cardiff", 318200, 176400, 51.480618242, -3.179333795),
    ("Stornoway", 142500, 932900, 58.209406826, -6.385422551),
    ("Lowestoft Ness", 655500, 293700, 52.481350614, 1.761390303),
    ("Berwick", 399900, 652900, 55.769439400, -2.003161924),
    ("Barra airport", 69500, 805000, 57.017319802, -7.447864641),
    ("Scilly", 91700, 10500, 49.915033654, -6.296171065),
    ("Manchester", 384000, 398000, 53.478478241, -2.242548063),
]


def test_the_ordnance_surveys_worked_example() -> None:
    """Caister water tower's grid position gives the guide's latitude and longitude to its last printed figure."""
    latitude, longitude = to_osgb36(651409.903, 313177.270)
    assert float(latitude) == pytest.approx(52 + 39 / 60 + 27.2531 / 3600, abs=0.00005 / 3600)
    assert float(longitude) == pytest.approx(1 + 43 / 60 + 4.5177 / 3600, abs=0.00005 / 3600)


@pytest.mark.parametrize(("name", "easting_m", "northing_m", "latitude", "longitude"), PROJ)
def test_within_a_centimetre_of_proj(
    name: str, easting_m: float, northing_m: float, latitude: float, longitude: float
) -> None:
    """From Scilly to Shetland the point is less than 1 cm from PROJ's."""
    ours = to_wgs84(easting_m, northing_m)
    assert geodesic((float(ours[0]), float(ours[1])), (latitude, longitude)).m < 0.01, name


def test_arrays_are_converted_elementwise() -> None:
    """A whole area converts at once, to the same figures as one by one."""
    eastings, northings = np.array([p[1] for p in PROJ]), np.array([p[2] for p in PROJ])
    latitudes, longitudes = to_wgs84(eastings, northings)
    one_by_one = [to_wgs84(e, n) for e, n in zip(eastings, northings, strict=True)]
    assert latitudes == pytest.approx([float(point[0]) for point in one_by_one], abs=1e-10)
    assert longitudes == pytest.approx([float(point[1]) for point in one_by_one], abs=1e-10)
