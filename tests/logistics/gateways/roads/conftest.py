"""Roads of Helsinki for the tests of routers."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from tests.logistics.gateways.roads.helsinki import built


@pytest.fixture(scope="session")
def helsinki(tmp_path_factory: pytest.TempPathFactory) -> tuple[RoadMaps, RoadMap]:
    """A built road map that no test may change."""
    base = tmp_path_factory.getbasetemp()
    return built((base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "helsinki-roads")


@pytest.fixture
def maps(helsinki: tuple[RoadMaps, RoadMap], tmp_path: Path) -> RoadMaps:
    """A copy of it that a test may break."""
    import shutil

    shutil.copytree(helsinki[0].folder, tmp_path / "roads")
    return RoadMaps(tmp_path / "roads")


@pytest.fixture(scope="session")
def streets(helsinki: tuple[RoadMaps, RoadMap]) -> EmbeddedOsrmRouter:
    """A router on it."""
    return EmbeddedOsrmRouter(*helsinki)
