"""The route on the phone: offered, accepted, loaded, door by door, finished. Each tap is a form that says one event."""

from __future__ import annotations

import json
import logging
import secrets
import uuid
from datetime import datetime, timedelta
from typing import Any

from flask import Response, g, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.errors import BadInput, FoodRoundsError
from logistics.domain.looks import Look
from logistics.domain.no_reply import DoorLadder
from logistics.gateways.fault_reports import tell_fault
from logistics.gateways.logs import places_of
from logistics.queries.detours import detours
from logistics.queries.door_ladders import ladders_of_route
from logistics.queries.driver_route import driver_route
from logistics.queries.driver_rows import DriverRoute, DriverView
from logistics.queries.own_concerns import own_concerns
from logistics.services.concerns import raise_concern
from logistics.services.deliveries import Recorded, record_event, record_with_pickups
from logistics.services.driver_access import DriverInHand
from web.context import db, now, services
from web.drive.blueprint import drive
from web.drive.map_of_rest import map_data
from web.drive.navigation import chain_of, navigation_links
from web.drive.reports import (
    CONCERN,
    concern_of_form,
    concern_of_json,
    event_of_form,
    event_of_json,
    instant_of,
    pickups_of_form,
)
from web.drive.turns import has_turns
from web.looks import looked
from web.maps.policy import tile_source
from web.security.access import by_driver_link
from web.security.headers import page_policy

log = logging.getLogger(__name__)

MOST_EVENTS = 500


@drive.get("/route")
@by_driver_link
def route_page() -> ResponseReturnValue:
    """Where the driver is now: the offer, the load, the next door, or the end."""
    return page_with()


@drive.post("/event")
@by_driver_link
def report() -> ResponseReturnValue:
    """One event from a form; then the page again, with what follows. A refusal says why, and nothing is kept."""
    try:
        if request.form.get("kind") == CONCERN:
            with db().begin_nested():
                raise_concern(db(), _driver(), concern_of_form(), now=now())
            return redirect(url_for("drive.route_page", stop=request.form.get("stop_id")), 303)
        event = event_of_form()
        with db().begin_nested():
            record_with_pickups(db(), _driver(), pickups_of_form(event), event, now=now())
    except FoodRoundsError as error:
        db().expire_all()
        return page_with(problem=str(error)), 422 if isinstance(error, BadInput) else 409
    shown = request.form.get("after", "")
    return redirect(url_for("drive.route_page", _anchor=shown if shown.isalpha() else None), 303)


@drive.post("/events")
@by_driver_link
def report_many() -> ResponseReturnValue:
    """Events as JSON, in the order in which they happened, with the phone's own time; each is answered for itself.

    One that the rules refuse, or that we fall over, does not hold up the others: its answer says why, or under which number
    our log has it, so that an outbox can show it.
    """
    try:
        sent = request.get_json(silent=True)
    except RecursionError:  # lists within lists, thousands deep: no phone sends that
        sent = None
    parts = sent.get("events") if isinstance(sent, dict) else sent
    if not isinstance(parts, list) or len(parts) > MOST_EVENTS:
        raise BadInput(f"Send a list of at most {MOST_EVENTS} events.")
    sent_at = instant_of(sent.get("sent_at"), "sent_at") if isinstance(sent, dict) else None
    began = now()
    # Events of one request arrive in their order: a microsecond apart, so that the order outlives the request.
    return {"events": [_record_one(part, sent_at, began + timedelta(microseconds=n)) for n, part in enumerate(parts)]}


def _record_one(part: object, sent_at: datetime | None, at: datetime) -> dict[str, Any]:
    sent_id = part.get("id") if isinstance(part, dict) else None
    try:
        if isinstance(part, dict) and part.get("kind") == CONCERN:
            with db().begin_nested():
                raised = raise_concern(db(), _driver(), concern_of_json(part, sent_at), now=at)
            return {"id": str(raised.concern_id), "status": "recorded" if raised.is_new else "known"}
        event = event_of_json(part, sent_at)
        with db().begin_nested():
            recorded = record_event(db(), _driver(), event, now=at)
    except FoodRoundsError as error:
        db().expire_all()
        return {"id": sent_id, "status": "refused", "error": str(error)}
    except Exception as error:  # noqa: BLE001 - a fault of ours with one tap must not hold up those behind it on the phone
        db().expire_all()
        reference = secrets.token_hex(4)
        log.error(  # noqa: TRY400 - the fault's own words may hold what a person wrote
            "event %s of route %s failed, reference %s\n%s",
            _id_of(sent_id),
            _driver().route_id,
            reference,
            places_of(error),
        )
        tell_fault(error, reference=reference, endpoint="drive.report_many")
        return {"id": sent_id, "status": "failed", "reference": reference}
    return _as_json(recorded)


def _id_of(sent: object) -> str:
    """What may stand in a log: an id, and nothing else that a phone might send."""
    try:
        return str(uuid.UUID(str(sent)))
    except ValueError:
        return "without an id"


def _as_json(recorded: Recorded) -> dict[str, Any]:
    return {
        "id": str(recorded.event_id),
        "status": "recorded" if recorded.is_new else "known",
        "route_state": recorded.route_state.value,
        "stop_state": recorded.stop_state.value if recorded.stop_state else None,
    }


def _driver() -> DriverInHand:
    held = g.driver
    assert isinstance(held, DriverInHand)
    return held


def page_with(*, problem: str = "") -> Response:
    """The route as it stands now; `problem`: what could not be done, in words for the driver."""
    driver = _driver()
    route = driver_route(db(), driver.route_id, driver.volunteer_id, now=now())
    stop = route.current(_wanted()) if route.view is DriverView.UNDER_WAY else None
    data = map_data(route)
    page = render_template(
        _template(route),
        route=route,
        stop=stop,
        is_out_of_turn=stop is not None and stop is not route.current(),
        links=navigation_links(stop, route.vehicle) if stop else None,
        has_turns=has_turns(route),
        detours=detours(db(), driver.route_id, now=now()) if stop is not None else {},
        map_json=json.dumps(data, separators=(",", ":")) if data else "",
        chain=chain_of(route) if services().settings.whole_route_links else None,
        new_id=lambda: str(uuid.uuid4()),
        now=now(),
        worries=own_concerns(db(), driver.route_id, driver.volunteer_id),
        ladders=_silent_stops(route, driver.route_id),
        problem=problem,
    )
    looked(Look.ROUTE, "route", driver.route_id, volunteer_id=str(driver.volunteer_id))
    response = make_response(page)
    if tiles := services().settings.tile_url:
        response.headers["Content-Security-Policy"] = page_policy(images=(tile_source(tiles),))
    return response


def _silent_stops(route: DriverRoute, route_id: uuid.UUID) -> tuple[tuple[int, DoorLadder], ...]:
    """The doors where nobody answered, with the ladder of each, while the route is under way."""
    return ladders_of_route(db(), route_id, now=now()) if route.view is DriverView.UNDER_WAY else ()


def _template(route: DriverRoute) -> str:
    return {
        DriverView.OFFER: "drive/offer.html",
        DriverView.WAITING: "drive/waiting.html",
        DriverView.UNDER_WAY: "drive/route.html" if route.open_stops else "drive/last.html",
    }.get(route.view, "drive/ended.html")


def _wanted() -> uuid.UUID | None:
    try:
        return uuid.UUID(request.args.get("stop", ""))
    except ValueError:
        return None
