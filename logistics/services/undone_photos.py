"""What is undone leaves no proof: the photos of a stop go when it is opened again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.persistence.tables import DoorPhoto, Stop
from logistics.services.audit import note


def drop_photos_of(session: Session, stop: Stop, *, now: datetime) -> None:
    """Delete them for good: a photo of what was a slip may show somebody else's door."""
    for photo in session.scalars(select(DoorPhoto).where(DoorPhoto.stop_id == stop.id)):
        session.delete(photo)
        who = Actor.system(stop.network_id)
        note(session, who, "door_photo_removed", "door_photo", photo.id, now=now, stop=str(stop.id))
