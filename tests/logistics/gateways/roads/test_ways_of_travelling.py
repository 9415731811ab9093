"""Drivers, riders, cargo bikes and walkers each get their own way and their own time."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.graph_build import build_map
from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMaps
from tests.logistics.gateways.roads.town import METRE, at, write_town

SOUTH_DOOR, NORTH_DOOR = at(250, 0), at(250, 400)
"""At the foot and at the head of the steps."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> EmbeddedOsrmRouter:
    """A router on the town, for everybody."""
    folder: Path = tmp_path_factory.mktemp("town")
    maps = RoadMaps(folder / "roads")
    extract = write_town(folder / "town.osm.pbf")
    road_map = build_map(maps, extract, list(RoadProfile), now=datetime(2026, 11, 22, tzinfo=UTC))
    return EmbeddedOsrmRouter(maps, road_map)


def test_walkers_take_the_steps_and_nobody_else_does(town: EmbeddedOsrmRouter) -> None:
    """400 m up the steps; 900 m round the block for a car and for a loaded cargo bike."""
    metres = {kind: int(town.matrix([SOUTH_DOOR, NORTH_DOOR], kind).distances_m[0, 1]) for kind in VehicleKind}
    assert metres[VehicleKind.FOOT] == pytest.approx(400, abs=2)
    assert metres[VehicleKind.CAR] == metres[VehicleKind.VAN] == pytest.approx(900, abs=3)
    assert metres[VehicleKind.CARGO_BIKE] == pytest.approx(900, abs=3)


def test_each_has_a_time_of_its_own(town: EmbeddedOsrmRouter) -> None:
    """Along one street, 250 m: a car is fastest, then a bicycle, a cargo bike, somebody on foot."""
    seconds = {kind: int(town.matrix([at(0, 0), at(250, 0)], kind).durations_s[0, 1]) for kind in VehicleKind}
    assert (
        seconds[VehicleKind.CAR]
        < seconds[VehicleKind.BICYCLE]
        < seconds[VehicleKind.CARGO_BIKE]
        < seconds[VehicleKind.FOOT]
    )
    assert seconds[VehicleKind.VAN] == seconds[VehicleKind.CAR]


def test_a_one_way_street_is_driven_one_way(town: EmbeddedOsrmRouter) -> None:
    """West Street runs south: 400 m down it, 1,400 m round the block back up; on foot 400 m both ways."""
    top, bottom = at(0, 390), at(0, 10)
    driven = town.matrix([top, bottom], VehicleKind.CAR).distances_m
    walked = town.matrix([top, bottom], VehicleKind.FOOT).distances_m
    assert driven[0, 1] == pytest.approx(380, abs=2)
    assert driven[1, 0] == pytest.approx(1420, abs=5)
    assert walked[0, 1] == walked[1, 0] == pytest.approx(380, abs=2)


def test_the_line_goes_where_the_car_does(town: EmbeddedOsrmRouter) -> None:
    """From the foot of West Street to its head: round the block by all its other corners, not up the one-way street."""
    (leg,) = town.route([at(20, 0), at(0, 380)], VehicleKind.CAR).legs
    line = [(round(east / METRE, -1), round(north / METRE, -1)) for north, east in leg.points]
    assert [corner for corner in line if corner in {(0, 0), (500, 0), (500, 400), (0, 400)}] == [
        (500, 0),
        (500, 400),
        (0, 400),
    ]
    assert (leg.steps[0].name, leg.steps[-1].name) == ("South Street", "West Street")
