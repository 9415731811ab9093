"""ISO weeks and the planning time axis: seconds of local time since Monday 00:00 of the week."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from logistics.domain.errors import BadInput

LONDON = ZoneInfo("Europe/London")
DAY_S = 86_400
YEARS = range(2000, 2200)
"""The years that people plan in. Days before and after each of them can be counted; anything else is a slip of the hand."""


@dataclass(frozen=True, slots=True, order=True)
class IsoWeek:
    """A week named as people write it, `2026-W49`: Monday to Sunday (ISO 8601)."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> IsoWeek:
        """Read `2026-W49`. Raises BadInput that shows the form wanted."""
        match = re.fullmatch(r"\s*(\d{4})-?[Ww](\d{1,2})\s*", text)
        if match is None:
            raise BadInput(f"“{text}” is not a week. Write it like 2026-W49.")
        year, number = int(match[1]), int(match[2])
        if year not in YEARS:
            raise BadInput(f"“{text.strip()}” is too far away. Write a week of this century, like 2026-W49.")
        try:
            date.fromisocalendar(year, number, 1)
        except ValueError:
            raise BadInput(f"There is no week {number} in {year}.") from None
        return cls(year, number)

    @classmethod
    def of(cls, day: date) -> IsoWeek:
        """The week that a date lies in."""
        year, number, _ = day.isocalendar()
        return cls(year, number)

    @property
    def monday(self) -> date:
        """Its first day."""
        return date.fromisocalendar(self.year, self.number, 1)

    @property
    def days(self) -> tuple[date, ...]:
        """Its seven dates, Monday first."""
        return tuple(self.monday + timedelta(days=n) for n in range(7))

    def plus(self, weeks: int) -> IsoWeek:
        """The week so many weeks later (or earlier)."""
        return IsoWeek.of(self.monday + timedelta(weeks=weeks))

    def __str__(self) -> str:
        return f"{self.year}-W{self.number:02d}"


def axis_s(week: IsoWeek, day: date, at: time) -> int:
    """A wall time of the week as seconds on the planning axis: day number x 86,400 + time of day.

    The axis is wall time, so that a round at 12:00 is at 12:00 on the days when the clocks change too (the change itself,
    01:00 to 02:00 on a Sunday, lies outside delivery hours).
    """
    return (day - week.monday).days * DAY_S + at.hour * 3600 + at.minute * 60 + at.second


def axis_to_wall(week: IsoWeek, seconds: int) -> datetime:
    """The naive wall time of a point on the planning axis."""
    days, rest = divmod(seconds, DAY_S)
    return datetime.combine(week.monday + timedelta(days=days), time()) + timedelta(seconds=rest)


def axis_to_instant(week: IsoWeek, seconds: int, zone: ZoneInfo = LONDON) -> datetime:
    """The UTC instant of a point on the planning axis, in the network's time zone."""
    return axis_to_wall(week, seconds).replace(tzinfo=zone).astimezone(UTC)


def instant_to_axis(week: IsoWeek, instant: datetime, zone: ZoneInfo = LONDON) -> int:
    """The planning-axis seconds of a UTC instant."""
    wall = instant.astimezone(zone)
    return axis_s(week, wall.date(), wall.time())


def hhmm(seconds: int) -> str:
    """`12:04`, the time of day of a point on the planning axis (rounded down to the minute)."""
    return f"{seconds % DAY_S // 3600:02d}:{seconds % 3600 // 60:02d}"


def is_real_time(day: date, at: time, zone: ZoneInfo = LONDON) -> bool:
    """Whether this wall time is there on that day: in the night when clocks go forward, an hour is not."""
    wall = datetime.combine(day, at, zone)
    return wall.astimezone(UTC).astimezone(zone).time() == at
