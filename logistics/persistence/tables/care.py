"""Concerns, and the follow-ups that they become: owned, dated, closed with an outcome. Texts are kept here and nowhere else."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.care import (
    MOST_CONCERN_LETTERS,
    MOST_ENTRY_LETTERS,
    ConcernAbout,
    ConcernUrgency,
    FollowUpCause,
    FollowUpOutcome,
)
from logistics.domain.escalation import EscalationRung
from logistics.domain.outbox import MessageFault, MessageKind
from logistics.domain.states import FollowUpState
from logistics.domain.welfare import MOST_CALL_LETTERS, WelfareCause, WelfareOutcome
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of
from logistics.persistence.sealed import SealedText


class Concern(Scoped, Base):
    """What somebody on a route noticed. The id was made on the phone."""

    __tablename__ = "concerns"
    __table_args__ = within_network(
        ("route_id", "routes"),
        ("stop_id", "stops"),
        ("household_id", "households"),
        ("raised_by_id", "volunteers"),
    )

    route_id: Mapped[uuid.UUID] = mapped_column(index=True)
    stop_id: Mapped[uuid.UUID | None] = mapped_column()
    household_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    raised_by_id: Mapped[uuid.UUID] = mapped_column()
    about: Mapped[ConcernAbout] = mapped_column(words_of(ConcernAbout))
    urgency: Mapped[ConcernUrgency] = mapped_column(words_of(ConcernUrgency))
    note: Mapped[str] = mapped_column(SealedText(MOST_CONCERN_LETTERS))
    happened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    received_at: Mapped[datetime] = mapped_column(UtcDateTime())


class FollowUp(Scoped, Base):
    """A task that grew out of a concern, or of a closed door at a household at risk. Closed means: with an outcome.

    `confirmed_at` is when somebody first said that they have it.
    """

    __tablename__ = "follow_ups"
    __table_args__ = (
        *within_network(("concern_id", "concerns"), ("stop_id", "stops"), ("household_id", "households")),
        UniqueConstraint("network_id", "concern_id"),
        CheckConstraint("(state = 'closed') = (outcome IS NOT NULL)", name="closed_with_outcome"),
    )

    cause: Mapped[FollowUpCause] = mapped_column(words_of(FollowUpCause))
    concern_id: Mapped[uuid.UUID | None] = mapped_column()
    stop_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    household_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    is_restricted: Mapped[bool] = mapped_column(default=False)
    urgency: Mapped[ConcernUrgency] = mapped_column(words_of(ConcernUrgency))
    state: Mapped[FollowUpState] = mapped_column(words_of(FollowUpState), default=FollowUpState.RAISED)
    opened_at: Mapped[datetime] = mapped_column(UtcDateTime())
    due_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
    owner_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    outcome: Mapped[FollowUpOutcome | None] = mapped_column(words_of(FollowUpOutcome))


class FollowUpEntry(Scoped, Base):
    """One thing that somebody did about a follow-up, in order; entries are added, never changed. The id was made on the page."""

    __tablename__ = "follow_up_entries"
    __table_args__ = within_network(("follow_up_id", "follow_ups"))

    follow_up_id: Mapped[uuid.UUID] = mapped_column(index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    account_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    state: Mapped[FollowUpState] = mapped_column(words_of(FollowUpState))
    note: Mapped[str] = mapped_column(SealedText(MOST_ENTRY_LETTERS), default="")


class FollowUpEscalation(Scoped, Base):
    """A rung that was taken: people were told. Once for each rung of each deadline, whoever takes it."""

    __tablename__ = "follow_up_escalations"
    __table_args__ = (
        *within_network(("follow_up_id", "follow_ups")),
        UniqueConstraint("network_id", "follow_up_id", "due_at", "rung"),
    )

    follow_up_id: Mapped[uuid.UUID] = mapped_column(index=True)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime())
    rung: Mapped[EscalationRung] = mapped_column(words_of(EscalationRung))
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    told: Mapped[int] = mapped_column(default=0)


class OutgoingMessage(Scoped, Base):
    """A mail to an account, kept in the same transaction as what it tells of, until it is sent or given up.

    It holds no address and no text: both are looked up when it is sent. `next_try_at` is None once it is over. Whoever sends it
    has it to themselves until `claimed_until`.
    """

    __tablename__ = "outgoing_messages"
    __table_args__ = (
        *within_network(("follow_up_id", "follow_ups"), ("escalation_id", "follow_up_escalations")),
        UniqueConstraint("network_id", "escalation_id", "account_id"),
        CheckConstraint(
            "(next_try_at IS NULL) = (sent_at IS NOT NULL OR gave_up_at IS NOT NULL)", name="waits_or_over"
        ),
    )

    account_id: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"))
    kind: Mapped[MessageKind] = mapped_column(words_of(MessageKind))
    follow_up_id: Mapped[uuid.UUID] = mapped_column(index=True)
    escalation_id: Mapped[uuid.UUID | None] = mapped_column()
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    attempts: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(UtcDateTime(), index=True)
    claimed_until: Mapped[datetime | None] = mapped_column(UtcDateTime())
    claim_id: Mapped[uuid.UUID | None] = mapped_column()
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    gave_up_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    fault: Mapped[MessageFault | None] = mapped_column(words_of(MessageFault))


class WelfareCall(Scoped, Base):
    """A call that somebody is to make on a day, and what came of it. `every_days`: it comes again after so many days."""

    __tablename__ = "welfare_calls"
    __table_args__ = (
        *within_network(("household_id", "households")),
        CheckConstraint("(outcome IS NULL) = (called_at IS NULL)", name="called_with_outcome"),
        CheckConstraint("every_days >= 1", name="every_days"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    due_on: Mapped[date] = mapped_column(index=True)
    cause: Mapped[WelfareCause] = mapped_column(words_of(WelfareCause))
    every_days: Mapped[int | None]
    outcome: Mapped[WelfareOutcome | None] = mapped_column(words_of(WelfareOutcome))
    note: Mapped[str] = mapped_column(SealedText(MOST_CALL_LETTERS), default="")
    called_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    account_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
