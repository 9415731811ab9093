"""OSRM in this process: its own figures, along streets, with its traps closed."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads import OffTheRoads, RoadsUnavailable, Router
from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from logistics.gateways.roads.straight_line import great_circle_m
from tests.logistics.gateways.roads.helsinki import FAR_AWAY, some_points

CAR = VehicleKind.CAR


def raw_engine(helsinki: tuple[RoadMaps, RoadMap], profile: RoadProfile) -> object:
    """OSRM with nothing of ours around it."""
    import osrm

    maps, road_map = helsinki
    path = maps.graph_path(road_map, profile)
    return osrm.OSRM(algorithm="CH", storage_config=str(path), use_shared_memory=False)


def test_distances_are_those_of_osrm_itself(streets: EmbeddedOsrmRouter, helsinki: tuple[RoadMaps, RoadMap]) -> None:
    """For 60 pairs OSRM's own route is as long and as fast as the matrix says: to half a metre, and the next second."""
    import osrm

    points = some_points(60)
    matrix = streets.matrix(points, CAR)
    engine = raw_engine(helsinki, RoadProfile.CAR)
    for at, (start, end) in enumerate(pairwise(points)):
        asked = [(lon, lat) for lat, lon in (start, end, *points)]
        answer = engine.Route(  # type: ignore[attr-defined]
            osrm.RouteParameters(coordinates=asked, continue_straight=False, steps=True)
        )
        leg = answer["routes"][0]["legs"][0]
        assert matrix.distances_m[at, at + 1] == pytest.approx(leg["distance"], abs=0.51)
        assert 0 <= matrix.durations_s[at, at + 1] - leg["duration"] < 1


def test_a_pair_takes_as_long_in_any_company(streets: EmbeddedOsrmRouter) -> None:
    """Left alone OSRM puts points near one island of streets on the island when they are asked for without others."""
    points = some_points(150, seed=4)
    whole = streets.matrix(points, CAR)
    dice = np.random.default_rng(7)
    for _ in range(150):
        chosen = dice.choice(len(points), size=int(dice.integers(2, 5)), replace=False)
        part = streets.matrix([points[int(at)] for at in chosen], CAR)
        cells = np.ix_(chosen, chosen)
        assert np.array_equal(part.durations_s, whole.durations_s[cells])
        assert np.array_equal(part.distances_m, whole.distances_m[cells])


def test_points_that_share_a_place_share_its_figures(streets: EmbeddedOsrmRouter) -> None:
    """Two homes of one building: nothing between them, and the same way to everybody else."""
    first, second = some_points(2)
    matrix = streets.matrix([first, second, first], CAR)
    assert matrix.distances_m[0, 2] == matrix.durations_s[2, 0] == 0
    assert matrix.distances_m[0, 1] == matrix.distances_m[2, 1] > 0


