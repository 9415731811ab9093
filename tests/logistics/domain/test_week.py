"""ISO weeks and the planning time axis."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.errors import BadInput
from logistics.domain.week import LONDON, IsoWeek, axis_s, axis_to_instant, hhmm, instant_to_axis

DAYS = st.dates(date(2000, 1, 3), date(2090, 12, 31))


@pytest.mark.parametrize("text", ["2026-W49", " 2026-w49 ", "2026W49"])
def test_a_week_is_read_as_people_write_it(text: str) -> None:
    """Small letters, spaces and a missing hyphen are forgiven."""
    assert IsoWeek.parse(text) == IsoWeek(2026, 49)


@pytest.mark.parametrize("text", ["", "49", "2026-49", "2026-W54", "2025-W53", "2026-W00", "next week"])
def test_what_is_no_week_is_refused(text: str) -> None:
    """2026 has a week 53, 2025 has none."""
    with pytest.raises(BadInput):
        IsoWeek.parse(text)


@given(day=DAYS)
def test_a_week_is_written_as_it_is_read(day: date) -> None:
    """The text of a week reads as that week, which holds the day."""
    week = IsoWeek.of(day)
    assert IsoWeek.parse(str(week)) == week
    assert day in week.days


@given(day=DAYS, weeks=st.integers(-60, 60))
def test_weeks_go_on_over_the_turn_of_the_year(day: date, weeks: int) -> None:
    """So many weeks on are seven times as many days."""
    week = IsoWeek.of(day)
    assert (week.plus(weeks).monday - week.monday).days == 7 * weeks


def test_noon_is_noon_when_the_clocks_change() -> None:
    """On the Sunday that has 25 hours, 12:00 on the axis is 12:00 on the wall."""
    week = IsoWeek(2026, 43)
    sunday = week.days[6]
    seconds = axis_s(week, sunday, time(12))
    assert axis_to_instant(week, seconds) == datetime(2026, 10, 25, 12, tzinfo=UTC)
    assert axis_to_instant(week, seconds - 86_400) == datetime(2026, 10, 24, 11, tzinfo=UTC)


@given(day=DAYS, at=st.times(time(3)).map(lambda at: at.replace(microsecond=0)))
def test_an_instant_comes_back_from_the_axis(day: date, at: time) -> None:
    """From the axis to UTC and back, in London's time, outside the hour in which clocks change."""
    week = IsoWeek.of(day)
    seconds = axis_s(week, day, at)
    assert instant_to_axis(week, axis_to_instant(week, seconds, LONDON), LONDON) == seconds


def test_a_time_of_day_is_rounded_down_to_the_minute() -> None:
    """59 seconds are not a minute, on any day of the week."""
    assert hhmm(3 * 86_400 + 12 * 3600 + 4 * 60 + 59) == "12:04"
