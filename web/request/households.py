"""The households somebody asks for: the list, one household with what it gets, and wishes that wait for a yes."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.looks import Look
from logistics.domain.referrals import entitlement_words
from logistics.domain.vocabulary import Role
from logistics.queries.entitlements import ending_soon
from logistics.queries.household_page import household_page
from logistics.queries.look_alikes import look_alikes
from logistics.queries.own_households import own_households, waiting_requests
from logistics.queries.referrals import referral_view
from logistics.services.requests import answer_request
from logistics.services.withdraw_consent import is_own
from web.context import actor, db, now, today
from web.household_words import TEXTURES, language_name
from web.looks import looked, looked_at_household
from web.request.agreed import answers_of
from web.request.blueprint import requests
from web.security.access import allow


@requests.get("")
@allow(Permission.SEE_REQUESTS)
def index() -> ResponseReturnValue:
    """The households in reach, searched; a recipient goes straight to their own. What waits stands before the first page."""
    words = request.args.get("q", "")[:100].strip()
    found = own_households(db(), actor(), words=words, page=request.args.get("page", 1, type=int), today=today())
    if {grant.role for grant in actor().grants} == {Role.RECIPIENT} and not words and found.total == 1:
        return redirect(url_for("request.household", household_id=found.rows[0].id))
    waiting = () if words or found.page > 1 else waiting_requests(db(), actor())
    looked(Look.REQUESTS, "network", page=found.page, rows=len(found.rows))
    ending = () if words or found.page > 1 else ending_soon(db(), actor(), today=today())
    return render_template("request/index.html", found=found, words=words, waiting=waiting, ending=ending)


@requests.get("/households/<uuid:household_id>")
@allow(Permission.SEE_REQUESTS)
def household(household_id: uuid.UUID) -> str:
    """One household: what it gets, when it rests, what it cannot eat. That somebody looked is written into the trail."""
    page = household_page(db(), actor(), household_id, today=today(), permission=Permission.SEE_REQUESTS)
    looked_at_household(household_id)
    referral = referral_view(db(), household_id, with_words=False)
    return render_template(
        "request/household.html",
        household=page,
        language=language_name(page.language),
        textures=dict(TEXTURES),
        alike=() if is_own(actor(), household_id) else look_alikes(db(), actor(), household_id),
        is_own=is_own(actor(), household_id),
        agreed=answers_of(page),
        referral=referral,
        entitled=entitlement_words(referral.entitlement) if referral else "",
        may_entitle=page.may_edit and not is_own(actor(), household_id),
        may_answer={each.order.id for each in waiting_requests(db(), actor()) if each.household_id == household_id},
    )


@requests.post("/orders/<uuid:order_id>/answer")
@allow(Permission.ADD_HOUSEHOLD)
def answer(order_id: uuid.UUID) -> ResponseReturnValue:
    """Say yes or no to a wish that waits."""
    accept = request.form.get("answer") == "yes"
    household_id = answer_request(db(), actor(), order_id, accept=accept, now=now())
    flash("Confirmed: it counts from the next plan on." if accept else "Declined. Tell them, and say why.")
    return redirect(url_for("request.household", household_id=household_id), 303)
