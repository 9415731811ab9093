"""Households and volunteers as values of the spreadsheets' columns, by table."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.household import AgeBand, Extra, size_of
from logistics.domain.vocabulary import ConsentPurpose, PairKind
from logistics.persistence.tables import (
    Consent,
    Household,
    HouseholdBand,
    HouseholdExtra,
    HouseholdMember,
    HouseholdNeeds,
    Pair,
    Shift,
    Volunteer,
)
from logistics.queries.withheld import restricted_volunteers, withheld_households
from logistics.services.household_needs import own_words

Values = Mapping[str, Any]
NOTHING: frozenset[Any] = frozenset()


@dataclass(slots=True, kw_only=True)
class HouseholdParts:
    """What is kept of each household beside its own row, by its id."""

    ages: defaultdict[uuid.UUID, dict[AgeBand, int]] = field(default_factory=lambda: defaultdict(dict))
    extras: defaultdict[uuid.UUID, dict[Extra, str]] = field(default_factory=lambda: defaultdict(dict))
    consents: Mapping[tuple[uuid.UUID, ConsentPurpose], date] = field(default_factory=dict)

    @classmethod
    def read(cls, session: Session) -> HouseholdParts:
        """All of it, once."""
        parts = cls(consents=_consents(session))
        for band in session.scalars(select(HouseholdBand)):
            parts.ages[band.household_id][band.band] = band.people
        for extra in session.scalars(select(HouseholdExtra)):
            parts.extras[extra.household_id][extra.kind] = extra.detail
        return parts

    def consent_on(self, household_id: uuid.UUID, *, with_needs: bool) -> date | None:
        """The day since when all that the row says is agreed to; None where one yes is missing: the import then asks for it."""
        purposes = [ConsentPurpose.FOOD_SUPPORT, *([ConsentPurpose.HEALTH_AND_RELIGION] if with_needs else [])]
        days = [self.consents.get((household_id, purpose)) for purpose in purposes]
        given = [day for day in days if day is not None]
        return max(given) if len(given) == len(purposes) else None


def _consents(session: Session) -> dict[tuple[uuid.UUID, ConsentPurpose], date]:
    """The day of the last answer, where that is a yes in force."""
    last: dict[tuple[uuid.UUID, ConsentPurpose], Consent] = {}
    for consent in session.scalars(select(Consent).order_by(Consent.given_on, Consent.given.desc())):
        last[consent.household_id, consent.purpose] = consent
    return {key: row.given_on for key, row in last.items() if row.given and row.withdrawn_on is None}


def households(
    session: Session, organisations: Mapping[uuid.UUID, str], *, with_confidential: bool
) -> Iterator[tuple[Household, Values]]:
    """Every household that is not closed, and whose data may be used.

    Without `with_confidential` an address that is confidential is left out, with how to get in.
    """
    parts = HouseholdParts.read(session)
    withheld = withheld_households(session)
    query = (
        select(Household)
        .where(Household.is_active, Household.erased_at.is_(None))
        .options(selectinload(Household.site), selectinload(Household.needs))
    )
    for row in session.scalars(query):
        if row.id in withheld:
            continue
        ages = parts.ages[row.id]
        adults, children = size_of(ages) if ages else (row.adults, row.children)
        hidden = row.confidential_address and not with_confidential
        yield (
            row,
            {
                "ref": row.ref,
                "group": organisations.get(row.group_id) if row.group_id else None,
                "referrer": organisations.get(row.referrer_id) if row.referrer_id else None,
                "contact_name": row.contact_name,
                "adults": adults,
                "children": children,
                "address": "" if hidden else row.site.address,
                "postcode": "" if hidden else row.site.postcode,
                "access_notes": "" if hidden else row.site.access_notes,
                "phone": row.phone,
                "language": row.language,
                "at_risk": row.at_risk,
                "driver_needs": row.driver_needs,
                "floor": row.floor,
                "lift": row.has_lift,
                "handover": row.handover,
                "confidential_address": row.confidential_address,
                "people_at_door": row.people_at_door,
                "kitchen": row.kitchen,
                "ages": ages,
                "extras": parts.extras[row.id],
                **_needs(row.needs),
                "consent_on": parts.consent_on(row.id, with_needs=_says_needs(row.needs)),
            },
        )


def _needs(row: HouseholdNeeds | None) -> Values:
    return {
        "diets": row.diets if row else NOTHING,
        "allergens": row.allergens if row else NOTHING,
        "texture_iddsi": row.texture_iddsi if row else None,
        "own_words": row.unmapped if row else "",
    }


def _says_needs(row: HouseholdNeeds | None) -> bool:
    return row is not None and bool(
        row.diets or row.allergens or row.texture_iddsi is not None or own_words(row.unmapped)
    )


def members(session: Session, refs: Mapping[uuid.UUID, str]) -> list[Values]:
    """What one person cannot eat, in the order of each household's page."""
    rows = [row for row in session.scalars(select(HouseholdMember)) if row.household_id in refs]
    return [
        {
            "household": refs[row.household_id],
            "who": row.who,
            "age": row.band,
            "diets": row.diets,
            "allergens": row.allergens,
        }
        for row in sorted(rows, key=lambda row: (refs[row.household_id], row.number))
    ]


def volunteers(session: Session, organisations: Mapping[uuid.UUID, str]) -> Iterator[tuple[Volunteer, Values]]:
    """Every volunteer who has not left, and whose data may be used."""
    restricted = restricted_volunteers(session)
    query = (
        select(Volunteer)
        .where(Volunteer.is_active, Volunteer.erased_at.is_(None))
        .options(selectinload(Volunteer.site), selectinload(Volunteer.credentials))
    )
    for row in session.scalars(query):
        if row.id in restricted:
            continue
        yield (
            row,
            {
                "ref": row.ref,
                "group": organisations.get(row.group_id) if row.group_id else None,
                "name": row.name,
                "phone": row.phone,
                "start_postcode": row.site.postcode,
                "vehicle": row.vehicle,
                "capacity_parcels": row.capacity_parcels,
                "capacity_portions": row.capacity_portions,
                "hot_litres": row.hot_ml,
                "cold_litres": row.cold_ml,
                "credentials": tuple(sorted((each.kind, each.expires_on) for each in row.credentials)),
                "traits": row.traits,
                "languages": row.languages,
                "max_stops": row.max_stops,
                "max_hours_week": row.max_week_s,
            },
        )


def shifts(session: Session, refs: Mapping[uuid.UUID, str]) -> list[Values]:
    """When volunteers have time."""
    return [
        {"volunteer": refs[row.volunteer_id], "date": row.service_date, "start": row.starts_at, "end": row.ends_at}
        for row in session.scalars(select(Shift))
        if row.volunteer_id in refs
    ]


def pairs(session: Session, volunteers: Mapping[uuid.UUID, str], homes: Mapping[uuid.UUID, str]) -> list[Values]:
    """Who likes to see whom, and who must never meet."""
    return [
        {
            "volunteer": volunteers[row.volunteer_id],
            "household": homes[row.household_id],
            "kind": row.kind,
            "weight": None if row.kind is PairKind.BLOCK else row.weight,
        }
        for row in session.scalars(select(Pair))
        if row.volunteer_id in volunteers and row.household_id in homes
    ]
