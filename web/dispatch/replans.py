"""A running day is planned again: say what went wrong, look at the proposals, accept one, and tell those whom it touches."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.replanning import FoodOnVan, ProposalKind, ReplanReason, ReplanState
from logistics.queries.replan_messages import PreparedMessage, replan_messages
from logistics.queries.replan_view import ReplanView, replan_view
from logistics.queries.route_trouble import route_in_trouble
from logistics.services.accept_replan import StaleProposal, accept_proposal
from logistics.services.plan_week import PlanFaulty
from logistics.services.replans import (
    MOST_PLACE_LETTERS,
    RouteTrouble,
    ask_again,
    ask_replan_of_route,
    drop_replan,
)
from web.context import actor, after_commit, db, now, services
from web.dispatch.blueprint import dispatch
from web.forms import Form
from web.security.access import allow

TITLES = {
    ProposalKind.LEAST_CHANGE: "Least change: volunteers who are out take more",
    ProposalKind.FREE_VOLUNTEER: "Ask somebody who is free today",
    ProposalKind.BOTH: "Both: those who are out, and somebody who is free",
    ProposalKind.LEAVE_OUT: "Leave these doors out, and ring them",
    ProposalKind.HAND_OVER: "Hand the rest over",
}


@dispatch.get("/route/<uuid:route_id>/replan")
@allow(Permission.RUN_DAY)
def ask_replan(route_id: uuid.UUID) -> ResponseReturnValue:
    """What went wrong with this route, and what became of its food."""
    route = route_in_trouble(db(), route_id)
    form = Form.showing(reason=ReplanReason.VOLUNTEER_OUT.value, food=FoodOnVan.FETCH.value)
    return render_template("dispatch/replan_form.html", route=route, form=form)


@dispatch.post("/route/<uuid:route_id>/replan")
@allow(Permission.RUN_DAY)
def start_replan(route_id: uuid.UUID) -> ResponseReturnValue:
    """Have what is left of the route planned again."""
    form = Form.of_request()
    try:
        reason = form.choice("reason", ReplanReason, required="Choose what has happened")
        food = form.choice("food", FoodOnVan) or FoodOnVan.FETCH
        place = form.text("place", most=MOST_PLACE_LETTERS)
        to_volunteer_id = form.key("volunteer")
        if reason is not None and not reason.ends_a_route:
            form.errors["reason"] = "Choose what has happened"
        form.check()
        assert reason is not None
        taker = to_volunteer_id if reason is ReplanReason.HAND_OVER else None
        trouble = RouteTrouble(reason=reason, food=food, place=place, to_volunteer_id=taker)
        asked = ask_replan_of_route(db(), actor(), route_id, trouble, now=now())
    except BadInput as wrong:
        route = route_in_trouble(db(), route_id)
        return render_template("dispatch/replan_form.html", route=route, form=form.refused(wrong)), 422
    after_commit(lambda: services().planner.submit(asked.run_id, urgent=True))
    return redirect(url_for("dispatch.replan", replan_id=asked.replan_id), 303)


@dispatch.get("/replan/<uuid:replan_id>")
@allow(Permission.RUN_DAY)
def replan(replan_id: uuid.UUID) -> ResponseReturnValue:
    """The proposals as far as there are any; once one is accepted, the messages for those whom it touches."""
    view = replan_view(db(), replan_id)
    return _page(view)


@dispatch.get("/replan/<uuid:replan_id>/mark")
@allow(Permission.RUN_DAY)
def replan_mark(replan_id: uuid.UUID) -> ResponseReturnValue:
    """`{"mark": ...}`: a word that changes when the page would look different."""
    return jsonify({"mark": mark_of(replan_view(db(), replan_id))})


@dispatch.post("/replan/<uuid:replan_id>/accept")
@allow(Permission.RUN_DAY)
def accept_replan(replan_id: uuid.UUID) -> ResponseReturnValue:
    """Publish a proposal. One that went stale changes nothing: the same is worked out again from how things stand now."""
    view = replan_view(db(), replan_id)
    form = Form.of_request()
    proposal_id = form.key("proposal", required="Choose a proposal")
    form.check()
    if proposal_id not in {proposal.id for proposal in view.proposals} or proposal_id is None:
        raise NotFound("There is no such proposal any more. Go back to the day.")
    try:
        with db().begin_nested():
            accepted = accept_proposal(db(), actor(), proposal_id, roads=services().roads, now=now())
    except (StaleProposal, PlanFaulty) as stale:
        db().expire_all()
        asked = ask_again(db(), actor(), replan_id, now=now())
        after_commit(lambda: services().planner.submit(asked.run_id, urgent=True))
        flash(str(stale))
        return redirect(url_for("dispatch.replan", replan_id=replan_id), 303)
    flash(f"Version {accepted.number} is out. Now tell those whom it touches.")
    return redirect(url_for("dispatch.replan", replan_id=replan_id), 303)


@dispatch.post("/replan/<uuid:replan_id>/again")
@allow(Permission.RUN_DAY)
def replan_again(replan_id: uuid.UUID) -> ResponseReturnValue:
    """Work it out again from how things stand now."""
    asked = ask_again(db(), actor(), replan_id, now=now())
    after_commit(lambda: services().planner.submit(asked.run_id, urgent=True))
    return redirect(url_for("dispatch.replan", replan_id=replan_id), 303)


@dispatch.post("/replan/<uuid:replan_id>/drop")
@allow(Permission.RUN_DAY)
def leave_as_it_is(replan_id: uuid.UUID) -> ResponseReturnValue:
    """Nothing is changed after all."""
    view = replan_view(db(), replan_id)
    drop_replan(db(), actor(), replan_id, now=now())
    flash("Nothing was changed.")
    return redirect(url_for("dispatch.day", day=view.day.isoformat()), 303)


def mark_of(view: ReplanView) -> str:
    """A word that changes when the page would look different."""
    proposals = ",".join(str(proposal.number) for proposal in view.proposals)
    return f"{view.state.value}.{view.is_working}.{proposals}"


def _page(view: ReplanView) -> str:
    messages = replan_messages(db(), view)
    return render_template(
        "dispatch/replan.html",
        view=view,
        mark=mark_of(view),
        is_old=view.is_old(now()) and view.state is not ReplanState.ACCEPTED,
        titles=TITLES,
        messages=[(message, *_links(message)) for message in messages],
    )


def _links(message: PreparedMessage) -> tuple[str, str]:
    """Where WhatsApp and the phone's own messages open with the text: to this number, where there is one."""
    digits = "".join(sign for sign in message.phone if sign.isdigit())
    number = f"44{digits[1:]}" if digits.startswith("0") else digits
    sms = f"sms:{message.phone.replace(' ', '')}?&body=" + quote(message.text) if digits else ""
    return f"https://wa.me/{number}?text=" + quote(message.text), sms
