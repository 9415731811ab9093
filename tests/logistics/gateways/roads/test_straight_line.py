"""The straight-line estimate agrees with geopy and with DOMAIN's speeds, and says that it is one."""

from __future__ import annotations

import math
from types import MappingProxyType

import numpy as np
import pytest
from geopy.distance import geodesic, great_circle
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads import Router, StraightLineRouter, StraightLineSettings, Travel
from logistics.gateways.roads.straight_line import great_circle_m

BERMONDSEY = (51.4950, -0.0725)
CLERKENWELL = (51.5230, -0.1050)
PECKHAM = (51.4740, -0.0690)

Point = st.tuples(st.floats(49.8, 60.9), st.floats(-8.2, 1.8))


def _metres(here: tuple[float, float], there: tuple[float, float]) -> float:
    return float(great_circle_m(np.radians(np.array(here)), np.radians(np.array(there))))


@given(Point, Point)
@settings(deadline=None)
def test_distances_are_geopys(here: tuple[float, float], there: tuple[float, float]) -> None:
    """Anywhere in Great Britain: geopy's great circle to a millimetre, its geodesic within 0.6%."""
    metres = _metres(here, there)
    assert metres == pytest.approx(great_circle(here, there).m, abs=0.001)
    assert metres == pytest.approx(geodesic(here, there).m, rel=0.006, abs=0.001)


@pytest.mark.parametrize(
    ("profile", "speed_kmh", "circuity"),
    [
        (VehicleKind.CAR, 18, 1.45),
        (VehicleKind.VAN, 18, 1.45),
        (VehicleKind.BICYCLE, 14, 1.4),
        (VehicleKind.CARGO_BIKE, 14, 1.4),
        (VehicleKind.FOOT, 4.8, 1.3),
    ],
)
def test_each_kind_of_vehicle_has_its_own_time(profile: VehicleKind, speed_kmh: float, circuity: float) -> None:
    """Road metres are the straight ones times circuity; seconds are rounded up, never in the driver's favour."""
    matrix = StraightLineRouter().matrix([BERMONDSEY, CLERKENWELL], profile)
    road_m = great_circle(BERMONDSEY, CLERKENWELL).m * circuity
    assert matrix.distances_m[0, 1] == round(road_m)
    assert matrix.durations_s[0, 1] == math.ceil(road_m / (speed_kmh / 3.6))


@given(st.lists(Point, min_size=1, max_size=12))
@settings(deadline=None, max_examples=40)
def test_there_and_back_are_the_same(points: list[tuple[float, float]]) -> None:
    """The matrix is symmetric, zero on its diagonal, and of 32-bit integers."""
    matrix = StraightLineRouter().matrix(points, VehicleKind.CAR)
    for figures in (matrix.durations_s, matrix.distances_m):
        assert figures.dtype == np.int32
        assert figures.shape == (len(points), len(points))
        assert (figures == figures.T).all()
        assert (np.diagonal(figures) == 0).all()


def test_large_matrices_are_made_in_blocks_that_join() -> None:
    """Over several blocks of rows each figure is the one a small matrix gives."""
    rng = np.random.default_rng(7)
    points = [
        (float(a), float(b)) for a, b in zip(rng.uniform(51.4, 51.6, 1100), rng.uniform(-0.2, 0, 1100), strict=True)
    ]
    large = StraightLineRouter().matrix(points, VehicleKind.FOOT)
    chosen = [0, 511, 512, 1023, 1024, 1099]
    small = StraightLineRouter().matrix([points[n] for n in chosen], VehicleKind.FOOT)
    assert (large.durations_s[np.ix_(chosen, chosen)] == small.durations_s).all()
    assert (large.durations_s == large.durations_s.T).all()


def test_a_route_is_the_sum_of_its_legs() -> None:
    """Distance and duration of a journey are those of the matrix, leg by leg."""
    router: Router = StraightLineRouter()
    points = [BERMONDSEY, CLERKENWELL, PECKHAM]
    matrix, path = router.matrix(points, VehicleKind.BICYCLE), router.route(points, VehicleKind.BICYCLE)
    assert path.points == tuple(points)
    assert path.distance_m == matrix.distances_m[0, 1] + matrix.distances_m[1, 2]
    assert path.duration_s == matrix.durations_s[0, 1] + matrix.durations_s[1, 2]


def test_it_says_that_it_is_an_estimate() -> None:
    """No page can take it for road distances."""
    info = StraightLineRouter().info()
    assert info.is_estimate
    assert info.label == "estimate, not road distances"


@pytest.mark.parametrize("bad", [(91.0, 0.0), (0.0, 181.0), (float("nan"), 0.0), (float("inf"), 0.0)])
def test_a_point_off_the_earth_is_named(bad: tuple[float, float]) -> None:
    """Latitude and longitude the wrong way round, or nothing at all, is refused by its number."""
    with pytest.raises(BadInput, match="Point 2"):
        StraightLineRouter().matrix([BERMONDSEY, bad], VehicleKind.CAR)


def test_no_points_make_an_empty_matrix() -> None:
    """A day without stops is no error."""
    assert StraightLineRouter().matrix([], VehicleKind.CAR).durations_s.shape == (0, 0)


def test_a_journey_needs_two_points() -> None:
    """One point is no journey."""
    with pytest.raises(BadInput, match="two points"):
        StraightLineRouter().route([BERMONDSEY], VehicleKind.CAR)


def test_speeds_come_from_settings() -> None:
    """A network with slower streets gets longer times, for that vehicle alone."""
    travel = dict(StraightLineSettings().travel)
    travel[VehicleKind.CAR] = Travel(speed_kmh=9, circuity=1.45)
    slow = StraightLineRouter(StraightLineSettings(travel=MappingProxyType(travel)))
    usual = StraightLineRouter()
    points = [BERMONDSEY, CLERKENWELL]
    both = [router.matrix(points, VehicleKind.CAR).durations_s[0, 1] for router in (usual, slow)]
    assert 2 * both[0] - 1 <= both[1] <= 2 * both[0]
    foot = [router.matrix(points, VehicleKind.FOOT).durations_s[0, 1] for router in (usual, slow)]
    assert foot[0] == foot[1]


@pytest.mark.parametrize(("speed_kmh", "circuity"), [(0, 1.4), (-5, 1.4), (200, 1.4), (18, 0.9), (float("nan"), 1.4)])
def test_impossible_settings_are_refused(speed_kmh: float, circuity: float) -> None:
    """A speed of nothing, or a road shorter than the crow's flight, would plan an impossible day."""
    with pytest.raises(BadInput, match="not possible"):
        Travel(speed_kmh=speed_kmh, circuity=circuity)


def test_every_kind_of_vehicle_needs_a_speed() -> None:
    """A vehicle left out is named at the start, not in mid-plan."""
    with pytest.raises(BadInput, match="van"):
        StraightLineSettings(travel=MappingProxyType({VehicleKind.CAR: Travel(speed_kmh=18, circuity=1.45)}))
