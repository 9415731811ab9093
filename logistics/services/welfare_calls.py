"""Welfare calls: put on the list, made, written down; whoever cannot be reached is rung again, then becomes a follow-up."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.care import OVER, ConcernUrgency, FollowUpCause
from logistics.domain.errors import BadInput, Conflict, NotFound
from logistics.domain.week import LONDON
from logistics.domain.welfare import (
    MOST_CALL_LETTERS,
    MOST_EVERY_DAYS,
    TRIES_BEFORE_FOLLOW_UP,
    WelfareCause,
    WelfareOutcome,
    next_call_on,
)
from logistics.persistence.tables import FollowUp, Household, WelfareCall
from logistics.queries.care_people import care_times
from logistics.queries.welfare_calls import tries_in_a_row
from logistics.services.audit import note as audit


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCall:
    """A call that somebody asks for. `id` is made by the page; `every_days`: it comes again after so many days."""

    id: uuid.UUID
    household_id: uuid.UUID
    due_on: date
    every_days: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallMade:
    """What came of a call."""

    outcome: WelfareOutcome
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenCall:
    """What followed from it: the day of the next call, and the follow-up that was opened."""

    next_on: date | None
    follow_up_id: uuid.UUID | None


def plan_call(session: Session, actor: Actor, call: PlannedCall, *, now: datetime) -> None:
    """Put a household on the list for a day, perhaps again and again. The same id again changes nothing.

    Raises NotFound, and BadInput for a day that is over.
    """
    actor.require(Permission.FOLLOW_UP)
    if session.scalar(select(Household.id).where(Household.id == call.household_id)) is None:
        raise NotFound("There is no such household here.")
    if session.scalar(select(WelfareCall.id).where(WelfareCall.id == call.id)) is not None:
        return
    errors: dict[str, str] = {}
    if call.due_on < now.astimezone(LONDON).date():
        errors["due_on"] = "Choose today or a later day"
    if call.every_days is not None and not 1 <= call.every_days <= MOST_EVERY_DAYS:
        errors["every_days"] = f"Use between 1 and {MOST_EVERY_DAYS} days"
    if errors:
        raise BadInput("There is a problem", errors)
    session.add(
        WelfareCall(
            id=call.id,
            household_id=call.household_id,
            due_on=call.due_on,
            cause=WelfareCause.ASKED_FOR if call.every_days is None else WelfareCause.REGULAR,
            every_days=call.every_days,
        )
    )
    audit(session, actor, "plan", "welfare_call", call.id, now=now)
    session.flush()


def plan_call_after_no_reply(session: Session, household_id: uuid.UUID, *, now: datetime) -> None:
    """Whoever did not answer the door is rung the same day, unless a call is on the list already."""
    waits = select(WelfareCall.id).where(WelfareCall.household_id == household_id, WelfareCall.outcome.is_(None))
    today = now.astimezone(LONDON).date()
    if session.scalar(waits.where(WelfareCall.due_on <= today).limit(1)) is None:
        session.add(WelfareCall(id=uuid.uuid4(), household_id=household_id, due_on=today, cause=WelfareCause.NO_REPLY))


def write_call(session: Session, actor: Actor, call_id: uuid.UUID, made: CallMade, *, now: datetime) -> WrittenCall:
    """Keep what came of a call, put the next one on the list, and open a follow-up after the third try that reached nobody.

    The same outcome again changes nothing. Raises NotFound, BadInput, and Conflict where another outcome was written before.
    """
    actor.require(Permission.FOLLOW_UP)
    call = session.scalar(select(WelfareCall).where(WelfareCall.id == call_id).with_for_update())
    if call is None:
        raise NotFound("There is no such call here.")
    text = made.note.strip()
    if len(text) > MOST_CALL_LETTERS:
        raise BadInput("There is a problem", {"note": f"Use {MOST_CALL_LETTERS} characters or fewer"})
    if call.outcome is not None:
        if (call.outcome, call.note) != (made.outcome, text):
            raise Conflict("Somebody has written down this call already. Load the list again.")
        return WrittenCall(next_on=None, follow_up_id=None)
    call.outcome, call.note, call.called_at, call.account_id = made.outcome, text, now, actor.account_id
    next_on = next_call_on(made.outcome, call.every_days, now.astimezone(LONDON).date())
    if next_on is not None:
        cause = call.cause if not made.outcome.is_try_again or call.every_days else WelfareCause.CALL_BACK
        session.add(
            WelfareCall(
                id=uuid.uuid4(),
                household_id=call.household_id,
                due_on=next_on,
                cause=cause,
                every_days=call.every_days,
            )
        )
    audit(session, actor, "welfare_call", "welfare_call", call.id, now=now, outcome=made.outcome.value)
    session.flush()
    return WrittenCall(next_on=next_on, follow_up_id=_follow_up_if_unreached(session, call, now=now))


def _follow_up_if_unreached(session: Session, call: WelfareCall, *, now: datetime) -> uuid.UUID | None:
    if call.outcome is None or call.outcome.spoke:
        return None
    if tries_in_a_row(session, call.household_id) < TRIES_BEFORE_FOLLOW_UP:
        return None
    is_open = select(FollowUp.id).where(
        FollowUp.household_id == call.household_id,
        FollowUp.cause == FollowUpCause.NOT_REACHED,
        FollowUp.state.not_in(OVER),
    )
    if session.scalar(is_open.limit(1)) is not None:
        return None
    row = FollowUp(
        id=uuid.uuid4(),
        cause=FollowUpCause.NOT_REACHED,
        household_id=call.household_id,
        urgency=ConcernUrgency.TODAY,
        opened_at=now,
        due_at=care_times(session).due_at(ConcernUrgency.TODAY, now),
    )
    session.add(row)
    session.flush()
    return row.id
