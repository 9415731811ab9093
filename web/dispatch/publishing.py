"""Publishing a plan: a page that says what it does, then the deed."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import NotFound
from logistics.domain.states import PlanState
from logistics.queries.plan_view import plan_view
from logistics.services.publish_plan import publish_plan
from web.context import actor, db, now
from web.dispatch.blueprint import dispatch
from web.dispatch.board import figures_of
from web.dispatch.paths import asked_plan, head_of
from web.forms import Form
from web.security.access import allow


@dispatch.get("/week/<week>/publish")
@allow(Permission.PUBLISH_PLAN)
def ask_to_publish(week: str) -> ResponseReturnValue:
    """What publishing would do, before it is done."""
    head = head_of(week)
    plan = asked_plan(head)
    published = next((each for each in head.plans if each.state is PlanState.PUBLISHED), None)
    view = None if plan is None else plan_view(db(), plan)
    return render_template(
        "dispatch/publish.html",
        head=head,
        plan=plan,
        published=published,
        figures=None if view is None else figures_of(view),
        missed_homes=0 if view is None else len({row.household_id for row in view.unserved}),
    )


@dispatch.post("/week/<week>/publish")
@allow(Permission.PUBLISH_PLAN)
def publish(week: str) -> ResponseReturnValue:
    """Publish the version that was looked at. A newer proposal meanwhile is not published in its place."""
    head = head_of(week)
    form = Form.of_request()
    plan_id = form.key("plan", required="Choose a version to publish")
    form.check()
    plan = next((each for each in head.plans if each.id == plan_id), None)
    if plan is None:
        raise NotFound("There is no such version of this week's plan. Go back to the week.")
    publish_plan(db(), actor(), plan.id, now=now())
    flash(f"Version {plan.number} is published. Now send each driver their link.")
    return redirect(url_for("dispatch.route_links", week=str(head.week)))
