"""Who was erased: ids alone, so that an older backup that is restored can be erased again."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.erasure import ErasureReason, PersonKind
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class Erasure(Scoped, Base):
    """One person (a household or a volunteer) that is nobody's any more. `wiped_at`: when the freed bytes were overwritten.

    `subject_id` is no foreign key: in a restored copy the row may not be there. `account_id`: who did it, none for a job.
    """

    __tablename__ = "erasures"
    __table_args__ = (*within_network(), UniqueConstraint("network_id", "subject", "subject_id"))

    subject: Mapped[PersonKind] = mapped_column(words_of(PersonKind))
    subject_id: Mapped[uuid.UUID] = mapped_column()
    at: Mapped[datetime] = mapped_column(UtcDateTime())
    reason: Mapped[ErasureReason] = mapped_column(words_of(ErasureReason))
    account_id: Mapped[uuid.UUID | None]
    wiped_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
