"""How a household came to the network: who asked, what became of it step by step, and what it is entitled to until when."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.referrals import MOST_LETTERS
from logistics.domain.states import ReferralState
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of
from logistics.persistence.sealed import SealedText
from logistics.persistence.tables.people import Household


class Referral(Scoped, Base):
    """One household's. `code_hash` where a resident sent it: they read the answer with a code that we do not keep."""

    __tablename__ = "referrals"
    __table_args__ = (
        *within_network(("household_id", "households")),
        UniqueConstraint("network_id", "household_id"),
        UniqueConstraint("code_hash"),
        CheckConstraint("meals_a_week >= 0 AND parcels_a_week >= 0", name="entitlement"),
    )

    household_id: Mapped[uuid.UUID] = mapped_column()
    state: Mapped[ReferralState] = mapped_column(words_of(ReferralState))
    code_hash: Mapped[str | None] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
    meals_a_week: Mapped[int | None]
    parcels_a_week: Mapped[int | None]
    until: Mapped[date | None]
    version: Mapped[int] = mapped_column()

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012 - SQLAlchemy reads it as a class attribute

    household: Mapped[Household] = relationship(
        foreign_keys=household_id, primaryjoin="Referral.household_id == Household.id"
    )


class ReferralChange(Scoped, Base):
    """One step: who (none: the resident), when, from what to what. `words`: a question, an answer, a reason; erasable."""

    __tablename__ = "referral_changes"
    __table_args__ = within_network(("referral_id", "referrals"))

    referral_id: Mapped[uuid.UUID] = mapped_column(index=True)
    number: Mapped[int]
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    account_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    before: Mapped[str] = mapped_column(String(120), default="")
    after: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(SealedText(MOST_LETTERS), default="")
