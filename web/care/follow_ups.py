"""The queue of follow-ups, and the page of one: take it on, write down what was done, close it with an outcome."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.care import BY_HAND, MOST_ENTRY_LETTERS, FollowUpOutcome, LookAgain
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.looks import Look
from logistics.domain.states import FollowUpState
from logistics.queries.care_people import who_may_have
from logistics.queries.escalations import told_of
from logistics.queries.follow_ups import follow_up_page, follow_up_queue, restricted_concerns
from logistics.services.follow_ups import FollowUpStep, give_follow_up, take_follow_up, write_step
from web.care.blueprint import care
from web.context import actor, db, now
from web.forms import Form
from web.looks import looked
from web.security.access import allow

DONE = {
    FollowUpState.RAISED: "Waits for somebody",
    FollowUpState.TRIAGED: "Looked at",
    FollowUpState.ASSIGNED: "Taken on",
    FollowUpState.CONTACT_ATTEMPTED: "Tried to reach them",
    FollowUpState.CONTACTED: "Spoke with them",
    FollowUpState.ACTION_AGREED: "Agreed what happens next",
    FollowUpState.REFERRED: "Referred to another service",
    FollowUpState.ESCALATED: "Passed on to the safeguarding lead",
    FollowUpState.EMERGENCY: "Rang 999",
    FollowUpState.DUPLICATE: "The same as another follow-up",
    FollowUpState.CLOSED: "Closed",
}
"""Each state as what somebody did."""


@care.get("")
@allow(Permission.FOLLOW_UP)
def queue() -> ResponseReturnValue:
    """Who needs somebody, the soonest due first."""
    looked(Look.FOLLOW_UPS, "network")
    return render_template("care/queue.html", queue=follow_up_queue(db(), actor(), now=now()), done=DONE)


@care.get("/restricted")
@allow(Permission.READ_RESTRICTED)
def restricted() -> ResponseReturnValue:
    """Concerns about volunteers and staff, for the safeguarding lead alone; what is closed as well."""
    looked(Look.RESTRICTED, "network")
    return render_template("care/restricted.html", rows=restricted_concerns(db(), actor(), now=now()), done=DONE)


@care.get("/<follow_up_id>")
@allow(Permission.FOLLOW_UP)
def follow_up(follow_up_id: str) -> ResponseReturnValue:
    """One follow-up."""
    return _page(_key(follow_up_id), Form.showing())


@care.post("/<follow_up_id>/take")
@allow(Permission.FOLLOW_UP)
def take(follow_up_id: str) -> ResponseReturnValue:
    """It is mine now: the driver's page says that somebody has it."""
    take_follow_up(db(), actor(), _key(follow_up_id), now=now())
    flash("It is yours now. Whoever raised it is told that somebody has it.")
    return redirect(url_for("care.follow_up", follow_up_id=follow_up_id), 303)


@care.post("/<follow_up_id>/give")
@allow(Permission.FOLLOW_UP)
def give(follow_up_id: str) -> ResponseReturnValue:
    """It is somebody else's from now on."""
    form = Form.of_request()
    key = _key(follow_up_id)
    follow_up_page(db(), actor(), key, now=now())
    try:
        account_id = form.key("account_id", required="Choose who takes it on")
        form.check()
        assert account_id is not None
        give_follow_up(db(), actor(), key, account_id, now=now())
    except BadInput as wrong:
        return _page(key, form.refused(wrong)), 422
    flash("It is theirs now. A mail tells them.")
    return redirect(url_for("care.follow_up", follow_up_id=follow_up_id), 303)


@care.post("/<follow_up_id>")
@allow(Permission.FOLLOW_UP)
def write(follow_up_id: str) -> ResponseReturnValue:
    """Write down what was done."""
    form = Form.of_request()
    key = _key(follow_up_id)
    follow_up_page(db(), actor(), key, now=now())  # what is not theirs to know of is not there, whatever the form holds
    try:
        step = _read(form)
        write_step(db(), actor(), key, step, now=now())
    except BadInput as wrong:
        return _page(key, form.refused(wrong)), 422
    flash(f"Written down: {DONE[step.state].lower()}.")
    return redirect(url_for("care.follow_up", follow_up_id=follow_up_id), 303)


def _read(form: Form) -> FollowUpStep:
    state = form.choice("state", FollowUpState, required="Choose what you did")
    outcome = form.choice("outcome", FollowUpOutcome)
    note = form.text("note", most=MOST_ENTRY_LETTERS, required="Write a few words about it, for whoever comes next")
    look_again = form.choice("look_again", LookAgain)
    entry_id = form.key("entry_id", required="Load the page again and repeat it")
    form.check()
    assert state is not None
    assert entry_id is not None
    return FollowUpStep(id=entry_id, state=state, note=note, outcome=outcome, look_again=look_again)


def _page(key: uuid.UUID, form: Form) -> str:
    page = follow_up_page(db(), actor(), key, now=now())
    looked(Look.FOLLOW_UP, "follow_up", key)
    steps = [(state.value, DONE[state]) for state in BY_HAND if state in page.next_states]
    return render_template(
        "care/follow_up.html",
        page=page,
        form=form,
        done=DONE,
        steps=steps,
        told=told_of(db(), key),
        people=[(str(account_id), name) for account_id, name in who_may_have(db(), actor(), key)],
        again=[(each.value, each.label) for each in LookAgain],
        outcomes=[(outcome.value, outcome.label) for outcome in FollowUpOutcome],
        call_id=str(uuid.uuid4()),
        entry_id=form.value("entry_id") or str(uuid.uuid4()),
    )


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound("There is no such follow-up here.") from None
