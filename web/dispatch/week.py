"""The week's board: before planning what there is to plan with, then the plan, always in the same three columns."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.states import RunState, WeekState
from logistics.domain.vocabulary import UnservedCode
from logistics.domain.week import IsoWeek
from logistics.queries.needs_at_view_time import needs_of
from logistics.queries.plan_rows import PlanHead
from logistics.queries.plan_view import plan_view
from logistics.queries.solve_runs import RunProgress, latest_run
from logistics.queries.to_take_out import PlannedAllTheSame, to_take_out
from logistics.queries.week_board import WeekHead, planned_bands, week_head
from logistics.queries.week_intake import intake_of_week
from web.context import actor, db, now, today
from web.dispatch import closing  # noqa: F401 - importing it registers the pages of the week's end
from web.dispatch.blueprint import dispatch
from web.dispatch.board import (
    METHODS,
    MOST_STOPS_OPENED,
    by_day,
    chip_of,
    day_to_look_at,
    figures_of,
    only,
    progress_of,
)
from web.dispatch.paths import asked_day, asked_plan, asked_whole_week, head_of
from web.dispatch.unserved import unserved_groups
from web.security.access import allow

NEXT_WEEK_FROM_WEEKDAY = 3
"""From Thursday on, whoever asks for "the week" means the next one, unless this week is out on the road."""


@dispatch.get("/week")
@allow(Permission.SEE_WEEK)
def this_week() -> ResponseReturnValue:
    """To the week that a dispatcher works on today."""
    week = IsoWeek.of(today())
    under_way = week_head(db(), week).state in (WeekState.PUBLISHED, WeekState.RUNNING)
    if today().weekday() >= NEXT_WEEK_FROM_WEEKDAY and not under_way:
        week = week.plus(1)
    return redirect(url_for("dispatch.week", week=str(week)))


@dispatch.get("/week/<week>")
@allow(Permission.SEE_WEEK)
def week(week: str) -> ResponseReturnValue:
    """The board."""
    head = head_of(week)
    plan = asked_plan(head)
    run = run_of(head)
    day = asked_day(head)
    wants_intake = plan is None or request.args.get("show") == "intake"
    intake = intake_of_week(db(), head) if wants_intake else None
    shown: dict[str, Any] = {} if plan is None else _planned(head, plan, day, request.args.get("round", ""))
    return render_template(
        "dispatch/week.html",
        **{"asked_round": "", "unserved": (), "map_day": None, "bands": intake.bands if intake else (), **shown},
        head=head,
        plan=plan,
        chip=chip_of(head, plan, run),
        day=day,
        progress=progress_of(run, now=now()) if run is not None and _is_news(run) else None,
        methods=METHODS,
        show="intake" if wants_intake else "map",
        intake=intake,
        withheld=_withheld(plan),
    )


def _withheld(plan: PlanHead | None) -> list[PlannedAllTheSame]:
    """Whom the plan that is shown holds though their data may not be used, and whom any plan that is out holds."""
    rows = to_take_out(db(), today=today())
    return [row for row in rows if row.is_out or (plan is not None and row.plan_id == plan.id)]


def _planned(head: WeekHead, plan: PlanHead, day: date | None, asked_round: str) -> dict[str, Any]:
    """What the board says of a plan, or of one day and round of it."""
    whole = plan_view(db(), plan)
    shown = only(whole, day, asked_round)
    unsafe = [row.household_id for row in shown.unserved if row.code is UnservedCode.NO_SAFE_FOOD]
    return {
        "map_day": day if day or asked_whole_week() else day_to_look_at(head, whole, today=today()),
        "asked_round": asked_round,
        "bands": planned_bands(whole),
        "whole": figures_of(whole),
        "figures": figures_of(shown, asked_round),
        "unserved": unserved_groups(shown.unserved, needs_of(db(), actor(), unsafe), with_days=day is None),
        "missed_homes": len({row.household_id for row in shown.unserved}),
        "missed_items": sum(row.quantity for row in shown.unserved),
        "days": by_day(shown.routes),
        "collected": shown.collected,
        "with_stops": sum(len(route.stops) for route in shown.routes) <= MOST_STOPS_OPENED,
    }


def run_of(head: WeekHead) -> RunProgress | None:
    """The week's last planning run."""
    return None if head.id is None else latest_run(db(), head.id)


def _is_news(run: RunProgress) -> bool:
    """Whether the panel has something to say: it is at work, or it came to nothing."""
    return run.is_open or run.state is RunState.FAILED or (run.state is RunState.CANCELLED and run.plan_id is None)
