"""Households with their site, their needs in a row of their own, and what they consented to."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import select

from logistics.domain.household import AgeBand, size_of
from logistics.domain.vocabulary import ConsentPurpose
from logistics.persistence.tables import Consent, Household, HouseholdBand, HouseholdMember, HouseholdNeeds, Site
from logistics.services.imports.places import Places
from logistics.services.imports.upsert import Upsert
from logistics.services.imports.values import Row

IMPORTED = "imported"
"""The wording version of a consent that a spreadsheet tells of: what was read to the person is not known."""


def put_households(
    upsert: Upsert, rows: tuple[Row, ...], organisations: dict[str, uuid.UUID], places: Places
) -> dict[str, uuid.UUID]:
    """Every household of the files; their ids by ref."""
    session = upsert.session
    known = {household.ref: household for household in session.scalars(select(Household))}
    sites = {site.id: site for site in session.scalars(select(Site))}
    needs = {need.household_id: need for need in session.scalars(select(HouseholdNeeds))}
    consents: dict[tuple[uuid.UUID, ConsentPurpose], list[Consent]] = {}
    for consent in session.scalars(select(Consent)):
        consents.setdefault((consent.household_id, consent.purpose), []).append(consent)
    members: defaultdict[uuid.UUID, list[HouseholdMember]] = defaultdict(list)
    for member in session.scalars(select(HouseholdMember)):
        members[member.household_id].append(member)
    ages: defaultdict[uuid.UUID, dict[AgeBand, int]] = defaultdict(dict)
    for counted in session.scalars(select(HouseholdBand)):
        ages[counted.household_id][counted.band] = counted.people
    ids = {}
    for written in rows:
        upsert.begin_row()
        existing = known.pop(written["ref"], None)
        row = _sized(written, ages[existing.id] if existing else {})
        household = _put_household(upsert, row, existing, sites=sites, organisations=organisations, places=places)
        _put_needs(upsert, row, household.id, needs.get(household.id), members[household.id])
        _put_consents(upsert, row, household.id, consents)
        upsert.end_row("households")
        ids[row["ref"]] = household.id
    upsert.table("households").elsewhere = len(known)
    return ids


def _sized(row: Row, ages: Mapping[AgeBand, int]) -> Row:
    """The row with its size counted from ages that somebody typed since: they are more exact than the files' two numbers."""
    if not ages:
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
    site = places.put_site(
        upsert,
        sites.get(existing.site_id) if existing else None,
        who=f"household {row['ref']}",
        address=row["address"],
        postcode=row["postcode"],
        access_notes=row["access_notes"],
    )
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
    )


def has_needs(row: Row) -> bool:
    """Whether the row says anything about health or religion."""
    return bool(row["diets"] or row["allergens"] or row["texture_iddsi"] is not None)


def _put_needs(
    upsert: Upsert,
    row: Row,
    household_id: uuid.UUID,
    existing: HouseholdNeeds | None,
    members: list[HouseholdMember],
) -> None:
    """No row is made for a household that needs nothing; one that is there follows the files.

    What was said of one person since stays: the files know nothing of them, and a meal must be safe for each.
    """
    if existing is None and not has_needs(row):
        return
    upsert.put(
        existing,
        HouseholdNeeds,
        part=True,
        household_id=household_id,
        diets=row["diets"].union(*(member.diets for member in members)),
        allergens=row["allergens"].union(*(member.allergens for member in members)),
        texture_iddsi=row["texture_iddsi"],
    )


def _put_consents(
    upsert: Upsert,
    row: Row,
    household_id: uuid.UUID,
    known: dict[tuple[uuid.UUID, ConsentPurpose], list[Consent]],
) -> None:
    """One consent per purpose and date. One given or withdrawn since is newer than the files, and is left alone."""
    if row["consent_on"] is None:
        return
    purposes = [ConsentPurpose.FOOD_SUPPORT]
    if has_needs(row):
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
