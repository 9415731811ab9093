"""The ways of travelling that a road map is built for. Vans take the car's roads; a cargo bike is no bicycle."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from logistics.domain.vocabulary import VehicleKind


class RoadProfile(StrEnum):
    """A graph of its own for each."""

    CAR = "car"
    BICYCLE = "bicycle"
    CARGO_BIKE = "cargo_bike"
    FOOT = "foot"

    @property
    def label(self) -> str:
        """The words people read."""
        return _LABELS[self]


_LABELS = {
    RoadProfile.CAR: "cars and vans",
    RoadProfile.BICYCLE: "bicycles",
    RoadProfile.CARGO_BIKE: "cargo bikes",
    RoadProfile.FOOT: "walkers",
}

PROFILE_OF: Mapping[VehicleKind, RoadProfile] = MappingProxyType(
    {
        VehicleKind.CAR: RoadProfile.CAR,
        VehicleKind.VAN: RoadProfile.CAR,
        VehicleKind.BICYCLE: RoadProfile.BICYCLE,
        VehicleKind.CARGO_BIKE: RoadProfile.CARGO_BIKE,
        VehicleKind.FOOT: RoadProfile.FOOT,
    }
)
"""Which graph each kind of vehicle travels on."""

PROFILE_WORDS: Mapping[VehicleKind, str] = MappingProxyType(
    {kind: f"OSRM profile {profile.value}" for kind, profile in PROFILE_OF.items()}
)
"""The same for a plan's record."""
