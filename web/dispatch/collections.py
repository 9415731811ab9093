"""The collection list of a day: who fetches their food at a hub, ticked off as they come. Works without JavaScript."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.looks import Look
from logistics.domain.states import OrderState
from logistics.domain.week import IsoWeek
from logistics.queries.collection_list import collection_list
from logistics.queries.needs_at_view_time import at_risk_among
from logistics.services.collect_at_hub import record_collection
from web.context import actor, db, now
from web.dispatch.blueprint import dispatch
from web.dispatch.day import date_of
from web.forms import Form
from web.looks import looked
from web.security.access import allow

DONE = {
    OrderState.COLLECTED: "collected",
    OrderState.NOT_COLLECTED: "not collected. Ring them: they may need it brought",
    OrderState.READY_TO_COLLECT: "back on the list",
}


@dispatch.get("/day/<day>/collections")
@allow(Permission.SEE_DAY)
def collections(day: str) -> ResponseReturnValue:
    """The list of one date."""
    on = date_of(day)
    shown = collection_list(db(), on)
    missed = [row.household_id for row in shown.rows if row.state is OrderState.NOT_COLLECTED]
    looked(Look.COLLECTIONS, "network", day=on.isoformat(), rows=len(shown.rows))
    return render_template(
        "dispatch/collections.html",
        shown=shown,
        week=IsoWeek.of(on),
        at_risk=at_risk_among(db(), actor(), missed),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
    )


@dispatch.post("/collection/<uuid:order_id>")
@allow(Permission.RUN_DAY)
def collect(order_id: uuid.UUID) -> ResponseReturnValue:
    """Tick one order off, or take the tick back."""
    form = Form.of_request()
    outcome = form.choice("outcome", OrderState, required="Say whether it was collected")
    form.check()
    assert outcome is not None, "the form was checked"
    done = record_collection(db(), actor(), order_id, outcome, now=now())
    flash(f"{done.ref}: {DONE[done.state]}.")
    return redirect(url_for("dispatch.collections", day=done.day.isoformat()))