def test_large_tables_are_asked_in_parts_that_fit(streets: EmbeddedOsrmRouter, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the parts meet makes no difference."""
    points = some_points(40, seed=9)
    whole = streets.matrix(points, CAR)
    monkeypatch.setattr("logistics.gateways.roads.table_blocks._CELLS_HERE", 40 * 7)
    monkeypatch.setattr("logistics.gateways.roads.table_blocks._LEAST_ROWS", 1)
    parts = streets.matrix(points, CAR)
    assert np.array_equal(whole.durations_s, parts.durations_s)
    assert np.array_equal(whole.distances_m, parts.distances_m)


def test_there_and_back_differ_in_a_city_of_one_ways(streets: EmbeddedOsrmRouter) -> None:
    """For cars, by more than a block somewhere."""
    driven_m = streets.matrix(some_points(60), CAR).distances_m
    assert (np.abs(driven_m - driven_m.T) > 100).any()


def test_a_journey_follows_streets_and_adds_up(streets: EmbeddedOsrmRouter) -> None:
    """Each leg's line is as long as the leg, its turns name streets, and its figures are the matrix's."""
    points = some_points(6)
    matrix, journey = streets.matrix(points, CAR), streets.route(points, CAR)
    assert len(journey.legs) == 5
    for at, leg in enumerate(journey.legs):
        assert leg.distance_m == matrix.distances_m[at, at + 1]
        assert leg.duration_s == matrix.durations_s[at, at + 1]
        line = np.radians(np.array(leg.points))
        drawn_m = great_circle_m(line[:-1], line[1:]).sum()
        assert drawn_m == pytest.approx(leg.distance_m, rel=0.01, abs=3)
        assert leg.steps[0].kind == "depart"
        assert leg.steps[-1].kind == "arrive"
        assert sum(step.distance_m for step in leg.steps) == pytest.approx(leg.distance_m, abs=len(leg.steps))
    assert any(step.name == "Mannerheimintie" for leg in journey.legs for step in leg.steps)
    assert any(step.modifier in ("left", "right") for leg in journey.legs for step in leg.steps)
    assert journey.distance_m == sum(leg.distance_m for leg in journey.legs)


def test_a_point_far_from_every_road_is_named_and_never_moved(streets: EmbeddedOsrmRouter) -> None:
    """It is told by its number and its distance, and so is how to mend it."""
    points = [*some_points(3), FAR_AWAY]
    with pytest.raises(OffTheRoads, match=r"point 4 \(1\d,\d{3} m from a road\)") as caught:
        streets.matrix(points, CAR)
    assert caught.value.points == (3,)
    with pytest.raises(OffTheRoads):
        streets.route(points, CAR)
    assert (streets.snap_distances_m(points, CAR) > streets.snap_limit_m).tolist() == [False, False, False, True]


def test_the_limit_is_a_setting(helsinki: tuple[RoadMaps, RoadMap]) -> None:
    """Somebody who wants doors within ten metres of a street is told of those that are not."""
    strict = EmbeddedOsrmRouter(*helsinki, snap_limit_m=10)
    points = some_points(40)
    far = np.flatnonzero(strict.snap_distances_m(points, CAR) > 10)
    with pytest.raises(OffTheRoads) as caught:
        strict.matrix(points, CAR)
    assert caught.value.points == tuple(far)
    assert 0 < len(far) < 40


def test_a_point_that_is_no_place_on_earth_is_refused(streets: EmbeddedOsrmRouter) -> None:
    """Latitude and longitude the wrong way round are the usual cause."""
    with pytest.raises(BadInput, match=r"Point 2 \(124\.9, 60\.2\) is no place on earth"):
        streets.matrix([some_points(1)[0], (124.9, 60.2)], CAR)


def test_nothing_asked_nothing_answered(streets: EmbeddedOsrmRouter) -> None:
    """A day on which nobody travels."""
    assert streets.matrix([], CAR).durations_s.shape == (0, 0)


def test_a_journey_needs_two_points(streets: EmbeddedOsrmRouter) -> None:
    """One point is no journey."""
    with pytest.raises(BadInput, match="two points at least"):
        streets.route(some_points(1), CAR)


def test_it_says_what_it_is(streets: EmbeddedOsrmRouter) -> None:
    """The words that stand beside times."""
    router: Router = streets
    assert router.info().label == "roads: OSRM, OpenStreetMap data of 17 April 2019"
    assert not router.info().is_estimate
    assert "OpenStreetMap contributors" in router.info().attribution


def test_a_way_of_travelling_that_was_not_built_is_an_error(streets: EmbeddedOsrmRouter) -> None:
    """No other profile stands in for it."""
    with pytest.raises(RoadsUnavailable, match="was built without bicycles"):
        streets.matrix(some_points(2), VehicleKind.BICYCLE)


@pytest.mark.parametrize("harm", ["gone", "short", "another version"])
def test_a_graph_that_is_not_whole_is_not_opened(maps: RoadMaps, harm: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would crash the process or lie; the error says which file and what to do."""
    (road_map,) = maps.all()
    file = maps.graph_path(road_map, RoadProfile.CAR).with_suffix(".osrm.hsgr")
    words = {"gone": "hsgr of the road map Helsinki is missing", "short": "not as long as it was"}.get(
        harm, "and 99.1 is installed"
    )
    if harm == "gone":
        file.unlink()
    elif harm == "short":
        file.write_bytes(file.read_bytes()[:-1])
    else:
        monkeypatch.setattr("logistics.gateways.roads.road_maps.osrm_version", lambda: "99.1")
    with pytest.raises(RoadsUnavailable, match=words) as caught:
        EmbeddedOsrmRouter(maps, road_map).matrix(some_points(2), CAR)
    assert "rounds roads build" in str(caught.value)
