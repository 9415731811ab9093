"""Whether what is in the bag is still what the household can eat: donors correct their menus after plans are sent out."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.food import Declared, FoodNeeds, Unsafe, why_unsafe
from logistics.domain.vocabulary import Product
from logistics.domain.week import LONDON
from logistics.persistence.tables import Batch, DonationSlot, HouseholdNeeds, Stop


def needs_of(row: HouseholdNeeds | None) -> FoodNeeds:
    """A household's needs as the rules take them; no row means that nobody has told us of any."""
    if row is None:
        return FoodNeeds()
    return FoodNeeds(
        diets=row.diets, allergens=row.allergens, texture_iddsi=row.texture_iddsi, unmapped=bool(row.unmapped)
    )


def declared_of(batch: Batch, slot: DonationSlot) -> Declared:
    """A batch as its donor declares it now."""
    return Declared(
        temperature=slot.temperature,
        diets=batch.diets,
        declaration=batch.declaration,
        allergens=batch.allergens,
        texture_iddsi=batch.texture_iddsi,
        use_by=batch.use_by,
    )


def unsafe_items(session: Session, stop: Stop) -> dict[uuid.UUID, Unsafe]:
    """The items of a delivery that must not be handed over as things are declared now, each with the rule it breaks."""
    batch_ids = [item.batch_id for item in stop.items if item.batch_id is not None]
    if not batch_ids or stop.household_id is None:
        return {}
    needs = needs_of(session.scalar(select(HouseholdNeeds).where(HouseholdNeeds.household_id == stop.household_id)))
    rows = session.execute(
        select(Batch, DonationSlot).join(DonationSlot, DonationSlot.id == Batch.slot_id).where(Batch.id.in_(batch_ids))
    ).all()
    declared = {batch.id: declared_of(batch, slot) for batch, slot in rows}
    on = stop.service_at.astimezone(LONDON).date()
    found: dict[uuid.UUID, Unsafe] = {}
    for item in stop.items:
        if item.batch_id is None or item.batch_id not in declared:
            continue
        why = why_unsafe(needs, declared[item.batch_id], item.product or Product.HOT_MEAL, on)
        if why is not None:
            found[item.id] = why
    return found
