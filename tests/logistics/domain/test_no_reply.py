"""The ladder at a closed door, rung by rung, under a clock."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from logistics.domain.care_times import CareTimes
from logistics.domain.no_reply import ClosedDoor, DoorLadder, DoorRung, DoorStep, RungState, door_ladder, tries_of

CLOSED = datetime(2026, 11, 26, 12, 4, tzinfo=UTC)
TIMES = CareTimes()


def ladder(minutes: float, *, tries: tuple[float, ...] = (0,), **steps: float) -> DoorLadder:
    """The ladder so many minutes after the door was found closed."""
    return door_ladder(
        tuple(CLOSED + timedelta(minutes=each) for each in tries),
        {DoorStep(step): CLOSED + timedelta(minutes=at) for step, at in steps.items()},
        TIMES,
        now=CLOSED + timedelta(minutes=minutes),
    )


def states(found: DoorLadder) -> str:
    """D(one), W(aits), O(verdue), - for what has no clock, in order."""
    letters = {RungState.DONE: "D", RungState.WAITS: "W", RungState.OVERDUE: "O", RungState.OPEN: "-"}
    return "".join(letters[each.state] for each in found.rungs)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (ladder(0), "DWW-"),
        (ladder(29.9), "DWW-"),
        (ladder(30), "DOW-"),
        (ladder(119.9), "DOW-"),
        (ladder(120), "DOO-"),
        (ladder(40, seen=12), "DDW-"),
        (ladder(130, seen=12), "DDO-"),
        (ladder(130, seen=12, try_again=20), "DDO-"),
        (ladder(130, seen=12, tries=(0, 70)), "DDD-"),
        (ladder(130, next_of_kin=25), "DDD-"),
        (ladder(130, settled=25), "DDD-"),
        (ladder(10, rang_999=3), "DDWD"),
    ],
)
def test_every_rung_under_a_clock(found: DoorLadder, expected: str) -> None:
    """The door, the desk within 30 minutes, the second try or next of kin within two hours, 999 at any time."""
    assert states(found) == expected


def test_clock_starts_at_the_first_closed_door() -> None:
    """A second try does not push the desk's time on; what comes next is told with its time."""
    found = ladder(80, tries=(0, 70))
    assert found.rungs[1].by == CLOSED + timedelta(minutes=30)
    next_rung = ladder(5).next_rung
    assert next_rung is not None
    assert (next_rung.rung, next_rung.by) == (DoorRung.DESK_KNOWS, CLOSED + timedelta(minutes=30))
    assert ladder(5, settled=1).next_rung is None


def test_slip_of_the_finger_is_no_try() -> None:
    """A report taken back before the wait at a door is over starts no clock and is no second try."""
    slip = ClosedDoor(CLOSED, CLOSED + timedelta(seconds=119))
    real = ClosedDoor(CLOSED + timedelta(hours=1), CLOSED + timedelta(hours=1, seconds=120))
    last = ClosedDoor(CLOSED + timedelta(hours=2))
    assert tries_of([slip, real, last], TIMES) == (real.at, last.at)
    assert tries_of([last], TIMES) == (last.at,)
