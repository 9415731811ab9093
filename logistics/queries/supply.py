"""Which pickup of a route puts on board what a later stop hands over: the same rule by which the route was planned."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.planning import StopKind
from logistics.persistence.tables import Batch, Hub, Stop


def supplying_pickups(session: Session, stops: Sequence[Stop]) -> dict[uuid.UUID, Stop]:
    """The pickup behind each stop item (by the item's id), for the stops of one route in order.

    It is the one that a re-plan named; else the latest pickup of the item's source before the stop, so that a second visit to
    a hub supplies the doors after it. An item whose source the route does not visit before it has none.
    """
    slot_of_batch, organisation_of_hub = _sources(session, stops)
    latest: dict[uuid.UUID, Stop] = {}
    found: dict[uuid.UUID, Stop] = {}
    by_id = {stop.id: stop for stop in stops}
    for stop in stops:
        if stop.kind is StopKind.PICKUP:
            source = stop.slot_id or stop.organisation_id
            if source is not None:
                latest[source] = stop
            continue
        for item in stop.items:
            if item.loaded_at_id is not None and item.loaded_at_id in by_id:
                found[item.id] = by_id[item.loaded_at_id]
                continue
            # Goods for a hub name the hub that they go to: where they come from is their batch.
            if item.batch_id is not None:
                pickup = latest.get(slot_of_batch[item.batch_id])
            else:
                pickup = latest.get(organisation_of_hub[item.hub_id]) if item.hub_id is not None else None
            if pickup is not None:
                found[item.id] = pickup
    return found


def _sources(
    session: Session, stops: Sequence[Stop]
) -> tuple[Mapping[uuid.UUID, uuid.UUID], Mapping[uuid.UUID, uuid.UUID]]:
    """Batch id -> slot id and hub id -> organisation id, of what the stops carry."""
    items = [item for stop in stops for item in stop.items]
    batches = {item.batch_id for item in items if item.batch_id is not None}
    hubs = {item.hub_id for item in items if item.hub_id is not None}
    slots = session.execute(select(Batch.id, Batch.slot_id).where(Batch.id.in_(batches)))
    organisations = session.execute(select(Hub.id, Hub.organisation_id).where(Hub.id.in_(hubs)))
    return {row.id: row.slot_id for row in slots}, {row.id: row.organisation_id for row in organisations}
