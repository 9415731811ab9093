"""Donation schedules as their donor reads them: in plain words, with the next days."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.recurrence import Recurrence
from logistics.domain.usual_dish import UsualDish
from logistics.domain.vocabulary import TemperatureClass
from logistics.persistence.tables import DonationSchedule

LOOK_AHEAD_DAYS = 400


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleView:
    """A schedule. `next_on` None: nothing falls due any more, or not within a year."""

    id: uuid.UUID
    donor_id: uuid.UUID
    donor_name: str
    rule: Recurrence
    starts_on: date
    ends_on: date | None
    breaks: tuple[tuple[date, date], ...]
    ready_at: time
    collect_by: time
    temperature: TemperatureClass
    hot_hold_until: time | None
    dishes: tuple[UsualDish, ...]
    version: int
    next_on: date | None
    is_over: bool


def schedules_of(session: Session, actor: Actor, *, today: date) -> tuple[ScheduleView, ...]:
    """The schedules that this actor may see and that are not over, by donor and time."""
    chosen = select(DonationSchedule).where((DonationSchedule.ends_on.is_(None)) | (DonationSchedule.ends_on >= today))
    own = actor.organisations_for(Permission.SEE_SLOTS)
    if own is not None:
        chosen = chosen.where(DonationSchedule.donor_id.in_(own))
    rows = session.scalars(chosen.options(selectinload(DonationSchedule.donor)))
    views = [_view(row, today) for row in rows]
    return tuple(sorted(views, key=lambda view: (view.donor_name, view.ready_at, str(view.id))))


def schedule_view(session: Session, actor: Actor, schedule_id: uuid.UUID, *, today: date) -> ScheduleView:
    """One schedule. Raises NotFound for one of another donor."""
    row = session.scalar(
        select(DonationSchedule).where(DonationSchedule.id == schedule_id).options(selectinload(DonationSchedule.donor))
    )
    if row is None or not actor.may(Permission.SEE_SLOTS, organisations=frozenset({row.donor_id})):
        raise NotFound("There is no such schedule of yours. It may belong to somebody else.")
    return _view(row, today)


def _view(row: DonationSchedule, today: date) -> ScheduleView:
    rule = Recurrence.parse(row.rule)
    breaks = tuple((date.fromisoformat(begins), date.fromisoformat(ends)) for begins, ends in row.breaks)
    coming = rule.due(row.starts_on, row.ends_on, breaks, today, today + timedelta(days=LOOK_AHEAD_DAYS))
    return ScheduleView(
        id=row.id,
        donor_id=row.donor_id,
        donor_name=row.donor.name,
        rule=rule,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        breaks=breaks,
        ready_at=row.ready_at,
        collect_by=row.collect_by,
        temperature=row.temperature,
        hot_hold_until=row.hot_hold_until,
        dishes=tuple(map(UsualDish.of_row, row.dishes)),
        version=row.version,
        next_on=coming[0] if coming else None,
        is_over=row.ends_on is not None and row.ends_on < today,
    )
