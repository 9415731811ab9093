"""Volunteers, what they carry and may do, when they are available, and the rounds as driven before."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.vocabulary import CredentialKind, PairKind, Trait, VehicleKind
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, WordSet, words_of
from logistics.persistence.tables.network import Site


class Volunteer(Scoped, Base):
    """Who brings food, with their vehicle's capacities (portions, parcels, millilitres hot and cold) and weekly limits.

    `closed_on` and `erased_at` as at households.
    """

    __tablename__ = "volunteers"
    __table_args__ = (
        *within_network(("site_id", "sites"), ("group_id", "organisations")),
        UniqueConstraint("network_id", "ref"),
        CheckConstraint(
            "capacity_portions >= 0 AND capacity_parcels >= 0 AND hot_ml >= 0 AND cold_ml >= 0", name="capacities"
        ),
        CheckConstraint("max_stops >= 0 AND max_week_s >= 0", name="limits"),
    )

    ref: Mapped[str] = mapped_column(String(40))
    group_id: Mapped[uuid.UUID | None] = mapped_column()
    name: Mapped[str] = mapped_column(String(200))
    phone: Mapped[str] = mapped_column(String(32), default="")
    email: Mapped[str] = mapped_column(String(200), default="")
    site_id: Mapped[uuid.UUID] = mapped_column()
    vehicle: Mapped[VehicleKind] = mapped_column(words_of(VehicleKind))
    capacity_parcels: Mapped[int]
    capacity_portions: Mapped[int]
    hot_ml: Mapped[int]
    cold_ml: Mapped[int]
    traits: Mapped[frozenset[Trait]] = mapped_column(WordSet(Trait), default=frozenset)
    languages: Mapped[str] = mapped_column(String(200), default="en")
    max_stops: Mapped[int]
    max_week_s: Mapped[int]
    is_active: Mapped[bool] = mapped_column(default=True)
    closed_on: Mapped[date | None]
    erased_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    site: Mapped[Site] = relationship(foreign_keys=site_id, primaryjoin="Volunteer.site_id == Site.id")
    credentials: Mapped[list[Credential]] = relationship(
        foreign_keys="Credential.volunteer_id",
        primaryjoin="Volunteer.id == Credential.volunteer_id",
        order_by="Credential.kind",
    )


class Credential(Scoped, Base):
    """A check or training, valid through `expires_on`."""

    __tablename__ = "credentials"
    __table_args__ = (
        *within_network(("volunteer_id", "volunteers")),
        UniqueConstraint("network_id", "volunteer_id", "kind"),
    )

    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    kind: Mapped[CredentialKind] = mapped_column(words_of(CredentialKind))
    expires_on: Mapped[date]


class Shift(Scoped, Base):
    """A volunteer's availability on a date, in wall time."""

    __tablename__ = "shifts"
    __table_args__ = (
        *within_network(("volunteer_id", "volunteers")),
        UniqueConstraint("network_id", "volunteer_id", "service_date", "starts_at"),
        CheckConstraint("starts_at < ends_at", name="starts_before_it_ends"),
    )

    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    service_date: Mapped[date] = mapped_column(index=True)
    starts_at: Mapped[time]
    ends_at: Mapped[time]

    volunteer: Mapped[Volunteer] = relationship(
        foreign_keys=volunteer_id, primaryjoin="Shift.volunteer_id == Volunteer.id"
    )


class Pair(Scoped, Base):
    """A volunteer and a household: preferred with a weight, or blocked. No reason is kept here: it is never shown."""

    __tablename__ = "pairs"
    __table_args__ = (
        *within_network(("volunteer_id", "volunteers"), ("household_id", "households")),
        UniqueConstraint("network_id", "volunteer_id", "household_id"),
    )

    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    household_id: Mapped[uuid.UUID] = mapped_column()
    kind: Mapped[PairKind] = mapped_column(words_of(PairKind))
    weight: Mapped[int] = mapped_column(default=1)


class Round(Scoped, Base):
    """A recurring session people know by name: "Wednesday lunch"."""

    __tablename__ = "rounds"
    __table_args__ = (*within_network(), UniqueConstraint("network_id", "name"))

    name: Mapped[str] = mapped_column(String(120))


class RoundVisit(Scoped, Base):
    """One visit of a round as it was driven on a date: the memory behind "as last week", continuity and fairness."""

    __tablename__ = "round_visits"
    __table_args__ = (
        *within_network(("round_id", "rounds"), ("volunteer_id", "volunteers"), ("household_id", "households")),
        UniqueConstraint("network_id", "round_id", "service_date", "volunteer_id", "household_id"),
    )

    round_id: Mapped[uuid.UUID] = mapped_column()
    service_date: Mapped[date] = mapped_column(index=True)
    volunteer_id: Mapped[uuid.UUID] = mapped_column()
    household_id: Mapped[uuid.UUID] = mapped_column()
    sequence: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(32))
