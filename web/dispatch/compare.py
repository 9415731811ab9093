"""Two versions of a plan beside each other: who moved, when and why, what it costs, and both on one map."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import NotFound
from logistics.queries.compare_plans import edits_behind, visit_changes, was_improved
from logistics.queries.plan_rows import PlanHead, UnservedRow
from logistics.queries.plan_view import plan_view
from logistics.queries.week_board import WeekHead, places_of
from logistics.services.edit_plan import DraftFigures
from web.context import db, today
from web.dispatch.blueprint import dispatch
from web.dispatch.board import METHODS, day_to_look_at, figures_of, only
from web.dispatch.edit_forms import changes_in_words
from web.dispatch.map_view import map_of
from web.dispatch.paths import asked_day, head_of
from web.maps import MapView, current_ground, draw_week_map, map_policy
from web.maps.assets import assets_version
from web.security.access import allow
from web.security.headers import csp_nonce


@dispatch.get("/week/<week>/compare")
@allow(Permission.SEE_WEEK)
def compare(week: str) -> ResponseReturnValue:
    """The versions `?before=` and `?after=`; without them, the newest and the one before it."""
    head = head_of(week)
    if len(head.plans) < 2:
        return render_template("dispatch/compare.html", head=head, pair=None)
    before, after = asked_pair(head)
    old, new = plan_view(db(), before), plan_view(db(), after)
    day = asked_day(head) or day_to_look_at(head, new, today=today())
    return render_template(
        "dispatch/compare.html",
        head=head,
        pair=(before, after),
        figures=(figures_of(old), figures_of(new)),
        change=changes_in_words(_figures(before, old.unserved), _figures(after, new.unserved)),
        changes=visit_changes(old, new),
        edits=edits_behind(db(), after.id),
        is_improved=was_improved(db(), after.id),
        methods=METHODS,
        day=day,
        days=sorted({route.day for view in (old, new) for route in view.routes}),
    )


def _figures(head: PlanHead, unserved: tuple[UnservedRow, ...]) -> DraftFigures:
    missed = sum(row.quantity for row in unserved)
    return DraftFigures(distance_m=head.distance_m, duration_s=head.duration_s, unserved=missed, cost=head.cost)


def asked_pair(head: WeekHead) -> tuple[PlanHead, PlanHead]:
    """The two versions of the address. Raises NotFound."""
    newest = sorted(head.plans, key=lambda plan: plan.number)[-2:]
    pair = []
    for name, usual in zip(("before", "after"), newest, strict=True):
        text = request.args.get(name, "")
        found = usual if not text else next((plan for plan in head.plans if str(plan.number) == text), None)
        if found is None:
            raise NotFound("There is no such version of this week's plan. Go back to the week.")
        pair.append(found)
    return pair[0], pair[1]


@dispatch.get("/week/<week>/compare/map")
@allow(Permission.SEE_WEEK)
def compare_map(week: str) -> Response:
    """One day's routes of both versions, each version a layer of its own."""
    head = head_of(week)
    drawing = MapView()
    if len(head.plans) >= 2:
        drawing = _both(head)
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


def _both(head: WeekHead) -> MapView:
    drawn: list[MapView] = []
    pair = asked_pair(head)
    newest = plan_view(db(), pair[1])
    day = asked_day(head) or day_to_look_at(head, newest, today=today())
    for plan in pair:
        view = only(plan_view(db(), plan, day=day), day, "")
        made = map_of(view, places_of(db(), view), with_days=False)
        group = f"Version {plan.number}"
        drawn.append(
            replace(
                made,
                routes=tuple(replace(route, group=group) for route in made.routes),
                unserved=tuple(replace(missed, group=group) for missed in made.unserved),
                open_group=group,
            )
        )
    old, new = drawn
    return replace(
        new,
        routes=(*new.routes, *old.routes),
        unserved=(*new.unserved, *old.unserved),
        places=tuple(dict.fromkeys((*new.places, *old.places))),
    )
