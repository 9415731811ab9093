"""Photos as proof of food left at a door, or unfit: whether a network takes them, how long it keeps them, of what they may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, time, timedelta
from typing import Any, Self

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import DeliveredHow, FailureReason
from logistics.domain.week import LONDON

KEY = "door_photos"
"""Where a network's settings keep these rules."""

MOST_KEPT_DAYS = 90
MOST_AT_A_STOP = 3
"""A crew of two may each take one, and one more after an undo that crossed with it."""

LONGEST_EDGE_PX = 1_280
"""As large as a phone sends one, and as large as we keep one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorPhotoRules:
    """A network's rules. `kept_days`: whole days after that on which a photo reached us. Off until somebody turns it on."""

    is_on: bool = False
    kept_days: int = 14

    def __post_init__(self) -> None:
        if not 1 <= self.kept_days <= MOST_KEPT_DAYS:
            raise BadInput("There is a problem", {"kept_days": f"Use between 1 and {MOST_KEPT_DAYS} days"})

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The defaults with a network's own values over them."""
        own = settings.get(KEY, {})
        return cls(is_on=bool(own.get("is_on", False)), kept_days=int(own.get("kept_days", cls().kept_days)))

    def to_settings(self) -> dict[str, bool | int]:
        """As the network's settings keep them."""
        return asdict(self)

    def gone_before(self, now: datetime) -> datetime:
        """Photos that reached us before this instant are over: a London midnight, so that a day is kept or gone as a whole."""
        first_kept = now.astimezone(LONDON).date() - timedelta(days=self.kept_days)
        return datetime.combine(first_kept, time(), LONDON)


def is_proof_of(kind: DeliveryEventKind, details: Mapping[str, Any]) -> bool:
    """Whether a photo may be kept of what this event says: food left at the door, or food that was unfit."""
    if kind is DeliveryEventKind.STOP_DELIVERED:
        return details.get("how") == DeliveredHow.LEFT_AT_DOOR
    return kind is DeliveryEventKind.STOP_FAILED and details.get("reason") == FailureReason.FOOD_UNFIT
