"""A volunteer's shifts: one or the same every week, taken away again, and the days they are away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.weekdays import Weekday
from logistics.queries.volunteers import volunteer_page
from logistics.services import shifts
from logistics.services.shifts import ShiftDraft
from web.admin.blueprint import admin
from web.context import actor, db, now, today
from web.formatting import counted, day
from web.forms import Form
from web.looks import looked_at_volunteer
from web.security.access import allow

MOST_NAMED = 5


@admin.post("/volunteers/<uuid:volunteer_id>/shifts")
@allow(Permission.EDIT_VOLUNTEERS)
def add_shift(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """Store the shifts, or show the volunteer's page with what is wrong."""
    form = Form.of_request()
    draft = ShiftDraft(
        on=form.day("on"),
        starts_at=form.clock("starts_at"),
        ends_at=form.clock("ends_at"),
        days=form.choices("days", Weekday),
        until=form.day("until"),
    )
    try:
        form.check()
        done = shifts.add_shifts(db(), actor(), volunteer_id, draft, now=now())
    except BadInput as wrong:
        return _again(volunteer_id, form.refused(wrong))
    words = "Shift added" if len(done.added) == 1 else f"{counted(len(done.added), 'shift')} added"
    kept = f" They had one at that time already on {_named(done.kept)}: left as it was." if done.kept else ""
    flash(f"{words}.{kept}")
    return redirect(url_for("admin.volunteer", volunteer_id=volunteer_id))


@admin.post("/volunteers/<uuid:volunteer_id>/away")
@allow(Permission.EDIT_VOLUNTEERS)
def be_away(volunteer_id: uuid.UUID) -> ResponseReturnValue:
    """Take the shifts of these days away, or show the volunteer's page with what is wrong."""
    form = Form.of_request()
    first, last = form.day("away_from"), form.day("away_until")
    try:
        form.check()
        done = shifts.be_away(db(), actor(), volunteer_id, first, last, now=now())
    except BadInput as wrong:
        return _again(volunteer_id, form.refused(wrong))
    words = (
        f"Taken away: {_named(done.removed)}." if done.removed else "They had no shift there that could be taken away."
    )
    left = (
        f" A plan counts on them on {_named(done.planned)}: plan that week again, or press “Cannot go on” on that day’s board."
        if done.planned
        else ""
    )
    flash(words + left)
    return redirect(url_for("admin.volunteer", volunteer_id=volunteer_id))


@admin.post("/shifts/<uuid:shift_id>/remove")
@allow(Permission.EDIT_VOLUNTEERS)
def remove_shift(shift_id: uuid.UUID) -> ResponseReturnValue:
    """Take a shift away."""
    volunteer_id = shifts.remove_shift(db(), actor(), shift_id, now=now())
    flash("Shift removed.")
    return redirect(url_for("admin.volunteer", volunteer_id=volunteer_id))


def _again(volunteer_id: uuid.UUID, form: Form) -> ResponseReturnValue:
    shown = volunteer_page(db(), actor(), volunteer_id, today=today())
    looked_at_volunteer(volunteer_id, "shift")
    return render_template("admin/volunteer.html", volunteer=shown, form=form), 422


def _named(days: Sequence[date]) -> str:
    """The first few, and how many more."""
    named = ", ".join(day(on) for on in days[:MOST_NAMED])
    return named if len(days) <= MOST_NAMED else f"{named} and {len(days) - MOST_NAMED} more days"
