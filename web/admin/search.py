"""The one search box over households, volunteers and streets."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.looks import Look
from logistics.queries import search as people
from web.admin.blueprint import admin
from web.context import actor, db, today
from web.looks import looked
from web.security.access import allow


@admin.get("/search")
@allow(Permission.SEARCH_PEOPLE)
def search() -> ResponseReturnValue:
    """What matches; straight to the person when only one does."""
    answer = people.search(db(), actor(), request.args.get("q", ""), today=today())
    if answer.only is not None and not answer.streets:
        kind, found = answer.only
        if kind == "household":
            return redirect(url_for("admin.household", household_id=found))
        return redirect(url_for("admin.volunteer", volunteer_id=found))
    if answer.households or answer.volunteers or answer.streets:
        rows = len(answer.households) + len(answer.volunteers)
        looked(Look.SEARCH, "network", rows=rows, streets=len(answer.streets))
    return render_template("admin/search.html", answer=answer)
