"""The checker's own geometry: exact at edges and corners, and of one mind with the planner's everywhere else."""

from __future__ import annotations

import uuid

import numpy as np
import pytest
import shapely
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from logistics.checking.zone_crossing import Area
from logistics.domain.charge_zones import ChargeHours, ChargeZone, Polygon
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.weekdays import Weekday
from logistics.domain.zone_shape import ZoneShape
from logistics.planning.zone_costs import ZoneOnTheWay

SQUARE: Polygon = (((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0), (0.0, 0.0)),)
RING: Polygon = (*SQUARE, ((1.0, 1.0), (1.0, 3.0), (3.0, 3.0), (3.0, 1.0), (1.0, 1.0)))

type Path = list[tuple[float, float]]


def zone_of(*polygons: Polygon) -> ChargeZone:
    """A zone of that shape."""
    hours = ChargeHours(days=frozenset(Weekday), from_s=0, until_s=86_400)
    return ChargeZone(
        id=uuid.uuid4(), name="Z", price_pence=1, hours=(hours,), vehicles=frozenset(VehicleKind), polygons=polygons
    )


@pytest.mark.parametrize(
    ("path", "polygon", "is_in"),
    [
        ([(2.0, 1.5), (2.0, 2.5)], SQUARE, True),  # wholly inside
        ([(2.0, -1.0), (2.0, 5.0)], SQUARE, True),  # in at one side and out at the other
        ([(2.0, -1.0), (2.0, 0.0)], SQUARE, False),  # up to the edge
        ([(2.0, -1.0), (2.0, 1e-12)], SQUARE, True),  # a hair beyond it
        ([(0.0, -1.0), (0.0, 5.0)], SQUARE, False),  # along an edge
        ([(-1.0, 1.0), (1.0, -1.0)], SQUARE, False),  # touching a corner
        ([(-1.0, -1.0), (5.0, 5.0)], SQUARE, True),  # in at a corner and out at another
        ([(1.5, 1.5), (2.5, 2.5)], RING, False),  # in the hole
        ([(2.0, 2.0), (2.0, 3.5)], RING, True),  # out of the hole
        ([(1.0, 1.0), (1.0, 3.0)], RING, False),  # along the hole's edge
        ([(2.0, 0.0), (2.0, 4.0)], RING, True),
        ([(3.0, 6.0), (6.0, 3.0)], SQUARE, False),  # past a corner
        ([(2.0, 2.0), (2.0, 2.0)], SQUARE, False),  # no way at all
        ([], SQUARE, False),
    ],
)
def test_edges_are_outside_and_everything_else_is_plain(path: Path, polygon: Polygon, *, is_in: bool) -> None:
    """Both readings agree, also where a line only touches. A path is of (latitude, longitude)."""
    assert Area([polygon]).is_entered_by(path) is is_in
    assert ZoneShape(zone_of(polygon)).is_entered_by(path) is is_in


def test_a_zone_of_two_parts_is_entered_by_either() -> None:
    """A MultiPolygon is the area of all its parts."""
    far: Polygon = (tuple((x + 10, y) for x, y in SQUARE[0]),)
    for path in ([(2.0, 11.0), (2.0, 12.0)], [(2.0, 1.0), (2.0, 2.0)]):
        assert Area([SQUARE, far]).is_entered_by(path)
        assert ZoneShape(zone_of(SQUARE, far)).is_entered_by(path)
    assert not Area([SQUARE, far]).is_entered_by([(2.0, 5.0), (2.0, 9.0)])


coordinates = st.integers(-8, 8).map(float) | st.floats(-8, 8, allow_nan=False, width=32)
positions = st.tuples(coordinates, coordinates)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(corners=st.lists(positions, min_size=3, max_size=8), path=st.lists(positions, min_size=2, max_size=5))
def test_two_independent_readings_agree(corners: list[tuple[float, float]], path: Path) -> None:
    """Whole numbers bring lines along edges and through corners, fractions the rest."""
    middle = np.mean(corners, axis=0)
    around = sorted(corners, key=lambda corner: float(np.arctan2(corner[1] - middle[1], corner[0] - middle[0])))
    ring = (*around, around[0])
    outline = shapely.Polygon(ring)
    assume(outline.is_valid and outline.area > 0)
    # Where lines meet within rounding of an edge, only exact arithmetic is right; leave those to the exact examples.
    line = shapely.linestrings([(longitude, latitude) for latitude, longitude in path])
    inside = shapely.length(shapely.intersection(outline, line))
    assume(len(set(path)) > 1 and (inside == 0 or inside > 1e-6))
    if inside:
        deep = shapely.intersects(shapely.buffer(outline, -1e-7), line)
        assume(deep or not shapely.relate_pattern(outline, line, "T********"))
    assert Area([(ring,)]).is_entered_by(path) == ZoneShape(zone_of((ring,))).is_entered_by(path)


def test_what_lies_inside_and_what_straight_lines_cross() -> None:
    """The planner's quick looks: points on the edge are outside, and only lines that meet the zone are marked."""
    points = [(2.0, 2.0), (0.0, 2.0), (2.0, -1.0), (2.0, 5.0), (5.0, 6.0), (2.0, 3.0)]
    on_the_way = ZoneOnTheWay(zone_of(SQUARE), points)
    assert on_the_way.is_inside.tolist() == [True, False, False, False, False, True]
    rows = np.array([5, 3, 2, 4, 0])  # inside, east, west, beyond, inside
    expected = [
        [False, False, False, False, False],
        [True, False, True, False, True],
        [True, True, False, True, True],
        [True, False, True, False, True],
        [False, False, False, False, False],
    ]
    for _ in range(2):
        assert on_the_way.goes_in(rows).tolist() == expected
    assert on_the_way.goes_in(rows[:3]).tolist() == [row[:3] for row in expected[:3]]
