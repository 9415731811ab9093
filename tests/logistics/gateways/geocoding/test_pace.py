"""Turns are counted in one file, and a damaged file or a clock set back silences nobody for ever."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from logistics.gateways.geocoding.pace import LONGEST_REST_S, FilePace, TooSoon


@dataclass
class Time:
    """A clock that only sleeping moves."""

    at: float = 1_000_000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        """Move on."""
        self.slept.append(seconds)
        self.at += seconds


def pace(file: Path, time: Time, *, patience_s: float = 5.0) -> FilePace:
    """One turn a second."""
    return FilePace(file, pause_s=1.0, patience_s=patience_s, now=lambda: time.at, sleep=time.sleep)


def test_two_processes_share_the_turns(tmp_path: Path) -> None:
    """The second one waits for the pause that the first began."""
    time = Time()
    pace(tmp_path / "new" / "pace", time).turn()
    pace(tmp_path / "new" / "pace", time).turn()
    assert time.slept == [pytest.approx(1.0)]


def test_a_long_wait_is_told_not_slept(tmp_path: Path) -> None:
    """Nobody sits before a page for two minutes; the turn is not taken."""
    time = Time()
    asked = pace(tmp_path / "pace", time)
    asked.rest(120)
    for _ in range(2):
        with pytest.raises(TooSoon) as soon:
            asked.turn()
        assert soon.value.wait_s == pytest.approx(120)
    time.at += 121
    asked.turn()
    assert time.slept == []


@pytest.mark.parametrize("text", ["", "nonsense", "nan"])
def test_a_damaged_file_is_no_reason_to_stop(tmp_path: Path, text: str) -> None:
    """After a full disk the next turn is now."""
    (tmp_path / "pace").write_text(text)
    time = Time()
    pace(tmp_path / "pace", time).turn()
    assert time.slept == []


def test_a_clock_that_was_wrong_by_years_costs_a_day_at_most(tmp_path: Path) -> None:
    """Nobody has to know of this file to get out of it."""
    (tmp_path / "pace").write_text("1e999")
    with pytest.raises(TooSoon) as soon:
        pace(tmp_path / "pace", Time()).turn()
    assert soon.value.wait_s <= LONGEST_REST_S
