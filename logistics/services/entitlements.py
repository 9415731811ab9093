"""What a household is entitled to, and until when: set by whoever referred it, its group or a coordinator."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput
from logistics.domain.referrals import MOST_A_WEEK, Entitlement, entitlement_words, in_a_week
from logistics.domain.states import OrderState, ReferralState
from logistics.domain.vocabulary import Product
from logistics.domain.week import LONDON
from logistics.persistence.tables import Referral, StandingOrder
from logistics.services.households import load_household
from logistics.services.referral_steps import keep_step

PROBLEM = "There is a problem"
_COUNTED = (OrderState.CONFIRMED, OrderState.SUBMITTED, OrderState.ON_HOLD)
_FIELDS = (("meals_a_week", Product.HOT_MEAL, "meals"), ("parcels_a_week", Product.PARCEL, "parcels"))


def set_entitlement(
    session: Session, actor: Actor, household_id: uuid.UUID, wanted: Entitlement, *, now: datetime
) -> None:
    """Keep it, with a step in the household's history; the same again changes nothing.

    Raises NotFound, Forbidden, and BadInput for a last day that is over or for less than what comes already.
    """
    household = load_household(session, actor, household_id, Permission.ADD_HOUSEHOLD)
    today = now.astimezone(LONDON).date()
    referral = session.scalar(select(Referral).where(Referral.household_id == household.id).with_for_update())
    before = entitlement_of(referral)
    if wanted == before:
        return
    _check(session, household.id, wanted, before, today)
    if referral is None:
        referral = Referral(id=uuid.uuid4(), household_id=household.id, state=ReferralState.ACCEPTED, sent_at=now)
        session.add(referral)
    referral.meals_a_week, referral.parcels_a_week = wanted.meals_a_week, wanted.parcels_a_week
    referral.until = wanted.until
    keep_step(
        session,
        actor,
        referral,
        "entitlement_changed",
        before=entitlement_words(before),
        after=entitlement_words(wanted),
        now=now,
    )


def entitlement_of(referral: Referral | None) -> Entitlement:
    """What is stored; no limit where nobody has set one."""
    if referral is None:
        return Entitlement()
    return Entitlement(meals_a_week=referral.meals_a_week, parcels_a_week=referral.parcels_a_week, until=referral.until)


def over_entitlement(
    session: Session, household_id: uuid.UUID, product: Product, amount_a_week: int, *, today: date
) -> str:
    """What to say when this much more in a week is more than the household is entitled to; empty when it is not."""
    held = entitlement_of(session.scalar(select(Referral).where(Referral.household_id == household_id)))
    if held.until is not None and held.until < today:
        return f"Their entitlement ended on {held.until:%d/%m/%Y}. Whoever referred them can set a new last day"
    limit = held.limit_of(product)
    if limit is None:
        return ""
    comes = _comes(_running(session, household_id, today), product)
    if comes + amount_a_week <= limit:
        return ""
    what = "meals" if product.is_meal else "parcels"
    left = f"{limit - comes} more at most" if limit > comes else "nothing more"
    return f"They are entitled to {limit} {what} a week, and {comes} come already: ask for {left}"


def _check(session: Session, household_id: uuid.UUID, wanted: Entitlement, before: Entitlement, today: date) -> None:
    errors: dict[str, str] = {}
    if wanted.until is not None and wanted.until < today and wanted.until != before.until:
        errors["until"] = "The last day cannot be in the past. To end it now, choose today"
    running = _running(session, household_id, today)
    for field, product, what in _FIELDS:
        limit = wanted.limit_of(product)
        if limit is None:
            continue
        comes = _comes(running, product)
        if not 0 <= limit <= MOST_A_WEEK:
            errors[field] = f"Enter from 0 to {MOST_A_WEEK}, or nothing for no limit"
        elif comes > limit:
            errors[field] = (
                f"They ask for {comes} {what} a week. Enter {comes} or more, or change what they ask for first"
            )
    if errors:
        raise BadInput(PROBLEM, errors)


def _running(session: Session, household_id: uuid.UUID, today: date) -> Iterable[StandingOrder]:
    session.flush()
    return session.scalars(
        select(StandingOrder).where(
            StandingOrder.household_id == household_id,
            StandingOrder.state.in_(_COUNTED),
            or_(StandingOrder.ends_on.is_(None), StandingOrder.ends_on > today),
        )
    ).all()


def _comes(orders: Iterable[StandingOrder], product: Product) -> int:
    """How many of its kind, meals or parcels, come in a week in which everything falls due."""
    return sum(
        in_a_week(order.product, order.quantity, len(order.days))
        for order in orders
        if order.product.is_meal == product.is_meal
    )
