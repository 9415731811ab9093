"""Donation schedules: what a donor gives again and again. Changing one brings the dated slots that nobody answered in line."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.recurrence import Recurrence
from logistics.domain.usual_dish import MOST_USE_BY_DAYS, UsualDish
from logistics.domain.vocabulary import AllergenDeclaration, TemperatureClass
from logistics.domain.week import LONDON
from logistics.persistence.tables import DonationSchedule
from logistics.services.audit import note
from logistics.services.donation_slots import PORTION_G, require_donor
from logistics.services.made_ahead import MADE_AHEAD_DAYS, MadeAhead, bring_in_line, hand_logged_beside
from logistics.services.slot_draft import (
    MOST_DISHES,
    PROBLEM,
    DishDraft,
    SlotDraft,
    wrong_with_dish,
    wrong_with_times,
)

MOST_BREAKS = 20
LONGEST_DAYS = 3 * 366
SUBJECT = "donation_schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDraft:
    """A schedule as a form holds it. A dish's `use_by` counts from `starts_on`. `is_more` answers the question about others."""

    donor_id: uuid.UUID
    rule: Recurrence | None
    starts_on: date | None
    ends_on: date | None = None
    breaks: tuple[tuple[date | None, date | None], ...] = ()
    ready_at: time | None = None
    collect_by: time | None = None
    temperature: TemperatureClass | None = None
    hot_hold_until: time | None = None
    dishes: tuple[DishDraft, ...] = ()
    is_more: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleSaved:
    """What was stored, and what became of the dated slots."""

    id: uuid.UUID
    ahead: MadeAhead


def add_schedule(session: Session, actor: Actor, draft: ScheduleDraft, *, now: datetime) -> ScheduleSaved:
    """Store a schedule and make its slots for the weeks ahead. Raises BadInput, NotFound, Forbidden."""
    require_donor(session, actor, draft.donor_id)
    _check(session, draft, known=None, now=now)
    schedule = DonationSchedule(id=uuid.uuid4(), donor_id=draft.donor_id)
    _write(schedule, draft, now)
    session.add(schedule)
    session.flush()
    note(session, actor, "schedule_added", SUBJECT, schedule.id, now=now, rule=schedule.rule)
    return ScheduleSaved(id=schedule.id, ahead=_ahead(session, actor, schedule, now))


def edit_schedule(
    session: Session, actor: Actor, schedule_id: uuid.UUID, draft: ScheduleDraft, *, version: int, now: datetime
) -> ScheduleSaved:
    """Store a schedule as the draft has it. Slots that somebody confirmed, changed or cancelled, or that are planned, stay.

    Raises NotFound, Conflict when somebody else changed it since `version`, BadInput.
    """
    schedule = own_schedule(session, actor, schedule_id)
    if schedule.version != version:
        raise Conflict("Somebody else changed this schedule meanwhile. Load it again and repeat your change.")
    draft = replace(draft, donor_id=schedule.donor_id)
    _check(session, draft, known=schedule, now=now)
    before = _facts(schedule)
    _write(schedule, draft, now)
    after = _facts(schedule)
    changes = {name: [before[name], after[name]] for name in after if before[name] != after[name]}
    note(session, actor, "schedule_changed", SUBJECT, schedule.id, now=now, changes=changes)
    session.flush()
    return ScheduleSaved(id=schedule.id, ahead=_ahead(session, actor, schedule, now))


