"""Volunteers: added and changed, with their credentials."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Forbidden, NotFound
from logistics.domain.vocabulary import CredentialKind, OrganisationKind, Trait, VehicleKind
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.tables import Credential, Organisation, Site, Volunteer
from logistics.services.audit import note
from logistics.services.phones import tidy_phone
from logistics.services.placing import move_site, tidy_postcode
from logistics.services.references import next_reference

PROBLEM = "There is a problem"
MOST_HOURS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerDraft:
    """A volunteer as a form holds them. `credentials`: kind -> last valid day; a kind that is not there is not held."""

    name: str
    vehicle: VehicleKind | None
    phone: str = ""
    email: str = ""
    group_id: uuid.UUID | None = None
    postcode: str = ""
    capacity_parcels: int = 0
    capacity_portions: int = 0
    hot_ml: int = 0
    cold_ml: int = 0
    traits: frozenset[Trait] = frozenset()
    languages: str = "en"
    max_stops: int = 12
    max_week_s: int = 36_000
    credentials: Mapping[CredentialKind, date]
    is_active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class VolunteerSaved:
    """What was stored. `is_placed` False: no route can start there yet."""

    id: uuid.UUID
    ref: str
    is_placed: bool


def add_volunteer(
    session: Session, actor: Actor, draft: VolunteerDraft, *, geocoder: Geocoder, now: datetime
) -> VolunteerSaved:
    """Store a new volunteer. A group lead's joins their own group. Raises BadInput, Forbidden."""
    if not actor.may_somewhere(Permission.EDIT_VOLUNTEERS):
        raise Forbidden("Your role does not add volunteers.")
    phone, postcode = _checked(session, draft)
    site = Site(id=uuid.uuid4(), address="", postcode="")
    move_site(session, site, address="", postcode=postcode, geocoder=geocoder, now=now)
    session.add(site)
    session.flush()
    volunteer = Volunteer(id=uuid.uuid4(), ref=next_reference(session, Volunteer.ref, "V", digits=3), site_id=site.id)
    volunteer.group_id = _group(actor, draft.group_id, existing=None)
    _write(volunteer, draft, phone)
    session.add(volunteer)
    session.flush()
    _keep_credentials(session, volunteer.id, draft.credentials)
    note(session, actor, "volunteer_added", "volunteer", volunteer.id, now=now)
    return VolunteerSaved(id=volunteer.id, ref=volunteer.ref, is_placed=site.latitude is not None)


def edit_volunteer(
    session: Session, actor: Actor, volunteer_id: uuid.UUID, draft: VolunteerDraft, *, geocoder: Geocoder, now: datetime
) -> VolunteerSaved:
    """Store a volunteer as the draft has them. Raises NotFound, Forbidden, BadInput."""
    volunteer = load_volunteer(session, actor, volunteer_id, Permission.EDIT_VOLUNTEERS)
    phone, postcode = _checked(session, draft)
    move_site(session, volunteer.site, address=volunteer.site.address, postcode=postcode, geocoder=geocoder, now=now)
    volunteer.group_id = _group(actor, draft.group_id, existing=volunteer)
    _write(volunteer, draft, phone)
    _keep_credentials(session, volunteer.id, draft.credentials)
    note(session, actor, "volunteer_changed", "volunteer", volunteer.id, now=now)
    return VolunteerSaved(id=volunteer.id, ref=volunteer.ref, is_placed=volunteer.site.latitude is not None)


def load_volunteer(session: Session, actor: Actor, volunteer_id: uuid.UUID, permission: Permission) -> Volunteer:
    """The row, if the actor may do this with it. Raises NotFound for one they must not know of, Forbidden."""
    volunteer = session.scalar(
        select(Volunteer).where(Volunteer.id == volunteer_id).options(selectinload(Volunteer.site))
    )
    own = frozenset() if volunteer is None or volunteer.group_id is None else frozenset({volunteer.group_id})
    gone = volunteer is None or volunteer.erased_at is not None
    if volunteer is None or gone or not actor.may(Permission.SEE_VOLUNTEERS, organisations=own):
        raise NotFound("There is no such volunteer here. They may belong to another group.")
    actor.require(permission, organisations=own)
    return volunteer


def _write(volunteer: Volunteer, draft: VolunteerDraft, phone: str) -> None:
    assert draft.vehicle is not None, "checked before"
    volunteer.name = draft.name
    volunteer.phone = phone
    volunteer.email = draft.email
    volunteer.vehicle = draft.vehicle
    volunteer.capacity_parcels = draft.capacity_parcels
    volunteer.capacity_portions = draft.capacity_portions
    volunteer.hot_ml = draft.hot_ml
    volunteer.cold_ml = draft.cold_ml
    volunteer.traits = draft.traits
    volunteer.languages = draft.languages or "en"
    volunteer.max_stops = draft.max_stops
    volunteer.max_week_s = draft.max_week_s
    volunteer.is_active = draft.is_active


def _keep_credentials(session: Session, volunteer_id: uuid.UUID, wanted: Mapping[CredentialKind, date]) -> None:
    held = {
        credential.kind: credential
        for credential in session.scalars(select(Credential).where(Credential.volunteer_id == volunteer_id))
    }
    for kind, credential in held.items():
        if kind not in wanted:
            session.delete(credential)
    for kind, expires_on in wanted.items():
        if kind in held:
            held[kind].expires_on = expires_on
        else:
            session.add(Credential(id=uuid.uuid4(), volunteer_id=volunteer_id, kind=kind, expires_on=expires_on))


def _checked(session: Session, draft: VolunteerDraft) -> tuple[str, str]:
    errors: dict[str, str] = {}
    if not draft.name:
        errors["name"] = "Enter their name"
    if draft.vehicle is None:
        errors["vehicle"] = "Choose how they travel"
    phone = tidy_phone(draft.phone, errors)
    if not draft.phone.strip():
        errors["phone"] = "Enter a phone number: it opens their route on their phone"
    if draft.email and "@" not in draft.email:
        errors["email"] = "Enter an email address, like name@example.org"
    if not draft.postcode.strip():
        errors["postcode"] = "Enter the postcode where they start"
    postcode = tidy_postcode(draft.postcode, errors)
    if not 0 < draft.max_week_s <= MOST_HOURS * 3600:
        errors["max_week_hours"] = f"Hours a week must be from 1 to {MOST_HOURS}"
    if draft.max_stops < 1:
        errors["max_stops"] = "Deliveries in one shift must be 1 or more"
    if draft.capacity_parcels + draft.capacity_portions == 0:
        errors["capacity_portions"] = "Enter how many portions or parcels they can carry"
    if draft.group_id is not None:
        kind = session.scalar(select(Organisation.kind).where(Organisation.id == draft.group_id))
        if kind is not OrganisationKind.DELIVERY_GROUP:
            errors["group_id"] = "Choose a delivery group of the list"
    if errors:
        raise BadInput(PROBLEM, errors)
    return phone, postcode


def _group(actor: Actor, wanted: uuid.UUID | None, *, existing: Volunteer | None) -> uuid.UUID | None:
    """The group to store: a group lead's volunteers stay in the lead's own groups."""
    own = actor.organisations_for(Permission.EDIT_VOLUNTEERS)
    if own is None or wanted in own:
        return wanted
    return existing.group_id if existing is not None else min(own, default=None)
