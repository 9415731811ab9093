"""What the events of a route say: the last word about each stop, and who has accepted."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.delivery import STOP_STATE_AFTER, DeliveryEventKind
from logistics.domain.states import StopState
from logistics.persistence.tables import DeliveryEvent

OPEN_STOPS = (StopState.PLANNED, StopState.EN_ROUTE, StopState.ARRIVED)
"""The states in which a stop waits to be served."""


def last_events(session: Session, stop_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DeliveryEvent]:
    """The last event of each stop that decides its state, in the order in which they arrived; late ones decide nothing."""
    rows = session.scalars(
        select(DeliveryEvent)
        .where(
            DeliveryEvent.stop_id.in_(list(stop_ids)),
            DeliveryEvent.kind.in_(tuple(STOP_STATE_AFTER)),
            ~DeliveryEvent.came_late,
        )
        .order_by(DeliveryEvent.received_at)
    )
    return {row.stop_id: row for row in rows if row.stop_id is not None}


def answer_of(session: Session, route_id: uuid.UUID, volunteer_id: uuid.UUID) -> DeliveryEventKind | None:
    """What this volunteer said last to the route: accepted, declined, or nothing yet."""
    return session.scalar(
        select(DeliveryEvent.kind)
        .where(
            DeliveryEvent.route_id == route_id,
            DeliveryEvent.volunteer_id == volunteer_id,
            DeliveryEvent.kind.in_((DeliveryEventKind.ROUTE_ACCEPTED, DeliveryEventKind.ROUTE_DECLINED)),
        )
        .order_by(DeliveryEvent.received_at.desc())
        .limit(1)
    )


def has_accepted(session: Session, route_id: uuid.UUID, volunteer_id: uuid.UUID) -> bool:
    """Whether this volunteer has taken the route on: what personal data and every report ask for."""
    return answer_of(session, route_id, volunteer_id) is DeliveryEventKind.ROUTE_ACCEPTED
