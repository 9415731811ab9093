"""Which follow-ups are overdue, which of their rungs were taken, and what became of the mails."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.care import OVER
from logistics.domain.care_times import CareTimes
from logistics.domain.escalation import EscalationRung, rungs_to_take
from logistics.persistence.tables import FollowUp, FollowUpEscalation, Network, OutgoingMessage

SLOW_AFTER = timedelta(minutes=5)
"""A mail that has waited so long is not on its way: people must be rung."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OverdueFollowUp:
    """An open follow-up with a rung to take."""

    network_id: uuid.UUID
    follow_up_id: uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldRow:
    """A rung that was taken: when, how many people it told, and how many of their mails have been sent, wait, or were given up."""

    rung: EscalationRung
    at: datetime
    told: int
    sent: int
    waiting: int
    given_up: int


def rungs_taken(session: Session, follow_up_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, frozenset[EscalationRung]]:
    """The rungs taken for the deadline that each follow-up has now."""
    rows = session.execute(
        select(FollowUpEscalation.follow_up_id, FollowUpEscalation.rung)
        .join(FollowUp, FollowUp.id == FollowUpEscalation.follow_up_id)
        .where(FollowUpEscalation.follow_up_id.in_(follow_up_ids), FollowUpEscalation.due_at == FollowUp.due_at)
    )
    taken: dict[uuid.UUID, set[EscalationRung]] = defaultdict(set)
    for follow_up_id, rung in rows:
        taken[follow_up_id].add(rung)
    return {follow_up_id: frozenset(rungs) for follow_up_id, rungs in taken.items()}


def overdue_follow_ups(session: Session, *, now: datetime) -> tuple[OverdueFollowUp, ...]:
    """The open follow-ups of every network that have a rung to take, the longest overdue first. Needs an unscoped session."""
    rows = session.execute(
        select(FollowUp, Network.settings)
        .join(Network, Network.id == FollowUp.network_id)
        .where(FollowUp.state.not_in(OVER), FollowUp.due_at <= now)
        .order_by(FollowUp.due_at, FollowUp.id)
    ).all()
    taken = rungs_taken(session, [found.id for found, _ in rows])
    return tuple(
        OverdueFollowUp(network_id=found.network_id, follow_up_id=found.id)
        for found, settings in rows
        if rungs_to_take(found.due_at, CareTimes.from_settings(settings), taken.get(found.id, frozenset()), now=now)
    )


def told_of(session: Session, follow_up_id: uuid.UUID) -> tuple[ToldRow, ...]:
    """Who was told about a follow-up, the first first."""
    rows = session.execute(
        select(
            FollowUpEscalation,
            func.count(OutgoingMessage.sent_at),
            func.count(OutgoingMessage.next_try_at),
            func.count(OutgoingMessage.gave_up_at),
        )
        .outerjoin(OutgoingMessage, OutgoingMessage.escalation_id == FollowUpEscalation.id)
        .where(FollowUpEscalation.follow_up_id == follow_up_id)
        .group_by(*FollowUpEscalation.__table__.columns)
    )
    told = (
        ToldRow(rung=row.rung, at=row.at, told=row.told, sent=sent, waiting=waiting, given_up=given_up)
        for row, sent, waiting, given_up in rows
    )
    return tuple(sorted(told, key=lambda row: (row.at, tuple(EscalationRung).index(row.rung))))


def mail_is_stuck(session: Session, *, now: datetime) -> bool:
    """Whether mail of this network has waited for minutes: nobody may rely on it then."""
    stuck = select(OutgoingMessage.id).where(
        OutgoingMessage.next_try_at.is_not(None), OutgoingMessage.made_at < now - SLOW_AFTER
    )
    return session.scalar(stuck.limit(1)) is not None
