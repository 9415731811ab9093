"""The blueprint of the driver's pages, and the door that recognises the phone a link is bound to."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Request
from flask.blueprints import BlueprintSetupState

from logistics.services.driver_access import DriverInHand, driver_in_hand
from web.context import now, services
from web.drive.phone import read_phone
from web.household_words import language_name
from web.security.boundary import BoundedApp

drive = Blueprint("drive", __name__, url_prefix="/d", template_folder="templates", static_folder="static")


def driver_behind(request: Request) -> DriverInHand | None:
    """Who holds this phone, when its link is open and bound to it."""
    phone = read_phone(request)
    if phone.device is None or phone.link_id is None:
        return None
    with services().database.unscoped_reading() as reading:
        return driver_in_hand(reading, phone.link_id, device=phone.device, now=now())


drive.add_app_template_filter(language_name)


@drive.record_once
def _set_door(state: BlueprintSetupState) -> None:
    app: Any = state.app
    assert isinstance(app, BoundedApp)
    app.driver_door = driver_behind
