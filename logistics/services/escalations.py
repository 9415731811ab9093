"""Telling people about a follow-up: at once where it is urgent, then rung by rung once its deadline has passed.

A rung is a row, unique for its deadline, and the mails that it causes are rows of the same transaction: however many processes look, and
whenever one dies, each rung is taken once and no mail of it is lost.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.care import OVER, FollowUpCause
from logistics.domain.escalation import EscalationRung, roles_of, rungs_to_take, tells_at_once
from logistics.domain.outbox import MessageKind
from logistics.domain.states import TRANSITIONS, FollowUpState, change
from logistics.persistence.tables import FollowUp, FollowUpEntry, FollowUpEscalation, OutgoingMessage
from logistics.queries.care_people import care_times, people_of, person, readers_among
from logistics.queries.escalations import rungs_taken
from logistics.services.audit import note as audit


@dataclass(frozen=True, slots=True, kw_only=True)
class Escalated:
    """The rungs that were taken now, in order, and how many people each told."""

    follow_up_id: uuid.UUID
    rungs: tuple[EscalationRung, ...]
    told: tuple[int, ...]


def tell_at_once(session: Session, follow_up: FollowUp, *, now: datetime) -> None:
    """Tell the right people of a follow-up that was opened in this transaction, if it cannot wait for its deadline."""
    if tells_at_once(follow_up.cause, follow_up.urgency, is_restricted=follow_up.is_restricted):
        session.flush()
        _take(session, follow_up, EscalationRung.AT_ONCE, now=now)


def escalate_follow_up(session: Session, actor: Actor, follow_up_id: uuid.UUID, *, now: datetime) -> Escalated:
    """Take every rung whose time has come and that nobody has taken: people are told, and from LEAD on it is escalated.

    Nothing happens to one that is over, not due, or looked after by another process already.
    """
    found = session.scalar(select(FollowUp).where(FollowUp.id == follow_up_id).with_for_update())
    if found is None or found.state in OVER:
        return Escalated(follow_up_id=follow_up_id, rungs=(), told=())
    taken = rungs_taken(session, [found.id]).get(found.id, frozenset())
    rungs = rungs_to_take(found.due_at, care_times(session), taken, now=now)
    told = tuple(_take(session, found, rung, now=now) for rung in rungs)
    if EscalationRung.LEAD in rungs:
        _mark_escalated(session, found, now=now)
    for rung in rungs:
        audit(session, actor, "follow_up_escalated", "follow_up", found.id, now=now, rung=rung.value)
    return Escalated(follow_up_id=found.id, rungs=rungs, told=told)


def tell_lead(session: Session, follow_up: FollowUp, *, now: datetime) -> None:
    """Somebody passes it to the lead by hand: the rung is taken now, not when the new deadline has passed."""
    session.flush()
    if EscalationRung.LEAD not in rungs_taken(session, [follow_up.id]).get(follow_up.id, frozenset()):
        _take(session, follow_up, EscalationRung.LEAD, now=now)


def tell_new_owner(session: Session, follow_up: FollowUp, *, now: datetime) -> None:
    """A mail to whoever it was given to by somebody else."""
    assert follow_up.owner_id is not None
    session.add(_mail(follow_up, follow_up.owner_id, MessageKind.GIVEN_TO_YOU, None, now))


def _take(session: Session, follow_up: FollowUp, rung: EscalationRung, *, now: datetime) -> int:
    people = people_of(session, roles_of(rung, follow_up.cause, is_restricted=follow_up.is_restricted))
    if rung is EscalationRung.OWNER and follow_up.owner_id is not None:
        people = person(session, follow_up.owner_id) or people
    readers = readers_among(session, people, follow_up.id)
    row = FollowUpEscalation(
        id=uuid.uuid4(), follow_up_id=follow_up.id, due_at=follow_up.due_at, rung=rung, at=now, told=len(readers)
    )
    session.add(row)
    session.flush()
    for account_id in readers:
        session.add(_mail(follow_up, account_id, _kind_of(rung, follow_up, now), row.id, now))
    session.flush()
    return len(readers)


def _kind_of(rung: EscalationRung, follow_up: FollowUp, now: datetime) -> MessageKind:
    if rung is EscalationRung.LEAD and follow_up.due_at > now:
        return MessageKind.PASSED_TO_YOU
    if rung is not EscalationRung.AT_ONCE:
        return MessageKind.FOLLOW_UP_OVERDUE
    return MessageKind.CONCERN_WAITS if follow_up.cause is FollowUpCause.CONCERN else MessageKind.FOLLOW_UP_WAITS


def _mail(
    follow_up: FollowUp, account_id: uuid.UUID, kind: MessageKind, escalation_id: uuid.UUID | None, now: datetime
) -> OutgoingMessage:
    return OutgoingMessage(
        id=uuid.uuid4(),
        account_id=account_id,
        kind=kind,
        follow_up_id=follow_up.id,
        escalation_id=escalation_id,
        made_at=now,
        next_try_at=now,
    )


def _mark_escalated(session: Session, found: FollowUp, *, now: datetime) -> None:
    """One that stands at "rang 999" stays there: that cannot become less."""
    if FollowUpState.ESCALATED in TRANSITIONS[FollowUpState][found.state]:
        found.state = change(found.state, FollowUpState.ESCALATED)
        session.add(
            FollowUpEntry(
                id=uuid.uuid4(), follow_up_id=found.id, at=now, account_id=None, state=FollowUpState.ESCALATED, note=""
            )
        )
    session.flush()
