"""The map of what is still to come, as data for the page's own script. Confidential addresses are not in it."""

from __future__ import annotations

from typing import Any

from flask import g, url_for

from logistics.queries.driver_route import driver_route
from logistics.queries.driver_rows import DriverRoute, DriverView, StopView
from logistics.services.driver_access import DriverInHand
from web.context import db, now, services
from web.drive.blueprint import drive
from web.maps import current_ground
from web.maps.assets import assets_version
from web.maps.credit import credit_html, credits_with
from web.maps.lines import STRAIGHT, way_through
from web.maps.packing import packed_line
from web.security.access import by_driver_link

_SCRIPTS = ("leaflet.js", "streets.js", "lines.js")


def map_data(route: DriverRoute) -> dict[str, Any] | None:
    """The open stops that have a place, in order, and where the map's files and its line are; None without any.

    The line is asked for when the map is opened: a road router that is slow or away must not keep anybody from the list.
    """
    if route.view is not DriverView.UNDER_WAY:
        return None
    shown = [(stop, *place) for stop in route.open_stops if (place := place_of(stop)) is not None]
    if not shown:
        return None
    version = assets_version()
    below = current_ground()
    roads = () if route.is_estimate else (services().roads.info().attribution,)
    whom = credits_with(below, (below.credit, *roads) if below.tile_url else roads)
    return {
        "stops": [
            {"id": str(stop.id), "lat": latitude, "lon": longitude, "number": stop.number, "name": name_of(stop)}
            for stop, latitude, longitude in shown
        ],
        "way": url_for("drive.way"),
        "scripts": [url_for("map_assets.file", version=version, name=name) for name in _SCRIPTS],
        "style": url_for("map_assets.file", version=version, name="leaflet.css"),
        "tiles": below.tile_url or "",
        "streets": below.streets,
        "credits": [credit_html(text) for text in dict.fromkeys(whom) if text],
    }


@drive.get("/way")
@by_driver_link
def way() -> dict[str, Any]:
    """The line through the stops still to come, packed, and the words to put below a map whose lines are straight."""
    driver = g.driver
    assert isinstance(driver, DriverInHand)
    route = driver_route(db(), driver.route_id, driver.volunteer_id, now=now())
    points = [place for stop in route.open_stops if (place := place_of(stop)) is not None]
    if route.view is not DriverView.UNDER_WAY or len(points) < 2:
        return {"line": [], "note": ""}
    found = way_through(points, route.vehicle, is_estimate=route.is_estimate)
    return {"line": packed_line(found.points), "note": f"{STRAIGHT}." if found.is_straight else ""}


def place_of(stop: StopView) -> tuple[float, float] | None:
    """Where a stop is, where it may be drawn; the query leaves a confidential address without a point."""
    place = stop.door or stop.pickup
    if place is None or place.latitude is None or place.longitude is None:
        return None
    return place.latitude, place.longitude


def name_of(stop: StopView) -> str:
    """`Stop 3`, or the donor's or hub's name."""
    return f"Stop {stop.number}" if stop.number else (stop.pickup.place if stop.pickup else "Stop")
