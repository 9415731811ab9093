"""What changes later: one more order, the end of one, a pause, how to reach them, and what they can eat."""

from __future__ import annotations

import dataclasses
import uuid
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.states import OrderState
from logistics.queries.household_page import HouseholdPage, household_page
from logistics.services.consents import refuses_needs
from logistics.services.household_draft import HouseholdDraft
from logistics.services.household_needs import allergy_answer, own_words
from logistics.services.households import edit_household
from logistics.services.requests import request_order
from logistics.services.standing_orders import add_pause, end_standing_order, remove_pause
from web.context import actor, db, now, services, today
from web.forms import PROBLEM, Form
from web.household_people import people_values
from web.household_words import TEXTURES, language_options
from web.looks import looked_at_household
from web.request.blueprint import requests
from web.request.questions import (
    QUESTIONS,
    check_wish,
    read_household,
    read_wish,
)
from web.security.access import allow

PARTS = {
    "reach": ("How to reach them", ("contact", "door")),
    "people": ("Who eats there, and what else helps", ("people", "kitchen", "extras")),
    "food": ("What they can eat", ("diet", "allergy", "each", "texture")),
}


@requests.get("/households/<uuid:household_id>/order")
@allow(Permission.EDIT_HOUSEHOLD)
def new_order(household_id: uuid.UUID) -> str:
    """One more wish."""
    first = Form.showing(quantity=1, window_start="12:00", window_end="14:00", frequency="weekly")
    return _order_page(household_id, first)


