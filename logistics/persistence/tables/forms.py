"""Forms that wait half-way: what is in them only the holder of their code can read."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.persistence.base import Base, Scoped, reference_to, within_network
from logistics.persistence.columns import UtcDateTime


class SavedForm(Scoped, Base):
    """Answers locked with a code that we do not keep. `account_id`: whose form it is, none for somebody without an account."""

    __tablename__ = "saved_forms"
    __table_args__ = (*within_network(), UniqueConstraint("code_hash"))

    account_id: Mapped[uuid.UUID | None] = mapped_column(reference_to("accounts"))
    code_hash: Mapped[str] = mapped_column(String(64))
    locked: Mapped[bytes] = mapped_column(LargeBinary)
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime())
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime(), index=True)
