"""The donor's form: several dishes of one slot, each field of a dish with its number behind its name."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from datetime import date, timedelta

from flask import request

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, TemperatureClass
from logistics.queries.donor_slots import SlotView
from logistics.services.slot_draft import MOST_DISHES, DishDraft, SlotDraft
from web.forms import PROBLEM, Form

KEYS = "dish_key"
OTHER_DAY = "other"
MOST_GRAMS = 100_000_000


def first_form(donor_id: uuid.UUID | None) -> Form:
    """An empty form with one dish, and nothing chosen beforehand."""
    return Form.showing(donor=donor_id, **{KEYS: ["1"]})


def form_of(slot: SlotView, *, day: date | None, keeps_declaration: bool) -> Form:
    """A form that shows a slot. For "same again" the day is a new one, and whoever cooks says again what is in it."""
    values: dict[str, object] = {
        "donor": slot.donor_id,
        "temperature": slot.temperature.value,
        "day": day.isoformat() if day else None,
        "service_date": day.isoformat() if day else None,
        "ready_at": slot.ready_at,
        "collect_by": slot.collect_by,
        "hot_hold_until": slot.hot_hold_until,
        "version": slot.version if keeps_declaration else None,
        KEYS: [str(number) for number, _ in enumerate(slot.dishes, start=1)],
    }
    for number, dish in enumerate(slot.dishes, start=1):
        values |= {
            f"batch-{number}": dish.id if keeps_declaration else None,
            f"dish-{number}": dish.dish,
            f"portions-{number}": dish.portions or None,
            f"kilograms-{number}": f"{dish.weight_g / 1000:g}" if not dish.portions and dish.weight_g else None,
            f"diets-{number}": [diet.value for diet in dish.diets],
            f"allergens-{number}": [allergen.value for allergen in dish.allergens],
            f"declaration-{number}": dish.declaration.value if keeps_declaration else None,
            f"texture-{number}": dish.texture_iddsi,
            f"use_by-{number}": dish.use_by if keeps_declaration else None,
        }
    return Form.showing(**values)


def dish_keys(form: Form) -> list[str]:
    """The numbers of the dishes that the form holds, each once, at least one."""
    keys = [key for key in dict.fromkeys(form.values(KEYS)) if key.isascii() and key.isdecimal() and len(key) < 4]
    return keys[:MOST_DISHES] or ["1"]


def with_dishes(keys: Iterable[str]) -> Form:
    """The form as it was sent, with these dishes."""
    return Form({**{name: request.form.getlist(name) for name in request.form}, KEYS: list(keys)})


def next_key(keys: Iterable[str]) -> str:
    """The number of one more dish."""
    return str(max(int(key) for key in keys) + 1)


def with_other_dishes(form: Form) -> Form | None:
    """The form with a dish added or removed, when that is what was pressed."""
    keys = dish_keys(form)
    if form.value("add_dish"):
        return with_dishes([*keys, next_key(keys)])
    removed = form.value("remove_dish")
    if removed in keys and len(keys) > 1:
        return with_dishes([key for key in keys if key != removed])
    return None


def suggested_days(today: date, chosen: str) -> list[tuple[str, date]]:
    """Days to choose from at a glance: the next three, and the one chosen before."""
    days = [today + timedelta(days=n) for n in range(3)]
    try:
        other = date.fromisoformat(chosen)
    except ValueError:
        other = None
    if other is not None and other not in days:
        days = sorted([*days[:2], other])
    return [(day.isoformat(), day) for day in days]


def read_slot(form: Form, *, donor_id: uuid.UUID) -> SlotDraft:
    """What was typed as a draft. Raises BadInput with every field that cannot be read."""
    other_day = form.value("day") == OTHER_DAY
    draft = SlotDraft(
        donor_id=donor_id,
        service_date=form.day("service_date" if other_day else "day"),
        ready_at=form.clock("ready_at"),
        collect_by=form.clock("collect_by"),
        temperature=form.choice("temperature", TemperatureClass),
        hot_hold_until=form.clock("hot_hold_until"),
        dishes=tuple(read_dish(form, key) for key in dish_keys(form)),
        is_more=form.yes("is_more"),
    )
    if form.errors:
        raise BadInput(PROBLEM, dict(form.errors))
    return draft


def at_the_day(form: Form, wrong: BadInput) -> BadInput:
    """The error with what is wrong with the day put where the day was chosen: at the list, unless another was typed."""
    if form.value("day") == OTHER_DAY or "service_date" not in wrong.fields:
        return wrong
    fields = {("day" if name == "service_date" else name): words for name, words in wrong.fields.items()}
    return BadInput(str(wrong), fields)


def read_dish(form: Form, key: str) -> DishDraft:
    """One dish as typed; what cannot be read is kept in the form's errors."""
    texture = form.value(f"texture-{key}")
    return DishDraft(
        key=key,
        batch_id=form.key(f"batch-{key}"),
        dish=form.text(f"dish-{key}", most=200),
        portions=form.whole(f"portions-{key}", low=0, high=1_000_000, what="Portions", empty=0),
        weight_g=_grams(form, f"kilograms-{key}"),
        diets=form.choices(f"diets-{key}", Diet),
        declaration=form.choice(f"declaration-{key}", AllergenDeclaration),
        allergens=form.choices(f"allergens-{key}", Allergen),
        texture_iddsi=int(texture) if texture in ("3", "4", "5", "6", "7") else None,
        use_by=form.day(f"use_by-{key}"),
    )


def _grams(form: Form, name: str) -> int:
    typed = form.value(name).strip().replace(",", "")
    if not typed:
        return 0
    try:
        grams = round(float(typed) * 1000)
    except (ValueError, OverflowError):
        grams = -1
    if not 0 <= grams <= MOST_GRAMS:
        form.errors[name] = "Enter kilograms as a number, like 12.5"
        return 0
    return grams
