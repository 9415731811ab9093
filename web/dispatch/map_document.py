"""The week's map as a document of its own, framed by the board."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, request, url_for

from logistics.domain.authority import Permission
from logistics.queries.charge_zones import charge_zones_of_plan
from logistics.queries.plan_view import plan_view
from logistics.queries.week_board import places_of
from web.context import db, today
from web.dispatch.blueprint import dispatch
from web.dispatch.board import day_to_look_at, only
from web.dispatch.map_view import map_of
from web.dispatch.paths import asked_day, asked_plan, asked_whole_week, head_of
from web.maps import MapView, current_ground, draw_week_map, map_policy
from web.maps.assets import assets_version
from web.security.access import allow
from web.security.headers import csp_nonce

MOST_DOORS = 1600
"""A whole week of more doors than this shows what is unserved and where food comes from; a day shows its doors."""
CHOOSE_A_DAY = "Choose a day to see its routes: the whole week has too many doors for one map."


@dispatch.get("/week/<week>/map")
@allow(Permission.SEE_WEEK)
def week_map(week: str) -> Response:
    """The map of `?day=`, of the first day with routes, or of the whole week (`?day=all`), with the unserved."""
    head = head_of(week)
    plan = asked_plan(head)
    drawing = MapView()
    if plan is not None:
        on = asked_day(head)
        if on is None and not asked_whole_week():
            on = day_to_look_at(head, plan_view(db(), plan), today=today())
        view = only(plan_view(db(), plan, day=on), on, request.args.get("round", ""))
        too_many = on is None and sum(len(route.doors) for route in view.routes) > MOST_DOORS
        drawn = replace(view, routes=()) if too_many else view
        drawing = map_of(drawn, places_of(db(), view), with_days=on is None, zones=charge_zones_of_plan(db(), plan.id))
        if too_many:
            drawing = replace(drawing, credits=(CHOOSE_A_DAY, *drawing.credits))
    below = current_ground()
    html = draw_week_map(
        drawing,
        assets_base=url_for("map_assets.file", version=assets_version(), name="x").removesuffix("x"),
        nonce=csp_nonce(),
        ground=below,
    )
    response = Response(html, content_type="text/html; charset=utf-8")
    response.headers["Content-Security-Policy"] = map_policy(csp_nonce(), below.tile_url)
    return response
