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
    NO_REPLY_WITHIN,
    OVER,
    ConcernUrgency,
    FollowUpCause,
    FollowUpOutcome,
)
from logistics.domain.errors import BadInput, Conflict, NotFound
from logistics.domain.states import FollowUpState, change
from logistics.persistence.tables import FollowUp, FollowUpEntry, Household, Stop
from logistics.queries.follow_ups import readable_by
from logistics.services.audit import note as audit

WAITING = (FollowUpState.RAISED, FollowUpState.TRIAGED, FollowUpState.ESCALATED)


@dataclass(frozen=True, slots=True, kw_only=True)
class FollowUpStep:
    """What somebody did. `id` is made by the page, so that a form sent twice is one entry."""

    id: uuid.UUID
    state: FollowUpState
    note: str = ""
    outcome: FollowUpOutcome | None = None


def follow_up_no_reply(session: Session, stop: Stop, *, now: datetime) -> None:
    """Open a follow-up where nobody answered at a household at risk; one that is open for this stop already stays the only one."""
    if stop.household_id is None:
        return
    is_at_risk = session.scalar(select(Household.at_risk).where(Household.id == stop.household_id))
    is_open = session.scalar(
        select(FollowUp.id).where(
            FollowUp.stop_id == stop.id, FollowUp.cause == FollowUpCause.NO_REPLY, FollowUp.state.not_in(OVER)
        )
    )
    if is_at_risk and is_open is None:
        session.add(
            FollowUp(
                id=uuid.uuid4(),
                cause=FollowUpCause.NO_REPLY,
                stop_id=stop.id,
                household_id=stop.household_id,
                urgency=ConcernUrgency.URGENT,
                opened_at=now,
                due_at=now + NO_REPLY_WITHIN,
            )
        )


def take_follow_up(session: Session, actor: Actor, follow_up_id: uuid.UUID, *, now: datetime) -> FollowUpState:
    """Make the actor its owner, which tells whoever raised it that somebody has it. Raises NotFound, IllegalTransition."""
    found = _found(session, actor, follow_up_id)
    if found.state in WAITING or found.state in OVER:
        found.state = change(found.state, FollowUpState.ASSIGNED)
    if found.owner_id != actor.account_id or found.confirmed_at is None:
        _own(found, actor, now)
        _write(session, actor, found, (uuid.uuid4(), ""), now=now)
    return found.state


def write_step(
    session: Session, actor: Actor, follow_up_id: uuid.UUID, step: FollowUpStep, *, now: datetime
) -> FollowUpState:
    """Add what was done, and bring the follow-up to its state. The same id again changes nothing.

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
    _write(session, actor, found, (step.id, text), now=now)
    return found.state


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
