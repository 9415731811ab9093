"""Which stops have photos taken at their door, and the photos of one of them, without the pictures themselves."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.door_photos import DoorPhotoRules
from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.persistence.scope import network_of
from logistics.persistence.tables import DeliveryEvent, DoorPhoto, Network, Route, Stop, Volunteer


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoRow:
    """One photo: when and by whom it was taken."""

    id: uuid.UUID
    taken_at: datetime
    volunteer: str
    is_of_unfit_food: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPhotos:
    """The photos of a stop, the oldest first. Of the stop itself no more than its number: the picture says enough."""

    service_date: date
    letter: str
    number: int
    photos: tuple[PhotoRow, ...]
    kept_days: int


def photo_counts(session: Session, stop_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, int]:
    """How many photos there are, by stop; stops without one are left out."""
    counted = (
        select(DoorPhoto.stop_id, func.count().label("photos"))
        .where(DoorPhoto.stop_id.in_(list(stop_ids)))
        .group_by(DoorPhoto.stop_id)
    )
    return {row.stop_id: row.photos for row in session.execute(counted)}


def photos_of_stop(session: Session, actor: Actor, stop_id: uuid.UUID) -> StopPhotos:
    """The stop's photos for those who see the day. Raises Forbidden, NotFound."""
    actor.require(Permission.SEE_DAY)
    found = session.execute(
        select(Route.id, Route.service_date, Route.letter, Stop.number, Stop.sequence)
        .join(Stop, Stop.route_id == Route.id)
        .where(Stop.id == stop_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such stop here.")
    earlier = select(func.count(Stop.id)).where(
        Stop.route_id == found.id, Stop.kind == StopKind.DELIVERY, Stop.sequence < found.sequence
    )
    rows = session.execute(
        select(DoorPhoto.id, DoorPhoto.taken_at, Volunteer.name, DeliveryEvent.kind)
        .join(DeliveryEvent, DeliveryEvent.id == DoorPhoto.event_id)
        .outerjoin(Volunteer, Volunteer.id == DoorPhoto.volunteer_id)
        .where(DoorPhoto.stop_id == stop_id)
        .order_by(DoorPhoto.taken_at, DoorPhoto.id)
    )
    return StopPhotos(
        service_date=found.service_date,
        letter=found.letter,
        number=found.number or 1 + (session.scalar(earlier) or 0),
        photos=tuple(
            PhotoRow(
                id=row.id,
                taken_at=row.taken_at,
                volunteer=row.name or "a driver",
                is_of_unfit_food=row.kind is DeliveryEventKind.STOP_FAILED,
            )
            for row in rows
        ),
        kept_days=photo_rules(session).kept_days,
    )


def photo_rules(session: Session) -> DoorPhotoRules:
    """The rules of the session's network."""
    return DoorPhotoRules.from_settings(session.get_one(Network, network_of(session)).settings)
