"""Households: added, changed, closed; their contact details kept true by whoever is at the desk."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Forbidden, NotFound
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.gateways.geocoding.port import Geocoder
from logistics.persistence.tables import Household, Organisation, Site
from logistics.queries.household_scope import may_with, own_organisations, sees_confidential
from logistics.services.audit import note
from logistics.services.consents import keep_consents, refuses_needs
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft
from logistics.services.household_needs import keep_needs, own_words, settle_withdrawal
from logistics.services.household_people import check_people, keep_people, whole_household
from logistics.services.phones import tidy_phone
from logistics.services.placing import move_site, tidy_postcode
from logistics.services.references import next_reference
from logistics.services.site_places import question_of

__all__ = [
    "AllergyAnswer",
    "HouseholdDraft",
    "HouseholdSaved",
    "add_household",
    "edit_access",
    "edit_household",
    "load_household",
]

PROBLEM = "There is a problem"
MOST_PEOPLE = 20
FLOORS = (-2, 60)
TEXTURES = range(3, 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdSaved:
    """What was stored. `is_placed` False: nobody knows where it is yet, and no route can reach it.

    `asks_place`: its place may have changed, and somebody is asked which is right.
    """

    id: uuid.UUID
    ref: str
    site_id: uuid.UUID
    is_placed: bool
    asks_place: bool = False


def add_household(
    session: Session, actor: Actor, draft: HouseholdDraft, *, geocoder: Geocoder, now: datetime
) -> HouseholdSaved:
    """Store a new household with its place, needs and consents. Raises BadInput, Forbidden.

    A group lead's belongs to their group, a referrer's to who referred it, whatever the draft says.
    """
    if not actor.may_somewhere(Permission.ADD_HOUSEHOLD):
        raise Forbidden("Your role does not add households.")
    draft = whole_household(draft)
    phone, postcode = _checked(session, actor, draft, existing=None)
    group_id, referrer_id = _ties(actor, draft, existing=None)
    site = Site(id=uuid.uuid4(), address="", postcode="", access_notes=draft.access_notes)
    move_site(session, site, address=draft.address, postcode=postcode, geocoder=geocoder, now=now)
    session.add(site)
    session.flush()
    household = Household(
        id=uuid.uuid4(),
        ref=next_reference(session, Household.ref, "H", digits=4),
        site_id=site.id,
        group_id=group_id,
        referrer_id=referrer_id,
    )
    _write(household, draft, phone)
    household.confidential_address = draft.confidential_address
    session.add(household)
    session.flush()
    keep_needs(session, household.id, draft, may_map=actor.may(Permission.EDIT_HOUSEHOLD))
    keep_people(session, household.id, draft)
    keep_consents(session, actor, household.id, draft, now=now)
    note(session, actor, "household_added", "household", household.id, now=now)
    return HouseholdSaved(id=household.id, ref=household.ref, site_id=site.id, is_placed=site.latitude is not None)


def edit_household(
    session: Session, actor: Actor, household_id: uuid.UUID, draft: HouseholdDraft, *, geocoder: Geocoder, now: datetime
) -> HouseholdSaved:
    """Store a household as the draft has it. Raises NotFound, Forbidden, BadInput.

    Who may not see a confidential address can neither change it nor make it less confidential.
    """
    household = load_household(session, actor, household_id, Permission.EDIT_HOUSEHOLD)
    hidden = household.confidential_address and not sees_confidential(actor)
    draft = _without_safeguards(actor, household, whole_household(draft))
    phone, postcode = _checked(session, actor, draft, existing=household)
    household.group_id, household.referrer_id = _ties(actor, draft, existing=household)
    if not hidden:
        move_site(session, household.site, address=draft.address, postcode=postcode, geocoder=geocoder, now=now)
        household.site.access_notes = draft.access_notes
        household.confidential_address = draft.confidential_address
    _write(household, draft, phone)
    is_mapped = keep_needs(session, household.id, draft, may_map=actor.may(Permission.EDIT_HOUSEHOLD))
    keep_people(session, household.id, draft)
    keep_consents(session, actor, household.id, draft, now=now)
    settle_withdrawal(session, household.id, now=now)
    note(session, actor, "household_changed", "household", household.id, now=now)
    if is_mapped:
        note(session, actor, "household_need_mapped", "household", household.id, now=now)
    return HouseholdSaved(
        id=household.id,
        ref=household.ref,
        site_id=household.site_id,
        is_placed=household.site.latitude is not None,
        asks_place=question_of(session, household.site_id) is not None,
    )


def edit_access(
    session: Session,
    actor: Actor,
    household_id: uuid.UUID,
    *,
    phone: str | None,
    access_notes: str | None,
    now: datetime,
) -> None:
    """Keep the phone number and the way in true: all that a dispatcher changes. None leaves what is stored.

    Raises NotFound, Forbidden, BadInput.
    """
    household = load_household(session, actor, household_id, Permission.EDIT_ACCESS_NOTES)
    errors: dict[str, str] = {}
    tidied = tidy_phone(phone, errors) if phone is not None else household.phone
    if access_notes is not None and len(access_notes) > 1000:
        errors["access_notes"] = "Use 1,000 characters or fewer"
    if errors:
        raise BadInput(PROBLEM, errors)
    household.phone = tidied
    if access_notes is not None and (not household.confidential_address or sees_confidential(actor)):
        household.site.access_notes = access_notes
    note(session, actor, "household_access_changed", "household", household.id, now=now)


def load_household(session: Session, actor: Actor, household_id: uuid.UUID, permission: Permission) -> Household:
    """The row, if the actor may do this with it. NotFound for one they must not know of, Forbidden for one they may only see."""
    household = session.scalar(
        select(Household)
        .where(Household.id == household_id)
        .options(selectinload(Household.site), selectinload(Household.needs))
    )
    if household is None or not (
        may_with(actor, Permission.SEE_HOUSEHOLD, household) or may_with(actor, permission, household)
    ):
        raise NotFound("There is no such household here. It may belong to another group.")
    if not may_with(actor, permission, household):
        raise Forbidden("Your role does not change this about a household. Ask your coordinator.")
    return household


def _write(household: Household, draft: HouseholdDraft, phone: str) -> None:
    household.contact_name = draft.contact_name
    household.phone = phone
    household.language = draft.language
    household.adults = draft.adults
    household.children = draft.children
    household.kitchen = draft.kitchen
    household.floor = draft.floor
    household.has_lift = draft.has_lift
    household.handover = draft.handover
    household.driver_needs = draft.driver_needs
    household.people_at_door = draft.people_at_door
    household.at_risk = draft.at_risk
    household.is_active = draft.is_active


def _without_safeguards(actor: Actor, household: Household, draft: HouseholdDraft) -> HouseholdDraft:
    """The draft, for the household itself with what protects it and its drivers as it is: others decide about that."""
    if may_with(actor, Permission.ADD_HOUSEHOLD, household):
        return draft
    return replace(
        draft,
        driver_needs=household.driver_needs,
        people_at_door=household.people_at_door,
        at_risk=household.at_risk,
        is_active=household.is_active,
    )


def _checked(session: Session, actor: Actor, draft: HouseholdDraft, *, existing: Household | None) -> tuple[str, str]:
    """The tidy phone number and postcode of a draft that can be stored. Raises BadInput with every field that cannot."""
    errors: dict[str, str] = {}
    if not draft.contact_name:
        errors["contact_name"] = "Enter the name to ask for at the door"
    phone = tidy_phone(draft.phone, errors)
    hidden = existing is not None and existing.confidential_address and not sees_confidential(actor)
    postcode = "" if hidden else tidy_postcode(draft.postcode, errors)
    if not hidden and not draft.address and "postcode" not in errors:
        errors["address"] = "Enter the address: flat or house number, building, street"
    if not 1 <= draft.adults + draft.children <= MOST_PEOPLE:
        errors["adults"] = f"Enter between 1 and {MOST_PEOPLE} people"
    if not FLOORS[0] <= draft.floor <= FLOORS[1]:
        errors["floor"] = f"Floor must be from {FLOORS[0]} to {FLOORS[1]}"
    if draft.people_at_door not in (1, 2):
        errors["people_at_door"] = "Choose one or two people"
    if draft.texture_iddsi is not None and draft.texture_iddsi not in TEXTURES:
        errors["texture_iddsi"] = "Choose a level from 3 to 7"
    check_people(draft, errors)
    _check_needs(session, draft, existing, errors)
    for field, kinds in (
        ("group_id", {OrganisationKind.DELIVERY_GROUP}),
        ("referrer_id", {OrganisationKind.REFERRER, OrganisationKind.DELIVERY_GROUP, OrganisationKind.HUB}),
    ):
        chosen = getattr(draft, field)
        if chosen is not None:
            organisation = session.scalar(select(Organisation).where(Organisation.id == chosen))
            if organisation is None or organisation.kind not in kinds:
                errors[field] = "Choose one of the list"
    if errors:
        raise BadInput(PROBLEM, errors)
    return phone, postcode


def _check_needs(session: Session, draft: HouseholdDraft, existing: Household | None, errors: dict[str, str]) -> None:
    if draft.allergy is None:
        errors["allergy"] = "Say whether anyone has a food allergy"
    elif draft.allergy is AllergyAnswer.SOME and not draft.allergens:
        errors["allergens"] = "Choose which foods they are allergic to"
    if draft.has_needs and draft.agrees_needs is None and existing is None:
        errors["agrees_needs"] = "Say whether they agree that we keep this"
    names_needs = bool(draft.diets or draft.allergens or draft.texture_iddsi is not None or own_words(draft.unmapped))
    if existing is not None and names_needs and draft.agrees_needs is None and refuses_needs(session, existing.id):
        errors["agrees_needs"] = "They did not agree that we keep this. Say whether they agree now"


def _ties(
    actor: Actor, draft: HouseholdDraft, *, existing: Household | None
) -> tuple[uuid.UUID | None, uuid.UUID | None]:
    """The group and the referrer to store. Whoever works for one organisation cannot give a household to another."""
    permission = Permission.ADD_HOUSEHOLD if existing is None else Permission.EDIT_HOUSEHOLD
    if actor.may(permission):
        return draft.group_id, draft.referrer_id
    if existing is not None:
        return existing.group_id, existing.referrer_id
    groups = own_organisations(actor, permission, Role.GROUP_LEAD)
    referrers = own_organisations(actor, permission, Role.REFERRER)
    group_id = draft.group_id if draft.group_id in groups else min(groups, default=None)
    referrer_id = draft.referrer_id if draft.referrer_id in referrers else min(referrers, default=None)
    return group_id, referrer_id
