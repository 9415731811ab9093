"""Minutes that each kind of vehicle needs at every place where it stops: a network's own figures, on top of the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind

MOST_PARKING_S = 30 * 60
"""Whoever needs longer to park has not arrived."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleParking:
    """Seconds that a kind of vehicle spends at each place where it stops, before anything else is done there.

    Not again where it already stands: at the same site, or in the same building. Kinds that are not named take none.
    """

    seconds: Mapping[VehicleKind, int] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        for kind, parking_s in self.seconds.items():
            if not 0 <= parking_s <= MOST_PARKING_S:
                raise BadInput(
                    f"Parking a {kind.label} takes from 0 to {MOST_PARKING_S // 60} minutes, not {parking_s / 60:g}."
                )
        object.__setattr__(
            self, "seconds", {kind: self.seconds[kind] for kind in VehicleKind if self.seconds.get(kind)}
        )

    def of(self, kind: VehicleKind) -> int:
        """Seconds for that kind."""
        return self.seconds.get(kind, 0)

    @classmethod
    def from_settings(cls, raw: Mapping[str, Any]) -> VehicleParking:
        """As a network's settings keep it: seconds by kind. Raises BadInput."""
        try:
            return cls(seconds={VehicleKind(kind): int(parking_s) for kind, parking_s in raw.items()})
        except (AttributeError, TypeError, ValueError) as error:
            raise BadInput(
                f'Parking is written as {{"car": 240, "bicycle": 60}}, in seconds; this cannot be read: {error}.'
            ) from error

    def to_settings(self) -> dict[str, int]:
        """As JSON, in a fixed order."""
        return {kind.value: parking_s for kind, parking_s in self.seconds.items()}
