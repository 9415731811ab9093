"""One donation as it stands: what became of it on the day, its labels, and everything that was ever changed."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import RejectReason
from logistics.queries.donor_slots import SlotView, slot_view
from logistics.queries.slot_history import slot_history
from logistics.services.label_photos import photos_of
from logistics.services.slot_outcomes import OutcomeDraft, driver_has_told, may_record, record_outcome
from web.context import actor, db, now, today
from web.donate.blueprint import donate
from web.donate.dish_lines import dish_lines
from web.forms import Form
from web.security.access import allow

OPEN = (SlotState.OFFERED, SlotState.CONFIRMED, SlotState.READY)


@donate.get("/slots/<uuid:slot_id>/about")
@allow(Permission.SEE_SLOTS)
def about(slot_id: uuid.UUID) -> str:
    """The donation, its outcome and its history."""
    return about_page(slot_view(db(), actor(), slot_id, now=now()), Form.showing())


@donate.post("/slots/<uuid:slot_id>/outcome")
@allow(Permission.SEE_SLOTS)
def outcome(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Store what became of it."""
    slot = slot_view(db(), actor(), slot_id, now=now())
    form = Form.of_request()
    try:
        draft = OutcomeDraft(
            outcome=form.choice("outcome", SlotState),
            counts=_counts(form, slot),
            reason=form.choice("reason", RejectReason),
        )
        version = form.whole("version", low=0, high=1_000_000, what="The version", empty=slot.version)
        form.check()
        record_outcome(db(), actor(), slot_id, draft, version=version, now=now())
    except BadInput as wrong:
        return about_page(slot, form.refused(wrong)), 422
    flash("Saved. Thank you for telling us.")
    return redirect(url_for("donate.about", slot_id=slot_id), 303)


def _counts(form: Form, slot: SlotView) -> dict[uuid.UUID, int]:
    """How many came of each dish, as far as typed: only asked for when fewer came."""
    if form.value("outcome") != SlotState.SHORT.value:
        return {}
    return {
        dish.id: form.whole(f"count-{dish.id}", low=0, high=dish.portions, what="How many came")
        for dish in slot.dishes
        if dish.id is not None and dish.portions
    }


def about_page(slot: SlotView, form: Form) -> str:
    """The page with a form of it, as typed."""
    told = driver_has_told(db(), slot.id)
    may_tell = may_record(actor(), slot.donor_id) and slot.service_date <= today() and not told
    return render_template(
        "donate/about.html",
        slot=slot,
        form=form,
        may_tell=may_tell and (slot.state in OPEN or slot.is_told_by_hand),
        driver_told=told,
        reasons=[(reason.value, reason.label) for reason in RejectReason],
        may_edit=actor().may(Permission.EDIT_SLOTS, organisations=frozenset({slot.donor_id})),
        photos=photos_of(db(), slot.id),
        history=slot_history(db(), slot.id),
        dish_lines=dish_lines,
    )
