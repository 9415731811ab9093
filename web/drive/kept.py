"""What a phone keeps to work without a signal: the route as pieces of the page, the shell they are put into, the worker.

The pieces come from the same templates as the page, so that nothing is written twice and nothing more is shown than online.
The worker and the shell hold nothing about anybody; the pieces are kept in the phone's own store, until midnight at the latest.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from flask import Response, g, make_response, render_template, request, url_for
from flask_wtf.csrf import generate_csrf

from logistics.domain.looks import Look
from logistics.domain.planning import StopKind
from logistics.domain.vocabulary import DeliveredHow, FailureReason
from logistics.domain.week import LONDON
from logistics.gateways.base_map import open_base_map
from logistics.gateways.base_map.cells import cells_within
from logistics.queries.detours import Detour, detours
from logistics.queries.door_ladders import ladders_of_route
from logistics.queries.driver_route import driver_route
from logistics.queries.driver_rows import DriverRoute, DriverView, StopView
from logistics.queries.looks import route_was_seen
from logistics.queries.own_concerns import own_concerns
from logistics.services.driver_access import DriverInHand
from web.context import db, now, services
from web.drive.blueprint import drive
from web.drive.map_of_rest import map_data, name_of, place_of
from web.drive.navigation import chain_of, navigation_links
from web.drive.turns import has_turns
from web.formatting import day, word
from web.looks import looked
from web.maps.assets import assets_version
from web.security.access import by_driver_link, public

MODULES = ("drive.js", "draw.js", "kept.js", "outbox.js", "taps.js", "photos.js", "map.js", "wipe.js")
_MAP_FILES = ("leaflet.js", "leaflet.css", "streets.js", "lines.js")
_UNSIGNED: Mapping[str, Any] = {"new_id": str, "csrf_token": str}
"""Forms of a kept page carry neither: each tap gets its own number on the phone, and each list the token of its sending."""
MOST_CELLS = 48
"""Cells of the base map that a phone fetches ahead: some hundred kilobytes, the near levels left out of a long route."""


@drive.get("/kept")
@by_driver_link
def kept() -> dict[str, Any]:
    """The route as this phone may keep it now; without stops where there is nothing to keep, so that it forgets them.

    `have` is the version that the phone keeps already: where that still holds, only what changes with the minutes is told.
    `stops` are the marks of the stops it keeps: of those that still hold, only that is said. A phone asks after each tap and
    every few minutes all morning, and pays for each kilobyte.
    """
    driver = g.driver
    assert isinstance(driver, DriverInHand)
    route = driver_route(db(), driver.route_id, driver.volunteer_id, now=now())
    told: dict[str, Any] = {
        "route": str(driver.route_id),
        "view": route.view.value,
        "token": generate_csrf(),
        "version": (version := version_of(route)),
        "now": now().isoformat(),
    }
    if route.view is not DriverView.UNDER_WAY:
        return told
    # A phone fetches this again and again: after the page was opened, and for a new route before anybody opened it.
    if not route_was_seen(db(), driver.route_id, driver.volunteer_id):
        looked(Look.ROUTE, "route", driver.route_id, volunteer_id=str(driver.volunteer_id))
    ahead = detours(db(), driver.route_id, now=now())
    told |= {
        "expires_at": _midnight_after(route).isoformat(),
        "worries": render_template(
            "drive/pieces/worries.html",
            route=route,
            worries=own_concerns(db(), driver.route_id, driver.volunteer_id),
            ladders=ladders_of_route(db(), driver.route_id, now=now()),
        ),
    }
    if request.args.get("have") == version:
        return told | {"detours": {str(stop_id): detour.words for stop_id, detour in ahead.items()}}
    held, marks = frozenset(request.args.get("stops", "").split(",")), _marks_of(route)
    return told | {
        "name": f"{day(route.service_date)}, route {route.letter}",
        "crew": list(route.crew),
        "stops": [_kept_stop(route, stop, ahead, marks[stop.id], held) for stop in route.stops],
        "last": render_template("drive/pieces/last.html", route=route, **_UNSIGNED),
        "foot": render_template("drive/pieces/foot.html", route=route, chain=_chain(route)),
        "help": render_template("drive/pieces/help.html", route=route),
        "map": map_data(route),
        "ground": ground_ahead(route),
        "words": _words(),
    }


@drive.get("/away")
@public("an empty page: what it shows stands in the phone's own store")
def away() -> str:
    """The page that a phone without a signal opens."""
    return render_template("drive/away.html")


@drive.get("/worker.js")
@public("a script that holds no data")
def worker() -> Response:
    """The service worker, with the addresses of the files it keeps; a new version whenever one of them changes."""
    assets = _assets()
    version = hashlib.sha256("\n".join(assets).encode()).hexdigest()[:12]
    response = make_response(
        render_template("drive/worker.js", assets=assets, version=version, shell=url_for("drive.away"))
    )
    response.content_type = "text/javascript; charset=utf-8"
    response.headers["Cache-Control"] = "no-cache"
    return response


def version_of(route: DriverRoute) -> str:
    """Twelve letters that change with anything the route says and with the files that show it, and not with the time of day."""
    return hashlib.sha256("\n".join((repr(route), *_assets())).encode()).hexdigest()[:12]


def ground_ahead(route: DriverRoute) -> list[str]:
    """The addresses of the base map's cells around the open stops, the far levels first, at most so many as a phone should fetch."""
    base_map = open_base_map(services().settings.home)
    places = [place for stop in route.open_stops if (place := place_of(stop)) is not None]
    if base_map is None or services().settings.tile_url or not places:
        return []
    latitudes, longitudes = zip(*places, strict=True)
    bounds = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    found: list[str] = []
    for level in base_map.levels:
        cells = cells_within(bounds, level)
        if len(found) + len(cells) > MOST_CELLS:
            break
        found += [
            url_for("map_assets.cell", version=base_map.version, zoom=cell.zoom, x=cell.x, y=cell.y) for cell in cells
        ]
    return found


