"""Photos taken at a door: sent by the phone of a route's crew, each once, kept for the network's days and no longer."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.door_photos import KEY, LONGEST_EDGE_PX, MOST_AT_A_STOP, DoorPhotoRules, is_proof_of
from logistics.domain.errors import Conflict, NotFound, RuleBroken
from logistics.gateways.pictures import read_picture
from logistics.persistence.tables import DeliveryEvent, DoorPhoto, Household, Network, Route, Stop
from logistics.queries.door_photos import photo_rules
from logistics.queries.route_events import last_events
from logistics.services.audit import note
from logistics.services.deliveries import when_by_our_clock
from logistics.services.driver_access import DriverInHand

SUBJECT = "door_photo"
NOT_THERE = "There is no such photo here. Photos are deleted after some days."
GONE = "The photo was not taken, and this phone has forgotten it."


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPhoto:
    """A photo as a phone sends it. `taken_at` and `sent_at` are by the phone's clock."""

    id: uuid.UUID
    stop_id: uuid.UUID
    file: bytes
    taken_at: datetime | None = None
    sent_at: datetime | None = None


def add_door_photo(session: Session, link: DriverInHand, photo: SentPhoto, *, now: datetime) -> bool:
    """Keep a photo, drawn anew without what the camera wrote into it. False: it is known already, and nothing is changed.

    Raises RuleBroken where the network takes none, where nothing at the stop needs one any more, or for a confidential
    address; NotFound for a stop of another route; BadInput for what is no photo; Conflict for an id used elsewhere.
    """
    route = session.scalar(select(Route).where(Route.id == link.route_id).with_for_update())
    if route is None:
        raise NotFound(f"This route is not there any more. {GONE}")
    known = session.get(DoorPhoto, photo.id)
    if known is not None:
        if known.stop_id != photo.stop_id or not _is_of(session, known.stop_id, route):
            raise Conflict(f"This photo carries the number of another one. {GONE}")
        return False
    if not photo_rules(session).is_on:
        raise RuleBroken(f"Your network does not take photos now. {GONE}")
    event = _what_it_proves(session, route, photo.stop_id)
    held = session.scalar(select(func.count(DoorPhoto.id)).where(DoorPhoto.stop_id == photo.stop_id)) or 0
    if held >= MOST_AT_A_STOP:
        raise RuleBroken(f"There are {MOST_AT_A_STOP} photos of this stop already. {GONE}")
    picture = read_picture(photo.file, longest_edge_px=LONGEST_EDGE_PX)
    row = DoorPhoto(
        id=photo.id,
        event_id=event.id,
        stop_id=photo.stop_id,
        volunteer_id=link.volunteer_id,
        taken_at=when_by_our_clock(photo.taken_at, photo.sent_at, link, now),
        received_at=now,
        width_px=picture.width_px,
        height_px=picture.height_px,
        jpeg=picture.jpeg,
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict(f"This photo carries the number of another one. {GONE}") from error
    who = Actor.system(link.network_id)
    told = {"stop": str(photo.stop_id), "volunteer_id": str(link.volunteer_id)}
    note(session, who, "door_photo_added", SUBJECT, photo.id, now=now, **told)
    return True


def see_door_photo(session: Session, actor: Actor, photo_id: uuid.UUID) -> tuple[uuid.UUID, bytes]:
    """The stop's id and the JPEG, for those who see the day. Raises Forbidden, NotFound."""
    actor.require(Permission.SEE_DAY)
    row = session.scalar(select(DoorPhoto).where(DoorPhoto.id == photo_id))
    if row is None:
        raise NotFound(NOT_THERE)
    return row.stop_id, row.jpeg


def remove_door_photo(session: Session, actor: Actor, photo_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Delete a photo for good, as one that shows what it should not. Returns the stop's id. Raises Forbidden, NotFound."""
    actor.require(Permission.RUN_DAY)
    row = session.scalar(select(DoorPhoto).where(DoorPhoto.id == photo_id))
    if row is None:
        raise NotFound(NOT_THERE)
    session.delete(row)
    note(session, actor, "door_photo_removed", SUBJECT, photo_id, now=now, stop=str(row.stop_id))
    return row.stop_id


def set_door_photos(session: Session, actor: Actor, rules: DoorPhotoRules, *, now: datetime) -> None:
    """Replace them. Photos that are there stay until their days are over, by the new number. Raises Forbidden."""
    actor.require(Permission.SET_DOOR_PHOTOS)
    network = session.get_one(Network, actor.network_id, with_for_update=True)
    network.settings = {**network.settings, KEY: rules.to_settings()}
    note(session, actor, "change", "door_photos", network.id, now=now, **rules.to_settings())


def forget_door_photos(session: Session, actor: Actor, *, now: datetime) -> int:
    """Delete the network's photos whose days are over. Returns how many."""
    before = photo_rules(session).gone_before(now)
    over = list(session.scalars(select(DoorPhoto.id).where(DoorPhoto.received_at < before)))
    if over:
        session.execute(delete(DoorPhoto).where(DoorPhoto.received_at < before))
        note(session, actor, "door_photos_over", "network", actor.network_id, now=now, photos=len(over))
    return len(over)


def _is_of(session: Session, stop_id: uuid.UUID, route: Route) -> bool:
    return session.scalar(select(Stop.id).where(Stop.id == stop_id, Stop.route_id == route.id)) is not None


def _what_it_proves(session: Session, route: Route, stop_id: uuid.UUID) -> DeliveryEvent:
    """The event that decides the stop now, where a photo may be kept of it."""
    if not _is_of(session, stop_id, route):
        raise NotFound(f"There is no such stop on this route. {GONE}")
    is_secret = session.scalar(
        select(Household.confidential_address).join(Stop, Stop.household_id == Household.id).where(Stop.id == stop_id)
    )
    event = last_events(session, [stop_id]).get(stop_id)
    if is_secret is None or event is None or not is_proof_of(event.kind, event.details):
        raise RuleBroken(f"Only food left at a door, or unfit, is photographed, and this stop says otherwise. {GONE}")
    if is_secret:
        raise RuleBroken(f"No photo is kept of a confidential address. {GONE}")
    return event
