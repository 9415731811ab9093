"""A running day is planned again: say what went wrong, look at the proposals, accept one, and tell those whom it touches."""

from __future__ import annotations

import uuid
from urllib.parse import quote

from flask import flash, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, NotFound
from logistics.domain.looks import Look
from logistics.domain.replanning import FoodOnVan, ProposalKind, ReplanReason, ReplanState
from logistics.queries.food_of_day import FoodOfDay, food_of_slot
from logistics.queries.replan_messages import PreparedMessage, replan_messages
from logistics.queries.replan_view import ReplanView, replan_view
from logistics.queries.route_trouble import route_in_trouble
from logistics.services.accept_replan import StaleProposal, accept_proposal
from logistics.services.plan_week import PlanFaulty
from logistics.services.replans import (
    MOST_PLACE_LETTERS,
    RouteTrouble,
    SlotTrouble,
    ask_again,
    ask_replan_of_route,
    ask_replan_of_slot,
    drop_replan,
)
from web.context import actor, after_commit, db, now, services
from web.dispatch.blueprint import dispatch
from web.forms import Form
from web.looks import looked
from web.security.access import allow

TITLES = {
    ProposalKind.LEAST_CHANGE: "Least change: volunteers who are out take more",
    ProposalKind.FREE_VOLUNTEER: "Ask somebody who is free today",
    ProposalKind.BOTH: "Both: those who are out, and somebody who is free",
    ProposalKind.LEAVE_OUT: "Leave these doors out, and ring them",
    ProposalKind.HAND_OVER: "Hand the rest over",
}
TITLES_FOR = {
    (ReplanReason.DONOR_LATE, ProposalKind.LEAST_CHANGE): "Least change: the same drivers, at other times",
    (ReplanReason.DONOR_LATE, ProposalKind.BOTH): "Let others help: whoever is out or free today",
    (ReplanReason.DONOR_SHORT, ProposalKind.LEAST_CHANGE): "Least change: the same drivers bring what there is",
    (ReplanReason.URGENT_ORDER, ProposalKind.LEAST_CHANGE): "Somebody who is out brings it as well",
}


def title_of(view: ReplanView, kind: ProposalKind) -> str:
    """What a proposal is, in a few words."""
    return TITLES_FOR.get((view.reason, kind), TITLES[kind])


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


@dispatch.get("/food/<uuid:slot_id>/replan")
@allow(Permission.RUN_DAY)
def ask_food_replan(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Whether a donation of today is late or short."""
    form = Form.showing(reason=ReplanReason.DONOR_LATE.value)
    return render_template("dispatch/food_replan_form.html", food=food_of_slot(db(), slot_id), form=form)


@dispatch.post("/food/<uuid:slot_id>/replan")
@allow(Permission.RUN_DAY)
def start_food_replan(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Have the doors that wait for this food planned again."""
    food = food_of_slot(db(), slot_id)
    form = Form.of_request()
    try:
        reason = form.choice("reason", ReplanReason, required="Choose what has happened")
        if reason is not None and not reason.is_about_food:
            form.errors["reason"] = "Choose what has happened"
        ready_at = form.clock("ready_at") if reason is ReplanReason.DONOR_LATE else None
        counts = _counts(form, food) if reason is ReplanReason.DONOR_SHORT and not food.is_counted else {}
        form.check()
        assert reason is not None
        trouble = SlotTrouble(reason=reason, ready_at=ready_at, counts=counts)
        with db().begin_nested():
            asked = ask_replan_of_slot(db(), actor(), slot_id, trouble, now=now())
    except BadInput as wrong:
        db().expire_all()
        food = food_of_slot(db(), slot_id)
        return render_template("dispatch/food_replan_form.html", food=food, form=form.refused(wrong)), 422
    after_commit(lambda: services().planner.submit(asked.run_id, urgent=True))
    return redirect(url_for("dispatch.replan", replan_id=asked.replan_id), 303)


def _counts(form: Form, food: FoodOfDay) -> dict[uuid.UUID, int]:
    """Portions that come in all, by batch; a dish that nothing is said of comes as promised."""
    return {
        dish.batch_id: form.whole(
            f"count-{dish.batch_id}", low=0, high=dish.portions, what="How many come", empty=dish.portions
        )
        for dish in food.dishes
        if dish.portions
    }


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
    if messages:
        looked(Look.DAY, "network", day=view.day.isoformat(), page="messages of a re-plan")
    return render_template(
        "dispatch/replan.html",
        view=view,
        mark=mark_of(view),
        is_old=view.is_old(now()) and view.state is not ReplanState.ACCEPTED,
        titles=title_of,
        messages=[(message, *_links(message)) for message in messages],
    )


def _links(message: PreparedMessage) -> tuple[str, str]:
    """Where WhatsApp and the phone's own messages open with the text: to this number, where there is one."""
    digits = "".join(sign for sign in message.phone if sign.isdigit())
    number = f"44{digits[1:]}" if digits.startswith("0") else digits
    sms = f"sms:{message.phone.replace(' ', '')}?&body=" + quote(message.text) if digits else ""
    return f"https://wa.me/{number}?text=" + quote(message.text), sms
