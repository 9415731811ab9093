"""Photos at the door: whether drivers may take them, and how long they are kept."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.door_photos import MOST_KEPT_DAYS, DoorPhotoRules
from logistics.domain.errors import BadInput
from logistics.queries.door_photos import photo_rules
from logistics.services.door_photos import set_door_photos
from web.admin.blueprint import admin
from web.context import actor, db, now
from web.forms import Form
from web.security.access import allow


@admin.get("/door-photos")
@allow(Permission.SET_DOOR_PHOTOS)
def door_photos() -> ResponseReturnValue:
    """The rules as they stand."""
    rules = photo_rules(db())
    form = Form.showing(is_on="yes" if rules.is_on else "", kept_days=rules.kept_days)
    return render_template("admin/door_photos.html", form=form, most=MOST_KEPT_DAYS)


@admin.post("/door-photos")
@allow(Permission.SET_DOOR_PHOTOS)
def change_door_photos() -> ResponseReturnValue:
    """Change them."""
    form = Form.of_request()
    try:
        days = form.whole("kept_days", low=1, high=MOST_KEPT_DAYS, what="The days")
        form.check()
        rules = DoorPhotoRules(is_on=form.yes("is_on"), kept_days=days)
        set_door_photos(db(), actor(), rules, now=now())
    except BadInput as wrong:
        return render_template("admin/door_photos.html", form=form.refused(wrong), most=MOST_KEPT_DAYS), 422
    flash("Drivers may take photos now." if rules.is_on else "Drivers are not asked for photos.")
    return redirect(url_for("admin.door_photos"), 303)
