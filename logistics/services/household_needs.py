"""What a household can eat: special category data in rows of their own, kept only with consent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import Allergen, ConsentPurpose
from logistics.persistence.tables import HouseholdNeeds
from logistics.services.consents import end_withdrawals, open_withdrawal
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft

NOT_SURE = "Allergies not known yet"
NOT_AGREED = "Did not agree that we keep what they cannot eat"
WITHDREW = "Took back their yes to our keeping what they cannot eat: speak with them"
"""No list holds these words, so every meal is unsafe; nobody but who may map takes them away."""

MOST_WORDS = 500
PROBLEM = "There is a problem"


def own_words(unmapped: str) -> str:
    """What the household itself said that nobody has mapped yet; empty where only we say that nobody knows."""
    return "" if unmapped in (NOT_SURE, NOT_AGREED, WITHDREW) else unmapped


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
    if waiting.startswith(WITHDREW) and not may_map:
        row.unmapped = _with_withdrawal(row.unmapped)
    return bool(own_words(waiting) or waiting == WITHDREW) and not row.unmapped


def settle_withdrawal(session: Session, household_id: uuid.UUID, *, now: datetime) -> None:
    """While a yes to keeping needs is taken back, no other words stand for it; once they are cleared up, it has ended."""
    if open_withdrawal(session, household_id, ConsentPurpose.HEALTH_AND_RELIGION) is None:
        return
    row = session.scalars(select(HouseholdNeeds).where(HouseholdNeeds.household_id == household_id)).one()
    if row.unmapped == NOT_AGREED:
        row.unmapped = WITHDREW
    elif not row.unmapped:
        end_withdrawals(session, household_id, ConsentPurpose.HEALTH_AND_RELIGION, now=now)


def _with_withdrawal(words: str) -> str:
    """The words with those of the withdrawal before them: an answer typed since takes nothing away before somebody has spoken."""
    said = own_words(words)
    if not said or said.startswith(WITHDREW):
        return said or WITHDREW
    return f"{WITHDREW}; {said}"[:MOST_WORDS]


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
    return waiting if waiting in (NOT_AGREED, WITHDREW) and not draft.agrees_needs else NOT_SURE
