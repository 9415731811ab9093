"""What is kept and may not be used: restrictions, and consents that were taken back. Neither is ever changed into its opposite."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.vocabulary import ConsentPurpose
from logistics.domain.withholding import LiftReason, RestrictionReason, WithdrawalMethod
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class Restriction(Scoped, Base):
    """One time that a household or a volunteer had us keep their data and use it for nothing new. In force until `lifted_at`.

    `restricted_by` and `lifted_by` are accounts; empty where it was done on the command line.
    """

    __tablename__ = "restrictions"
    __table_args__ = (
        *within_network(("household_id", "households"), ("volunteer_id", "volunteers")),
        CheckConstraint("(household_id IS NULL) <> (volunteer_id IS NULL)", name="one_person"),
    )

    household_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    volunteer_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    reason: Mapped[RestrictionReason] = mapped_column(words_of(RestrictionReason))
    restricted_at: Mapped[datetime] = mapped_column(UtcDateTime())
    restricted_by: Mapped[uuid.UUID | None]
    lift_reason: Mapped[LiftReason | None] = mapped_column(words_of(LiftReason))
    lifted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    lifted_by: Mapped[uuid.UUID | None]


class ConsentWithdrawal(Scoped, Base):
    """A yes that was taken back: when, how, and by whose hand. In force until `ended_at`: a new yes, or needs that were cleared up.

    `withdrawn_by` is the account that entered it; empty for whoever used the code of their own form.
    """

    __tablename__ = "consent_withdrawals"
    __table_args__ = within_network(("household_id", "households"))

    household_id: Mapped[uuid.UUID] = mapped_column(index=True)
    purpose: Mapped[ConsentPurpose] = mapped_column(words_of(ConsentPurpose))
    method: Mapped[WithdrawalMethod] = mapped_column(words_of(WithdrawalMethod))
    withdrawn_at: Mapped[datetime] = mapped_column(UtcDateTime())
    withdrawn_by: Mapped[uuid.UUID | None]
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
