"""The food on a route: its dishes, and the clocks that run on them with what has really happened at the pickups."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

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
        self._week = IsoWeek.of(route.service_date)
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
        found: list[FoodClockView] = []
        for item in stop.items:
            dish = self.dish(item)
            view = self._clock_of(dish.slot) if dish is not None else None
            if view is not None:
                found.append(view)
        if not found:
            return None
        first = min(found, key=lambda view: view.latest_at)
        if stop.latest_at is not None and stop.latest_at < first.latest_at:
            return FoodClockView(latest_at=stop.latest_at, limit_s=first.limit_s, temperature=first.temperature)
        return first

    def _clock_of(self, slot: DonationSlot) -> FoodClockView | None:
        day = slot.service_date
        clock = clock_of(
            slot.temperature,
            ready_s=axis_s(self._week, day, slot.ready_at),
            hold_until_s=axis_s(self._week, day, slot.hot_hold_until) if slot.hot_hold_until else None,
            rules=self._rules,
        )
        if clock is None:
            return None
        latest_s = clock.latest_after_loading_s(self._loading_starts_s(slot))
        return FoodClockView(
            latest_at=axis_to_instant(self._week, latest_s), limit_s=clock.limit_s, temperature=slot.temperature
        )

    def _loading_starts_s(self, slot: DonationSlot) -> int:
        """When loading began: told by the pickup's event, which ends it, less the time that loading was planned to take."""
        for stop in self._route.stops:
            if stop.kind is not StopKind.PICKUP or stop.slot_id != slot.id:
                continue
            event = self.event_of(stop)
            began = stop.service_at
            if event is not None and stop.state is StopState.COMPLETED:
                began = event.happened_at - min(stop.departs_at - stop.service_at, timedelta(minutes=30))
            return instant_to_axis(self._week, began)
        return axis_s(self._week, slot.service_date, slot.ready_at)