def end_schedule(
    session: Session, actor: Actor, schedule_id: uuid.UUID, *, version: int, now: datetime
) -> ScheduleSaved:
    """Let nothing more fall due from tomorrow on; slots that nobody confirmed are withdrawn. Raises NotFound, Conflict."""
    schedule = own_schedule(session, actor, schedule_id)
    if schedule.version != version:
        raise Conflict("Somebody else changed this schedule meanwhile. Load it again and repeat your change.")
    today = now.astimezone(LONDON).date()
    before = schedule.ends_on
    if before is not None and before < today:
        raise RuleBroken("This schedule has ended already: nothing more falls due.")
    # What has not begun yet ends before today, so that nothing of it falls due at all.
    last = today if schedule.starts_on <= today else today - timedelta(days=1)
    schedule.starts_on = min(schedule.starts_on, last)
    schedule.ends_on = last
    changes = {"until": [before.isoformat() if before else "", last.isoformat()]}
    note(session, actor, "schedule_ended", SUBJECT, schedule.id, now=now, changes=changes)
    session.flush()
    return ScheduleSaved(id=schedule.id, ahead=_ahead(session, actor, schedule, now))


def own_schedule(session: Session, actor: Actor, schedule_id: uuid.UUID) -> DonationSchedule:
    """A schedule that this actor may change, locked. Raises NotFound."""
    schedule = session.scalar(select(DonationSchedule).where(DonationSchedule.id == schedule_id).with_for_update())
    if schedule is None or not actor.may(Permission.EDIT_SLOTS, organisations=frozenset({schedule.donor_id})):
        raise NotFound("There is no such schedule of yours. It may belong to somebody else.")
    return schedule


def _ahead(session: Session, actor: Actor, schedule: DonationSchedule, now: datetime) -> MadeAhead:
    until = now.astimezone(LONDON).date() + timedelta(days=MADE_AHEAD_DAYS)
    return bring_in_line(session, actor, schedule, until=until, now=now)


def _check(session: Session, draft: ScheduleDraft, *, known: DonationSchedule | None, now: datetime) -> None:
    today = now.astimezone(LONDON).date()
    sample = SlotDraft(
        donor_id=draft.donor_id,
        service_date=draft.starts_on,
        ready_at=draft.ready_at,
        collect_by=draft.collect_by,
        temperature=draft.temperature,
        hot_hold_until=draft.hot_hold_until,
    )
    # The first day is no day of collection: a schedule may have begun long ago, and each day is looked at when it is made.
    errors = {n: words for n, words in wrong_with_times(sample, None, today).items() if n != "service_date"}
    errors |= _wrong_with_dates(draft, known, today)
    for dish in draft.dishes:
        wrong = wrong_with_dish(dish, sample)
        if dish.use_by is not None and draft.starts_on and dish.use_by > draft.starts_on + timedelta(MOST_USE_BY_DAYS):
            wrong["use_by"] = f"Enter a number of days from 0 to {MOST_USE_BY_DAYS}"
        elif "use_by" in wrong:
            wrong["use_by"] = "Chilled food needs its use-by: enter how many days after collection, 0 for the same day"
        errors |= {("use_by_days" if n == "use_by" else n) + f"-{dish.key}": words for n, words in wrong.items()}
    if not draft.dishes:
        errors["dish-1"] = "Enter what the food is"
    if len(draft.dishes) > MOST_DISHES:
        errors["dish-1"] = f"List at most {MOST_DISHES} dishes together"
    if not errors and known is None and not draft.is_more:
        errors |= _beside_others(session, draft, today)
    if errors:
        raise BadInput(PROBLEM, errors)


def _wrong_with_dates(draft: ScheduleDraft, known: DonationSchedule | None, today: date) -> dict[str, str]:
    errors: dict[str, str] = {}
    if draft.rule is None:
        errors["days"] = "Choose at least one day"
    first = draft.starts_on
    if first is None:
        errors["starts_on"] = "Enter the first day"
    elif (known is None or first != known.starts_on) and not abs((first - today).days) <= LONGEST_DAYS:
        errors["starts_on"] = "Enter a first day within three years"
    if first and draft.ends_on and draft.ends_on < first:
        errors["ends_on"] = "The last day cannot be before the first"
    if len(draft.breaks) > MOST_BREAKS:
        errors["break_from-1"] = f"Enter at most {MOST_BREAKS} breaks; take out those that are over"
    for number, (begins, ends) in enumerate(draft.breaks, start=1):
        if begins is None:
            errors[f"break_from-{number}"] = "Enter the first day of the break"
        elif ends is None:
            errors[f"break_until-{number}"] = "Enter the last day of the break"
        elif ends < begins:
            errors[f"break_until-{number}"] = "A break cannot end before it begins"
    if not errors and draft.rule and first and draft.ends_on:
        breaks = [(a, b) for a, b in draft.breaks if a and b]
        if not draft.rule.due(first, draft.ends_on, breaks, first, first + timedelta(days=LONGEST_DAYS)):
            errors["ends_on"] = "There is no such day between the first and the last: check the days and the breaks"
    return errors


