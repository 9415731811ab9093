"""What may be taken away: the plan's map as one file, a route as GPX or GeoJSON, and its picture for paper.

Files hold stop numbers and times. Names, addresses, phones and notes are added by a choice that is written down, and a
confidential address is in no file at all.
"""

from __future__ import annotations

import uuid

from flask import Response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.planning import StopKind
from logistics.gateways.base_map import open_base_map
from logistics.queries.charge_zones import charge_zones_of_plan
from logistics.queries.plan_rows import PlanHead, RouteRow, StopRow
from logistics.queries.plan_view import plan_view
from logistics.queries.planned_route import PersonAtDoor, people_at_doors, planned_route
from logistics.queries.week_board import places_of
from logistics.services.audit import note
from web.context import actor, db, now, services
from web.dispatch.blueprint import dispatch
from web.dispatch.board import by_day
from web.dispatch.map_view import line_of, map_of
from web.dispatch.paths import asked_day, asked_plan, head_of
from web.formatting import long_day
from web.maps import draw_map_file
from web.maps.ground import ground_in_a_file
from web.maps.picture import PictureMark, draw_picture
from web.maps.route_files import FileStop, RouteFile, RouteFileKind
from web.security.access import allow


@dispatch.get("/week/<week>/files")
@allow(Permission.PRINT_SHEETS)
def files(week: str) -> ResponseReturnValue:
    """The page to download from: the map of the plan, and each route."""
    head = head_of(week)
    plan = asked_plan(head)
    if plan is None:
        return redirect(url_for("dispatch.week", week=week))
    view = plan_view(db(), plan, day=asked_day(head))
    return render_template("dispatch/files.html", head=head, plan=plan, day=asked_day(head), days=by_day(view.routes))


@dispatch.get("/week/<week>/map-file")
@allow(Permission.PRINT_SHEETS)
def map_file(week: str) -> ResponseReturnValue:
    """The map of the plan, or of one `?day=`, as one file that opens with no network."""
    head = head_of(week)
    plan = asked_plan(head)
    if plan is None:
        return redirect(url_for("dispatch.week", week=week))
    on = asked_day(head)
    view = plan_view(db(), plan, day=on)
    zones = charge_zones_of_plan(db(), plan.id)
    drawing = map_of(view, places_of(db(), view), with_days=on is None, with_links=False, zones=zones)
    points = drawing.all_points()
    ground = None
    if points:
        latitudes, longitudes = zip(*points, strict=True)
        bounds = (min(longitudes), min(latitudes), max(longitudes), max(latitudes))
        ground = ground_in_a_file(open_base_map(services().settings.home), bounds)
    when = on.isoformat() if on else str(head.week)
    return _download(draw_map_file(drawing, ground=ground), f"food-rounds-map-{when}-v{plan.number}.html", "text/html")


@dispatch.get("/route/<uuid:route_id>/file/<any(gpx, geojson):kind>")
@allow(Permission.PRINT_SHEETS)
def route_file(route_id: uuid.UUID, kind: str) -> Response:
    """A route with its stops' numbers and times, and nobody."""
    return _route_download(route_id, RouteFileKind(kind), people={})


@dispatch.post("/route/<uuid:route_id>/file")
@allow(Permission.PRINT_SHEETS)
def route_file_with_people(route_id: uuid.UUID) -> Response:
    """The same with names, addresses, phones and notes: who took it, and when, is written down with the same commit."""
    head, route = planned_route(db(), route_id)
    kind = RouteFileKind.GEOJSON if request.form.get("kind") == RouteFileKind.GEOJSON else RouteFileKind.GPX
    note(db(), actor(), "export_route_with_people", "route", route.id, now=now(), kind=kind.value, plan=str(head.id))
    return _route_download(route_id, kind, people=people_at_doors(db(), route_id))


@dispatch.get("/route/<uuid:route_id>/picture.svg")
@allow(Permission.PRINT_SHEETS)
def route_picture(route_id: uuid.UUID) -> Response:
    """The route on streets, for paper. It holds numbers and nobody."""
    head, route = planned_route(db(), route_id)
    base_map = open_base_map(services().settings.home)
    line, is_straight = line_of(route, head)
    marks = [
        PictureMark(at=(stop.latitude, stop.longitude), text=_mark_text(stop), is_door=stop.kind is StopKind.DELIVERY)
        for stop in route.stops
        if stop.latitude is not None and stop.longitude is not None
    ]
    credit = "; ".join(
        filter(None, (base_map.credit if base_map else "", "straight lines, not streets" if is_straight else ""))
    )
    title = f"Map of route {route.letter}, {long_day(route.day)}: {len(route.doors)} doors in order"
    picture = draw_picture(title, marks, line, base_map=base_map, credit=credit)
    return Response(picture, content_type="image/svg+xml; charset=utf-8")


def _mark_text(stop: StopRow) -> str:
    if stop.number is not None:
        return str(stop.number)
    return "Hub" if stop.kind is StopKind.HUB_DROP else "Pick up"


def _route_download(route_id: uuid.UUID, kind: RouteFileKind, *, people: dict[uuid.UUID, PersonAtDoor]) -> Response:
    head, route = planned_route(db(), route_id)
    name = f"food-rounds-{route.day.isoformat()}-{route.letter}.{kind.value}"
    return _download(_file_of(head, route, people).written(kind), name, kind.media_type)


def _file_of(head: PlanHead, route: RouteRow, people: dict[uuid.UUID, PersonAtDoor]) -> RouteFile:
    line, is_straight = line_of(route, head)
    return RouteFile(
        name=f"Route {route.letter}, {long_day(route.day)}, plan version {head.number}",
        made_at=now(),
        stops=tuple(
            FileStop(
                at=(stop.latitude, stop.longitude),
                name=_name_of(route, stop, people.get(stop.id)),
                is_door=stop.kind is StopKind.DELIVERY,
                planned_at=stop.service_at,
                words=people[stop.id].lines if stop.id in people else (),
            )
            for stop in route.stops
            if stop.latitude is not None and stop.longitude is not None
        ),
        line=line,
        is_straight=is_straight,
        credit=head.roads_attribution,
    )


def _name_of(route: RouteRow, stop: StopRow, person: PersonAtDoor | None) -> str:
    spot = f"{route.letter}{stop.number}" if stop.number is not None else _mark_text(stop)
    return f"{spot} {person.first_name}" if person else spot


def _download(text: str, name: str, media_type: str) -> Response:
    response = Response(text, content_type=f"{media_type}; charset=utf-8")
    response.headers.set("Content-Disposition", "attachment", filename=name)
    return response
