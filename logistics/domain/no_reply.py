"""The ladder at a door where nobody answers: knock, tell the desk, try again or next of kin, and 999 in danger (DOMAIN)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from logistics.domain.care_times import CareTimes


class DoorRung(StrEnum):
    """What must happen after a closed door, in order."""

    AT_THE_DOOR = "at_the_door"
    DESK_KNOWS = "desk_knows"
    SECOND_TRY = "second_try"
    DANGER = "danger"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "at_the_door": "Knocked, looked, phoned, waited",
            "desk_knows": "The desk knows",
            "second_try": "Second try at the door, or next of kin",
            "danger": "Collapsed or in danger: 999, and stay",
        }[self.value]


class DoorStep(StrEnum):
    """What the desk writes down about a closed door. Each once."""

    SEEN = "seen"
    TRY_AGAIN = "try_again"
    NEXT_OF_KIN = "next_of_kin"
    RANG_999 = "rang_999"
    SETTLED = "settled"

    @property
    def label(self) -> str:
        """As people read it."""
        return {
            "seen": "I know of it",
            "try_again": "Asked the driver to try again",
            "next_of_kin": "Rang next of kin",
            "rang_999": "Rang 999",
            "settled": "They are well",
        }[self.value]


class RungState(StrEnum):
    """How a rung stands at a moment. OPEN: it has no deadline and is not done."""

    DONE = "done"
    WAITS = "waits"
    OVERDUE = "overdue"
    OPEN = "open"


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderRung:
    """One rung with its clock: `by` is its deadline, `done_at` when it was done."""

    rung: DoorRung
    by: datetime | None
    done_at: datetime | None
    state: RungState


@dataclass(frozen=True, slots=True)
class ClosedDoor:
    """A report that nobody answered, and when the stop was opened again after it, if it was."""

    at: datetime
    reopened_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorLadder:
    """The ladder of one door: when it was found closed, each time, and what the desk has done."""

    closed_at: tuple[datetime, ...]
    steps: Mapping[DoorStep, datetime]
    rungs: tuple[LadderRung, ...]

    @property
    def is_settled(self) -> bool:
        """Whether somebody knows that they are well."""
        return DoorStep.SETTLED in self.steps

    @property
    def desk_knows(self) -> bool:
        """Whether the desk has said so."""
        return bool(self.steps)

    @property
    def is_overdue(self) -> bool:
        """Whether a rung has passed its time."""
        return any(each.state is RungState.OVERDUE for each in self.rungs)

    @property
    def next_rung(self) -> LadderRung | None:
        """The first rung with a deadline that is not done."""
        return next((each for each in self.rungs if each.by is not None and each.done_at is None), None)


def tries_of(doors: Iterable[ClosedDoor], times: CareTimes) -> tuple[datetime, ...]:
    """When it was really tried. A report taken back before the wait at a door is over was a slip of the finger."""
    wait = timedelta(seconds=times.door_wait_s)
    return tuple(sorted(door.at for door in doors if door.reopened_at is None or door.reopened_at - door.at >= wait))


def door_ladder(
    tries: tuple[datetime, ...], steps: Mapping[DoorStep, datetime], times: CareTimes, *, now: datetime
) -> DoorLadder:
    """The ladder at this moment. `tries` is not empty; its first starts the clocks."""
    first = tries[0]
    settled = steps.get(DoorStep.SETTLED)
    second = _first((*tries[1:2], steps.get(DoorStep.NEXT_OF_KIN), settled))
    rungs = (
        (DoorRung.AT_THE_DOOR, first, first),
        (DoorRung.DESK_KNOWS, first + timedelta(seconds=times.tell_desk_s), _first(steps.values())),
        (DoorRung.SECOND_TRY, first + timedelta(seconds=times.second_try_s), second),
        (DoorRung.DANGER, None, steps.get(DoorStep.RANG_999)),
    )
    return DoorLadder(
        closed_at=tries,
        steps=steps,
        rungs=tuple(
            LadderRung(rung=rung, by=by, done_at=done_at, state=_state(by, done_at, now)) for rung, by, done_at in rungs
        ),
    )


def _first(instants: Iterable[datetime | None]) -> datetime | None:
    return min((each for each in instants if each is not None), default=None)


def _state(by: datetime | None, done_at: datetime | None, now: datetime) -> RungState:
    if done_at is not None:
        return RungState.DONE
    if by is None:
        return RungState.OPEN
    return RungState.OVERDUE if by <= now else RungState.WAITS