def _beside_others(session: Session, draft: ScheduleDraft, today: date) -> dict[str, str]:
    assert draft.rule is not None, "checked"
    assert draft.starts_on is not None, "checked"
    last = min(draft.ends_on or date.max, today + timedelta(days=MADE_AHEAD_DAYS))
    days = draft.rule.dates(draft.starts_on, today, last)
    other = hand_logged_beside(session, draft.donor_id, days, draft.ready_at, draft.collect_by)
    if other is None:
        return {}
    return {
        "is_more": f"There is food for {other.ready_at:%H:%M} to {other.collect_by:%H:%M} on {other.service_date:%d/%m/%Y} "
        "already. Tick the box if this is more food, or change the other one instead"
    }


def _write(schedule: DonationSchedule, draft: ScheduleDraft, now: datetime) -> None:
    assert draft.rule is not None, "checked"
    assert draft.starts_on is not None, "checked"
    assert draft.ready_at is not None, "checked"
    assert draft.collect_by is not None, "checked"
    assert draft.temperature is not None, "checked"
    schedule.rule = draft.rule.text
    schedule.starts_on = draft.starts_on
    schedule.ends_on = draft.ends_on
    schedule.breaks = [[a.isoformat(), b.isoformat()] for a, b in sorted(draft.breaks, key=str) if a and b]
    schedule.ready_at = draft.ready_at
    schedule.collect_by = draft.collect_by
    schedule.temperature = draft.temperature
    schedule.hot_hold_until = draft.hot_hold_until
    dishes = [_usual(dish, draft).to_row() for dish in draft.dishes]
    if dishes != schedule.dishes:
        # What was said of the food before is not "the same as last week" any more.
        schedule.changed_at = now
    schedule.dishes = dishes


def _usual(dish: DishDraft, draft: ScheduleDraft) -> UsualDish:
    assert draft.starts_on is not None, "checked"
    assert dish.declaration is not None, "checked"
    goods = draft.temperature is TemperatureClass.AMBIENT
    contains = dish.declaration is AllergenDeclaration.CONTAINS
    return UsualDish(
        dish=dish.dish,
        portions=0 if goods else dish.portions,
        weight_g=dish.weight_g if goods else dish.portions * PORTION_G,
        diets=dish.diets,
        declaration=dish.declaration,
        allergens=dish.allergens if contains else frozenset(),
        texture_iddsi=dish.texture_iddsi,
        use_by_days=None if dish.use_by is None else (dish.use_by - draft.starts_on).days,
    )


def _facts(schedule: DonationSchedule) -> dict[str, str]:
    return {
        "days": Recurrence.parse(schedule.rule).words,
        "from": schedule.starts_on.isoformat(),
        "until": schedule.ends_on.isoformat() if schedule.ends_on else "",
        "breaks": "; ".join(f"{begins} to {ends}" for begins, ends in schedule.breaks),
        "ready at": f"{schedule.ready_at:%H:%M}",
        "collect by": f"{schedule.collect_by:%H:%M}",
        "temperature": schedule.temperature.value,
        "food": "; ".join(f"{row['portions'] or row['weight_g']} {row['dish']}" for row in schedule.dishes),
    }
