"""Households with their site, their needs in a row of their own, and what they consented to."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from logistics.domain.vocabulary import ConsentPurpose
from logistics.persistence.tables import Consent, Household, HouseholdNeeds, Site
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
    ids = {}
    for row in rows:
        upsert.begin_row()
        household = _put_household(
            upsert, row, known.pop(row["ref"], None), sites=sites, organisations=organisations, places=places
        )
        _put_needs(upsert, row, household.id, needs.get(household.id))
        _put_consents(upsert, row, household.id, consents)
        upsert.end_row("households")
        ids[row["ref"]] = household.id
    upsert.table("households").elsewhere = len(known)
    return ids


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


def _put_needs(upsert: Upsert, row: Row, household_id: uuid.UUID, existing: HouseholdNeeds | None) -> None:
    """No row is made for a household that needs nothing; one that is there follows the files."""
    if existing is None and not has_needs(row):
        return
    upsert.put(
        existing,
        HouseholdNeeds,
        part=True,
        household_id=household_id,
        diets=row["diets"],
        allergens=row["allergens"],
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
