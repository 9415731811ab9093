"""Member groups: donors, referrers, delivery groups and hubs, with the place they stand at."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from datetime import datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.vocabulary import OrganisationKind
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.tables import Hub, Organisation, Site
from logistics.services.audit import note
from logistics.services.phones import tidy_phone
from logistics.services.placing import move_site, tidy_postcode

PROBLEM = "There is a problem"
_CODE = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,39}")


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationDraft:
    """An organisation as a form holds it. The hub's fields count for a hub only."""

    code: str
    name: str
    kind: OrganisationKind | None
    phone: str = ""
    address: str = ""
    postcode: str = ""
    access_notes: str = ""
    parcels_per_day: int = 0
    opens_at: time | None = None
    closes_at: time | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationSaved:
    """What was stored. `is_placed` False: no route can stop there yet."""

    id: uuid.UUID
    is_placed: bool


def add_organisation(
    session: Session, actor: Actor, draft: OrganisationDraft, *, geocoder: Geocoder, now: datetime
) -> OrganisationSaved:
    """Store a new member group. Raises BadInput, Forbidden."""
    actor.require(Permission.EDIT_ORGANISATIONS)
    code, phone, postcode = _checked(session, draft, existing=None)
    site = Site(id=uuid.uuid4(), address="", postcode="", access_notes=draft.access_notes)
    move_site(session, site, address=draft.address, postcode=postcode, geocoder=geocoder, now=now)
    session.add(site)
    session.flush()
    organisation = Organisation(
        id=uuid.uuid4(), code=code, name=draft.name, kind=draft.kind, phone=phone, site_id=site.id
    )
    session.add(organisation)
    session.flush()
    _keep_hub(session, organisation, draft)
    note(session, actor, "organisation_added", "organisation", organisation.id, now=now)
    return OrganisationSaved(id=organisation.id, is_placed=site.latitude is not None)


def edit_organisation(
    session: Session,
    actor: Actor,
    organisation_id: uuid.UUID,
    draft: OrganisationDraft,
    *,
    geocoder: Geocoder,
    now: datetime,
) -> OrganisationSaved:
    """Store an organisation as the draft has it; its kind stays what it is. Raises NotFound, Forbidden, BadInput."""
    actor.require(Permission.EDIT_ORGANISATIONS)
    organisation = session.scalar(
        select(Organisation).where(Organisation.id == organisation_id).options(selectinload(Organisation.site))
    )
    if organisation is None:
        raise NotFound("There is no such organisation here.")
    code, phone, postcode = _checked(session, draft, existing=organisation)
    organisation.code = code
    organisation.name = draft.name
    organisation.phone = phone
    move_site(session, organisation.site, address=draft.address, postcode=postcode, geocoder=geocoder, now=now)
    organisation.site.access_notes = draft.access_notes
    _keep_hub(session, organisation, draft)
    note(session, actor, "organisation_changed", "organisation", organisation.id, now=now)
    return OrganisationSaved(id=organisation.id, is_placed=organisation.site.latitude is not None)


def _keep_hub(session: Session, organisation: Organisation, draft: OrganisationDraft) -> None:
    if organisation.kind is not OrganisationKind.HUB:
        return
    hub = session.scalar(select(Hub).where(Hub.organisation_id == organisation.id))
    if hub is None:
        hub = Hub(id=uuid.uuid4(), organisation_id=organisation.id)
        session.add(hub)
    assert draft.opens_at is not None, "checked before"
    assert draft.closes_at is not None, "checked before"
    hub.parcels_per_day = draft.parcels_per_day
    hub.opens_at = draft.opens_at
    hub.closes_at = draft.closes_at


def _checked(session: Session, draft: OrganisationDraft, *, existing: Organisation | None) -> tuple[str, str, str]:
    """The tidy code, phone and postcode of a draft that can be stored. Raises BadInput with every field that cannot."""
    errors: dict[str, str] = {}
    code = draft.code.strip().upper()
    if not _CODE.fullmatch(code):
        errors["code"] = "Enter a short code of letters and figures, like DON07"
    else:
        taken = session.scalar(select(Organisation).where(Organisation.code == code))
        if taken is not None and taken is not existing:
            errors["code"] = f"{code} is taken by {taken.name}: choose another"
    if not draft.name:
        errors["name"] = "Enter the organisation’s name"
    kind = existing.kind if existing is not None else draft.kind
    if kind is None:
        errors["kind"] = "Choose what it does in the network"
    phone = tidy_phone(draft.phone, errors)
    if not draft.postcode.strip():
        errors["postcode"] = "Enter the postcode: drivers are sent there"
    postcode = tidy_postcode(draft.postcode, errors)
    if kind is OrganisationKind.HUB:
        if draft.opens_at is None:
            errors["opens_at"] = "Enter when the hub opens"
        if draft.closes_at is None:
            errors["closes_at"] = "Enter when the hub closes"
        if draft.opens_at and draft.closes_at and draft.opens_at >= draft.closes_at:
            errors["closes_at"] = "The hub must close after it opens"
    if errors:
        raise BadInput(PROBLEM, errors)
    return code, phone, postcode
