"""Forms that wait for a coordinator, the oldest first; and what became of one, step by step."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.referrals import OPEN, Entitlement
from logistics.domain.states import OrderState, ReferralState
from logistics.persistence.tables import Account, Household, Referral, ReferralChange, StandingOrder
from logistics.queries.household_scope import may_with, within_reach
from logistics.queries.look_alikes import those_with_look_alikes
from logistics.queries.own_households import WishView, wish_view

LISTED = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of a household's history. `who` is empty for the resident."""

    at: datetime
    who: str
    before: str
    after: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingForm:
    """A form in the queue. `days`: how long it has waited."""

    id: uuid.UUID
    household_id: uuid.UUID
    ref: str
    contact_name: str
    people: int
    state: ReferralState
    sent_at: datetime
    days: int
    wishes: tuple[WishView, ...]
    has_look_alike: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralView:
    """How a household came here, what it is entitled to, and every step, the latest first."""

    id: uuid.UUID
    state: ReferralState
    is_own: bool
    entitlement: Entitlement
    steps: tuple[Step, ...]


def waiting_forms(session: Session, actor: Actor, *, now: datetime) -> tuple[WaitingForm, ...]:
    """The forms that this actor may answer, the oldest first."""
    rows = session.scalars(
        select(Referral)
        .join(Household, Household.id == Referral.household_id)
        .where(Referral.state.in_(OPEN), within_reach(actor, Permission.ADD_HOUSEHOLD))
        .options(selectinload(Referral.household))
        .order_by(Referral.sent_at, Referral.id)
        .limit(LISTED)
    ).all()
    alike = those_with_look_alikes(session, [row.household_id for row in rows])
    return tuple(
        WaitingForm(
            id=row.id,
            household_id=row.household_id,
            ref=row.household.ref,
            contact_name=row.household.contact_name,
            people=row.household.adults + row.household.children,
            state=row.state,
            sent_at=row.sent_at,
            days=(now - row.sent_at).days,
            wishes=_wishes(session, row.household_id),
            has_look_alike=row.household_id in alike,
        )
        for row in rows
    )


def form_household(session: Session, actor: Actor, referral_id: uuid.UUID) -> uuid.UUID:
    """Whose form it is. Raises NotFound for one that is not there or not this actor's to answer."""
    row = session.scalar(select(Referral).where(Referral.id == referral_id).options(selectinload(Referral.household)))
    if row is None or not may_with(actor, Permission.ADD_HOUSEHOLD, row.household):
        raise NotFound("There is no such form here.")
    return row.household_id


def referral_view(session: Session, household_id: uuid.UUID, *, with_words: bool) -> ReferralView | None:
    """A household's referral, or None. Whoever may see the household may see it; words only for those who work with them."""
    row = session.scalar(select(Referral).where(Referral.household_id == household_id))
    if row is None:
        return None
    steps = session.execute(
        select(ReferralChange, Account.name, Account.email)
        .outerjoin(Account, Account.id == ReferralChange.account_id)
        .where(ReferralChange.referral_id == row.id)
        .order_by(ReferralChange.number.desc())
    ).all()
    return ReferralView(
        id=row.id,
        state=row.state,
        is_own=row.code_hash is not None,
        entitlement=Entitlement(meals_a_week=row.meals_a_week, parcels_a_week=row.parcels_a_week, until=row.until),
        steps=tuple(
            Step(
                at=step.at,
                who=name or email or "",
                before=step.before,
                after=step.after,
                words=step.words if with_words else "",
            )
            for step, name, email in steps
        ),
    )


def _wishes(session: Session, household_id: uuid.UUID) -> tuple[WishView, ...]:
    rows = session.scalars(
        select(StandingOrder)
        .where(StandingOrder.household_id == household_id, StandingOrder.state == OrderState.SUBMITTED)
        .order_by(StandingOrder.product)
    )
    return tuple(wish_view(row) for row in rows)
