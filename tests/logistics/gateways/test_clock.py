"""Clocks tell aware UTC instants."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from logistics.gateways.clock import Clock, FixedClock, SystemClock


def test_the_systems_clock_tells_utc() -> None:
    """Now is between just before and just after, in UTC."""
    clock: Clock = SystemClock()
    before = datetime.now(UTC)
    now = clock.now()
    assert before <= now <= datetime.now(UTC)
    assert now.tzinfo is UTC


def test_a_fixed_clock_stands_until_moved() -> None:
    """The same instant each time it is asked, then exactly as much later as it was moved."""
    clock = FixedClock(datetime(2026, 11, 30, 9, 0, tzinfo=UTC))
    assert clock.now() == clock.now()
    clock.advance(timedelta(hours=2))
    assert clock.now() == datetime(2026, 11, 30, 11, 0, tzinfo=UTC)


def test_moving_over_the_clock_change_counts_real_time() -> None:
    """An hour is an hour when London's clocks go back at 01:00 UTC: the wall shows 01:30 twice."""
    clock = FixedClock(datetime(2026, 10, 25, 1, 30, tzinfo=ZoneInfo("Europe/London")))
    clock.advance(timedelta(hours=1))
    london = clock.now().astimezone(ZoneInfo("Europe/London"))
    assert (london.hour, london.minute, london.fold) == (1, 30, 1)


def test_a_naive_instant_is_refused() -> None:
    """An instant without a zone could be any of several: neither making nor setting a clock takes one."""
    naive = datetime(2026, 11, 30, 9, 0)  # noqa: DTZ001  # what is refused
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(naive)
    with pytest.raises(ValueError, match="time zone"):
        FixedClock(datetime(2026, 11, 30, tzinfo=UTC)).set(naive)
