"""The form of a donation schedule: days and rhythm as people say them, breaks, and the usual dishes."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

from logistics.domain.errors import BadInput
from logistics.domain.recurrence import Recurrence, Rhythm
from logistics.domain.usual_dish import MOST_USE_BY_DAYS
from logistics.domain.vocabulary import TemperatureClass
from logistics.domain.weekdays import Weekday
from logistics.queries.donation_schedules import ScheduleView
from logistics.services.donation_schedules import MOST_BREAKS, ScheduleDraft
from logistics.services.slot_draft import DishDraft
from web.donate.slot_form import KEYS, dish_keys, read_dish
from web.forms import PROBLEM, Form

AS_IT_IS = "as_it_is"
"""The choice for a rule that came from a calendar and that no rhythm says."""


def first_schedule(donor_id: uuid.UUID | None, today: date) -> Form:
    """An empty form with one dish: every week, from today."""
    return Form.showing(donor=donor_id, rhythm=Rhythm.WEEKLY.value, starts_on=today, **{KEYS: ["1"]})


def form_of_schedule(schedule: ScheduleView) -> Form:
    """A form that shows a schedule."""
    said = schedule.rule.rhythm
    values: dict[str, object] = {
        "donor": schedule.donor_id,
        "rhythm": said[0].value if said else AS_IT_IS,
        "days": [day.value for day in said[1]] if said else [],
        "starts_on": schedule.starts_on,
        "ends_on": schedule.ends_on,
        "temperature": schedule.temperature.value,
        "ready_at": schedule.ready_at,
        "collect_by": schedule.collect_by,
        "hot_hold_until": schedule.hot_hold_until,
        "version": schedule.version,
        KEYS: [str(number) for number, _ in enumerate(schedule.dishes, start=1)],
    }
    for number, (begins, ends) in enumerate(schedule.breaks, start=1):
        values |= {f"break_from-{number}": begins, f"break_until-{number}": ends}
    for number, dish in enumerate(schedule.dishes, start=1):
        values |= {
            f"dish-{number}": dish.dish,
            f"portions-{number}": dish.portions or None,
            f"kilograms-{number}": f"{dish.weight_g / 1000:g}" if not dish.portions else None,
            f"diets-{number}": [diet.value for diet in dish.diets],
            f"allergens-{number}": [allergen.value for allergen in dish.allergens],
            f"declaration-{number}": dish.declaration.value,
            f"texture-{number}": dish.texture_iddsi,
            f"use_by_days-{number}": dish.use_by_days,
        }
    return Form.showing(**values)


def break_numbers(form: Form) -> list[int]:
    """The lines for breaks: those that hold something, and one more."""
    filled = [n for n in range(1, MOST_BREAKS + 1) if form.value(f"break_from-{n}") or form.value(f"break_until-{n}")]
    more = 2 if form.value("add_break") else 1
    return list(range(1, min(MOST_BREAKS, max(filled, default=0) + more) + 1))


def read_schedule(form: Form, *, donor_id: uuid.UUID, known: ScheduleView | None) -> ScheduleDraft:
    """What was typed as a draft. Raises BadInput with every field that cannot be read."""
    starts_on = form.day("starts_on", required="Enter the first day")
    draft = ScheduleDraft(
        donor_id=donor_id,
        rule=_rule(form, known),
        starts_on=starts_on,
        ends_on=form.day("ends_on"),
        breaks=_breaks(form),
        ready_at=form.clock("ready_at"),
        collect_by=form.clock("collect_by"),
        temperature=form.choice("temperature", TemperatureClass),
        hot_hold_until=form.clock("hot_hold_until"),
        dishes=tuple(_dish(form, key, starts_on) for key in dish_keys(form)),
        is_more=form.yes("is_more"),
    )
    if form.errors:
        raise BadInput(PROBLEM, dict(form.errors))
    return draft


def _rule(form: Form, known: ScheduleView | None) -> Recurrence | None:
    if form.value("rhythm") == AS_IT_IS and known is not None:
        return known.rule
    rhythm = form.choice("rhythm", Rhythm, required="Choose how often")
    days = form.choices("days", Weekday)
    if not days and "days" not in form.errors:
        form.errors["days"] = "Choose at least one day"
    return Recurrence.of(rhythm, days) if rhythm is not None and days else None


def _breaks(form: Form) -> tuple[tuple[date | None, date | None], ...]:
    found = []
    for number in range(1, MOST_BREAKS + 1):
        names = f"break_from-{number}", f"break_until-{number}"
        if any(form.value(name).strip() for name in names):
            found.append((number, form.day(names[0]), form.day(names[1])))
    # The service counts its errors by position: keep them at the lines that were typed.
    if [number for number, _, _ in found] != list(range(1, len(found) + 1)):
        last = found[-1][0]
        typed = {number: (begins, ends) for number, begins, ends in found}
        for number in range(1, last + 1):
            if number not in typed:
                form.errors[f"break_from-{number}"] = "Leave no empty line between two breaks"
    return tuple((begins, ends) for _, begins, ends in found)


def _dish(form: Form, key: str, starts_on: date | None) -> DishDraft:
    name = f"use_by_days-{key}"
    dish = replace(read_dish(form, key), use_by=None)
    if not form.value(name).strip() or starts_on is None:
        return dish
    days = form.whole(name, low=0, high=MOST_USE_BY_DAYS, what="Days after collection")
    return replace(dish, use_by=starts_on + timedelta(days=days))
