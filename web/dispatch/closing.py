"""The end of a week: what stands open, what was left over, how far everybody went, and the button that closes it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from flask import flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.closing import MOST_REASON_LETTERS, OpenMatter
from logistics.domain.errors import BadInput
from logistics.domain.looks import Look
from logistics.domain.spreadsheets import formula_safe
from logistics.domain.week import IsoWeek
from logistics.queries.week_end import MileageRow, WeekEnd, week_end
from logistics.services.close_week import close_week
from web.context import actor, db, now
from web.dispatch.blueprint import dispatch
from web.forms import Form
from web.looks import looked
from web.security.access import allow

METRES_IN_A_MILE = 1609.344

MATTERS: Mapping[OpenMatter, tuple[str, str]] = {
    OpenMatter.NOT_FINISHED: ("not finished", ""),
    OpenMatter.NOT_COUNTED: ("finished, what was left over is not counted", ""),
    OpenMatter.NOT_COLLECTED: ("collection not ticked off", "collections not ticked off"),
    OpenMatter.SILENT_DOOR: (
        "closed door where nobody has said that they are well",
        "closed doors where nobody has said that they are well",
    ),
    OpenMatter.FOLLOW_UP: ("follow-up still open", "follow-ups still open"),
}


@dispatch.get("/week/<week>/end")
@allow(Permission.RUN_DAY)
def end_of_week(week: str) -> ResponseReturnValue:
    """What the week came to, and what still stands open."""
    end = week_end(db(), actor(), IsoWeek.parse(week), now=now())
    return _page(end, Form.showing(version=end.version))


@dispatch.post("/week/<week>/end")
@allow(Permission.PUBLISH_PLAN)
def close(week: str) -> ResponseReturnValue:
    """Close the week that was looked at."""
    form = Form.of_request()
    asked = IsoWeek.parse(week)
    end = week_end(db(), actor(), asked, now=now())
    try:
        version = form.whole("version", low=0, high=999_999_999, what="The version")
        reason = form.text("reason", most=MOST_REASON_LETTERS)
        form.check()
        closed = close_week(db(), actor(), asked, version=version, reason=reason, now=now())
    except BadInput as wrong:
        return _page(end, form.refused(wrong)), 422
    flash(
        f"Week {asked.number} is closed. The next week remembers {closed.visits} doors."
        if closed.is_new
        else "This week was closed already."
    )
    return redirect(url_for("dispatch.end_of_week", week=str(asked)), 303)


@dispatch.get("/week/<week>/mileage.csv")
@allow(Permission.RUN_DAY)
def mileage(week: str) -> ResponseReturnValue:
    """How far each volunteer went, as a file for a spreadsheet."""
    end = week_end(db(), actor(), IsoWeek.parse(week), now=now())
    looked(Look.MILEAGE, "network", week=week, rows=len(end.mileage))
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(
        ("week", "ref", "volunteer", "vehicle", "routes", "planned_miles", "read_off_miles", "routes_read_off")
    )
    for row in end.mileage:
        writer.writerow([formula_safe(str(value)) for value in _line(end, row)])
    response = make_response("\ufeff" + text.getvalue())
    response.content_type = "text/csv; charset=utf-8"
    response.headers["Content-Disposition"] = f'attachment; filename="mileage-{end.week}.csv"'
    response.headers["Cache-Control"] = "no-store"
    return response


def _line(end: WeekEnd, row: MileageRow) -> tuple[object, ...]:
    told = f"{row.told_m / METRES_IN_A_MILE:.1f}" if row.told_routes else ""
    planned = f"{row.planned_m / METRES_IN_A_MILE:.1f}"
    return (end.week, row.ref, row.name, row.vehicle.value, row.routes, planned, told, row.told_routes)


def _page(end: WeekEnd, form: Form) -> str:
    return render_template("dispatch/week_end.html", end=end, form=form, matters=MATTERS)
