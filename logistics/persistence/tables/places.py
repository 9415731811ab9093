"""Questions about places: where two are possible, the one that is not in force waits here until somebody has answered."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from logistics.domain.placing import PlaceDoubt
from logistics.domain.vocabulary import GeocodePrecision
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of


class PlaceQuestion(Scoped, Base):
    """One open question of a site. The coordinates are of the place not in force; none: the data knows no other.

    The address is the one before, where that is why it is asked. Both go when somebody answers.
    """

    __tablename__ = "place_questions"
    __table_args__ = (
        *within_network(("site_id", "sites")),
        UniqueConstraint("network_id", "site_id"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both_coordinates"),
    )

    site_id: Mapped[uuid.UUID] = mapped_column()
    doubt: Mapped[PlaceDoubt] = mapped_column(words_of(PlaceDoubt))
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    source: Mapped[str | None] = mapped_column(String(40))
    precision: Mapped[GeocodePrecision | None] = mapped_column(words_of(GeocodePrecision))
    former_address: Mapped[str] = mapped_column(String(300), default="")
    former_postcode: Mapped[str] = mapped_column(String(10), default="")
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
