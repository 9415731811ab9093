"""Forms that residents sent: the queue, oldest first, and one form with its answer: yes, no with a reason, or a question."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.looks import Look
from logistics.domain.referrals import LABELS, MOST_LETTERS, OPEN
from logistics.queries.household_page import household_page
from logistics.queries.look_alikes import look_alikes
from logistics.queries.referrals import form_household, referral_view, waiting_forms
from logistics.services.self_referrals import accept_form, ask_back, decline_form
from web.context import actor, db, network, now, services, today
from web.forms import Form
from web.household_words import TEXTURES, language_name
from web.looks import looked, looked_at_household
from web.request.blueprint import requests
from web.security.access import allow


@requests.get("/queue")
@allow(Permission.ADD_HOUSEHOLD)
def queue() -> str:
    """Every form that this actor may answer."""
    held = network()
    waiting = waiting_forms(db(), actor(), now=now())
    looked(Look.REQUESTS, "network", rows=len(waiting))
    return render_template(
        "request/queue.html",
        waiting=waiting,
        labels=LABELS,
        own_form=services().settings.base_url.rstrip("/") + url_for("request.own_new", slug=held.slug) if held else "",
    )


@requests.get("/queue/<uuid:referral_id>")
@allow(Permission.ADD_HOUSEHOLD)
def form(referral_id: uuid.UUID) -> str:
    """One form, with what it takes to answer it. That somebody looked is written into the trail."""
    return _form_page(referral_id, Form({}))


@requests.post("/queue/<uuid:referral_id>/accept")
@allow(Permission.ADD_HOUSEHOLD)
def accept(referral_id: uuid.UUID) -> ResponseReturnValue:
    """Yes."""
    household_id = accept_form(db(), actor(), referral_id, now=now())
    flash("Accepted: what they asked for counts from the next plan on.")
    return redirect(url_for("request.household", household_id=household_id), 303)


@requests.post("/queue/<uuid:referral_id>/decline")
@allow(Permission.ADD_HOUSEHOLD)
def decline(referral_id: uuid.UUID) -> ResponseReturnValue:
    """No, and why."""
    typed = Form.of_request()
    reason = typed.text("reason", most=MOST_LETTERS)
    return _answered(
        referral_id,
        typed,
        lambda: decline_form(db(), actor(), referral_id, reason=reason, now=now()),
        "Declined. They read your reason with their code; ring them too, if you can.",
    )


@requests.post("/queue/<uuid:referral_id>/ask")
@allow(Permission.ADD_HOUSEHOLD)
def ask_resident(referral_id: uuid.UUID) -> ResponseReturnValue:
    """A question back."""
    typed = Form.of_request()
    question = typed.text("question", most=MOST_LETTERS)
    return _answered(
        referral_id,
        typed,
        lambda: ask_back(db(), actor(), referral_id, question=question, now=now()),
        "Asked. They see it with their code, and their answer comes back to this list.",
    )


def _answered(referral_id: uuid.UUID, typed: Form, step: Callable[[], uuid.UUID], said: str) -> ResponseReturnValue:
    try:
        typed.check()
        step()
    except BadInput as wrong:
        return _form_page(referral_id, typed.refused(wrong)), 422
    flash(said)
    return redirect(url_for("request.queue"), 303)


def _form_page(referral_id: uuid.UUID, typed: Form) -> str:
    household_id = form_household(db(), actor(), referral_id)
    page = household_page(db(), actor(), household_id, today=today(), permission=Permission.ADD_HOUSEHOLD)
    looked_at_household(household_id, page="form")
    return render_template(
        "request/form.html",
        form=typed,
        household=page,
        referral=referral_view(db(), household_id, with_words=True),
        alike=look_alikes(db(), actor(), household_id),
        language=language_name(page.language),
        textures=dict(TEXTURES),
        labels=LABELS,
        open_states=OPEN,
    )
