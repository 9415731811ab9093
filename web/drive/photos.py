"""Photos taken at a door, as a phone sends them: one at a time, each answered so that an outbox knows what to do with it."""

from __future__ import annotations

import logging
import secrets
import uuid
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.errors import BadInput, FoodRoundsError
from logistics.gateways.logs import places_of
from logistics.gateways.pictures import MOST_BYTES
from logistics.services.door_photos import GONE, SentPhoto, add_door_photo
from logistics.services.driver_access import DriverInHand
from web.context import db, now
from web.drive.blueprint import drive
from web.drive.reports import instant_of, uuid_of
from web.drive.route import page_with
from web.errors import wants_json
from web.security.access import by_driver_link

log = logging.getLogger(__name__)


@drive.post("/photo")
@by_driver_link
def add_photo() -> ResponseReturnValue:
    """Keep a photo. A script is told `recorded`, `known`, `refused` with the reason, or `failed` with the number of our log.

    What was refused would be refused again: the phone drops it. A page's own form gets the page, with the reason.
    """
    told = _keep()
    if wants_json():
        return told
    if told["status"] == "refused":
        return page_with(problem=told["error"]), 422
    if told["status"] == "failed":
        return page_with(problem=f"The photo could not be kept. Try again, or ring and say {told['reference']}."), 500
    return redirect(url_for("drive.route_page"), 303)


def _keep() -> dict[str, Any]:
    sent_id = request.form.get("photo_id", "")
    driver = g.driver
    assert isinstance(driver, DriverInHand)
    try:
        photo = _sent()
        with db().begin_nested():
            is_new = add_door_photo(db(), driver, photo, now=now())
    except FoodRoundsError as error:
        db().expire_all()
        return {"id": sent_id, "status": "refused", "error": _sentence(error)}
    except Exception as error:  # noqa: BLE001 - a fault of ours with one photo must not hold up those behind it
        db().expire_all()
        reference = secrets.token_hex(4)
        # TRY400: the fault's own words may hold what a person wrote.
        log.error("photo of route %s failed, reference %s\n%s", driver.route_id, reference, places_of(error))  # noqa: TRY400
        return {"id": sent_id, "status": "failed", "reference": reference}
    return {"id": str(photo.id), "status": "recorded" if is_new else "known"}


def _sent() -> SentPhoto:
    """The photo of the form. Raises BadInput."""
    file = request.files.get("photo")
    return SentPhoto(
        id=uuid_of(request.form.get("photo_id") or str(uuid.uuid4()), "photo_id"),
        stop_id=uuid_of(request.form.get("stop_id"), "stop_id"),
        file=file.stream.read(MOST_BYTES + 1) if file else b"",
        taken_at=instant_of(request.form.get("taken_at") or None, "taken_at"),
        sent_at=instant_of(request.form.get("sent_at") or None, "sent_at"),
    )


def _sentence(error: FoodRoundsError) -> str:
    """The reason in one sentence: what is wrong with a file stands beside its field."""
    if isinstance(error, BadInput) and "photo" in error.fields:
        return f"{error.fields['photo']}. {GONE}"
    return str(error)
