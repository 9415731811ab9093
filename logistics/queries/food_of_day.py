"""Today's donations as the desk sees them beside its routes: from whom, when, how much, and who fetches it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, SlotState, StopState
from logistics.domain.vocabulary import TemperatureClass
from logistics.persistence.tables import DonationSlot, PlanVersion, Route, Stop

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DishOfDay:
    """A dish of a donation: what was promised, and what came where that is known."""

    batch_id: Id
    dish: str
    portions: int
    weight_g: int
    collected: int | None

    @property
    def what(self) -> str:
        """`30 × bean stew`, or goods by their weight: `20 kg tins`."""
        return f"{self.portions} × {self.dish}" if self.portions else f"{self.weight_g / 1000:g} kg {self.dish}"


@dataclass(frozen=True, slots=True, kw_only=True)
class FoodOfDay:
    """A donation that routes of the published plan fetch. `letters`: those routes; `waiting`: those that still have to fetch it.

    `is_counted`: drivers have told of every pickup, so nobody else's number is asked for.
    """

    slot_id: Id
    day: date
    donor: str
    phone: str
    ready_at: time
    collect_by: time
    temperature: TemperatureClass
    state: SlotState
    dishes: tuple[DishOfDay, ...]
    letters: tuple[str, ...]
    waiting: tuple[str, ...]
    is_counted: bool


def food_of_day(session: Session, day: date) -> tuple[FoodOfDay, ...]:
    """The donations that the plan which is out fetches on that day, the earliest first."""
    letters: dict[Id, dict[str, bool]] = defaultdict(dict)
    for slot_id, letter, state in session.execute(
        select(Stop.slot_id, Route.letter, Stop.state)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            PlanVersion.state == PlanState.PUBLISHED,
            Route.service_date == day,
            Stop.kind == StopKind.PICKUP,
            Stop.slot_id.is_not(None),
            Stop.state != StopState.CANCELLED,
        )
        .order_by(Route.letter)
    ):
        if slot_id is None:
            continue
        is_open = state in (StopState.PLANNED, StopState.ARRIVED)
        letters[slot_id][letter] = letters[slot_id].get(letter, False) or is_open
    slots = session.scalars(
        select(DonationSlot)
        .where(DonationSlot.id.in_(letters))
        .options(selectinload(DonationSlot.batches), selectinload(DonationSlot.donor))
        .order_by(DonationSlot.ready_at, DonationSlot.id)
    )
    return tuple(_food(slot, letters[slot.id]) for slot in slots)


def food_of_slot(session: Session, slot_id: Id) -> FoodOfDay:
    """One of them. Raises NotFound when no route that is out fetches it."""
    day = session.scalar(select(DonationSlot.service_date).where(DonationSlot.id == slot_id))
    found = [food for food in food_of_day(session, day) if food.slot_id == slot_id] if day is not None else []
    if not found:
        raise NotFound("No route that is out fetches that food. Go back to the day.")
    return found[0]


def _food(slot: DonationSlot, letters: dict[str, bool]) -> FoodOfDay:
    return FoodOfDay(
        slot_id=slot.id,
        day=slot.service_date,
        donor=slot.donor.name,
        phone=slot.donor.phone,
        ready_at=slot.ready_at,
        collect_by=slot.collect_by,
        temperature=slot.temperature,
        state=slot.state,
        dishes=tuple(
            DishOfDay(
                batch_id=batch.id,
                dish=batch.dish,
                portions=batch.portions,
                weight_g=batch.weight_g,
                collected=batch.portions_collected,
            )
            for batch in slot.batches
        ),
        letters=tuple(letters),
        waiting=tuple(letter for letter, is_open in letters.items() if is_open),
        is_counted=not any(letters.values()),
    )
