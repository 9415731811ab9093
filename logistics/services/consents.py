"""Consents: each answer is a row. A yes that is taken back is a row of its own, with when, how and by whose hand."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.vocabulary import ConsentPurpose
from logistics.domain.week import LONDON
from logistics.domain.withholding import WithdrawalMethod
from logistics.persistence.tables import Consent, ConsentWithdrawal
from logistics.services.audit import note
from logistics.services.household_draft import HouseholdDraft

WORDING_VERSION = "2026-11"
"""The wording that the forms show. A new wording is a new version."""


def keep_consents(
    session: Session, actor: Actor, household_id: uuid.UUID, draft: HouseholdDraft, *, now: datetime
) -> None:
    """Add a line for each answer that is new. Answers are never changed: a later one counts, a no ends an earlier yes.

    A no after a yes is that yes taken back, on a form.
    """
    answers = (
        (ConsentPurpose.FOOD_SUPPORT, draft.agrees_food),
        (ConsentPurpose.HEALTH_AND_RELIGION, draft.agrees_needs if draft.has_needs else None),
    )
    for purpose, given in answers:
        if given is None:
            continue
        had_agreed = keep_answer(session, household_id, purpose, given=given, method=draft.consent_method, now=now)
        if had_agreed and not given:
            keep_withdrawal(session, actor, household_id, purpose, method=WithdrawalMethod.ON_A_FORM, now=now)


def keep_answer(
    session: Session, household_id: uuid.UUID, purpose: ConsentPurpose, *, given: bool, method: str, now: datetime
) -> bool:
    """Add a line unless the last answer was the same; returns whether the last one was a yes.

    A yes to food ends a withdrawal of it. One about needs ends when somebody has cleared up what is safe, and not before.
    """
    today = now.astimezone(LONDON).date()
    earlier = session.scalars(
        select(Consent)
        .where(Consent.household_id == household_id, Consent.purpose == purpose, Consent.withdrawn_on.is_(None))
        .order_by(Consent.given_on)
    ).all()
    had_agreed = any(consent.given for consent in earlier)
    if given and purpose is ConsentPurpose.FOOD_SUPPORT:
        end_withdrawals(session, household_id, purpose, now=now)
    if earlier and had_agreed == given:
        return had_agreed
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
            method=method,
        )
    )
    return had_agreed


def keep_withdrawal(
    session: Session,
    actor: Actor,
    household_id: uuid.UUID,
    purpose: ConsentPurpose,
    *,
    method: WithdrawalMethod,
    now: datetime,
) -> None:
    """Write down that a yes was taken back. Twice is once, until it has ended."""
    if open_withdrawal(session, household_id, purpose) is not None:
        return
    session.add(
        ConsentWithdrawal(
            id=uuid.uuid4(),
            household_id=household_id,
            purpose=purpose,
            method=method,
            withdrawn_at=now,
            withdrawn_by=actor.account_id,
        )
    )
    note(
        session,
        actor,
        "consent_withdrawn",
        "household",
        household_id,
        now=now,
        purpose=purpose.value,
        method=method.value,
    )


def open_withdrawal(session: Session, household_id: uuid.UUID, purpose: ConsentPurpose) -> ConsentWithdrawal | None:
    """The withdrawal that is in force for this purpose, if there is one."""
    return session.scalars(
        select(ConsentWithdrawal).where(
            ConsentWithdrawal.household_id == household_id,
            ConsentWithdrawal.purpose == purpose,
            ConsentWithdrawal.ended_at.is_(None),
        )
    ).one_or_none()


def end_withdrawals(session: Session, household_id: uuid.UUID, purpose: ConsentPurpose, *, now: datetime) -> None:
    """What was taken back is answered."""
    session.execute(
        update(ConsentWithdrawal)
        .where(
            ConsentWithdrawal.household_id == household_id,
            ConsentWithdrawal.purpose == purpose,
            ConsentWithdrawal.ended_at.is_(None),
        )
        .values(ended_at=now)
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
