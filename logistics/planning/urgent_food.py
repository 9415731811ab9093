"""Food for somebody who was not in the plan: portions that nobody has, safe for them, or parcels that a hub can still pack."""

from __future__ import annotations

import uuid

from logistics.domain.food import why_unsafe
from logistics.domain.planning import StopKind
from logistics.planning.running_day import LiveItem, RunningDay
from logistics.planning.sources import Source, hub_sources, meal_sources
from logistics.planning.week_input import DemandIn

Id = uuid.UUID
type Choice = tuple[LiveItem, ...]
"""The items that one order would get, all from one source."""

NONE_SAFE = "No portion that is safe for them is left today."
NOT_ENOUGH = "There are not that many portions left, from any one donor, that are safe for them."
NO_PARCEL = "No hub can pack that many more parcels today."


def order_of(day: RunningDay, order_id: Id) -> DemandIn:
    """The order among the day's demand. Raises StopIteration when its snapshot does not hold it."""
    return next(line for line in day.week_input.demand if line.order_id == order_id)


def choices_for(day: RunningDay, order: DemandIn) -> tuple[Choice, ...]:
    """Where its food could come from, the best first: what a route still fetches anyway, then what stays fit to eat longest.

    An order is filled from one source, so that one pickup brings all of it. Nothing that is not known to be safe is offered.
    """
    sources = meal_sources(day.week_input, day.day) if order.product.is_meal else hub_sources(day.week_input, day.day)
    fetched = _still_fetched(day)
    ranked = sorted(
        (source for source in sources if source.closes_s > day.now_s),
        key=lambda source: (source.organisation_id not in fetched, -_fit_until_s(source), source.id),
    )
    made = (
        _portions(day, order, source) if order.product.is_meal else _parcels(day, order, source) for source in ranked
    )
    return tuple(choice for choice in made if choice)


def why_no_food(day: RunningDay, order: DemandIn) -> str:
    """What a dispatcher is told where there is no choice at all."""
    if not order.product.is_meal:
        return NO_PARCEL
    return (
        NOT_ENOUGH if any(_safe(day, order, source) for source in meal_sources(day.week_input, day.day)) else NONE_SAFE
    )


def _still_fetched(day: RunningDay) -> frozenset[Id | None]:
    return frozenset(
        stop.organisation_id for route in day.routes for stop in route.open_stops if stop.kind is StopKind.PICKUP
    )


def _fit_until_s(source: Source) -> int:
    return source.clock.latest_start_s if source.clock is not None else source.closes_s


def _safe(day: RunningDay, order: DemandIn, source: Source) -> list[tuple[Id, int]]:
    """(batch, portions that nobody has) of what is safe, the most first."""
    assert source.slot is not None
    needs = day.week_input.households[order.household_id].needs
    spare = [
        (batch.id, day.spare_portions.get(batch.id, 0))
        for batch in source.slot.batches
        if why_unsafe(needs, batch.declared, order.product, day.day) is None
    ]
    return sorted(((batch, left) for batch, left in spare if left), key=lambda pair: (-pair[1], str(pair[0])))


def _portions(day: RunningDay, order: DemandIn, source: Source) -> Choice:
    wanted, items = order.quantity, []
    for batch_id, left in _safe(day, order, source):
        if not wanted:
            break
        part = min(wanted, left)
        wanted -= part
        items.append(_item(order, part, batch_id=batch_id))
    return () if wanted else tuple(items)


def _parcels(day: RunningDay, order: DemandIn, source: Source) -> Choice:
    assert source.hub is not None
    enough = day.spare_parcels.get(source.hub.id, 0) >= order.quantity
    return (_item(order, order.quantity, hub_id=source.hub.id),) if enough else ()


def _item(order: DemandIn, quantity: int, *, batch_id: Id | None = None, hub_id: Id | None = None) -> LiveItem:
    return LiveItem(
        order_id=order.order_id, batch_id=batch_id, hub_id=hub_id, product=order.product, quantity=quantity, weight_g=0
    )
