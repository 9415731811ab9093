"""Photos of labels: sent by the donor, shown to those who see the donation."""

from __future__ import annotations

import uuid

from flask import Response, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.gateways.pictures import MOST_BYTES
from logistics.queries.donor_slots import slot_view
from logistics.services.label_photos import add_label_photo, label_photo, remove_label_photo
from web.context import actor, db, now
from web.donate.about import about_page
from web.donate.blueprint import donate
from web.forms import Form
from web.security.access import allow


@donate.post("/slots/<uuid:slot_id>/photos")
@allow(Permission.EDIT_SLOTS)
def add_photo(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Store a photo of a label."""
    slot = slot_view(db(), actor(), slot_id, now=now())
    sent = request.files.get("photo")
    try:
        add_label_photo(db(), actor(), slot_id, sent.stream.read(MOST_BYTES + 1) if sent else b"", now=now())
    except BadInput as wrong:
        return about_page(slot, Form.of_request().refused(wrong)), 422
    flash("The photo is there.")
    return redirect(url_for("donate.about", slot_id=slot_id), 303)


@donate.get("/photos/<uuid:photo_id>")
@allow(Permission.SEE_SLOTS)
def photo(photo_id: uuid.UUID) -> Response:
    """The photo itself."""
    return Response(label_photo(db(), actor(), photo_id), content_type="image/jpeg")


@donate.post("/photos/<uuid:photo_id>/remove")
@allow(Permission.EDIT_SLOTS)
def remove_photo(photo_id: uuid.UUID) -> ResponseReturnValue:
    """Delete it for good."""
    slot_id = remove_label_photo(db(), actor(), photo_id, now=now())
    flash("The photo is gone.")
    return redirect(url_for("donate.about", slot_id=slot_id), 303)
