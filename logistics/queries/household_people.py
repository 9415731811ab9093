"""Who eats in a household and what goes with its parcels: for its pages, and as little of it as packing needs."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.household import AgeBand, Extra, MemberNeeds
from logistics.persistence.tables import Household, HouseholdBand, HouseholdExtra, HouseholdMember

_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdPeople:
    """The ages, the people with needs of their own, and the extras of one household."""

    ages: Mapping[AgeBand, int]
    members: tuple[MemberNeeds, ...]
    extras: Mapping[Extra, str]


def household_people(session: Session, household_id: uuid.UUID) -> HouseholdPeople:
    """Everything that was said about them, in the order of the lists."""
    bands = session.scalars(select(HouseholdBand).where(HouseholdBand.household_id == household_id)).all()
    members = session.scalars(
        select(HouseholdMember).where(HouseholdMember.household_id == household_id).order_by(HouseholdMember.number)
    )
    extras = session.scalars(select(HouseholdExtra).where(HouseholdExtra.household_id == household_id)).all()
    counted = {row.band: row.people for row in bands}
    wanted = {row.kind: row.detail for row in extras}
    return HouseholdPeople(
        ages={band: counted[band] for band in AgeBand if band in counted},
        members=tuple(
            MemberNeeds(who=row.who, band=row.band, diets=row.diets, allergens=row.allergens) for row in members
        ),
        extras={kind: wanted[kind] for kind in Extra if kind in wanted},
    )


def parcel_words(session: Session, household_ids: Iterable[uuid.UUID]) -> Mapping[uuid.UUID, tuple[str, ...]]:
    """What whoever packs a household's parcels must know beside its size: how they cook, and the extras. No ages, no names."""
    ids = list(household_ids)
    found: defaultdict[uuid.UUID, list[str]] = defaultdict(list)
    for start in range(0, len(ids), _AT_ONCE):
        some = ids[start : start + _AT_ONCE]
        for household_id, kitchen in session.execute(
            select(Household.id, Household.kitchen).where(Household.id.in_(some))
        ):
            if kitchen.packing:
                found[household_id].append(kitchen.packing)
        extras = session.scalars(select(HouseholdExtra).where(HouseholdExtra.household_id.in_(some))).all()
        for row in sorted(extras, key=lambda row: list(Extra).index(row.kind)):
            found[row.household_id].append(row.kind.words(row.detail))
    return {household_id: tuple(words) for household_id, words in found.items()}
