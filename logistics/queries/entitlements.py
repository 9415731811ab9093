"""Until when households are entitled to food: for the week's demand, and for whoever must extend or say goodbye."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.referrals import SOON
from logistics.persistence.tables import Household, Referral
from logistics.queries.household_scope import within_reach

LISTED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Ending:
    """A household whose last day is near. `days` from today; 0 is today."""

    household_id: uuid.UUID
    ref: str
    contact_name: str
    until: date
    days: int


def last_days(session: Session) -> Mapping[uuid.UUID, date]:
    """The last day of every household that has one: nothing falls due after it."""
    rows = session.execute(select(Referral.household_id, Referral.until).where(Referral.until.is_not(None))).all()
    return {household_id: until for household_id, until in rows if until is not None}


def ending_soon(session: Session, actor: Actor, *, today: date) -> tuple[Ending, ...]:
    """The households whose end this actor may change and that end within fourteen days, the nearest first."""
    rows = session.execute(
        select(Household.id, Household.ref, Household.contact_name, Referral.until)
        .join(Referral, Referral.household_id == Household.id)
        .where(
            within_reach(actor, Permission.ADD_HOUSEHOLD),
            Household.is_active,
            Referral.until.between(today, today + SOON),
        )
        .order_by(Referral.until, Household.contact_name)
        .limit(LISTED)
    ).all()
    return tuple(
        Ending(
            household_id=row.id,
            ref=row.ref,
            contact_name=row.contact_name,
            until=row.until,
            days=(row.until - today).days,
        )
        for row in rows
    )
