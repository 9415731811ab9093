"""Saying yes to what was offered: one slot, or a whole week of a donor with one tap. What is in the food is declared by it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlalchemy.orm.attributes import flag_modified

from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput, Conflict, RuleBroken
from logistics.domain.states import SlotState, change
from logistics.domain.vocabulary import TemperatureClass
from logistics.domain.week import LONDON, IsoWeek
from logistics.persistence.tables import DonationSlot
from logistics.queries.dish_view import DishView
from logistics.queries.usual_food import food_of
from logistics.services.donation_slots import (
    SlotSaved,
    own_slot,
    require_changeable,
    require_donor,
    write_dishes,
)
from logistics.services.slot_draft import PROBLEM, DishDraft, SlotDraft, wrong_with_dish
from logistics.services.slot_trail import facts_of, note_slot

CHANGED = "Somebody else changed this donation meanwhile. Look at it again and repeat your answer."


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekConfirmed:
    """How many slots a tap confirmed; those that were confirmed before do not count."""

    confirmed: int


def confirm_slot(
    session: Session,
    actor: Actor,
    slot_id: uuid.UUID,
    *,
    now: datetime,
    seen: str | None = None,
    declared_by: str = "",
    amounts: Mapping[int, int] | None = None,
    by: str = "",
) -> SlotSaved:
    """The donor says that a slot stands as shown, or with other amounts (portions, or grams of goods, by dish from 0).

    Twice is once. Raises NotFound, Conflict when it is not what the page showed (`seen`) any more, RuleBroken, BadInput.
    """
    slot = own_slot(session, actor, slot_id)
    if slot.state is SlotState.CONFIRMED and not amounts:
        return SlotSaved(id=slot.id, state=slot.state)
    food = food_of(session, [slot])[slot.id]
    if seen is not None and seen != food.seen:
        raise Conflict(CHANGED)
    before = facts_of(slot)
    confirmed = change(slot.state, SlotState.CONFIRMED)
    require_changeable(session, slot, now)
    if slot.service_date < now.astimezone(LONDON).date():
        raise RuleBroken("That day is over: there is nothing left to confirm.")
    if slot.schedule_id is not None or amounts:
        dishes = _drafts(food.dishes, amounts or {}, slot.temperature)
        _require_right(dishes, slot)
        write_dishes(session, slot, dishes, declared_by, now)
    slot.state = confirmed
    flag_modified(slot, "service_date")
    slot.is_exception = slot.is_exception or (bool(amounts) and slot.schedule_id is not None)
    note_slot(session, actor, slot, "slot_confirmed", before=before, now=now, by=by)
    return SlotSaved(id=slot.id, state=slot.state)


def confirm_week(
    session: Session,
    actor: Actor,
    donor_id: uuid.UUID,
    week: IsoWeek,
    *,
    seen: Mapping[uuid.UUID, str],
    declared_by: str,
    now: datetime,
    by: str = "",
) -> WeekConfirmed:
    """Confirm every slot of the week that the page showed as offered (`seen`), all or none. Raises Conflict, RuleBroken."""
    require_donor(session, actor, donor_id)
    rows = session.scalars(
        select(DonationSlot)
        .where(
            DonationSlot.id.in_(seen),
            DonationSlot.donor_id == donor_id,
            DonationSlot.service_date.between(week.monday, week.days[-1]),
        )
        .order_by(DonationSlot.id)
        .with_for_update()
    ).all()
    if len(rows) != len(seen):
        raise Conflict(CHANGED)
    confirmed = 0
    for row in rows:
        if row.state is SlotState.CONFIRMED:
            continue
        if row.state is not SlotState.OFFERED:
            raise Conflict(CHANGED)
        confirm_slot(session, actor, row.id, seen=seen[row.id], declared_by=declared_by, now=now, by=by)
        confirmed += 1
    return WeekConfirmed(confirmed=confirmed)


def _drafts(
    dishes: tuple[DishView, ...], amounts: Mapping[int, int], temperature: TemperatureClass
) -> tuple[DishDraft, ...]:
    goods = temperature is TemperatureClass.AMBIENT
    drafts = []
    for number, dish in enumerate(dishes):
        draft = DishDraft(
            key=str(number + 1),
            batch_id=dish.id,
            dish=dish.dish,
            portions=dish.portions,
            weight_g=dish.weight_g,
            diets=dish.diets,
            declaration=dish.declaration,
            allergens=dish.allergens,
            texture_iddsi=dish.texture_iddsi,
            use_by=dish.use_by,
        )
        if number in amounts:
            draft = replace(draft, weight_g=amounts[number]) if goods else replace(draft, portions=amounts[number])
        drafts.append(draft)
    return tuple(drafts)


def _require_right(dishes: tuple[DishDraft, ...], slot: DonationSlot) -> None:
    draft = SlotDraft(
        donor_id=slot.donor_id,
        service_date=slot.service_date,
        ready_at=slot.ready_at,
        collect_by=slot.collect_by,
        temperature=slot.temperature,
    )
    errors: dict[str, str] = {}
    for dish in dishes:
        errors |= {f"{name}-{dish.key}": words for name, words in wrong_with_dish(dish, draft).items()}
    if errors:
        raise BadInput(PROBLEM, errors)
