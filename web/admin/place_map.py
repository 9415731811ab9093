"""The map on the page of one place: what its script is told, and the page's policy where tiles come from elsewhere."""

from __future__ import annotations

from typing import Any

from flask import url_for

from logistics.domain.placing import Placement
from logistics.queries.places import PlacePage
from web.maps.assets import assets_version
from web.maps.credit import credit_html
from web.maps.ground import current_ground
from web.maps.policy import tile_source
from web.security.headers import page_policy

_SCRIPTS = ("leaflet.js", "streets.js")


def map_of_place(shown: PlacePage, *, found: Placement | None) -> dict[str, Any]:
    """The pin, the other place of a question, the member groups to find one's way by, and what lies below them."""
    version = assets_version()
    below = current_ground(is_secret=shown.is_confidential)
    return {
        "scripts": [url_for("map_assets.file", version=version, name=name) for name in _SCRIPTS],
        "style": url_for("map_assets.file", version=version, name="leaflet.css"),
        "pin": _point(found or shown.place),
        "other": _point(shown.other),
        "landmarks": [
            {"name": landmark.name, "lat": landmark.latitude, "lon": landmark.longitude} for landmark in shown.landmarks
        ],
        "tiles": below.tile_url or "",
        "streets": below.streets,
        "credit": credit_html(below.credit) if below.credit else "",
    }


def policy_of_place(shown: PlacePage) -> str:
    """The page's policy with the tiles' host in it; empty where the usual one will do."""
    tiles = current_ground(is_secret=shown.is_confidential).tile_url
    return page_policy(images=(tile_source(tiles),)) if tiles else ""


def _point(at: Placement | None) -> dict[str, float] | None:
    return {"lat": at.latitude, "lon": at.longitude} if at else None
