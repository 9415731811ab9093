"""Who eats in a household, what one of them cannot eat, and what goes with its parcels: checked and stored."""

from __future__ import annotations

import uuid
from dataclasses import replace

from sqlalchemy import delete
from sqlalchemy.orm import Session

from logistics.domain.household import (
    MOST_DETAIL_LETTERS,
    MOST_MEMBERS,
    MOST_OF_A_BAND,
    MOST_WHO_LETTERS,
    AgeBand,
    Extra,
    MemberNeeds,
    allergens_of_all,
    diets_of_all,
    size_of,
)
from logistics.persistence.tables import HouseholdBand, HouseholdExtra, HouseholdMember
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft


def whole_household(draft: HouseholdDraft) -> HouseholdDraft:
    """The draft with its size counted from the ages, where any are given, and the needs of each added to those of all."""
    ages = {band: draft.ages[band] for band in AgeBand if draft.ages.get(band)}
    members = tuple(member for member in draft.members if not member.is_empty)
    adults, children = size_of(ages) if ages else (draft.adults, draft.children)
    return replace(
        draft,
        ages=ages,
        adults=adults,
        children=children,
        members=members,
        diets=diets_of_all(draft.diets, members),
        allergens=allergens_of_all(draft.allergens, members),
    )


def check_people(draft: HouseholdDraft, errors: dict[str, str]) -> None:
    """Note what is wrong with ages, members and extras, each beside its field."""
    for band, people in draft.ages.items():
        if not 0 <= people <= MOST_OF_A_BAND:
            errors[age_field(band)] = f"Enter from 0 to {MOST_OF_A_BAND} people"
    if len(draft.members) > MOST_MEMBERS:
        errors[member_field(1, "who")] = f"Enter {MOST_MEMBERS} people at most, and the rest for all of them"
    for number, member in enumerate(draft.members, start=1):
        _check_member(draft, number, member, errors)
    for kind, detail in draft.extras.items():
        if not detail and kind.needs_detail():
            errors[extra_field(kind)] = kind.needs_detail()
        elif len(detail) > MOST_DETAIL_LETTERS:
            errors[extra_field(kind)] = f"Use {MOST_DETAIL_LETTERS} characters or fewer"


def _check_member(draft: HouseholdDraft, number: int, member: MemberNeeds, errors: dict[str, str]) -> None:
    if not member.who:
        errors[member_field(number, "who")] = "Say who it is, such as “the girl”"
    elif len(member.who) > MOST_WHO_LETTERS:
        errors[member_field(number, "who")] = f"Use {MOST_WHO_LETTERS} characters or fewer"
    elif not member.says_anything:
        errors[member_field(number, "diets")] = f"Tick what {member.who} cannot eat, or empty the line"
    if member.allergens and draft.allergy is AllergyAnswer.NONE:
        errors[member_field(number, "allergens")] = "You said that nobody has an allergy. Change one of the two answers"
    if member.band is not None and draft.ages and not draft.ages.get(member.band):
        errors[member_field(number, "band")] = "Nobody of that age is counted. Change one of the two answers"


def keep_people(session: Session, household_id: uuid.UUID, draft: HouseholdDraft) -> None:
    """Store ages, members and extras as the draft has them. Members only with the household's yes to keeping its needs."""
    for table in (HouseholdBand, HouseholdMember, HouseholdExtra):
        session.execute(delete(table).where(table.household_id == household_id))
    session.add_all(
        HouseholdBand(household_id=household_id, band=band, people=people) for band, people in draft.ages.items()
    )
    session.add_all(
        HouseholdMember(
            household_id=household_id,
            number=number,
            who=member.who,
            band=member.band,
            diets=member.diets,
            allergens=member.allergens,
        )
        for number, member in enumerate(draft.members if draft.agrees_needs is not False else (), start=1)
    )
    session.add_all(
        HouseholdExtra(household_id=household_id, kind=kind, detail=detail) for kind, detail in draft.extras.items()
    )


def age_field(band: AgeBand) -> str:
    """The name of a band's field in every form."""
    return f"age_{band.name.lower()}"


def member_field(number: int, part: str) -> str:
    """The name of a field about the n-th person in every form."""
    return f"person_{number}_{part}"


def extra_field(kind: Extra) -> str:
    """The name of an extra's words in every form."""
    return f"extra_{kind.value}"
