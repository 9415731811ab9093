"""Two versions of a week's plan beside each other: who is served by whom and when, and how the later one came about."""

from __future__ import annotations

import uuid
from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.plan_edits import EditKind
from logistics.persistence.tables import Account, PlanDraft, PlanEdit
from logistics.queries.plan_rows import PlanView, RouteRow, StopRow

NOTICED_S = 300
"""A household need not hear of a change of its time that is smaller."""


class ChangeKind(StrEnum):
    """What differs for a household's visit."""

    NEW = "new"
    GONE = "gone"
    DRIVER = "driver"
    TIME = "time"

    @property
    def label(self) -> str:
        """The words people read."""
        return {
            ChangeKind.NEW: "Served now",
            ChangeKind.GONE: "Not served any more",
            ChangeKind.DRIVER: "Another driver",
            ChangeKind.TIME: "Another time",
        }[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitIn:
    """A visit as one version has it."""

    letter: str
    style: str
    driver: str
    service_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitChange:
    """One visit that differs; None where that version has none."""

    day: date
    name: str
    household_id: uuid.UUID
    kind: ChangeKind
    before: VisitIn | None
    after: VisitIn | None


@dataclass(frozen=True, slots=True, kw_only=True)
class EditMade:
    """One thing that somebody did by hand on the way to a version."""

    kind: EditKind
    day: date
    who: str
    made_at: datetime


def visit_changes(before: PlanView, after: PlanView) -> tuple[VisitChange, ...]:
    """Every visit with another driver, another time (by more than five minutes), or in one version only."""
    old, new = _visits(before), _visits(after)
    changes = []
    for key in sorted(set(old) | set(new), key=lambda key: (key[0], str(key[1]))):
        left, right = old.get(key, []), new.get(key, [])
        for place in range(max(len(left), len(right))):
            was = left[place] if place < len(left) else None
            is_now = right[place] if place < len(right) else None
            kind = _kind(was, is_now)
            if kind is not None:
                changes.append(_change(key[0], key[1], kind, was, is_now))
    return tuple(sorted(changes, key=lambda change: (change.day, change.name)))


type _Visit = tuple[RouteRow, StopRow]


def _visits(view: PlanView) -> dict[tuple[date, uuid.UUID], list[_Visit]]:
    visits: defaultdict[tuple[date, uuid.UUID], list[_Visit]] = defaultdict(list)
    for route in view.routes:
        for stop in route.doors:
            if stop.household_id is not None:
                visits[route.day, stop.household_id].append((route, stop))
    for own in visits.values():
        own.sort(key=lambda visit: visit[1].service_at)
    return visits


def _kind(was: _Visit | None, is_now: _Visit | None) -> ChangeKind | None:
    if was is None:
        return ChangeKind.NEW
    if is_now is None:
        return ChangeKind.GONE
    if [member.volunteer_id for member in was[0].crew] != [member.volunteer_id for member in is_now[0].crew]:
        return ChangeKind.DRIVER
    moved_s = abs((is_now[1].service_at - was[1].service_at).total_seconds())
    return ChangeKind.TIME if moved_s > NOTICED_S else None


def _change(
    day: date, household_id: uuid.UUID, kind: ChangeKind, was: _Visit | None, is_now: _Visit | None
) -> VisitChange:
    names = [visit[1].name for visit in (was, is_now) if visit is not None]
    return VisitChange(
        day=day,
        name=names[0],
        household_id=household_id,
        kind=kind,
        before=_in(was),
        after=_in(is_now),
    )


def _in(visit: _Visit | None) -> VisitIn | None:
    if visit is None:
        return None
    route, stop = visit
    return VisitIn(letter=route.letter, style=route.style, driver=route.driver, service_at=stop.service_at)


def edits_behind(session: Session, plan_id: uuid.UUID) -> tuple[EditMade, ...]:
    """What was done by hand for that version, in order; nothing for one that no draft became."""
    rows = session.execute(
        select(PlanEdit.kind, PlanEdit.service_date, PlanEdit.made_at, Account.name)
        .join(PlanDraft, PlanDraft.id == PlanEdit.draft_id)
        .outerjoin(Account, Account.id == PlanEdit.made_by)
        .where(PlanDraft.saved_plan_id == plan_id, PlanEdit.number <= PlanDraft.position)
        .order_by(PlanEdit.number)
    )
    return tuple(
        EditMade(kind=kind, day=day, who=name or "Somebody", made_at=made_at) for kind, day, made_at, name in rows
    )


def was_improved(session: Session, plan_id: uuid.UUID) -> bool:
    """Whether the planner made that version around the pins of a draft."""
    draft = session.scalar(
        select(PlanDraft.id).where(PlanDraft.saved_plan_id == plan_id, PlanDraft.run_id.is_not(None))
    )
    return draft is not None
