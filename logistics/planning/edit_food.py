"""Food for an order that somebody puts on a route by hand: safe for its household, and not promised to anybody else."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass

from logistics.domain.errors import RuleBroken
from logistics.domain.food import why_unsafe
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import Fulfilment, Product
from logistics.planning.edit_board import Food, Task
from logistics.planning.edit_case import EditCase
from logistics.planning.week_input import DemandIn


@dataclass(frozen=True, slots=True, kw_only=True)
class SpareFood:
    """What is not promised on a day: portions by batch, parcels by hub; and how much each order still wants."""

    portions: Mapping[uuid.UUID, int]
    parcels: Mapping[uuid.UUID, int]
    wanted: Mapping[uuid.UUID, int]


def door_key(household_id: uuid.UUID, window_s: tuple[int, int]) -> str:
    """The name of a household's stop for one window of a day."""
    return f"door:{household_id}:{window_s[0]}:{window_s[1]}"


def door_for(case: EditCase, line: DemandIn, spare: SpareFood) -> Task:
    """A stop for what the order still wants, as far as there is food. Raises RuleBroken with the reason when there is none."""
    household = case.week_input.households[line.household_id]
    if line.fulfilment is not Fulfilment.DELIVERY:
        raise RuleBroken(f"{household.ref} fetches this parcel at the hub: no route brings it.")
    if household.site_id not in case.travel.sites:
        raise RuleBroken(f"{household.ref} is not on the map. Put its address on the map first.")
    wanted = spare.wanted.get(line.order_id, 0)
    if wanted <= 0:
        raise RuleBroken(f"This order of {household.ref} is served already.")
    food = _parcels(line, wanted, spare) if line.product is Product.PARCEL else _portions(case, line, wanted, spare)
    if not food:
        what = "parcel" if line.product is Product.PARCEL else "dish that is safe for them"
        raise RuleBroken(f"There is no {what} left on this day for {household.ref}.")
    window_s = (line.window_start_s, line.window_end_s)
    return Task(
        key=door_key(line.household_id, window_s),
        kind=StopKind.DELIVERY,
        household_id=line.household_id,
        window_s=window_s,
        food=food,
    )


def _parcels(line: DemandIn, wanted: int, spare: SpareFood) -> tuple[Food, ...]:
    """From the hub that has most left."""
    hubs = sorted(spare.parcels.items(), key=lambda hub: (-hub[1], str(hub[0])))
    taken = []
    for hub_id, left in hubs:
        quantity = min(wanted, left)
        if quantity > 0:
            taken.append(Food(order_id=line.order_id, batch_id=None, hub_id=hub_id, quantity=quantity))
            wanted -= quantity
    return tuple(taken)


def _portions(case: EditCase, line: DemandIn, wanted: int, spare: SpareFood) -> tuple[Food, ...]:
    """From safe batches, the one with most left first."""
    needs = case.week_input.households[line.household_id].needs
    batches = [
        batch
        for source in case.sources.values()
        if source.slot is not None
        for batch in source.slot.batches
        if batch.portions and why_unsafe(needs, batch.declared, line.product, case.day) is None
    ]
    taken = []
    for batch in sorted(batches, key=lambda batch: (-spare.portions.get(batch.id, 0), str(batch.id))):
        quantity = min(wanted, spare.portions.get(batch.id, 0))
        if quantity > 0:
            taken.append(Food(order_id=line.order_id, batch_id=batch.id, hub_id=None, quantity=quantity))
            wanted -= quantity
    return tuple(taken)
