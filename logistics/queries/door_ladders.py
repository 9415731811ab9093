"""The ladders of doors where nobody answered: for the desk's board of the day, and for the driver's page."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import NotFound
from logistics.domain.no_reply import ClosedDoor, DoorLadder, DoorStep, door_ladder, tries_of
from logistics.domain.planning import StopKind
from logistics.domain.states import StopState
from logistics.domain.vocabulary import FailureReason
from logistics.persistence.tables import DeliveryEvent, DoorStepTaken, Route, Stop
from logistics.queries.care_people import care_times
from logistics.queries.route_events import last_events

_TOLD = (DeliveryEventKind.STOP_FAILED, DeliveryEventKind.STOP_REOPENED)


def door_ladders(session: Session, stop_ids: Collection[uuid.UUID], *, now: datetime) -> Mapping[uuid.UUID, DoorLadder]:
    """By stop: those of these doors that stand at "no reply" now."""
    if not stop_ids:
        return {}
    silent = [
        stop_id
        for stop_id, event in last_events(session, stop_ids).items()
        if event.kind is DeliveryEventKind.STOP_FAILED and event.details.get("reason") == FailureReason.NO_REPLY
    ]
    if not silent:
        return {}
    times = care_times(session)
    doors = _closed_doors(session, silent)
    steps: dict[uuid.UUID, dict[DoorStep, datetime]] = defaultdict(dict)
    for row in session.scalars(select(DoorStepTaken).where(DoorStepTaken.stop_id.in_(silent))):
        steps[row.stop_id][row.step] = row.at
    return {stop_id: door_ladder(tries_of(doors[stop_id], times), steps[stop_id], times, now=now) for stop_id in silent}


def ladders_of_route(session: Session, route_id: uuid.UUID, *, now: datetime) -> tuple[tuple[int, DoorLadder], ...]:
    """(number of the stop, ladder) of each silent door of a route, in the order of the route."""
    stops = session.execute(
        select(Stop.id, Stop.number)
        .where(Stop.route_id == route_id, Stop.state == StopState.FAILED, Stop.kind == StopKind.DELIVERY)
        .order_by(Stop.sequence)
    ).all()
    ladders = door_ladders(session, [stop_id for stop_id, _ in stops], now=now)
    return tuple((number or 0, ladders[stop_id]) for stop_id, number in stops if stop_id in ladders)


def day_of_stop(session: Session, stop_id: uuid.UUID) -> date:
    """The day on which this stop is served. Raises NotFound."""
    day = session.scalar(select(Route.service_date).join(Stop, Stop.route_id == Route.id).where(Stop.id == stop_id))
    if day is None:
        raise NotFound("There is no such door here. Load the day again.")
    return day


def _closed_doors(session: Session, stop_ids: list[uuid.UUID]) -> Mapping[uuid.UUID, list[ClosedDoor]]:
    events = session.scalars(
        select(DeliveryEvent)
        .where(DeliveryEvent.stop_id.in_(stop_ids), DeliveryEvent.kind.in_(_TOLD), ~DeliveryEvent.came_late)
        .order_by(DeliveryEvent.received_at)
    )
    doors: dict[uuid.UUID, list[ClosedDoor]] = defaultdict(list)
    closed: dict[uuid.UUID, datetime] = {}
    for event in events:
        assert event.stop_id is not None
        before = closed.pop(event.stop_id, None)
        if before is not None:
            doors[event.stop_id].append(ClosedDoor(before, event.happened_at))
        if event.details.get("reason") == FailureReason.NO_REPLY:
            closed[event.stop_id] = event.happened_at
    for stop_id, at in closed.items():
        doors[stop_id].append(ClosedDoor(at))
    return doors
