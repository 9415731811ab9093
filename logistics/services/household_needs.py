"""What a household can eat and what it agreed to: special category data in rows of their own, kept only with consent."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.vocabulary import ConsentPurpose
from logistics.domain.week import LONDON
from logistics.persistence.tables import Consent, HouseholdNeeds
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft

WORDING_VERSION = "2026-11"
"""The wording that the forms show. A new wording is a new version."""

NOT_SURE = "Allergies not known yet"
NOT_AGREED = "Did not agree that we keep what they cannot eat"


def keep_needs(session: Session, household_id: uuid.UUID, draft: HouseholdDraft) -> None:
    """Store what every meal must respect. A refusal is kept as a need nobody knows: no meal is safe, parcels are."""
    row = session.scalar(select(HouseholdNeeds).where(HouseholdNeeds.household_id == household_id))
    if row is None:
        row = HouseholdNeeds(id=uuid.uuid4(), household_id=household_id)
        session.add(row)
    refused = draft.has_needs and draft.agrees_needs is False
    row.diets = frozenset() if refused else draft.diets
    row.allergens = draft.allergens if draft.allergy is AllergyAnswer.SOME and not refused else frozenset()
    row.texture_iddsi = None if refused else draft.texture_iddsi
    if refused:
        row.unmapped = NOT_AGREED
    elif draft.allergy is AllergyAnswer.UNSURE:
        row.unmapped = draft.unmapped or NOT_SURE
    else:
        row.unmapped = ""


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
