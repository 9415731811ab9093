"""Invitations: who was asked by mail to work in a network, until they answer."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.vocabulary import Role
from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class Invitation(Scoped, Base):
    """An open invitation. Taken or withdrawn, its row is gone, and with it the address; the trail keeps its id.

    Only the hash of the link's token is kept. `mailed_at` is empty while no mail server has taken the mail.
    """

    __tablename__ = "invitations"
    __table_args__ = (*within_network(("organisation_id", "organisations")), UniqueConstraint("token_hash"))

    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(200), default="")
    role: Mapped[Role] = mapped_column(words_of(Role))
    organisation_id: Mapped[uuid.UUID | None] = mapped_column()
    invited_by: Mapped[uuid.UUID] = mapped_column(reference_to("accounts"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    mailed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
