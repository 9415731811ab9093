"""Volunteers as pages show them: a list to look through, and one with credentials and shifts."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session, aliased, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.vocabulary import CredentialKind, GeocodePrecision, Trait, VehicleKind
from logistics.persistence.tables import Organisation, Shift, Site, Volunteer
from logistics.queries.matching import contains, ends_with_digits, phone_digits, postcode_starts
from logistics.queries.withheld import restricted_volunteers

PAGE = 50
EXPIRES_SOON = timedelta(days=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class CredentialRow:
    """A check or training. `is_lapsed`: its last day is over; `is_ending`: it will be within 30 days."""

    kind: CredentialKind
    expires_on: date
    is_lapsed: bool
    is_ending: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftRow:
    """One availability."""

    id: uuid.UUID
    on: date
    starts_at: time
    ends_at: time


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerRow:
    """One line of the list. `next_shift` is the next date they are there, or None."""

    id: uuid.UUID
    ref: str
    name: str
    phone: str
    vehicle: VehicleKind
    group_name: str | None
    postcode: str
    is_placed: bool
    is_active: bool
    next_shift: date | None
    credentials: tuple[CredentialRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerList:
    """One page of the list, and how many there are in all."""

    rows: tuple[VolunteerRow, ...]
    total: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.total // PAGE))


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerPage:
    """A volunteer as their page shows them to this actor."""

    id: uuid.UUID
    ref: str
    name: str
    phone: str
    email: str
    vehicle: VehicleKind
    group_id: uuid.UUID | None
    group_name: str | None
    postcode: str
    site_id: uuid.UUID
    is_placed: bool
    precision: GeocodePrecision | None
    capacity_parcels: int
    capacity_portions: int
    hot_ml: int
    cold_ml: int
    traits: frozenset[Trait]
    languages: str
    max_stops: int
    max_week_s: int
    is_active: bool
    credentials: tuple[CredentialRow, ...]
    shifts: tuple[ShiftRow, ...]
    is_restricted: bool
    may_edit: bool


def volunteer_list(
    session: Session, actor: Actor, *, words: str = "", closed: bool = False, page: int = 1, today: date
) -> VolunteerList:
    """The volunteers in reach whose name, number, postcode or end of phone matches, by name; 50 a page."""
    conditions = [volunteers_in_reach(actor), ~Volunteer.is_active if closed else Volunteer.is_active]
    if words.strip():
        conditions.append(volunteer_matches(words))
    group = aliased(Organisation)
    next_shift = (
        select(func.min(Shift.service_date))
        .where(
            Shift.volunteer_id == Volunteer.id,
            Shift.network_id == Volunteer.network_id,
            Shift.service_date >= today,
        )
        .scalar_subquery()
    )
    chosen = (
        select(Volunteer, group.name, next_shift)
        .join(Site, Site.id == Volunteer.site_id)
        .outerjoin(group, group.id == Volunteer.group_id)
        .where(*conditions)
    )
    total = session.scalar(select(func.count()).select_from(chosen.with_only_columns(Volunteer.id).subquery())) or 0
    page = min(max(page, 1), max(1, -(-total // PAGE)))
    found = session.execute(
        chosen.options(selectinload(Volunteer.site), selectinload(Volunteer.credentials))
        .order_by(Volunteer.name, Volunteer.ref)
        .limit(PAGE)
        .offset((page - 1) * PAGE)
    ).all()
    rows = tuple(
        VolunteerRow(
            id=volunteer.id,
            ref=volunteer.ref,
            name=volunteer.name,
            phone=volunteer.phone,
            vehicle=volunteer.vehicle,
            group_name=group_name,
            postcode=volunteer.site.postcode,
            is_placed=volunteer.site.latitude is not None,
            is_active=volunteer.is_active,
            next_shift=on,
            credentials=_credentials(volunteer, today),
        )
        for volunteer, group_name, on in found
    )
    return VolunteerList(rows=rows, total=total, page=page)


def volunteers_in_reach(actor: Actor) -> ColumnElement[bool]:
    """Those of the actor's groups, or of the whole network."""
    own = actor.organisations_for(Permission.SEE_VOLUNTEERS)
    is_somebody = Volunteer.erased_at.is_(None)
    return is_somebody if own is None else and_(is_somebody, Volunteer.group_id.in_(own))


def volunteer_matches(words: str) -> ColumnElement[bool]:
    """Name, number, postcode, or end of phone."""
    found = [contains(Volunteer.name, words), contains(Volunteer.ref, words), postcode_starts(Site.postcode, words)]
    digits = phone_digits(words)
    if digits:
        found.append(ends_with_digits(Volunteer.phone, digits))
    return or_(*found)


def volunteer_page(session: Session, actor: Actor, volunteer_id: uuid.UUID, *, today: date) -> VolunteerPage:
    """Everything their page shows to this actor, with the shifts from today on. Raises NotFound."""
    group = aliased(Organisation)
    found = session.execute(
        select(Volunteer, group.name)
        .outerjoin(group, group.id == Volunteer.group_id)
        .where(Volunteer.id == volunteer_id, volunteers_in_reach(actor))
        .options(selectinload(Volunteer.site), selectinload(Volunteer.credentials))
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such volunteer here. They may belong to another group.")
    volunteer, group_name = found
    own = frozenset({volunteer.group_id}) if volunteer.group_id else frozenset()
    shifts = session.scalars(
        select(Shift)
        .where(Shift.volunteer_id == volunteer_id, Shift.service_date >= today)
        .order_by(Shift.service_date, Shift.starts_at)
    )
    return VolunteerPage(
        id=volunteer.id,
        ref=volunteer.ref,
        name=volunteer.name,
        phone=volunteer.phone,
        email=volunteer.email,
        vehicle=volunteer.vehicle,
        group_id=volunteer.group_id,
        group_name=group_name,
        postcode=volunteer.site.postcode,
        site_id=volunteer.site_id,
        is_placed=volunteer.site.latitude is not None,
        precision=volunteer.site.geocode_precision,
        capacity_parcels=volunteer.capacity_parcels,
        capacity_portions=volunteer.capacity_portions,
        hot_ml=volunteer.hot_ml,
        cold_ml=volunteer.cold_ml,
        traits=volunteer.traits,
        languages=volunteer.languages,
        max_stops=volunteer.max_stops,
        max_week_s=volunteer.max_week_s,
        is_active=volunteer.is_active,
        credentials=_credentials(volunteer, today),
        shifts=tuple(
            ShiftRow(id=shift.id, on=shift.service_date, starts_at=shift.starts_at, ends_at=shift.ends_at)
            for shift in shifts
        ),
        is_restricted=volunteer_id in restricted_volunteers(session),
        may_edit=actor.may(Permission.EDIT_VOLUNTEERS, organisations=own),
    )


def _credentials(volunteer: Volunteer, today: date) -> tuple[CredentialRow, ...]:
    return tuple(
        CredentialRow(
            kind=credential.kind,
            expires_on=credential.expires_on,
            is_lapsed=credential.expires_on < today,
            is_ending=today <= credential.expires_on < today + EXPIRES_SOON,
        )
        for credential in volunteer.credentials
    )
