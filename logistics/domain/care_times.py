"""How long things may wait before somebody must act: at a closed door, and once a follow-up is open (DOMAIN: no reply ladder)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any, Self

from logistics.domain.care import ConcernUrgency
from logistics.domain.errors import BadInput

KEY = "care"
"""Where a network's settings keep them."""

LONGEST_S = 14 * 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class CareTimes:
    """A network's times, in seconds. The first three: by when somebody must look at a concern, from being told.

    `door_wait_s`: how long a driver waits at a closed door. `tell_desk_s`: by when the desk must know of it, and by when a
    follow-up at a household at risk must have been looked at. `second_try_s`: by when the second try, or next of kin. The last three:
    how long after its deadline an open follow-up is passed on.
    """

    urgent_s: int = 3_600
    today_s: int = 4 * 3_600
    soon_s: int = 3 * 86_400
    door_wait_s: int = 120
    tell_desk_s: int = 1_800
    second_try_s: int = 2 * 3_600
    lead_after_s: int = 900
    deputy_after_s: int = 1_800
    coordinator_after_s: int = 3_600

    def __post_init__(self) -> None:
        errors = {
            each.name: "Use between 1 minute and 14 days"
            for each in fields(self)
            if not 60 <= getattr(self, each.name) <= LONGEST_S
        }
        if not errors and not self.urgent_s <= self.today_s <= self.soon_s:
            errors["today_s"] = (
                "Urgent comes first, then today, then the next days: make the times longer in this order"
            )
        if not errors and not self.tell_desk_s <= self.second_try_s:
            errors["second_try_s"] = "The second try comes after the desk knows: make it at least as long"
        if not errors and not self.lead_after_s <= self.deputy_after_s <= self.coordinator_after_s:
            errors["deputy_after_s"] = (
                "The lead is told first, then the deputy, then the coordinator: make the times longer in this order"
            )
        if errors:
            raise BadInput("There is a problem", errors)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The defaults with a network's own values over them. Raises BadInput for a name that is no time."""
        own = settings.get(KEY, {})
        unknown = sorted(set(own) - {each.name for each in fields(cls)})
        if unknown:
            raise BadInput(f"There is no time of follow-ups called {unknown[0]}.")
        return cls(**{name: int(value) for name, value in own.items()})

    def to_settings(self) -> dict[str, int]:
        """As the network's settings keep them."""
        return asdict(self)

    def due_at(self, urgency: ConcernUrgency, told_at: datetime) -> datetime:
        """By when somebody must have looked at a concern that reached us at `told_at`."""
        within_s = {
            ConcernUrgency.URGENT: self.urgent_s,
            ConcernUrgency.TODAY: self.today_s,
            ConcernUrgency.SOON: self.soon_s,
        }[urgency]
        return told_at + timedelta(seconds=within_s)

    @property
    def no_reply_within(self) -> timedelta:
        """From a closed door at a household at risk to the time by which somebody must have looked."""
        return timedelta(seconds=self.tell_desk_s)
