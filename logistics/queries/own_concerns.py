"""What became of the concerns that one volunteer raised on one route: times alone, no text and no name."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.care import ConcernUrgency
from logistics.persistence.tables import Concern, FollowUp


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnConcern:
    """One concern as the phone shows it. `asks_for_a_call`: it is urgent, and nobody has said yet that they have it."""

    raised_at: datetime
    confirmed_at: datetime | None
    asks_for_a_call: bool


def own_concerns(session: Session, route_id: uuid.UUID, volunteer_id: uuid.UUID) -> tuple[OwnConcern, ...]:
    """The concerns of this volunteer on this route, the oldest first."""
    rows = session.execute(
        select(Concern.happened_at, FollowUp.confirmed_at, FollowUp.urgency)
        .join(FollowUp, FollowUp.concern_id == Concern.id)
        .where(Concern.route_id == route_id, Concern.raised_by_id == volunteer_id)
        .order_by(Concern.happened_at)
    )
    return tuple(
        OwnConcern(
            raised_at=raised_at,
            confirmed_at=confirmed_at,
            asks_for_a_call=confirmed_at is None and urgency is ConcernUrgency.URGENT,
        )
        for raised_at, confirmed_at, urgency in rows
    )
