"""Charge zones: what a network imported. A row is never changed: a new import of the name puts another in its place."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, Index, String, column
from sqlalchemy.orm import Mapped, mapped_column

from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime

IN_FORCE = column("removed_at").is_(None)


class ChargeZoneRow(Scoped, Base):
    """An area that charges some kinds of vehicle, once a day. Removed ones stay for the plans that were made with them.

    `hours`: weekdays with from and until; `vehicles`: kinds; `geometry`: a GeoJSON MultiPolygon.
    """

    __tablename__ = "charge_zones"
    __table_args__ = (
        *within_network(),
        CheckConstraint("price_pence >= 0", name="price_pence"),
        Index(
            "ix_charge_zones_in_force",
            "network_id",
            "name",
            unique=True,
            sqlite_where=IN_FORCE,
            postgresql_where=IN_FORCE,
        ),
    )

    name: Mapped[str] = mapped_column(String(80))
    price_pence: Mapped[int]
    hours: Mapped[list[Any]] = mapped_column()
    vehicles: Mapped[list[Any]] = mapped_column()
    geometry: Mapped[dict[str, Any]] = mapped_column()
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime())
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
