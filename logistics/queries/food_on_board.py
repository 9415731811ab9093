"""The food on a route: its dishes, and the clocks that run on them with what has really happened at the pickups."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.food import clock_of
from logistics.domain.planning import StopKind
from logistics.domain.rules import PlanningRules
from logistics.domain.states import StopState
from logistics.domain.week import IsoWeek, axis_s, axis_to_instant, instant_to_axis
from logistics.persistence.tables import Batch, DeliveryEvent, DonationSlot, Network, Route, Stop, StopItem
from logistics.queries.driver_rows import FoodClockView
from logistics.queries.route_events import last_events


@dataclass(frozen=True, slots=True)
class Dish:
    """A batch with the slot it comes from."""

    batch: Batch
    slot: DonationSlot


class FoodOnBoard:
    """The dishes on board, and the clocks that run on them with what has really happened at the pickups."""

    def __init__(self, session: Session, route: Route, network: Network) -> None:
        self._route = route
        self._rules = PlanningRules.from_settings(network.settings)
        ids = {item.batch_id for stop in route.stops for item in stop.items if item.batch_id is not None}
        rows = session.execute(
            select(Batch, DonationSlot).join(DonationSlot, DonationSlot.id == Batch.slot_id).where(Batch.id.in_(ids))
        ).all()
        self.dishes: Mapping[uuid.UUID, Dish] = {batch.id: Dish(batch, slot) for batch, slot in rows}
        self._events = last_events(session, [stop.id for stop in route.stops])

    def event_of(self, stop: Stop) -> DeliveryEvent | None:
        """The last thing said about the stop."""
        return self._events.get(stop.id)

    def dish(self, item: StopItem) -> Dish | None:
        """The dish of an item, or None for a parcel."""
        return self.dishes.get(item.batch_id) if item.batch_id is not None else None

    def kind_of(self, item: StopItem) -> str:
        """`hot`, `chilled`, `ambient` (goods for a hub) or `parcel`."""
        dish = self.dish(item)
        return dish.slot.temperature.value if dish else "parcel"

    def clock(self, stop: Stop) -> FoodClockView | None:
        """The earliest limit of anything handed over here, from what the plan and the pickups say; the earlier of both."""
        dishes = filter(None, map(self.dish, stop.items))
        found = (slot_clock(dish.slot, self._began(dish.slot, stop), self._rules) for dish in dishes)
        return door_clock(filter(None, found), stop.latest_at)

    def _began(self, slot: DonationSlot, door: Stop) -> datetime | None:
        """When loading began at the last pickup of the slot before this door: a kitchen may be called at twice."""
        began = None
        for stop in self._route.stops:
            if stop.kind is StopKind.PICKUP and stop.slot_id == slot.id and stop.sequence < door.sequence:
                event = self.event_of(stop)
                is_done = event is not None and stop.state is StopState.COMPLETED
                began = loading_began(stop, event.happened_at if event is not None and is_done else None)
        return began


class Timed(Protocol):
    """A stop with its planned times."""

    @property
    def service_at(self) -> datetime:
        """When service begins."""

    @property
    def departs_at(self) -> datetime:
        """When it has ended."""


def loading_began(pickup: Timed, loaded_at: datetime | None) -> datetime:
    """When loading began: told by the pickup's event, which ends it, less the time that loading was planned to take."""
    if loaded_at is None:
        return pickup.service_at
    return loaded_at - min(pickup.departs_at - pickup.service_at, timedelta(minutes=30))


def slot_clock(slot: DonationSlot, began: datetime | None, rules: PlanningRules) -> FoodClockView | None:
    """The clock of a slot's food whose loading began then (None: it has no pickup here); None where no clock runs."""
    week, day = IsoWeek.of(slot.service_date), slot.service_date
    ready_s = axis_s(week, day, slot.ready_at)
    clock = clock_of(
        slot.temperature,
        ready_s=ready_s,
        hold_until_s=axis_s(week, day, slot.hot_hold_until) if slot.hot_hold_until else None,
        rules=rules,
    )
    if clock is None:
        return None
    latest_s = clock.latest_after_loading_s(ready_s if began is None else instant_to_axis(week, began))
    return FoodClockView(latest_at=axis_to_instant(week, latest_s), limit_s=clock.limit_s, temperature=slot.temperature)


def door_clock(found: Iterable[FoodClockView], planned_latest_at: datetime | None) -> FoodClockView | None:
    """The earliest limit of anything handed over at a door, or the plan's own where that is earlier."""
    first = min(found, key=lambda view: view.latest_at, default=None)
    if first is not None and planned_latest_at is not None and planned_latest_at < first.latest_at:
        return replace(first, latest_at=planned_latest_at)
    return first
