"""What a donor says by one tap on "yes, the same": the food of the last time, or else the usual dishes of the schedule.

A slot made ahead declares nothing about its food until somebody confirms it. What would be declared then is worked out
here, for the page that shows it and for the service that stores it, so that both mean the same.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.states import SlotState
from logistics.domain.usual_dish import UsualDish
from logistics.persistence.tables import DonationSchedule, DonationSlot
from logistics.queries.dish_view import DishView, dish_of

SAID_ALREADY = (SlotState.CONFIRMED, SlotState.READY, SlotState.COLLECTED, SlotState.SHORT)
LOOK_BACK_DAYS = 28
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class UsualFood:
    """Dishes to confirm. `seen` changes whenever they or the slot do: a page sends back what it showed."""

    dishes: tuple[DishView, ...]
    is_last_week: bool
    seen: str


def food_of(session: Session, slots: Sequence[DonationSlot]) -> dict[uuid.UUID, UsualFood]:
    """The food of each slot: of an offered one of a schedule what confirming would declare, of any other what is declared."""
    asked = [slot for slot in slots if _is_asked(slot)]
    ids = {slot.schedule_id for slot in asked}
    schedules: dict[uuid.UUID, DonationSchedule] = {}
    before: list[DonationSlot] = []
    if ids:
        chosen = select(DonationSchedule).where(DonationSchedule.id.in_(ids))
        schedules = {schedule.id: schedule for schedule in session.scalars(chosen)}
        before = list(_said_before(session, asked, ids))
    return {slot.id: _food(slot, schedules, before) for slot in slots}


def _is_asked(slot: DonationSlot) -> bool:
    return slot.schedule_id is not None and slot.state is SlotState.OFFERED and not slot.is_exception


def _said_before(session: Session, asked: list[DonationSlot], ids: set[uuid.UUID | None]) -> Sequence[DonationSlot]:
    days = [slot.occurs_on for slot in asked if slot.occurs_on is not None]
    return session.scalars(
        select(DonationSlot)
        .where(
            DonationSlot.schedule_id.in_(ids),
            DonationSlot.state.in_(SAID_ALREADY),
            DonationSlot.occurs_on.between(min(days) - timedelta(days=LOOK_BACK_DAYS), max(days)),
        )
        .order_by(DonationSlot.occurs_on.desc())
        .options(selectinload(DonationSlot.batches))
    ).all()


def _food(slot: DonationSlot, schedules: dict[uuid.UUID, DonationSchedule], before: list[DonationSlot]) -> UsualFood:
    if not _is_asked(slot) or slot.schedule_id is None or slot.occurs_on is None:
        dishes = tuple(dish_of(batch) for batch in slot.batches)
        return UsualFood(dishes=dishes, is_last_week=False, seen=_seen(slot, dishes))
    schedule = schedules[slot.schedule_id]
    last = next((other for other in before if _counts(other, slot, schedule)), None)
    rows = [batch.id for batch in slot.batches]
    if last is None:
        found = [_of_usual(UsualDish.of_row(row), slot) for row in schedule.dishes]
    else:
        moved = slot.service_date - last.service_date
        found = [_again(dish_of(batch), moved) for batch in last.batches]
    dishes = tuple(replace(dish, id=rows[n] if n < len(rows) else None) for n, dish in enumerate(found))
    is_last_week = last is not None and last.occurs_on == slot.occurs_on - WEEK
    return UsualFood(dishes=dishes, is_last_week=is_last_week, seen=_seen(slot, dishes))


def _counts(last: DonationSlot, slot: DonationSlot, schedule: DonationSchedule) -> bool:
    """The same day of an earlier week, in the same schedule, declared since the schedule was last changed."""
    if last.schedule_id != slot.schedule_id or last.occurs_on is None or slot.occurs_on is None or not last.batches:
        return False
    if not timedelta() < slot.occurs_on - last.occurs_on <= timedelta(days=LOOK_BACK_DAYS):
        return False
    said = [batch.declared_at for batch in last.batches]
    return last.occurs_on.weekday() == slot.occurs_on.weekday() and all(
        at is not None and at >= schedule.changed_at for at in said
    )


def _of_usual(usual: UsualDish, slot: DonationSlot) -> DishView:
    return DishView(
        id=None,
        dish=usual.dish,
        portions=usual.portions,
        collected=None,
        weight_g=usual.weight_g,
        diets=usual.diets,
        declaration=usual.declaration,
        allergens=usual.allergens,
        texture_iddsi=usual.texture_iddsi,
        use_by=None if usual.use_by_days is None else slot.service_date + timedelta(days=usual.use_by_days),
        declared_by="",
        declared_at=None,
    )


def _again(dish: DishView, moved: timedelta) -> DishView:
    use_by = None if dish.use_by is None else dish.use_by + moved
    return replace(dish, collected=None, use_by=use_by, declared_by="", declared_at=None)


def _seen(slot: DonationSlot, dishes: tuple[DishView, ...]) -> str:
    """The slot's version with a short sum of what is shown: a reader who saw something else is told so."""
    shown = [
        (dish.dish, dish.portions, dish.weight_g, sorted(dish.diets), dish.declaration.value, sorted(dish.allergens),
         dish.texture_iddsi, str(dish.use_by))
        for dish in dishes
    ]  # fmt: skip
    return f"{slot.version}.{hashlib.sha256(repr(shown).encode()).hexdigest()[:16]}"
