"""Planning a week from the board: ask for a run, watch it, stop it with the best plan found."""

from __future__ import annotations

from enum import StrEnum

from flask import flash, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.vocabulary import PlanMethod
from logistics.domain.week import IsoWeek
from logistics.services.freeze_demand import open_week
from logistics.services.solve_runs import request_cancel, request_run
from web.context import actor, after_commit, db, now, services
from web.dispatch.blueprint import dispatch
from web.dispatch.board import progress_of
from web.dispatch.paths import head_of
from web.dispatch.week import run_of
from web.forms import Form
from web.security.access import allow


class Effort(StrEnum):
    """How long the planner may look for better routes."""

    QUICK = "15"
    GOOD = "60"
    THOROUGH = "300"


@dispatch.post("/week/<week>/plan")
@allow(Permission.PLAN_WEEK)
def plan_week(week: str) -> ResponseReturnValue:
    """Have the week planned. Two taps at once make one run: the second is told so."""
    form = Form.of_request()
    effort = form.choice("seconds", Effort) or Effort.QUICK
    method = form.choice("method", PlanMethod) or PlanMethod.SOLVER
    if method in (PlanMethod.BY_HAND, PlanMethod.REPLANNED):
        form.errors["method"] = "Choose how to plan"
    form.check()
    asked = IsoWeek.parse(week)
    row = open_week(db(), asked)
    run_id = request_run(db(), actor(), week_id=row.id, method=method, seconds=int(effort), now=now())
    after_commit(lambda: services().planner.submit(run_id))
    return redirect(url_for("dispatch.week", week=str(asked), _anchor="job"))


@dispatch.post("/week/<week>/stop")
@allow(Permission.PLAN_WEEK)
def stop_planning(week: str) -> ResponseReturnValue:
    """Stop looking, and keep the best plan found so far."""
    head = head_of(week)
    run = run_of(head)
    if run is not None and run.is_open:
        request_cancel(db(), actor(), run.run_id, now=now())
        run_id = run.run_id
        after_commit(lambda: services().planner.cancel(run_id))
        flash("Stopping. The best plan found so far is kept.")
    return redirect(url_for("dispatch.week", week=str(head.week), _anchor="job"))


@dispatch.get("/week/<week>/progress")
@allow(Permission.SEE_WEEK)
def progress(week: str) -> ResponseReturnValue:
    """How far the week's planning is, as JSON; `{"is_open": false}` when it was never planned."""
    head = head_of(week)
    run = run_of(head)
    if run is None:
        return jsonify({"is_open": False})
    return jsonify(progress_of(run, now=now()).as_json())
