"""Does the food exist? Portions of each batch, parcels of each hub and day, goods for the hub, slots on offer."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import date

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows, StopRows, day_label
from logistics.domain.planning import StopKind
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Fulfilment

NOT_ON_OFFER = frozenset({SlotState.REJECTED, SlotState.MISSED, SlotState.WITHDRAWN, SlotState.EXPIRED})


def supply_faults(rows: PlanRows) -> Iterator[PlanFault]:
    """Food promised that is not there."""
    yield from _batches(rows)
    yield from _hubs(rows)
    yield from _goods(rows)
    for route in rows.routes:
        for at in route.stops:
            if at.stop.kind is StopKind.PICKUP and at.stop.slot_id is not None:
                yield from _slot(rows, route, at)


def _batches(rows: PlanRows) -> Iterator[PlanFault]:
    handed_over: Counter[uuid.UUID] = Counter()
    for _, _, item in rows.handovers():
        if item.batch_id is not None:
            handed_over[item.batch_id] += item.quantity
    for batch_id, quantity in handed_over.items():
        batch = rows.batches[batch_id]
        there_are = batch.portions if batch.portions_collected is None else batch.portions_collected
        if quantity > there_are:
            donor = rows.organisations[rows.slots[batch.slot_id].donor_id].code
            day = day_label(rows.slots[batch.slot_id].service_date)
            yield PlanFault(
                rule=PlanRule.BATCH_PORTIONS,
                sentence=f"{quantity} portions of {batch.dish} of {donor} on {day} are promised; there are {there_are}.",
            )


def _hubs(rows: PlanRows) -> Iterator[PlanFault]:
    leaving: Counter[tuple[uuid.UUID, date]] = Counter()
    for route in rows.routes:
        for at in route.stops:
            if at.stop.kind is StopKind.PICKUP and at.stop.from_route_id is None:
                for item in at.items:
                    if item.hub_id is not None:
                        leaving[item.hub_id, route.route.service_date] += item.quantity
    for allocation in rows.allocations:
        line = rows.lines.get(allocation.order_id)
        if allocation.hub_id is not None and line is not None and line.fulfilment is Fulfilment.COLLECTION:
            leaving[allocation.hub_id, allocation.service_date] += allocation.quantity
    for (hub_id, day), quantity in leaving.items():
        hub = rows.hubs[hub_id]
        if quantity > hub.parcels_per_day:
            code = rows.organisations[hub.organisation_id].code
            yield PlanFault(
                rule=PlanRule.HUB_PARCELS,
                sentence=f"{quantity} parcels leave {code} on {day_label(day)}; it packs {hub.parcels_per_day} a day.",
            )


def _goods(rows: PlanRows) -> Iterator[PlanFault]:
    fetched_g: Counter[uuid.UUID] = Counter()
    for route in rows.routes:
        for at in route.stops:
            if at.stop.kind is StopKind.PICKUP and at.stop.from_route_id is None:
                for item in at.items:
                    if item.batch_id is not None:
                        fetched_g[item.batch_id] += item.weight_g
    for batch_id, weight_g in fetched_g.items():
        batch = rows.batches[batch_id]
        if weight_g and (batch.portions or weight_g > batch.weight_g):
            yield PlanFault(
                rule=PlanRule.HUB_GOODS,
                sentence=f"{weight_g} g of {batch.dish} are fetched for the hub; there are {batch.weight_g} g.",
            )


def _slot(rows: PlanRows, route: RouteRows, at: StopRows) -> Iterator[PlanFault]:
    slot = rows.slots[at.stop.slot_id] if at.stop.slot_id is not None else None
    if slot is None:
        return
    donor = rows.organisations[slot.donor_id].code
    if slot.state in NOT_ON_OFFER:
        yield _slot_fault(route, at, f"the donation of {donor} is {slot.state}.")
    if slot.service_date != route.route.service_date:
        yield _slot_fault(route, at, f"the donation of {donor} is on {day_label(slot.service_date)}.")


def _slot_fault(route: RouteRows, at: StopRows, words: str) -> PlanFault:
    return PlanFault(
        rule=PlanRule.SLOT, sentence=f"{route.label}: {words}", route_id=route.route.id, stop_id=at.stop.id
    )