@requests.post("/households/<uuid:household_id>/order")
@allow(Permission.EDIT_HOUSEHOLD)
def add_order(household_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for it."""
    form = Form.of_request()
    try:
        check_wish(form)
        form.check()
        state = request_order(db(), actor(), household_id, read_wish(form), now=now())
    except BadInput as wrong:
        return _order_page(household_id, form.refused(wrong)), 422
    waits = "Asked for. A coordinator looks at it, and you see the answer here."
    flash(waits if state is OrderState.SUBMITTED else "Asked for: it counts from the next plan on.")
    return redirect(url_for("request.household", household_id=household_id), 303)


@requests.post("/orders/<uuid:order_id>/end")
@allow(Permission.EDIT_HOUSEHOLD)
def end_order(order_id: uuid.UUID) -> ResponseReturnValue:
    """No more of it after today."""
    household_id = end_standing_order(db(), actor(), order_id, now=now())
    flash("Ended: nothing more of it comes after today.")
    return redirect(url_for("request.household", household_id=household_id), 303)


@requests.get("/households/<uuid:household_id>/pause")
@allow(Permission.PAUSE_HOUSEHOLD)
def new_pause(household_id: uuid.UUID) -> str:
    """From when until when."""
    return _pause_page(household_id, Form.showing())


@requests.post("/households/<uuid:household_id>/pause")
@allow(Permission.PAUSE_HOUSEHOLD)
def pause(household_id: uuid.UUID) -> ResponseReturnValue:
    """Let everything rest."""
    form = Form.of_request()
    try:
        starts_on, ends_on = form.day("starts_on"), form.day("ends_on")
        form.check()
        _require_future(ends_on)
        add_pause(db(), actor(), household_id, starts_on=starts_on, ends_on=ends_on, now=now())
    except BadInput as wrong:
        return _pause_page(household_id, form.refused(wrong)), 422
    flash("Paused. Food starts again the day after the last day, with nothing to do.")
    return redirect(url_for("request.household", household_id=household_id), 303)


@requests.post("/pauses/<uuid:pause_id>/remove")
@allow(Permission.PAUSE_HOUSEHOLD)
def end_pause(pause_id: uuid.UUID) -> ResponseReturnValue:
    """Food again on those days."""
    household_id = remove_pause(db(), actor(), pause_id, now=now())
    flash("The pause is taken away.")
    return redirect(url_for("request.household", household_id=household_id), 303)


@requests.get("/households/<uuid:household_id>/<any(reach, people, food):part>")
@allow(Permission.EDIT_HOUSEHOLD)
def change(household_id: uuid.UUID, part: str) -> str:
    """The answers of one part, to change."""
    page = _page_to_change(household_id)
    return _change_page(page, part, _form_of(page))


@requests.post("/households/<uuid:household_id>/<any(reach, people, food):part>")
@allow(Permission.EDIT_HOUSEHOLD)
def save(household_id: uuid.UUID, part: str) -> ResponseReturnValue:
    """Store the answers of one part; everything else stays."""
    page = _page_to_change(household_id)
    form = Form.of_request()
    try:
        for question in QUESTIONS:
            if question.name in PARTS[part][1]:
                question.check(form)
        form.check()
        draft = _changed(page, part, read_household(form, method="told_referrer"))
        edit_household(db(), actor(), household_id, draft, geocoder=services().geocoder, now=now())
    except BadInput as wrong:
        return _change_page(page, part, form.refused(wrong)), 422
    flash("Changed. It counts from the next plan on; for today, ring your coordinator.")
    return redirect(url_for("request.household", household_id=household_id), 303)


def _require_future(ends_on: date | None) -> None:
    if ends_on is not None and ends_on < today():
        raise BadInput(PROBLEM, {"ends_on": "The last day cannot be in the past"})


def _page_to_change(household_id: uuid.UUID) -> HouseholdPage:
    page = household_page(db(), actor(), household_id, today=today(), permission=Permission.SEE_REQUESTS)
    if not page.may_edit:
        raise Forbidden("Your role does not change this household. Ask your coordinator.")
    return page


def _changed(page: HouseholdPage, part: str, typed: HouseholdDraft) -> HouseholdDraft:
    stored = _draft_of(page)
    if part == "reach":
        return dataclasses.replace(
            stored,
            phone=typed.phone,
            language=typed.language,
            floor=typed.floor,
            has_lift=typed.has_lift,
            access_notes=typed.access_notes,
            handover=typed.handover,
        )
    if part == "people":
        return dataclasses.replace(
            stored,
            ages=typed.ages,
            adults=typed.adults,
            children=typed.children,
            kitchen=typed.kitchen,
            extras=typed.extras,
        )
    if typed.has_needs and typed.agrees_needs is None:
        raise BadInput(PROBLEM, {"agrees_needs": "Say whether they agree that we keep this"})
    return dataclasses.replace(
        stored,
        diets=typed.diets,
        members=typed.members,
        allergy=typed.allergy,
        allergens=typed.allergens,
        unmapped=typed.unmapped,
        texture_iddsi=typed.texture_iddsi,
        agrees_needs=typed.agrees_needs,
        consent_method=typed.consent_method,
    )


def _draft_of(page: HouseholdPage) -> HouseholdDraft:
    return HouseholdDraft(
        contact_name=page.contact_name,
        phone=page.phone,
        language=page.language,
        adults=page.adults,
        children=page.children,
        ages=page.ages,
        members=page.members,
        kitchen=page.kitchen,
        extras=page.extras,
        address=page.address or "",
        postcode=page.postcode or "",
        access_notes=page.access_notes or "",
        floor=page.floor,
        has_lift=page.has_lift,
        diets=page.diets,
        allergy=allergy_answer(page.allergens, page.unmapped),
        allergens=page.allergens,
        unmapped=page.unmapped,
        texture_iddsi=page.texture_iddsi,
        handover=page.handover,
        driver_needs=page.driver_needs,
        people_at_door=page.people_at_door,
        confidential_address=page.is_confidential,
        at_risk=page.is_at_risk,
        is_active=page.is_active,
        group_id=page.group_id,
        referrer_id=page.referrer_id,
    )


def _form_of(page: HouseholdPage) -> Form:
    draft = _draft_of(page)
    return Form.showing(
        phone=draft.phone,
        language=draft.language,
        floor=draft.floor,
        has_lift=draft.has_lift,
        access_notes=draft.access_notes,
        handover=draft.handover,
        diets=draft.diets,
        allergy=draft.allergy,
        allergens=draft.allergens,
        unmapped=own_words(draft.unmapped),
        texture_iddsi="" if draft.texture_iddsi is None else draft.texture_iddsi,
        adults=draft.adults,
        children=draft.children,
        **people_values(page),
    )


def _change_page(page: HouseholdPage, part: str, form: Form) -> str:
    title, names = PARTS[part]
    looked_at_household(page.id, part)
    return render_template(
        "request/change.html",
        household=page,
        form=form,
        part=part,
        title=title,
        questions=[question for question in QUESTIONS if question.name in names],
        languages=language_options(),
        textures=TEXTURES,
        household_name=page.contact_name,
    )


def _order_page(household_id: uuid.UUID, form: Form) -> str:
    page = _page_to_change(household_id)
    looked_at_household(household_id, "order")
    return render_template(
        "request/order.html", household=page, form=form, only_parcels=refuses_needs(db(), household_id)
    )


def _pause_page(household_id: uuid.UUID, form: Form) -> str:
    page = household_page(db(), actor(), household_id, today=today(), permission=Permission.SEE_REQUESTS)
    if not page.may_pause:
        raise Forbidden("Your role does not pause this household. Ask your coordinator.")
    looked_at_household(household_id, "pause")
    return render_template("request/pause.html", household=page, form=form)
