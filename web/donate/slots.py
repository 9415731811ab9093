"""A donor's slots: the list with one button to confirm, the form to log or change one, and taking one back."""

from __future__ import annotations

import uuid
from datetime import timedelta

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import Allergen
from logistics.queries.donation_schedules import schedules_of
from logistics.queries.donor_slots import (
    SlotView,
    donors_of,
    given_figures,
    last_slot,
    past_slots,
    slot_view,
    upcoming_slots,
)
from logistics.queries.network import get_network
from logistics.services.donation_slots import edit_slot, log_slot, withdraw_slot
from logistics.services.slot_confirmation import confirm_slot
from web.context import actor, db, now, today
from web.donate.blueprint import donate
from web.donate.dish_lines import dish_lines
from web.donate.donor_choice import chosen_donor, donor_named, speaker
from web.donate.slot_form import (
    at_the_day,
    dish_keys,
    first_form,
    form_of,
    read_slot,
    suggested_days,
    with_other_dishes,
)
from web.formatting import clock_time, day
from web.forms import Form
from web.security.access import allow

LATELY_DAYS = 28


@donate.get("")
@allow(Permission.SEE_SLOTS)
def slots() -> str:
    """What is coming, what was given."""
    return render_template(
        "donate/slots.html",
        upcoming=upcoming_slots(db(), actor(), today=today(), now=now()),
        past=past_slots(db(), actor(), today=today(), now=now()),
        figures=given_figures(db(), actor(), since=today() - timedelta(days=LATELY_DAYS)),
        donors=donors_of(db(), actor(), Permission.SEE_SLOTS),
        schedules=schedules_of(db(), actor(), today=today()),
        dish_lines=dish_lines,
    )


@donate.get("/new")
@allow(Permission.EDIT_SLOTS)
def new() -> str:
    """The form, empty; or as the last one was, when "same again" is asked for."""
    donor_id = donor_named(request.args.get("donor", ""))
    last = last_slot(db(), actor(), donor_id, now=now()) if donor_id else None
    form = first_form(donor_id)
    if last is not None and request.args.get("again"):
        form = form_of(last, day=None, keeps_declaration=False)
    return _form_page(form, slot=None, last=last)


@donate.post("/new")
@allow(Permission.EDIT_SLOTS)
def log() -> ResponseReturnValue:
    """Log it; or show the form with one dish more or less."""
    form = Form.of_request()
    if (changed := with_other_dishes(form)) is not None:
        return _form_page(changed, slot=None, last=None)
    try:
        draft = read_slot(form, donor_id=chosen_donor(form))
        saved = log_slot(db(), actor(), draft, declared_by=speaker(), now=now())
    except BadInput as wrong:
        return _form_page(form.refused(at_the_day(form, wrong)), slot=None, last=None), 422
    _say_saved(slot_view(db(), actor(), saved.id, now=now()))
    return redirect(url_for("donate.slots"), 303)


@donate.get("/slots/<uuid:slot_id>")
@allow(Permission.EDIT_SLOTS)
def edit(slot_id: uuid.UUID) -> str:
    """The form with a slot in it."""
    slot = _own(slot_id)
    return _form_page(form_of(slot, day=slot.service_date, keeps_declaration=True), slot=slot, last=None)


@donate.post("/slots/<uuid:slot_id>")
@allow(Permission.EDIT_SLOTS)
def save(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Store the changes; or show the form with one dish more or less."""
    slot = _own(slot_id)
    form = Form.of_request()
    if (changed := with_other_dishes(form)) is not None:
        return _form_page(changed, slot=slot, last=None)
    try:
        draft = read_slot(form, donor_id=slot.donor_id)
        version = form.whole("version", low=0, high=1_000_000, what="The version", empty=slot.version)
        edit_slot(db(), actor(), slot_id, draft, version=version, declared_by=speaker(), now=now())
    except BadInput as wrong:
        return _form_page(form.refused(at_the_day(form, wrong)), slot=slot, last=None), 422
    db().flush()
    _say_saved(slot_view(db(), actor(), slot_id, now=now()))
    return redirect(url_for("donate.slots"), 303)


@donate.post("/slots/<uuid:slot_id>/confirm")
@allow(Permission.EDIT_SLOTS)
def confirm(slot_id: uuid.UUID) -> ResponseReturnValue:
    """It stands as offered."""
    form = Form.of_request()
    seen = form.value("seen") if form.sent("seen") else None
    confirm_slot(db(), actor(), slot_id, seen=seen, declared_by=speaker(), now=now())
    slot = slot_view(db(), actor(), slot_id, now=now())
    flash(f"Confirmed for {day(slot.service_date)}, {clock_time(slot.ready_at)}. Thank you.")
    return redirect(url_for("donate.slots"), 303)


@donate.post("/slots/<uuid:slot_id>/withdraw")
@allow(Permission.EDIT_SLOTS)
def withdraw(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Take it back."""
    form = Form.of_request()
    version = form.whole("version", low=0, high=1_000_000, what="The version") if form.sent("version") else None
    form.check()
    withdraw_slot(db(), actor(), slot_id, version=version, now=now())
    slot = slot_view(db(), actor(), slot_id, now=now())
    flash(f"Withdrawn: {day(slot.service_date)}, {clock_time(slot.ready_at)}.")
    return redirect(url_for("donate.slots"), 303)


def _own(slot_id: uuid.UUID) -> SlotView:
    slot = slot_view(db(), actor(), slot_id, now=now())
    if not actor().may(Permission.EDIT_SLOTS, organisations=frozenset({slot.donor_id})):
        raise Forbidden("Only the donor and the coordinator change a donation.")
    return slot


def _say_saved(slot: SlotView) -> None:
    what = "; ".join(line.words for line in dish_lines(slot))
    flash(f"Logged for {day(slot.service_date)}, {clock_time(slot.ready_at)} to {clock_time(slot.collect_by)}: {what}.")


def _form_page(form: Form, *, slot: SlotView | None, last: SlotView | None) -> str:
    rules = PlanningRules.from_settings(get_network(db(), actor().network_id).settings)
    chosen = form.value("day") if form.value("day") not in ("", "other") else form.value("service_date")
    return render_template(
        "donate/slot_form.html",
        form=form,
        slot=slot,
        last=last,
        keys=dish_keys(form),
        days=suggested_days(today(), chosen),
        donors=donors_of(db(), actor(), Permission.EDIT_SLOTS),
        allergens=[(allergen.value, allergen.label) for allergen in Allergen],
        hot_limit_s=rules.hot_limit_s,
        chilled_limit_s=rules.chilled_limit_s,
    )
