"""Donors’ links (one week to confirm, a calendar) and the photos of labels that they send."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.vocabulary import DonorLinkPurpose
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class DonorLink(Scoped, Base):
    """A link for one donor. The token is kept hashed. A week's link ends with its week; a calendar's when it is replaced."""

    __tablename__ = "donor_links"
    __table_args__ = (
        *within_network(("donor_id", "organisations")),
        UniqueConstraint("token_hash"),
        CheckConstraint("(purpose = 'week') = (monday IS NOT NULL)", name="week_has_a_monday"),
        CheckConstraint("(purpose = 'week') = (expires_at IS NOT NULL)", name="week_ends"),
    )

    donor_id: Mapped[uuid.UUID] = mapped_column(index=True)
    purpose: Mapped[DonorLinkPurpose] = mapped_column(words_of(DonorLinkPurpose))
    monday: Mapped[date | None]
    token_hash: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    opened_at: Mapped[datetime | None] = mapped_column(UtcDateTime())


class LabelPhoto(Scoped, Base):
    """A photo of a label of a donation, as JPEG that we drew ourselves. Private: only those who see the slot see it."""

    __tablename__ = "label_photos"
    __table_args__ = within_network(("slot_id", "donation_slots"))

    slot_id: Mapped[uuid.UUID] = mapped_column(index=True)
    account_id: Mapped[uuid.UUID | None]
    made_at: Mapped[datetime] = mapped_column(UtcDateTime())
    width_px: Mapped[int]
    height_px: Mapped[int]
    jpeg: Mapped[bytes] = mapped_column(LargeBinary)
