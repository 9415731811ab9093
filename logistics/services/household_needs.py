"""What a household can eat and what it agreed to: special category data in rows of their own, kept only with consent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import Allergen, ConsentPurpose
from logistics.domain.week import LONDON
from logistics.persistence.tables import Consent, HouseholdNeeds
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft

WORDING_VERSION = "2026-11"
"""The wording that the forms show. A new wording is a new version."""

NOT_SURE = "Allergies not known yet"
NOT_AGREED = "Did not agree that we keep what they cannot eat"

MOST_WORDS = 500
PROBLEM = "There is a problem"


def own_words(unmapped: str) -> str:
    """What the household itself said that nobody has mapped yet; empty where only we say that nobody knows."""
    return "" if unmapped in (NOT_SURE, NOT_AGREED) else unmapped


def allergy_answer(allergens: frozenset[Allergen], unmapped: str) -> AllergyAnswer:
    """The answer about allergies that is stored: one that loses nothing when it is sent again as it is."""
    if allergens and own_words(unmapped):
        return AllergyAnswer.SOME
    if unmapped:
        return AllergyAnswer.UNSURE
    return AllergyAnswer.SOME if allergens else AllergyAnswer.NONE


def keep_needs(session: Session, household_id: uuid.UUID, draft: HouseholdDraft, *, may_map: bool) -> bool:
    """Store what every meal must respect; returns whether words that waited have now been mapped. Raises BadInput.

    Words in `draft.unmapped` stay beside any other answer, and no meal is safe while they do. Only who may map takes
    them away; from anybody else, new words are added to them. A refusal is kept as a need nobody knows: no meal is safe,
    parcels are.
    """
    row = session.scalar(select(HouseholdNeeds).where(HouseholdNeeds.household_id == household_id))
    if row is None:
        row = HouseholdNeeds(id=uuid.uuid4(), household_id=household_id)
        session.add(row)
    refused = draft.has_needs and draft.agrees_needs is False
    row.diets = frozenset() if refused else draft.diets
    row.allergens = frozenset() if refused or draft.allergy is AllergyAnswer.NONE else draft.allergens
    row.texture_iddsi = None if refused else draft.texture_iddsi
    waiting = row.unmapped or ""
    row.unmapped = NOT_AGREED if refused else _still_unmapped(waiting, draft, may_map=may_map)
    return bool(own_words(waiting)) and not row.unmapped


def _still_unmapped(waiting: str, draft: HouseholdDraft, *, may_map: bool) -> str:
    said = draft.unmapped.strip()
    if own_words(waiting) and not may_map:
        # A shorter answer typed later must not make a meal look safe that nobody has asked about.
        said = waiting if not own_words(said) or said in waiting else f"{waiting}; {said}"
        if len(said) > MOST_WORDS:
            raise BadInput(PROBLEM, {"unmapped": "There is much to clarify already. Ring your coordinator instead"})
    if draft.allergy is not AllergyAnswer.UNSURE:
        return own_words(said)
    if own_words(said):
        return said
    return NOT_AGREED if waiting == NOT_AGREED and not draft.agrees_needs else NOT_SURE


def keep_consents(session: Session, household_id: uuid.UUID, draft: HouseholdDraft, *, now: datetime) -> None:
    """Add a line for each answer that is new. Answers are never changed: a later one counts, a no ends an earlier yes."""
    today = now.astimezone(LONDON).date()
    answers = (
        (ConsentPurpose.FOOD_SUPPORT, draft.agrees_food),
        (ConsentPurpose.HEALTH_AND_RELIGION, draft.agrees_needs if draft.has_needs else None),
    )
    for purpose, given in answers:
        if given is None:
            continue
        earlier = session.scalars(
            select(Consent)
            .where(Consent.household_id == household_id, Consent.purpose == purpose, Consent.withdrawn_on.is_(None))
            .order_by(Consent.given_on)
        ).all()
        if any(consent.given for consent in earlier) == given and earlier:
            continue
        for consent in earlier:
            consent.withdrawn_on = today
        session.add(
            Consent(
                id=uuid.uuid4(),
                household_id=household_id,
                purpose=purpose,
                given=given,
                given_on=today,
                wording_version=WORDING_VERSION,
                method=draft.consent_method,
            )
        )


def refuses_needs(session: Session, household_id: uuid.UUID) -> bool:
    """Whether the last word about keeping health and religion was no."""
    last = session.scalars(
        select(Consent.given)
        .where(
            Consent.household_id == household_id,
            Consent.purpose == ConsentPurpose.HEALTH_AND_RELIGION,
            Consent.withdrawn_on.is_(None),
        )
        .order_by(Consent.given_on.desc())
    ).first()
    return last is False
