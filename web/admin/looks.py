"""Who looked at a household: for those who answer for it that nobody looks without a reason."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.looks import Look
from logistics.queries.looks import household_of_ref, who_looked
from web.admin.blueprint import admin
from web.context import actor, db
from web.looks import looked
from web.security.access import allow


@admin.get("/looks")
@allow(Permission.SEE_LOOKS)
def looks() -> ResponseReturnValue:
    """Who looked at the household of `?ref=`: nothing about the household itself. That somebody asked is kept as well."""
    ref = request.args.get("ref", "")[:40].strip()
    household_id = household_of_ref(db(), actor(), ref) if ref else None
    found = None
    if household_id is not None:
        found = who_looked(db(), actor(), household_id)
        looked(Look.LOOKS, "household", household_id)
    return render_template("admin/looks.html", ref=ref, found=found)
