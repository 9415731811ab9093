"""Standing orders and pauses of a household: what repeats, until when, and when it rests."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.referrals import in_a_week
from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Frequency, Fulfilment, Product
from logistics.domain.week import LONDON
from logistics.domain.weekdays import Weekday
from logistics.persistence.tables import Pause, StandingOrder
from logistics.queries.household_scope import may_with
from logistics.services.audit import note
from logistics.services.entitlements import over_entitlement
from logistics.services.households import load_household

PROBLEM = "There is a problem"
MOST = 20
LONGEST_PAUSE_DAYS = 366


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingOrderDraft:
    """A repeating wish as a form holds it. None: nothing was chosen or typed."""

    product: Product | None
    quantity: int = 1
    days: frozenset[Weekday] = frozenset()
    window_start: time | None = None
    window_end: time | None = None
    frequency: Frequency = Frequency.WEEKLY
    starts_on: date | None = None
    ends_on: date | None = None
    fulfilment: Fulfilment = Fulfilment.DELIVERY


def add_standing_order(
    session: Session, actor: Actor, household_id: uuid.UUID, draft: StandingOrderDraft, *, now: datetime
) -> uuid.UUID:
    """Store a standing order; it counts from the next snapshot on. Raises NotFound, Forbidden, BadInput.

    More than the household is entitled to is refused, but for a coordinator, who may see further.
    What a household asks for itself is a wish: whoever cannot add the household cannot confirm its food either.
    """
    household = load_household(session, actor, household_id, Permission.EDIT_HOUSEHOLD)
    errors = _wrong_with(draft)
    if draft.product is not None and not errors and not actor.may(Permission.ADD_HOUSEHOLD):
        amount = in_a_week(draft.product, draft.quantity, len(draft.days))
        over = over_entitlement(session, household.id, draft.product, amount, today=now.astimezone(LONDON).date())
        if over:
            errors["quantity"] = over
    if errors:
        raise BadInput(PROBLEM, errors)
    order = StandingOrder(
        id=uuid.uuid4(),
        household_id=household.id,
        product=draft.product,
        quantity=draft.quantity,
        days=draft.days,
        window_start=draft.window_start,
        window_end=draft.window_end,
        frequency=draft.frequency,
        starts_on=draft.starts_on or now.astimezone(LONDON).date(),
        ends_on=draft.ends_on,
        fulfilment=draft.fulfilment,
        state=OrderState.CONFIRMED if may_with(actor, Permission.ADD_HOUSEHOLD, household) else OrderState.SUBMITTED,
    )
    session.add(order)
    note(session, actor, "standing_order_added", "standing_order", order.id, now=now, household=str(household.id))
    return order.id


def _wrong_with(draft: StandingOrderDraft) -> dict[str, str]:
    errors: dict[str, str] = {}
    if draft.product is None:
        errors["product"] = "Choose what they would like"
    if not 1 <= draft.quantity <= MOST:
        errors["quantity"] = f"How many must be from 1 to {MOST}"
    if not draft.days:
        errors["days"] = "Choose at least one day"
    if draft.window_start is None:
        errors["window_start"] = "Enter the earliest time"
    if draft.window_end is None:
        errors["window_end"] = "Enter the latest time"
    if draft.window_start and draft.window_end and draft.window_start >= draft.window_end:
        errors["window_end"] = "The latest time must be after the earliest"
    if draft.ends_on and draft.starts_on and draft.ends_on < draft.starts_on:
        errors["ends_on"] = "The last day cannot be before the first"
    return errors


def end_standing_order(session: Session, actor: Actor, order_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Let nothing more fall due from tomorrow on; what is planned for today stays. Returns the household's id.

    Ending one that has already ended changes nothing. Raises NotFound, Forbidden.
    """
    order = session.scalar(select(StandingOrder).where(StandingOrder.id == order_id))
    if order is None:
        raise NotFound("There is no such standing order here.")
    household = load_household(session, actor, order.household_id, Permission.EDIT_HOUSEHOLD)
    today = now.astimezone(LONDON).date()
    if order.ends_on is None or order.ends_on > today:
        order.ends_on = today
        note(session, actor, "standing_order_ended", "standing_order", order.id, now=now, household=str(household.id))
    return household.id


def add_pause(
    session: Session,
    actor: Actor,
    household_id: uuid.UUID,
    *,
    starts_on: date | None,
    ends_on: date | None,
    reason: str = "",
    now: datetime,
) -> uuid.UUID:
    """Let nothing fall due from the first to the last of these days. The same pause twice is one.

    Raises NotFound, Forbidden, BadInput.
    """
    household = load_household(session, actor, household_id, Permission.PAUSE_HOUSEHOLD)
    errors: dict[str, str] = {}
    if starts_on is None:
        errors["starts_on"] = "Enter the first day of the pause"
    if ends_on is None:
        errors["ends_on"] = "Enter the last day of the pause"
    if len(reason) > 200:
        errors["reason"] = "Use 200 characters or fewer"
    if starts_on and ends_on and ends_on < starts_on:
        errors["ends_on"] = "The last day cannot be before the first"
    elif starts_on and ends_on and (ends_on - starts_on).days > LONGEST_PAUSE_DAYS:
        errors["ends_on"] = "A pause lasts a year at most: end the standing orders instead"
    if errors:
        raise BadInput(PROBLEM, errors)
    assert starts_on is not None, "checked above"
    assert ends_on is not None, "checked above"
    known = session.scalar(
        select(Pause).where(Pause.household_id == household.id, Pause.starts_on == starts_on, Pause.ends_on == ends_on)
    )
    if known is not None:
        return known.id
    pause = Pause(id=uuid.uuid4(), household_id=household.id, starts_on=starts_on, ends_on=ends_on, reason=reason)
    session.add(pause)
    note(session, actor, "pause_added", "pause", pause.id, now=now, household=str(household.id))
    return pause.id


def remove_pause(session: Session, actor: Actor, pause_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Let everything fall due again on its days. Returns the household's id. Raises NotFound, Forbidden."""
    pause = session.scalar(select(Pause).where(Pause.id == pause_id))
    if pause is None:
        raise NotFound("There is no such pause here: it may have been removed already.")
    household = load_household(session, actor, pause.household_id, Permission.PAUSE_HOUSEHOLD)
    session.delete(pause)
    note(session, actor, "pause_removed", "pause", pause_id, now=now, household=str(household.id))
    return household.id