def _assets() -> list[str]:
    version = assets_version()
    return [
        *(
            url_for("static", filename=name)
            for name in ("tokens.css", "base.css", "pages.css", "icons.svg", "favicon.svg")
        ),
        url_for("static", filename="errors.js"),
        url_for("drive.static", filename="drive.css"),
        *(url_for("drive.static", filename=name) for name in MODULES),
        *(url_for("map_assets.file", version=version, name=name) for name in _MAP_FILES),
    ]


def _marks_of(route: DriverRoute) -> Mapping[uuid.UUID, str]:
    """By stop: letters that change with whatever its pieces are made of: the stop, what the route says of itself, the files."""
    around = "\n".join((repr(replace(route, stops=())), *_assets()))
    return {stop.id: hashlib.sha256(f"{stop!r}\n{around}".encode()).hexdigest()[:8] for stop in route.stops}


def _kept_stop(
    route: DriverRoute, stop: StopView, ahead: Mapping[uuid.UUID, Detour], mark: str, held: frozenset[str]
) -> dict[str, Any]:
    is_door = stop.kind is StopKind.DELIVERY
    told: dict[str, Any] = {"id": str(stop.id), "mark": mark}
    if stop.is_open:
        told |= {
            "line": render_template("drive/pieces/line.html", each=stop, detours=ahead),
            "detour": ahead[stop.id].words if stop.id in ahead else "",
        }
    if mark in held:
        return told
    told |= {
        "number": stop.number,
        "name": name_of(stop),
        "kind": stop.kind.value,
        "is_door": is_door,
        "state": stop.state.value,
        "says": hashlib.sha256(repr(_as_if_loaded(stop)).encode()).hexdigest()[:8],
        "title": f"Stop {stop.number} of {len(route.doors)}" if is_door else name_of(stop),
        "takes_photo": stop.takes_photo,
        "has_photo": stop.has_photo,
        "is_proof": stop.is_proof,
        "waits_for": [str(pickup.stop_id) for pickup in stop.missing if pickup.is_open],
    }
    if not stop.is_open:
        return told | {
            "ended_at": (stop.ended_at or stop.due_at).isoformat(),
            "ended": render_template("drive/pieces/ended.html", route=route, each=stop, **_UNSIGNED),
        }
    told |= {
        "due": stop.due_at.isoformat(),
        "latest": stop.door.clock.latest_at.isoformat() if stop.door and stop.door.clock else None,
        "main": _piece(route, stop),
    }
    if any(pickup.is_open for pickup in stop.missing):
        told["loaded"] = _piece(route, _as_if_loaded(stop))
    return told


def _as_if_loaded(stop: StopView) -> StopView:
    """The stop as it stands once the pickups that are still open have been done."""
    open_ids = {pickup.stop_id for pickup in stop.missing if pickup.is_open}
    items = tuple(replace(item, missing_from=None) if item.missing_from in open_ids else item for item in stop.items)
    return replace(stop, items=items, missing=tuple(pickup for pickup in stop.missing if not pickup.is_open))


def _piece(route: DriverRoute, stop: StopView) -> str:
    return render_template(
        "drive/door.html" if stop.door else "drive/pickup.html",
        route=route,
        stop=stop,
        links=navigation_links(stop, route.vehicle),
        has_turns=has_turns(route),
        **_UNSIGNED,
        now=now(),
    )


def _chain(route: DriverRoute) -> Any:
    return chain_of(route) if services().settings.whole_route_links else None


def _words() -> Mapping[str, str]:
    told = {member.value: word(member) for kind in (DeliveredHow, FailureReason) for member in kind}
    return told | {"pickup": "Loaded", "hub_drop": "Handed in"}


def _midnight_after(route: DriverRoute) -> datetime:
    """When names and addresses close for everybody: with the route's day."""
    return datetime.combine(route.service_date + timedelta(days=1), time(), LONDON)
