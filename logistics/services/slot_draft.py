"""A donation as somebody typed it, and what is wrong with it: every mistake at once, each beside its field."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, TemperatureClass
from logistics.domain.week import LONDON, is_real_time
from logistics.persistence.tables import DonationSlot

PROBLEM = "There is a problem"
MOST_PORTIONS = 2_000
MOST_DISHES = 12
MOST_DAYS_AHEAD = 90
MOST_WEIGHT_G = 2_000_000
STILL_OPEN = (SlotState.OFFERED, SlotState.CONFIRMED)


@dataclass(frozen=True, slots=True, kw_only=True)
class DishDraft:
    """One dish as a form holds it. `batch_id` None: new. Errors about it carry its `key` behind the field's name.

    Hot and chilled food is counted in portions; cupboard food is weighed, for it goes to a hub and into parcels.
    """

    key: str = "1"
    batch_id: uuid.UUID | None = None
    dish: str = ""
    portions: int = 0
    weight_g: int = 0
    diets: frozenset[Diet] = frozenset()
    declaration: AllergenDeclaration | None = None
    allergens: frozenset[Allergen] = frozenset()
    texture_iddsi: int | None = None
    use_by: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SlotDraft:
    """A slot as a form holds it. `is_more` answers the question about another slot at the same time."""

    donor_id: uuid.UUID
    service_date: date | None
    ready_at: time | None
    collect_by: time | None
    temperature: TemperatureClass | None
    hot_hold_until: time | None = None
    dishes: tuple[DishDraft, ...] = ()
    is_more: bool = False


def check_slot(session: Session, draft: SlotDraft, *, slot: DonationSlot | None, now: datetime) -> None:
    """Raises BadInput with everything that is wrong, or with the question about another donation at the same time."""
    errors = {**wrong_with_times(draft, slot, now.astimezone(LONDON).date())}
    for dish in draft.dishes:
        errors |= {f"{name}-{dish.key}": words for name, words in wrong_with_dish(dish, draft).items()}
    if not draft.dishes:
        errors["dish-1"] = "Enter what the food is"
    if len(draft.dishes) > MOST_DISHES:
        errors["dish-1"] = f"Log at most {MOST_DISHES} dishes together"
    if not errors and not draft.is_more and (other := overlapping_slot(session, draft, slot)) is not None:
        errors["is_more"] = (
            f"You have already logged food for {other.ready_at:%H:%M} to {other.collect_by:%H:%M} that day. "
            "Tick the box if this is more food, or change the other one instead"
        )
    if errors:
        raise BadInput(PROBLEM, errors)


def wrong_with_times(draft: SlotDraft, slot: DonationSlot | None, today: date) -> dict[str, str]:
    """What is wrong with day, times and temperature, by field. `slot`: the one being changed, which may stay on its day."""
    errors: dict[str, str] = {}
    if draft.temperature is None:
        errors["temperature"] = "Choose how the food leaves you"
    if draft.service_date is None:
        errors["service_date"] = "Choose the day"
    elif draft.service_date < today and (slot is None or draft.service_date != slot.service_date):
        errors["service_date"] = "Choose today or a later day"
    elif draft.service_date > today + timedelta(days=MOST_DAYS_AHEAD):
        errors["service_date"] = f"Choose a day within {MOST_DAYS_AHEAD} days"
    if draft.ready_at is None:
        errors["ready_at"] = "Enter when it is ready, like 11:30"
    if draft.collect_by is None:
        errors["collect_by"] = "Enter by when it must be collected, like 12:15"
    if draft.ready_at and draft.collect_by and draft.collect_by <= draft.ready_at:
        errors["collect_by"] = "It must be collected after it is ready"
    if draft.hot_hold_until is not None:
        if draft.temperature is not None and draft.temperature is not TemperatureClass.HOT:
            errors["hot_hold_until"] = "Only hot food is kept hot: leave this empty"
        elif draft.ready_at and draft.hot_hold_until < draft.ready_at:
            errors["hot_hold_until"] = "It cannot be kept hot until before it is ready"
    return errors | _wrong_with_the_night(draft)


def _wrong_with_the_night(draft: SlotDraft) -> dict[str, str]:
    """Times that are not there, in the night when the clocks go forward."""
    if draft.service_date is None:
        return {}
    times = {"ready_at": draft.ready_at, "collect_by": draft.collect_by, "hot_hold_until": draft.hot_hold_until}
    return {
        name: f"The clocks go forward that night: there is no {at:%H:%M}. Choose another time"
        for name, at in times.items()
        if at is not None and not is_real_time(draft.service_date, at)
    }


def wrong_with_dish(dish: DishDraft, draft: SlotDraft) -> dict[str, str]:
    """What is wrong with one dish, by field without its key."""
    errors: dict[str, str] = {}
    if not dish.dish:
        errors["dish"] = "Enter what the food is"
    if draft.temperature is TemperatureClass.AMBIENT:
        if not 1 <= dish.weight_g <= MOST_WEIGHT_G:
            errors["kilograms"] = f"Kilograms must be a number from 0.5 to {MOST_WEIGHT_G // 1000:,}"
    elif not 1 <= dish.portions <= MOST_PORTIONS:
        errors["portions"] = f"Portions must be a whole number from 1 to {MOST_PORTIONS:,}"
    if dish.declaration is None:
        errors["declaration"] = "Say whether any of the 14 allergens are in it"
    elif dish.declaration is AllergenDeclaration.CONTAINS and not dish.allergens:
        errors["allergens"] = "Tick each allergen that is in it"
    if dish.texture_iddsi is not None and not 3 <= dish.texture_iddsi <= 7:
        errors["texture"] = "Choose a texture from level 3 to 7"
    if draft.temperature is TemperatureClass.CHILLED and dish.use_by is None:
        errors["use_by"] = "Chilled food needs its use-by date"
    if dish.use_by is not None and draft.service_date is not None and dish.use_by < draft.service_date:
        errors["use_by"] = "It would be past its use-by on that day: it cannot be given out"
    return errors


def overlapping_slot(session: Session, draft: SlotDraft, slot: DonationSlot | None) -> DonationSlot | None:
    """Another open slot of this donor on that day whose times cross these."""
    return session.scalar(
        select(DonationSlot)
        .where(
            DonationSlot.donor_id == draft.donor_id,
            DonationSlot.service_date == draft.service_date,
            DonationSlot.state.in_(STILL_OPEN),
            DonationSlot.ready_at < draft.collect_by,
            DonationSlot.collect_by > draft.ready_at,
            DonationSlot.id != (slot.id if slot else uuid.UUID(int=0)),
        )
        .limit(1)
    )
