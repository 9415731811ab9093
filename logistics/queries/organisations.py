"""Member groups as pages show them, and as choices of a form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import time

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.errors import NotFound
from logistics.domain.vocabulary import GeocodePrecision, OrganisationKind
from logistics.persistence.tables import Hub, Organisation


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationChoice:
    """A member group as a form's list names it."""

    id: uuid.UUID
    code: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationRow:
    """A member group with its place; the last three are of a hub only."""

    id: uuid.UUID
    code: str
    name: str
    kind: OrganisationKind
    phone: str
    address: str
    postcode: str
    access_notes: str
    site_id: uuid.UUID
    is_placed: bool
    precision: GeocodePrecision | None
    parcels_per_day: int | None
    opens_at: time | None
    closes_at: time | None


def organisation_choices(session: Session, *kinds: OrganisationKind) -> tuple[OrganisationChoice, ...]:
    """The organisations of these kinds (all without any), by name."""
    wanted = select(Organisation).order_by(Organisation.name, Organisation.code)
    if kinds:
        wanted = wanted.where(Organisation.kind.in_(kinds))
    return tuple(OrganisationChoice(id=row.id, code=row.code, name=row.name) for row in session.scalars(wanted))


def organisation_rows(session: Session) -> tuple[OrganisationRow, ...]:
    """Every member group, by kind and name."""
    hubs = {hub.organisation_id: hub for hub in session.scalars(select(Hub))}
    rows = session.scalars(
        select(Organisation)
        .options(selectinload(Organisation.site))
        .order_by(Organisation.kind, Organisation.name, Organisation.code)
    )
    return tuple(_row(organisation, hubs.get(organisation.id)) for organisation in rows)


def organisation_row(session: Session, organisation_id: uuid.UUID) -> OrganisationRow:
    """One member group. Raises NotFound."""
    organisation = session.scalar(
        select(Organisation).where(Organisation.id == organisation_id).options(selectinload(Organisation.site))
    )
    if organisation is None:
        raise NotFound("There is no such organisation here.")
    return _row(organisation, session.scalar(select(Hub).where(Hub.organisation_id == organisation_id)))


def _row(organisation: Organisation, hub: Hub | None) -> OrganisationRow:
    site = organisation.site
    return OrganisationRow(
        id=organisation.id,
        code=organisation.code,
        name=organisation.name,
        kind=organisation.kind,
        phone=organisation.phone,
        address=site.address,
        postcode=site.postcode,
        access_notes=site.access_notes,
        site_id=site.id,
        is_placed=site.latitude is not None,
        precision=site.geocode_precision,
        parcels_per_day=hub.parcels_per_day if hub else None,
        opens_at=hub.opens_at if hub else None,
        closes_at=hub.closes_at if hub else None,
    )
