"""Photos as a phone sends them."""

from __future__ import annotations

import io
import uuid
from typing import Any

from PIL import Image
from werkzeug.test import TestResponse

from logistics.domain.authority import Actor
from logistics.domain.door_photos import DoorPhotoRules
from logistics.services.door_photos import set_door_photos
from tests.web.world import NOW, Visitor, World

GPS, MAKE = 0x8825, 0x010F


def switch(world: World, *, on: bool, kept_days: int = 14) -> None:
    """Turn photos on or off for the network."""
    with world.services.database.writing(world.network_id) as session:
        rules = DoorPhotoRules(is_on=on, kept_days=kept_days)
        set_door_photos(session, Actor.system(world.network_id), rules, now=NOW)


def taken_here(size: tuple[int, int] = (1600, 1200), kind: str = "JPEG") -> bytes:
    """A photo in which its camera wrote where it was taken, and with what."""
    exif = Image.Exif()
    exif[MAKE] = "SecretCamera"
    exif.get_ifd(GPS)[1] = "N"
    exif.get_ifd(GPS)[29] = "2026:11:26"
    written = io.BytesIO()
    Image.new("RGB", size, "green").save(written, kind, exif=exif)
    return written.getvalue()


def send(
    phone: Visitor, stop_id: uuid.UUID, file: bytes, *, photo_id: uuid.UUID | None = None, **fields: Any
) -> TestResponse:
    """One photo, as the page's script sends it."""
    data = {
        "photo_id": str(photo_id or uuid.uuid4()),
        "stop_id": str(stop_id),
        "photo": (io.BytesIO(file), "photo.jpg"),
        **fields,
    }
    return phone.post("/d/photo", data=data, headers={"Accept": "application/json"})
