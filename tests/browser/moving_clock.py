"""A clock that runs as time does, from any instant: a morning in December on whatever day the tests run."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class MovingClock:
    """The machine's clock, moved by `ahead` (`logistics.gateways.clock.Clock`)."""

    def __init__(self, ahead: timedelta = timedelta()) -> None:
        self.ahead = ahead

    @classmethod
    def starting(cls, at: datetime) -> MovingClock:
        """A clock that shows `at` now, and runs on from there."""
        return cls(at - datetime.now(UTC))

    def now(self) -> datetime:
        """The moved instant, aware, in UTC."""
        return datetime.now(UTC) + self.ahead

    def move_to(self, at: datetime) -> None:
        """Show `at` now."""
        self.ahead = at - datetime.now(UTC)
