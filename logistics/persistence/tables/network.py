"""The network (tenant), its organisations, its hubs and the places they stand at."""

from __future__ import annotations

import uuid
from datetime import datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from logistics.domain.vocabulary import GeocodePrecision, OrganisationKind
from logistics.persistence.base import Base, Scoped, within_network
from logistics.persistence.columns import UtcDateTime, words_of
from logistics.persistence.sealed import SealedText


class Network(Base):
    """A network of groups: the tenant. `settings` holds its planning rules where they differ from the defaults.

    `takes_own_forms`: whether people may ask for food themselves. `public_phone` is what anybody may ring, and may be empty;
    `on_call_phone` is for those on the road alone.
    """

    __tablename__ = "networks"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    slug: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    timezone: Mapped[str] = mapped_column(String(64), default="Europe/London")
    on_call_name: Mapped[str] = mapped_column(String(200), default="")
    on_call_phone: Mapped[str] = mapped_column(String(32), default="")
    takes_own_forms: Mapped[bool] = mapped_column(default=False)
    public_phone: Mapped[str] = mapped_column(String(32), default="")
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)


class Site(Scoped, Base):
    """A place: address, postcode, coordinates with their source and precision, how to get in. No coordinates: not placed."""

    __tablename__ = "sites"
    __table_args__ = (
        *within_network(),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both_coordinates"),
    )

    address: Mapped[str] = mapped_column(String(300), default="")
    postcode: Mapped[str] = mapped_column(String(10), default="", index=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    geocode_source: Mapped[str | None] = mapped_column(String(40))
    geocode_precision: Mapped[GeocodePrecision | None] = mapped_column(words_of(GeocodePrecision))
    access_notes: Mapped[str] = mapped_column(SealedText(1000), default="")


class Organisation(Scoped, Base):
    """A member group: donor, referrer, delivery group or hub."""

    __tablename__ = "organisations"
    __table_args__ = (*within_network(("site_id", "sites")), UniqueConstraint("network_id", "code"))

    code: Mapped[str] = mapped_column(String(40))
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[OrganisationKind] = mapped_column(words_of(OrganisationKind))
    phone: Mapped[str] = mapped_column(String(32), default="")
    site_id: Mapped[uuid.UUID] = mapped_column()

    site: Mapped[Site] = relationship(foreign_keys=site_id, primaryjoin="Organisation.site_id == Site.id")


class Hub(Scoped, Base):
    """Where parcels are packed: a depot to the solver. One row per organisation of kind hub."""

    __tablename__ = "hubs"
    __table_args__ = (
        *within_network(("organisation_id", "organisations")),
        UniqueConstraint("network_id", "organisation_id"),
        CheckConstraint("parcels_per_day >= 0", name="parcels_per_day"),
        CheckConstraint("opens_at < closes_at", name="opening_hours"),
    )

    organisation_id: Mapped[uuid.UUID] = mapped_column()
    parcels_per_day: Mapped[int]
    opens_at: Mapped[time]
    closes_at: Mapped[time]

    organisation: Mapped[Organisation] = relationship(
        foreign_keys=organisation_id, primaryjoin="Hub.organisation_id == Organisation.id"
    )


class GeocodeEntry(Base):
    """The geocoder's memory, hits and misses. Of postcodes and addresses only: it belongs to no network."""

    __tablename__ = "geocodes"

    query: Mapped[str] = mapped_column(String(320), primary_key=True)
    source: Mapped[str] = mapped_column(String(40), primary_key=True)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    precision: Mapped[GeocodePrecision | None] = mapped_column(words_of(GeocodePrecision))
    asked_at: Mapped[datetime] = mapped_column(UtcDateTime())
