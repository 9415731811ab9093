"""The time, as something that is handed in: services take `now`, and only the boundary asks a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """This instant, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands until it is moved: for tests, and for a demo week set on another day."""

    def __init__(self, at: datetime) -> None:
        self._at = _in_utc(at)

    def now(self) -> datetime:
        """The instant it was last set to, in UTC."""
        return self._at

    def set(self, at: datetime) -> None:
        """Stand at another instant. Raises ValueError when it has no time zone."""
        self._at = _in_utc(at)

    def advance(self, by: timedelta) -> None:
        """Go on by so much of real time (24 hours is not always a day in London)."""
        self._at += by


def _in_utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("A clock needs an instant with a time zone.")
    return at.astimezone(UTC)
