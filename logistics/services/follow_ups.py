"""A follow-up's way to its end: opened by a closed door, taken on by somebody, step by step, closed with an outcome."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.care import (
    BY_HAND,
    MOST_ENTRY_LETTERS,
    OVER,
    ConcernUrgency,
    FollowUpCause,
    FollowUpOutcome,
    LookAgain,
)
from logistics.domain.errors import BadInput, Conflict, NotFound
from logistics.domain.states import FollowUpState, change
from logistics.persistence.tables import FollowUp, FollowUpEntry, Household, Stop
from logistics.queries.care_people import care_times, person, readers_among
from logistics.queries.follow_ups import readable_by
from logistics.services.audit import note as audit
from logistics.services.escalations import tell_at_once, tell_lead, tell_new_owner
from logistics.services.welfare_calls import plan_call_after_no_reply

WAITING = (FollowUpState.RAISED, FollowUpState.TRIAGED, FollowUpState.ESCALATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpStep:
    """What somebody did. `id` is made by the page, so that a form sent twice is one entry. `look_again`: by when somebody must
    look next; None is the time that its urgency gives."""

    id: uuid.UUID
    state: FollowUpState
    note: str = ""
    outcome: FollowUpOutcome | None = None
    look_again: LookAgain | None = None


def follow_up_no_reply(session: Session, stop: Stop, *, now: datetime) -> None:
    """Open a follow-up where nobody answered at a household at risk, once while it is open for this stop; ring the others the same day."""
    if stop.household_id is None:
        return
    is_at_risk = session.scalar(select(Household.at_risk).where(Household.id == stop.household_id))
    is_open = session.scalar(
        select(FollowUp.id).where(
            FollowUp.stop_id == stop.id, FollowUp.cause == FollowUpCause.NO_REPLY, FollowUp.state.not_in(OVER)
        )
    )
    if not is_at_risk:
        plan_call_after_no_reply(session, stop.household_id, now=now)
    elif is_open is None:
        follow_up = FollowUp(
            id=uuid.uuid4(),
            cause=FollowUpCause.NO_REPLY,
            stop_id=stop.id,
            household_id=stop.household_id,
            urgency=ConcernUrgency.URGENT,
            opened_at=now,
            due_at=now + care_times(session).no_reply_within,
        )
        session.add(follow_up)
        tell_at_once(session, follow_up, now=now)


def take_follow_up(session: Session, actor: Actor, follow_up_id: uuid.UUID, *, now: datetime) -> FollowUpState:
    """Make the actor its owner, which tells whoever raised it that somebody has it. Raises NotFound, IllegalTransition."""
    found = _found(session, actor, follow_up_id)
    is_new = found.owner_id != actor.account_id or found.confirmed_at is None
    if found.state in WAITING or found.state in OVER:
        found.state = change(found.state, FollowUpState.ASSIGNED)
        is_new = True
    if is_new:
        _own(found, actor, now)
        _give_time(session, found, now)
        _write(session, actor, found, (uuid.uuid4(), ""), now=now)
    return found.state


def write_step(
    session: Session, actor: Actor, follow_up_id: uuid.UUID, step: FollowUpStep, *, now: datetime
) -> FollowUpState:
    """Add what was done, bring the follow-up to its state, and set when somebody must look next. The same id again changes nothing.

    Raises BadInput: no words, or a close without an outcome; NotFound for one that is not the actor's to read;
    IllegalTransition with the state named.
    """
    found = _found(session, actor, follow_up_id)
    known = session.scalar(select(FollowUpEntry).where(FollowUpEntry.id == step.id))
    if known is not None:
        if (known.follow_up_id, known.state) != (found.id, step.state):
            raise Conflict("This form was sent before, about something else. Load the page again and repeat it.")
        return found.state
    text = _checked(step)
    if found.state in (FollowUpState.RAISED, FollowUpState.TRIAGED) and step.state is not FollowUpState.DUPLICATE:
        found.state = change(found.state, FollowUpState.ASSIGNED)
    elif found.state in OVER:
        change(found.state, FollowUpState.ASSIGNED)  # raises: what is over stays as it was told
    found.state = change(found.state, step.state)
    if found.owner_id is None or found.confirmed_at is None:
        _own(found, actor, now)
    if step.state in OVER:
        found.closed_at = now
        found.outcome = step.outcome if step.state is FollowUpState.CLOSED else None
    else:
        found.due_at = _next_due(session, found, step.look_again, now)
    if step.state is FollowUpState.ESCALATED:
        tell_lead(session, found, now=now)
    _write(session, actor, found, (step.id, text), now=now)
    return found.state


def give_follow_up(
    session: Session, actor: Actor, follow_up_id: uuid.UUID, account_id: uuid.UUID, *, now: datetime
) -> FollowUpState:
    """Make somebody else its owner, and tell them by mail. Whoever gives it has seen it, so its receipt is confirmed.

    Raises NotFound, IllegalTransition for one that is over, and BadInput for somebody who may not read it.
    """
    found = _found(session, actor, follow_up_id)
    if account_id == actor.account_id:
        return take_follow_up(session, actor, follow_up_id, now=now)
    if not readers_among(session, person(session, account_id), found.id):
        raise BadInput("There is a problem", {"account_id": "Choose somebody of the list: others may not read it"})
    if found.owner_id == account_id:
        return found.state
    if found.state in WAITING or found.state in OVER:
        found.state = change(found.state, FollowUpState.ASSIGNED)
    found.owner_id = account_id
    found.confirmed_at = found.confirmed_at or now
    _give_time(session, found, now)
    tell_new_owner(session, found, now=now)
    _write(session, actor, found, (uuid.uuid4(), ""), now=now)
    return found.state


def _give_time(session: Session, found: FollowUp, now: datetime) -> None:
    """Whoever takes an overdue one on gets the time that its urgency gives, before it is passed on again."""
    if found.due_at <= now:
        found.due_at = _next_due(session, found, None, now)


def _next_due(session: Session, found: FollowUp, look_again: LookAgain | None, now: datetime) -> datetime:
    if look_again is not None:
        return now + look_again.within
    return care_times(session).due_at(found.urgency, now)


def _checked(step: FollowUpStep) -> str:
    text = step.note.strip()
    errors: dict[str, str] = {}
    if step.state not in BY_HAND:
        errors["state"] = "Choose what you did"
    if step.state is FollowUpState.CLOSED and step.outcome is None:
        errors["outcome"] = "Choose how it ended: a follow-up is closed with an outcome"
    if step.state is not FollowUpState.CLOSED and step.outcome is not None:
        errors["outcome"] = "An outcome is only for closing: choose none, or choose to close it"
    if not text:
        errors["note"] = "Write a few words about it, for whoever comes next"
    if len(text) > MOST_ENTRY_LETTERS:
        errors["note"] = f"Use {MOST_ENTRY_LETTERS} characters or fewer"
    if errors:
        raise BadInput("There is a problem", errors)
    return text


def _found(session: Session, actor: Actor, follow_up_id: uuid.UUID) -> FollowUp:
    actor.require(Permission.FOLLOW_UP)
    found = session.scalar(select(FollowUp).where(FollowUp.id == follow_up_id, readable_by(actor)).with_for_update())
    if found is None:
        raise NotFound("There is no such follow-up here.")
    return found


def _own(found: FollowUp, actor: Actor, now: datetime) -> None:
    found.owner_id = actor.account_id
    found.confirmed_at = found.confirmed_at or now


def _write(session: Session, actor: Actor, found: FollowUp, entry: tuple[uuid.UUID, str], *, now: datetime) -> None:
    entry_id, text = entry
    session.add(
        FollowUpEntry(
            id=entry_id, follow_up_id=found.id, at=now, account_id=actor.account_id, state=found.state, note=text
        )
    )
    audit(session, actor, "follow_up_step", "follow_up", found.id, now=now, state=found.state.value)
    session.flush()
