"""Photos of a donation's labels: added and removed by its donor, seen by whoever sees the donation."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound
from logistics.gateways.pictures import read_picture
from logistics.persistence.tables import DonationSlot, LabelPhoto
from logistics.services.audit import note
from logistics.services.slot_trail import SUBJECT

MOST_PHOTOS = 6
NOT_THERE = "There is no such photo here."


def add_label_photo(session: Session, actor: Actor, slot_id: uuid.UUID, sent: bytes, *, now: datetime) -> uuid.UUID:
    """Store a photo, drawn anew without what the camera wrote into it. Raises NotFound, BadInput."""
    slot = _slot(session, actor, slot_id, Permission.EDIT_SLOTS)
    count = session.scalar(select(func.count(LabelPhoto.id)).where(LabelPhoto.slot_id == slot.id)) or 0
    if count >= MOST_PHOTOS:
        raise BadInput("There is a problem", {"photo": f"There are {MOST_PHOTOS} photos already: remove one first"})
    picture = read_picture(sent)
    photo = LabelPhoto(
        id=uuid.uuid4(),
        slot_id=slot.id,
        account_id=actor.account_id,
        made_at=now,
        width_px=picture.width_px,
        height_px=picture.height_px,
        jpeg=picture.jpeg,
    )
    session.add(photo)
    note(session, actor, "label_added", SUBJECT, slot.id, now=now, photo=str(photo.id))
    return photo.id


def remove_label_photo(session: Session, actor: Actor, photo_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Delete a photo for good. Returns the slot's id. Raises NotFound."""
    photo = session.scalar(select(LabelPhoto).where(LabelPhoto.id == photo_id))
    if photo is None:
        raise NotFound(NOT_THERE)
    slot = _slot(session, actor, photo.slot_id, Permission.EDIT_SLOTS)
    session.delete(photo)
    note(session, actor, "label_removed", SUBJECT, slot.id, now=now, photo=str(photo_id))
    return slot.id


def label_photo(session: Session, actor: Actor, photo_id: uuid.UUID) -> bytes:
    """The JPEG, for whoever may see its donation. Raises NotFound."""
    photo = session.scalar(select(LabelPhoto).where(LabelPhoto.id == photo_id))
    if photo is None:
        raise NotFound(NOT_THERE)
    _slot(session, actor, photo.slot_id, Permission.SEE_SLOTS)
    return photo.jpeg


def photos_of(session: Session, slot_id: uuid.UUID) -> tuple[uuid.UUID, ...]:
    """The photos of a slot, oldest first. Whoever may see the slot may see them."""
    chosen = select(LabelPhoto.id).where(LabelPhoto.slot_id == slot_id).order_by(LabelPhoto.made_at, LabelPhoto.id)
    return tuple(session.scalars(chosen))


def _slot(session: Session, actor: Actor, slot_id: uuid.UUID, permission: Permission) -> DonationSlot:
    slot = session.scalar(select(DonationSlot).where(DonationSlot.id == slot_id))
    if slot is None or not actor.may(permission, organisations=frozenset({slot.donor_id})):
        raise NotFound("There is no such donation of yours. It may belong to somebody else.")
    return slot
