"""Where food is loaded on one day: a donor's slot or a hub, as one kind of thing for allocation and routing."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, time

from logistics.domain.food import FoodClock, clock_of
from logistics.domain.vocabulary import TemperatureClass
from logistics.domain.week import axis_s
from logistics.planning.week_input import HubIn, SlotIn, WeekInput


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """A pickup of one day (planning axis): loading may begin from `opens_s` to `closes_s` and takes `service_s`."""

    id: str
    site_id: uuid.UUID
    organisation_id: uuid.UUID
    opens_s: int
    closes_s: int
    service_s: int
    clock: FoodClock | None
    slot: SlotIn | None = None
    hub: HubIn | None = None


def slot_source(slot: SlotIn, week_input: WeekInput) -> Source:
    """A donor's slot."""
    return Source(
        id=f"slot:{slot.id}",
        site_id=slot.site_id,
        organisation_id=slot.donor_id,
        opens_s=slot.ready_s,
        closes_s=slot.collect_by_s,
        service_s=week_input.rules.donor_pickup_s,
        clock=clock_of(slot.temperature, ready_s=slot.ready_s, hold_until_s=slot.hold_until_s, rules=week_input.rules),
        slot=slot,
    )


def hub_source(hub: HubIn, day: date, week_input: WeekInput) -> Source:
    """A hub on a day. Parcels have no clock."""
    midnight_s = axis_s(week_input.week, day, time())
    return Source(
        id=f"hub:{hub.id}",
        site_id=hub.site_id,
        organisation_id=hub.organisation_id,
        opens_s=midnight_s + hub.opens_s,
        closes_s=midnight_s + hub.closes_s,
        service_s=week_input.rules.hub_pickup_s,
        clock=None,
        hub=hub,
    )


def meal_sources(week_input: WeekInput, day: date) -> tuple[Source, ...]:
    """The slots of that day that hold portions and have a place on the map."""
    return tuple(
        slot_source(slot, week_input)
        for slot in week_input.slots
        if slot.day == day
        and slot.site_id in week_input.places
        and slot.temperature is not TemperatureClass.AMBIENT
        and any(batch.portions for batch in slot.batches)
    )


def goods_sources(week_input: WeekInput, day: date) -> tuple[Source, ...]:
    """The slots of that day that hold goods for the hub (a weight and no portions)."""
    return tuple(
        slot_source(slot, week_input)
        for slot in week_input.slots
        if slot.day == day
        and slot.site_id in week_input.places
        and any(batch.weight_g and not batch.portions for batch in slot.batches)
    )


def hub_sources(week_input: WeekInput, day: date) -> tuple[Source, ...]:
    """Every hub on that day that has a place on the map."""
    return tuple(hub_source(hub, day, week_input) for hub in week_input.hubs if hub.site_id in week_input.places)
