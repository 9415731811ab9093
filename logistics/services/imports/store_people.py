"""Households with their site, their needs in a row of their own, and what they consented to."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from logistics.domain.household import AgeBand, Kitchen, size_of
from logistics.domain.vocabulary import ConsentPurpose
from logistics.persistence.tables import Consent, Household, HouseholdMember, HouseholdNeeds, Site
from logistics.queries.withheld import without_their_needs
from logistics.services.household_needs import own_words
from logistics.services.imports.places import Places
from logistics.services.imports.store_members import (
    KnownPeople,
    put_ages_and_extras,
    put_members,
    words_that_stand,
)
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import Row

IMPORTED = "imported"
"""The wording version of a consent that a spreadsheet tells of: what was read to the person is not known."""


def put_households(
    upsert: Upsert,
    rows: tuple[Row, ...],
    members: tuple[Row, ...],
    organisations: dict[str, uuid.UUID],
    places: Places,
) -> dict[str, uuid.UUID]:
    """Every household of the files, and the people in it that they name; ids of households by ref."""
    session = upsert.session
    known = {household.ref: household for household in session.scalars(select(Household))}
    sites = {site.id: site for site in session.scalars(select(Site))}
    needs = {need.household_id: need for need in session.scalars(select(HouseholdNeeds))}
    consents: dict[tuple[uuid.UUID, ConsentPurpose], list[Consent]] = {}
    for consent in session.scalars(select(Consent)):
        consents.setdefault((consent.household_id, consent.purpose), []).append(consent)
    people = KnownPeople.read(session)
    withdrew = without_their_needs(session)
    named: defaultdict[str, list[Row]] = defaultdict(list)
    for member in members:
        named[member["household"]].append(member)
    ids = {}
    for written in rows:
        upsert.begin_row()
        existing = known.pop(written["ref"], None)
        row = _sized(written, people.ages(existing.id) if existing else {})
        household = _put_household(upsert, row, existing, sites=sites, organisations=organisations, places=places)
        held = needs.get(household.id)
        if household.id in withdrew:
            # A file from before does not bring back what they took back: only they do, with a new yes.
            members = tuple(member for member in members if member["household"] != row["ref"])
            says_needs = False
        else:
            row = _with_all_needs(row, held, people.members[household.id], named[row["ref"]])
            _put_needs(upsert, row, household.id, held)
            says_needs = has_needs(written) or any(has_needs(member) for member in named[row["ref"]])
        _put_consents(upsert, row, household.id, consents, says_needs=says_needs)
        put_ages_and_extras(upsert, row, household.id, people)
        upsert.end_row("households")
        ids[row["ref"]] = household.id
    upsert.table("households").elsewhere = len(known)
    session.flush()
    put_members(upsert, members, ids, people)
    return ids


def _sized(row: Row, ages: Mapping[AgeBand, int]) -> Row:
    """The row with its size counted from ages that somebody typed since: they are more exact than the files' two numbers."""
    if not ages or row["ages"] is not None:
        return row
    adults, children = size_of(ages)
    return replace(row, values={**row.values, "adults": adults, "children": children})


def _put_household(
    upsert: Upsert,
    row: Row,
    existing: Household | None,
    *,
    sites: dict[uuid.UUID, Site],
    organisations: dict[str, uuid.UUID],
    places: Places,
) -> Household:
    site = sites[existing.site_id] if existing and _keeps_its_address(row, existing) else None
    site = site or places.put_site(
        upsert,
        sites.get(existing.site_id) if existing else None,
        who=f"household {row['ref']}",
        address=row["address"],
        postcode=row["postcode"],
        access_notes=row["access_notes"],
    )
    kitchen = row["kitchen"] or (existing.kitchen if existing else Kitchen.FULL)
    return upsert.put(
        existing,
        Household,
        ref=row["ref"],
        group_id=organisations[row["group"]] if row["group"] else None,
        referrer_id=organisations[row["referrer"]] if row["referrer"] else None,
        contact_name=row["contact_name"],
        phone=row["phone"],
        language=row["language"],
        adults=row["adults"],
        children=row["children"],
        site_id=site.id,
        floor=row["floor"],
        has_lift=row["lift"],
        handover=row["handover"],
        confidential_address=row["confidential_address"],
        at_risk=row["at_risk"],
        people_at_door=row["people_at_door"],
        driver_needs=row["driver_needs"],
        kitchen=kitchen,
    )


def _keeps_its_address(row: Row, existing: Household) -> bool:
    """Whether the file only leaves out an address that is confidential, as an export does: it does not take it away."""
    leaves_out = not (row["address"] or row["postcode"] or row["access_notes"])
    return leaves_out and bool(row["confidential_address"]) and existing.confidential_address


def has_needs(row: Row) -> bool:
    """Whether the row of a household or of a member says anything about health or religion."""
    said = own_words(row.values.get("own_words") or "")
    return bool(row["diets"] or row["allergens"] or row.values.get("texture_iddsi") is not None or said)


def _with_all_needs(row: Row, held: HouseholdNeeds | None, members: list[HouseholdMember], named: list[Row]) -> Row:
    """The row with what each person in it cannot eat, of the files and of the database: a meal must be safe for each."""
    diets = row["diets"].union(*(member.diets for member in members), *(member["diets"] for member in named))
    allergens = row["allergens"].union(
        *(member.allergens for member in members), *(member["allergens"] for member in named)
    )
    words = words_that_stand(held.unmapped if held else "", row)
    return replace(row, values={**row.values, "diets": diets, "allergens": allergens, "own_words": words})


def _put_needs(upsert: Upsert, row: Row, household_id: uuid.UUID, existing: HouseholdNeeds | None) -> None:
    """No row is made for a household that needs nothing; one that is there follows the files."""
    if existing is None and not (has_needs(row) or row["own_words"]):
        return
    upsert.put(
        existing,
        HouseholdNeeds,
        part=True,
        household_id=household_id,
        diets=row["diets"],
        allergens=row["allergens"],
        texture_iddsi=row["texture_iddsi"],
        unmapped=row["own_words"],
    )


def _put_consents(
    upsert: Upsert,
    row: Row,
    household_id: uuid.UUID,
    known: dict[tuple[uuid.UUID, ConsentPurpose], list[Consent]],
    *,
    says_needs: bool,
) -> None:
    """One consent per purpose and date. One given or withdrawn since is newer than the files, and is left alone."""
    if row["consent_on"] is None:
        return
    purposes = [ConsentPurpose.FOOD_SUPPORT]
    if says_needs:
        purposes.append(ConsentPurpose.HEALTH_AND_RELIGION)
    for purpose in purposes:
        earlier = known.get((household_id, purpose), [])
        if any(consent.given_on >= row["consent_on"] or consent.withdrawn_on is not None for consent in earlier):
            continue
        upsert.put(
            None,
            Consent,
            part=True,
            household_id=household_id,
            purpose=purpose,
            given=True,
            given_on=row["consent_on"],
            wording_version=IMPORTED,
            method="import",
        )
