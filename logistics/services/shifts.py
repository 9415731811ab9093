"""When volunteers are there: one shift or the same one every week, taken away again, and the days they are away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.weekdays import Weekday
from logistics.persistence.tables import Route, RouteCrew, Shift
from logistics.services.audit import note
from logistics.services.volunteers import PROBLEM, load_volunteer

LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftDraft:
    """A shift as a form holds it. With `until` it comes every week on `days` (none: on the weekday of `on`) up to and with that day."""

    on: date | None
    starts_at: time | None
    ends_at: time | None
    days: frozenset[Weekday] = frozenset()
    until: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftsAdded:
    """The new ones by date; `kept`: the days that had one at that time already, which was left as it is."""

    added: tuple[date, ...]
    kept: tuple[date, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Away:
    """The days whose shifts were taken away; `planned`: those that a plan counts on, so that nothing was changed there."""

    removed: tuple[date, ...]
    planned: tuple[date, ...]


def add_shifts(
    session: Session, actor: Actor, volunteer_id: uuid.UUID, draft: ShiftDraft, *, now: datetime
) -> ShiftsAdded:
    """Write down that a volunteer is there. Two shifts of one volunteer never overlap. Raises BadInput, NotFound, Forbidden."""
    volunteer = load_volunteer(session, actor, volunteer_id, Permission.EDIT_VOLUNTEERS)
    dates = _dates(draft)
    assert draft.starts_at is not None
    assert draft.ends_at is not None
    taken: dict[date, Shift] = {}
    for shift in session.scalars(
        select(Shift)
        .where(
            Shift.volunteer_id == volunteer.id,
            Shift.service_date.between(dates[0], dates[-1]),
            Shift.starts_at < draft.ends_at,
            Shift.ends_at > draft.starts_at,
        )
        .order_by(Shift.service_date, Shift.starts_at)
    ):
        taken.setdefault(shift.service_date, shift)
    added = tuple(on for on in dates if on not in taken)
    if not added:
        first = taken[dates[0]]
        words = f"They already have a shift from {first.starts_at:%H:%M} to {first.ends_at:%H:%M}"
        raise BadInput(PROBLEM, {"starts_at": words if len(dates) == 1 else f"{words} on each of these days"})
    for on in added:
        shift = Shift(
            id=uuid.uuid4(),
            volunteer_id=volunteer.id,
            service_date=on,
            starts_at=draft.starts_at,
            ends_at=draft.ends_at,
        )
        session.add(shift)
        note(session, actor, "shift_added", "shift", shift.id, now=now, volunteer=str(volunteer.id))
    return ShiftsAdded(added=added, kept=tuple(on for on in dates if on in taken))


def remove_shift(session: Session, actor: Actor, shift_id: uuid.UUID, *, now: datetime) -> uuid.UUID:
    """Take a shift away. Returns the volunteer's id. Raises NotFound, Forbidden, RuleBroken once a plan uses it."""
    shift = session.scalar(select(Shift).where(Shift.id == shift_id))
    if shift is None:
        raise NotFound("There is no such shift here: it may have been removed already.")
    volunteer = load_volunteer(session, actor, shift.volunteer_id, Permission.EDIT_VOLUNTEERS)
    if _planned(session, [shift]):
        raise RuleBroken("A plan already uses this shift. Plan the week again without this volunteer instead.")
    _take_away(session, actor, shift, now=now)
    return volunteer.id


def be_away(
    session: Session, actor: Actor, volunteer_id: uuid.UUID, first: date | None, last: date | None, *, now: datetime
) -> Away:
    """Take away every shift from the first day to the last, but those that a plan counts on. Raises BadInput, NotFound, Forbidden."""
    volunteer = load_volunteer(session, actor, volunteer_id, Permission.EDIT_VOLUNTEERS)
    errors: dict[str, str] = {}
    if first is None:
        errors["away_from"] = "Enter the first day away"
    if last is None:
        errors["away_until"] = "Enter the last day away"
    elif first is not None and last < first:
        errors["away_until"] = "The last day away cannot be before the first"
    if errors:
        raise BadInput(PROBLEM, errors)
    shifts = session.scalars(
        select(Shift)
        .where(Shift.volunteer_id == volunteer.id, Shift.service_date.between(first, last))
        .order_by(Shift.service_date, Shift.starts_at)
    ).all()
    planned = _planned(session, shifts)
    free = [shift for shift in shifts if shift.id not in planned]
    for shift in free:
        _take_away(session, actor, shift, now=now)
    return Away(
        removed=tuple(dict.fromkeys(shift.service_date for shift in free)),
        planned=tuple(dict.fromkeys(shift.service_date for shift in shifts if shift.id in planned)),
    )


def _take_away(session: Session, actor: Actor, shift: Shift, *, now: datetime) -> None:
    session.delete(shift)
    note(session, actor, "shift_removed", "shift", shift.id, now=now, volunteer=str(shift.volunteer_id))


def _planned(session: Session, shifts: Sequence[Shift]) -> frozenset[uuid.UUID]:
    """Those of these that a version of a plan names."""
    ids = [shift.id for shift in shifts]
    used = (
        select(Shift.id)
        .where(Shift.id.in_(ids))
        .where(
            or_(
                select(RouteCrew.id).where(RouteCrew.shift_id == Shift.id).exists(),
                select(Route.id).where(Route.shift_id == Shift.id).exists(),
            )
        )
    )
    return frozenset(session.scalars(used))


def _dates(draft: ShiftDraft) -> tuple[date, ...]:
    """At least one date, in order. Raises BadInput."""
    errors: dict[str, str] = {}
    if draft.on is None:
        errors["on"] = "Enter the date"
    if draft.starts_at is None:
        errors["starts_at"] = "Enter when it starts"
    if draft.ends_at is None:
        errors["ends_at"] = "Enter when it ends"
    if draft.starts_at and draft.ends_at and draft.ends_at <= draft.starts_at:
        errors["ends_at"] = "The end must be after the start, on the same day"
    if draft.days and draft.until is None:
        errors["until"] = "Enter the last day, or tick no days for one shift"
    if draft.on and draft.until:
        if draft.until < draft.on:
            errors["until"] = "The last day cannot be before the first"
        elif draft.until - draft.on > LONGEST:
            errors["until"] = "The last day can be a year from the first at most"
    if errors:
        raise BadInput(PROBLEM, errors)
    assert draft.on is not None
    days = draft.days or frozenset({Weekday.of(draft.on)})
    last = draft.until or draft.on
    span = (draft.on + timedelta(days=number) for number in range((last - draft.on).days + 1))
    dates = tuple(on for on in span if Weekday.of(on) in days)
    if not dates:
        raise BadInput(PROBLEM, {"until": "None of the days ticked lies between the first day and the last"})
    return dates
