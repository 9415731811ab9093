"""How long it takes from place to place, and who says so."""

from __future__ import annotations

from logistics.gateways.roads.port import (
    NO_WAY,
    LatLon,
    OffTheRoads,
    RoadLeg,
    RoadMatrix,
    RoadPath,
    RoadsInfo,
    RoadStep,
    RoadsUnavailable,
    Router,
)
from logistics.gateways.roads.straight_line import StraightLineRouter, StraightLineSettings, Travel

__all__ = [
    "NO_WAY",
    "LatLon",
    "OffTheRoads",
    "RoadLeg",
    "RoadMatrix",
    "RoadPath",
    "RoadStep",
    "RoadsInfo",
    "RoadsUnavailable",
    "Router",
    "StraightLineRouter",
    "StraightLineSettings",
    "Travel",
]
