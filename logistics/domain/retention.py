"""How long a network keeps what tells of people (law names no numbers; the defaults are DOMAIN's and what practice asks)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import date, timedelta
from typing import Any, Self

from logistics.domain.errors import BadInput

KEY = "retention"
"""Where a network's settings keep them."""

LONGEST_DAYS = 25 * 366


@dataclass(frozen=True, slots=True, kw_only=True)
class RetentionTimes:
    """A network's keeping times, in whole days. On day N a thing is still kept; on day N + 1 it goes.

    `household_days` and `volunteer_days` count from the day they were closed, `case_days` from the day a follow-up was closed,
    the others from the day of the thing itself.
    """

    household_days: int = 183
    volunteer_days: int = 183
    case_days: int = 6 * 365
    call_days: int = 183
    note_days: int = 183
    link_days: int = 30
    session_days: int = 30
    mail_days: int = 30
    place_days: int = 365
    photo_days: int = 365

    def __post_init__(self) -> None:
        errors = {
            each.name: "Use between 1 day and 25 years"
            for each in fields(self)
            if not 1 <= getattr(self, each.name) <= LONGEST_DAYS
        }
        if errors:
            raise BadInput("There is a problem", errors)

    @classmethod
    def from_settings(cls, settings: Mapping[str, Any]) -> Self:
        """The defaults with a network's own values over them. Raises BadInput for a name that is no keeping time."""
        own = settings.get(KEY, {})
        unknown = sorted(set(own) - {each.name for each in fields(cls)})
        if unknown:
            raise BadInput(f"There is no keeping time called {unknown[0]}.")
        return cls(**{name: int(value) for name, value in own.items()})

    def to_settings(self) -> dict[str, int]:
        """As the network's settings keep them."""
        return asdict(self)


def is_over(since: date, days: int, today: date) -> bool:
    """Whether the keeping time is over: on day `days` after `since` it is not, on the next it is."""
    return today > since + timedelta(days=days)


def last_kept(days: int, today: date) -> date:
    """The oldest day whose things are still kept today."""
    return today - timedelta(days=days)
