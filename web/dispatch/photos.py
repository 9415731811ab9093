"""Photos that drivers took at a door, for those who see the day. Each picture that is shown is a look, and in the trail."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.looks import Look
from logistics.queries.door_photos import photos_of_stop
from logistics.services.door_photos import remove_door_photo, see_door_photo
from web.context import actor, db, now
from web.dispatch.blueprint import dispatch
from web.looks import looked
from web.security.access import allow


@dispatch.get("/day/stops/<uuid:stop_id>/photos")
@allow(Permission.SEE_DAY)
def stop_photos(stop_id: uuid.UUID) -> ResponseReturnValue:
    """The photos of one stop."""
    return render_template("dispatch/stop_photos.html", found=photos_of_stop(db(), actor(), stop_id))


@dispatch.get("/day/photos/<uuid:photo_id>")
@allow(Permission.SEE_DAY)
def door_photo(photo_id: uuid.UUID) -> Response:
    """The picture itself."""
    stop_id, jpeg = see_door_photo(db(), actor(), photo_id)
    looked(Look.DOOR_PHOTO, "stop", stop_id, photo=str(photo_id))
    return Response(jpeg, content_type="image/jpeg")


@dispatch.post("/day/photos/<uuid:photo_id>/remove")
@allow(Permission.RUN_DAY)
def remove_photo(photo_id: uuid.UUID) -> ResponseReturnValue:
    """Delete one for good."""
    stop_id = remove_door_photo(db(), actor(), photo_id, now=now())
    flash("The photo is deleted for good.")
    return redirect(url_for("dispatch.stop_photos", stop_id=stop_id), 303)
