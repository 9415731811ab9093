"""The steps of a referral, kept with who, when, from what to what. Words stay in rows that can be erased; the trail has ids."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.persistence.tables import Referral, ReferralChange
from logistics.services.audit import note


def keep_step(
    session: Session,
    actor: Actor,
    referral: Referral,
    action: str,
    *,
    before: str,
    after: str,
    words: str = "",
    now: datetime,
) -> None:
    """Add one step to a household's history, and a line without words to the trail."""
    session.flush()
    last = session.scalar(select(func.max(ReferralChange.number)).where(ReferralChange.referral_id == referral.id))
    session.add(
        ReferralChange(
            referral_id=referral.id,
            number=(last or 0) + 1,
            at=now,
            account_id=actor.account_id,
            before=before,
            after=after,
            words=words,
        )
    )
    note(session, actor, action, "referral", referral.id, now=now, household=str(referral.household_id))
