"""Where the stops of one route lie, in order: for lines, turn lists and files. A confidential address has no point."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.planning import StopKind
from logistics.persistence.tables import Household, Site, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPoint:
    """A stop's place; None where nobody knows it, or nobody may be told."""

    stop_id: uuid.UUID
    number: int | None
    kind: StopKind
    place: tuple[float, float] | None


def route_points(session: Session, route_id: uuid.UUID) -> tuple[StopPoint, ...]:
    """Every stop of the route, done ones too."""
    rows = session.execute(
        select(Stop.id, Stop.number, Stop.kind, Site.latitude, Site.longitude, Household.confidential_address)
        .join(Site, Site.id == Stop.site_id)
        .outerjoin(Household, Household.id == Stop.household_id)
        .where(Stop.route_id == route_id)
        .order_by(Stop.sequence)
    )
    return tuple(
        StopPoint(
            stop_id=stop_id,
            number=number,
            kind=kind,
            place=None if hidden or latitude is None or longitude is None else (latitude, longitude),
        )
        for stop_id, number, kind, latitude, longitude, hidden in rows
    )
