"""A donor's schedules: what is given again and again, entered once and changed by whoever gives it."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.recurrence import Rhythm
from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import Allergen
from logistics.domain.weekdays import Weekday
from logistics.queries.donation_schedules import ScheduleView, schedule_view
from logistics.queries.donor_slots import donors_of
from logistics.queries.network import get_network
from logistics.services.donation_schedules import ScheduleSaved, add_schedule, edit_schedule, end_schedule
from web.context import actor, db, now, today
from web.donate.blueprint import donate
from web.donate.donor_choice import chosen_donor, donor_named
from web.donate.schedule_form import AS_IT_IS, break_numbers, first_schedule, form_of_schedule, read_schedule
from web.donate.slot_form import dish_keys, with_other_dishes
from web.formatting import counted, day, upper_first
from web.forms import Form
from web.security.access import allow


@donate.get("/schedules/new")
@allow(Permission.EDIT_SLOTS)
def new_schedule() -> str:
    """The form, empty."""
    return _page(first_schedule(donor_named(request.args.get("donor", "")), today()), None)


@donate.post("/schedules/new")
@allow(Permission.EDIT_SLOTS)
def save_new_schedule() -> ResponseReturnValue:
    """Store it and make its slots for the weeks ahead; or show the form with one dish more or less."""
    form = Form.of_request()
    if (changed := _shown_again(form)) is not None:
        return _page(changed, None)
    try:
        saved = add_schedule(db(), actor(), read_schedule(form, donor_id=chosen_donor(form), known=None), now=now())
    except BadInput as wrong:
        return _page(form.refused(wrong), None), 422
    _say(saved, "Saved")
    return redirect(url_for("donate.slots"), 303)


@donate.get("/schedules/<uuid:schedule_id>")
@allow(Permission.EDIT_SLOTS)
def change_schedule(schedule_id: uuid.UUID) -> str:
    """The form with a schedule in it."""
    schedule = _own(schedule_id)
    return _page(form_of_schedule(schedule), schedule)


@donate.post("/schedules/<uuid:schedule_id>")
@allow(Permission.EDIT_SLOTS)
def save_schedule(schedule_id: uuid.UUID) -> ResponseReturnValue:
    """Store the changes; days that somebody answered already stay as they are."""
    schedule = _own(schedule_id)
    form = Form.of_request()
    if (changed := _shown_again(form)) is not None:
        return _page(changed, schedule)
    try:
        draft = read_schedule(form, donor_id=schedule.donor_id, known=schedule)
        saved = edit_schedule(db(), actor(), schedule_id, draft, version=_version(form, schedule), now=now())
    except BadInput as wrong:
        return _page(form.refused(wrong), schedule), 422
    _say(saved, "Saved")
    return redirect(url_for("donate.slots"), 303)


@donate.post("/schedules/<uuid:schedule_id>/end")
@allow(Permission.EDIT_SLOTS)
def end(schedule_id: uuid.UUID) -> ResponseReturnValue:
    """Nothing more of it falls due."""
    form = Form.of_request()
    saved = end_schedule(db(), actor(), schedule_id, version=_version(form, _own(schedule_id)), now=now())
    _say(saved, "Ended")
    return redirect(url_for("donate.slots"), 303)


def _shown_again(form: Form) -> Form | None:
    """The form with a line more or less, when that is what was pressed."""
    return form if form.value("add_break") else with_other_dishes(form)


def _version(form: Form, schedule: ScheduleView) -> int:
    return form.whole("version", low=0, high=1_000_000, what="The version", empty=schedule.version)


def _own(schedule_id: uuid.UUID) -> ScheduleView:
    schedule = schedule_view(db(), actor(), schedule_id, today=today())
    if not actor().may(Permission.EDIT_SLOTS, organisations=frozenset({schedule.donor_id})):
        raise Forbidden("Only the donor and the coordinator change a schedule.")
    return schedule


def _say(saved: ScheduleSaved, done: str) -> None:
    db().flush()
    schedule = schedule_view(db(), actor(), saved.id, today=today())
    what = f"{done}: {upper_first(schedule.rule.words)}."
    if schedule.next_on is not None:
        what += f" The next is {day(schedule.next_on)}."
    if saved.ahead.made:
        what += f" {counted(saved.ahead.made, 'day')} put on the list to confirm."
    if saved.ahead.withdrawn:
        what += f" {counted(saved.ahead.withdrawn, 'day')} taken off."
    flash(what)


def _page(form: Form, schedule: ScheduleView | None) -> str:
    rules = PlanningRules.from_settings(get_network(db(), actor().network_id).settings)
    rhythms = [(rhythm.value, rhythm.label) for rhythm in Rhythm]
    if schedule is not None and schedule.rule.rhythm is None:
        rhythms.insert(0, (AS_IT_IS, "As it is now: " + schedule.rule.words))
    return render_template(
        "donate/schedule_form.html",
        form=form,
        schedule=schedule,
        keys=dish_keys(form),
        rhythms=rhythms,
        weekdays=[(each.value, each.label) for each in Weekday],
        breaks=break_numbers(form),
        donors=donors_of(db(), actor(), Permission.EDIT_SLOTS),
        allergens=[(allergen.value, allergen.label) for allergen in Allergen],
        hot_limit_s=rules.hot_limit_s,
        chilled_limit_s=rules.chilled_limit_s,
    )
