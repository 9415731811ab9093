"""What events make of orders, batches and slots: out for delivery, delivered or not, collected or short."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable

from sqlalchemy import or_, select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor
from logistics.domain.planning import StopKind
from logistics.domain.states import OrderState, RouteState, SlotState, StopState, change
from logistics.domain.vocabulary import FailureReason, RejectReason
from logistics.persistence.tables import Batch, DeliveryEvent, DonationSlot, Hub, Order, Route, Stop, StopItem
from logistics.queries.route_events import OPEN_STOPS, last_events
from logistics.services.delivery_details import given_of
from logistics.services.slot_trail import BY_DRIVER, facts_of, note_slot

WAITING = (OrderState.PLANNED, OrderState.PACKED, OrderState.ALLOCATED, OrderState.CONFIRMED)


def load_orders(session: Session, route: Route, pickup: Stop) -> None:
    """The orders whose food this pickup put on board are out for delivery."""
    for order in _orders(session, _loaded_orders(session, route, pickup)):
        if order.state in WAITING:
            order.state = change(_planned(order), OrderState.OUT_FOR_DELIVERY)


def settle_orders(session: Session, route: Route, stop: Stop) -> None:
    """Bring the orders of a stop to what all their stops say: out, delivered, part of it, or failed."""
    order_ids = {item.order_id for item in stop.items if item.order_id is not None}
    stops = _stops_of_orders(session, route.plan_id, order_ids)
    events = last_events(session, [other.id for other in stops])
    planned: Counter[uuid.UUID] = Counter()
    given: Counter[uuid.UUID] = Counter()
    still_open: set[uuid.UUID] = set()
    for other in stops:
        event = events.get(other.id)
        counts = given_of(other, event.details) if other.state is StopState.COMPLETED and event else {}
        for item in other.items:
            if item.order_id in order_ids and item.order_id is not None:
                planned[item.order_id] += item.quantity
                given[item.order_id] += counts.get(item.id, 0)
                if other.state in OPEN_STOPS:
                    still_open.add(item.order_id)
    for order in _orders(session, order_ids):
        _settle_order(order, planned[order.id], given[order.id], is_open=order.id in still_open)


def _settle_order(order: Order, planned: int, given: int, *, is_open: bool) -> None:
    if is_open:
        if order.state not in WAITING:
            order.state = change(order.state, OrderState.OUT_FOR_DELIVERY)
        return
    end = OrderState.PART_DELIVERED if given else OrderState.FAILED
    if given >= planned:
        end = OrderState.DELIVERED
    if order.state is not end:
        before = _planned(order) if order.state in WAITING else order.state
        order.state = change(change(before, OrderState.OUT_FOR_DELIVERY), end)


def _planned(order: Order) -> OrderState:
    """An order of a published plan is planned, whatever step was left out before."""
    return order.state if order.state is OrderState.PACKED else change(order.state, OrderState.PLANNED)


def settle_slots(session: Session, route: Route, event: DeliveryEvent) -> None:
    """Once food is at the doors, what was collected is a fact: each slot of this route with no pickup left to do is settled.

    What somebody said by hand before gives way to what the driver reported. `event`: the one that settles it.
    """
    slot_ids = {stop.slot_id for stop in _pickups(session, route.plan_id, [route.id]) if stop.slot_id is not None}
    if not slot_ids:
        return
    pickups: dict[uuid.UUID, list[Stop]] = defaultdict(list)
    for stop in _pickups(session, route.plan_id, None):
        if stop.slot_id in slot_ids and stop.slot_id is not None:
            pickups[stop.slot_id].append(stop)
    for slot in session.scalars(
        select(DonationSlot).where(DonationSlot.id.in_(slot_ids)).options(selectinload(DonationSlot.batches))
    ):
        if slot.state in (SlotState.CONFIRMED, SlotState.READY, SlotState.OFFERED) or slot.is_told_by_hand:
            if any(stop.state in OPEN_STOPS for stop in pickups[slot.id]):
                continue
            before = facts_of(slot)
            _settle_slot(session, slot, pickups[slot.id])
            slot.is_told_by_hand = False
            driver = Actor(network_id=slot.network_id, account_id=event.account_id)
            note_slot(session, driver, slot, "slot_settled", before=before, now=event.received_at, by=BY_DRIVER)


def _settle_slot(session: Session, slot: DonationSlot, pickups: list[Stop]) -> None:
    events = last_events(session, [stop.id for stop in pickups])
    done = [stop for stop in pickups if stop.state is StopState.COMPLETED]
    confirmed = change(slot.state, SlotState.CONFIRMED) if slot.state is SlotState.OFFERED else slot.state
    if not done:
        unfit = any(event.details.get("reason") == FailureReason.FOOD_UNFIT.value for event in events.values())
        slot.state = change(confirmed, SlotState.REJECTED if unfit else SlotState.MISSED)
        slot.rejected_for = (slot.rejected_for or RejectReason.OTHER) if unfit else None
        for batch in slot.batches:
            batch.portions_collected = None
        return
    slot.rejected_for = None
    wanted = _batch_counts(item for stop in pickups for item in stop.items)
    collected = _collected(done, events)
    for batch in slot.batches:
        if batch.id in wanted:
            batch.portions_collected = collected[batch.id]
    short = any(collected[batch_id] < count for batch_id, count in wanted.items())
    slot.state = change(confirmed, SlotState.SHORT if short else SlotState.COLLECTED)


def _collected(done: Iterable[Stop], events: dict[uuid.UUID, DeliveryEvent]) -> Counter[uuid.UUID]:
    """Portions by batch that the done pickups took: as planned, where nobody counted otherwise."""
    found: Counter[uuid.UUID] = Counter()
    for stop in done:
        event = events.get(stop.id)
        told = event.details.get("collected", {}) if event else {}
        for batch_id, count in _batch_counts(stop.items).items():
            found[batch_id] += int(told.get(str(batch_id), count))
    return found


def _batch_counts(items: Iterable[StopItem]) -> Counter[uuid.UUID]:
    found: Counter[uuid.UUID] = Counter()
    for item in items:
        if item.batch_id is not None:
            found[item.batch_id] += item.quantity
    return found


def _pickups(session: Session, plan_id: uuid.UUID, route_ids: list[uuid.UUID] | None) -> list[Stop]:
    chosen = (
        select(Stop)
        .join(Route, Route.id == Stop.route_id)
        .where(
            Route.plan_id == plan_id,
            Stop.kind == StopKind.PICKUP,
            # What a route had collected before it was handed over is collected.
            or_(
                Route.state.not_in((RouteState.DECLINED, RouteState.HANDED_OVER, RouteState.ABORTED)),
                Stop.state == StopState.COMPLETED,
            ),
        )
        .options(selectinload(Stop.items))
    )
    if route_ids is not None:
        chosen = chosen.where(Route.id.in_(route_ids))
    return list(session.scalars(chosen))


def _stops_of_orders(session: Session, plan_id: uuid.UUID, order_ids: set[uuid.UUID]) -> list[Stop]:
    return list(
        session.scalars(
            select(Stop)
            .join(Route, Route.id == Stop.route_id)
            .where(
                Route.plan_id == plan_id,
                Stop.kind == StopKind.DELIVERY,
                Stop.id.in_(select(StopItem.stop_id).where(StopItem.order_id.in_(order_ids))),
            )
            .options(selectinload(Stop.items))
        )
    )


def _orders(session: Session, order_ids: set[uuid.UUID]) -> list[Order]:
    return list(session.scalars(select(Order).where(Order.id.in_(order_ids)))) if order_ids else []


def _loaded_orders(session: Session, route: Route, pickup: Stop) -> set[uuid.UUID]:
    """The orders of later doors whose batch is of this slot, or whose parcel is of this hub."""
    batches = set(session.scalars(select(Batch.id).where(Batch.slot_id == pickup.slot_id))) if pickup.slot_id else set()
    hubs = set(session.scalars(select(Hub.id).where(Hub.organisation_id == pickup.organisation_id)))
    stops = session.scalars(
        select(Stop)
        .where(Stop.route_id == route.id, Stop.kind == StopKind.DELIVERY, Stop.sequence > pickup.sequence)
        .options(selectinload(Stop.items))
    )
    return {
        item.order_id
        for stop in stops
        for item in stop.items
        if item.order_id is not None
        and (item.loaded_at_id == pickup.id or item.batch_id in batches or item.hub_id in hubs)
    }
