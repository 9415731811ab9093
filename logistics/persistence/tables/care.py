"""Concerns, and the follow-ups that they become: owned, dated, closed with an outcome. Texts are kept here and nowhere else."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.care import (
    MOST_CONCERN_LETTERS,
    MOST_ENTRY_LETTERS,
    ConcernAbout,
    ConcernUrgency,
    FollowUpCause,
    FollowUpOutcome,
)
from logistics.domain.states import FollowUpState
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of


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
    note: Mapped[str] = mapped_column(String(MOST_CONCERN_LETTERS))
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
    note: Mapped[str] = mapped_column(String(MOST_ENTRY_LETTERS), default="")
