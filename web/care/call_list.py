"""Welfare calls: who is to be rung today, and the page of one call, where its outcome is written down."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.looks import Look
from logistics.domain.welfare import MOST_CALL_LETTERS, MOST_EVERY_DAYS, WelfareOutcome
from logistics.queries.follow_ups import follow_up_page
from logistics.queries.welfare_calls import call_list, call_page
from logistics.services.welfare_calls import CallMade, PlannedCall, plan_call, write_call
from web.care.blueprint import calls
from web.context import actor, db, now
from web.formatting import day as day_words
from web.forms import Form
from web.looks import looked
from web.security.access import allow


@calls.get("")
@allow(Permission.FOLLOW_UP)
def today() -> ResponseReturnValue:
    """Who is to be rung today."""
    looked(Look.CALLS, "network")
    return render_template("care/calls.html", calls=call_list(db(), actor(), now=now()))


@calls.get("/<uuid:call_id>")
@allow(Permission.FOLLOW_UP)
def call(call_id: uuid.UUID) -> ResponseReturnValue:
    """One call, with what was said before."""
    return _page(call_id, Form.showing())


@calls.post("/<uuid:call_id>")
@allow(Permission.FOLLOW_UP)
def write(call_id: uuid.UUID) -> ResponseReturnValue:
    """What came of it."""
    form = Form.of_request()
    call_page(db(), actor(), call_id, now=now())
    try:
        outcome = form.choice("outcome", WelfareOutcome, required="Choose what came of the call")
        note = form.text("note", most=MOST_CALL_LETTERS)
        form.check()
        assert outcome is not None
        written = write_call(db(), actor(), call_id, CallMade(outcome=outcome, note=note), now=now())
    except BadInput as wrong:
        return _page(call_id, form.refused(wrong)), 422
    said = f"Written down: {outcome.label.lower()}."
    if written.next_on is not None:
        said += f" The next call is on the list for {day_words(written.next_on)}."
    if written.follow_up_id is not None:
        said += " Nobody was reached three times in a row, so a follow-up is open now."
    flash(said)
    return redirect(url_for("calls.today"), 303)


@calls.post("/for/<uuid:follow_up_id>")
@allow(Permission.FOLLOW_UP)
def plan(follow_up_id: uuid.UUID) -> ResponseReturnValue:
    """Put the household of a follow-up on the list."""
    form = Form.of_request()
    page = follow_up_page(db(), actor(), follow_up_id, now=now())
    call_id = form.key("call_id", required="Load the page again and repeat it")
    due_on = form.day("due_on", required="Choose the day of the call")
    every = form.whole("every_days", low=0, high=MOST_EVERY_DAYS, what="Days between calls", empty=0)
    form.check()
    if page.household_id is None:
        raise BadInput("This follow-up is about no household: there is nobody to ring.")
    assert call_id is not None
    assert due_on is not None
    asked = PlannedCall(id=call_id, household_id=page.household_id, due_on=due_on, every_days=every or None)
    plan_call(db(), actor(), asked, now=now())
    flash(f"The call is on the list for {day_words(due_on)}.")
    return redirect(url_for("care.follow_up", follow_up_id=follow_up_id), 303)


def _page(call_id: uuid.UUID, form: Form) -> str:
    page = call_page(db(), actor(), call_id, now=now())
    looked(Look.CALL, "welfare_call", call_id)
    return render_template(
        "care/call.html", page=page, form=form, outcomes=[(outcome.value, outcome.label) for outcome in WelfareOutcome]
    )
