"""Who is to be rung: the list of a day, with what was said last time, and one call with those before it."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.week import LONDON
from logistics.domain.welfare import WelfareCause, WelfareOutcome
from logistics.persistence.tables import Account, Household, WelfareCall

MOST_ROWS = 300
MOST_BEFORE = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBefore:
    """A call that was made."""

    at: datetime
    outcome: WelfareOutcome
    note: str
    who: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow:
    """One line of the list. `last` is the household's last call; `tries` how many in a row reached nobody."""

    id: uuid.UUID
    household_id: uuid.UUID
    name: str
    phone: str
    language: str
    is_at_risk: bool
    due_on: date
    is_overdue: bool
    cause: WelfareCause
    every_days: int | None
    outcome: WelfareOutcome | None
    tries: int
    last: CallBefore | None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallList:
    """Who is to be rung today or was to be before, those at risk first; and what was done today."""

    day: date
    to_ring: tuple[CallRow, ...]
    done: tuple[CallRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage:
    """One call, with those made before it, the newest first."""

    row: CallRow
    before: tuple[CallBefore, ...]


def call_list(session: Session, actor: Actor, *, now: datetime) -> CallList:
    """The list of today. Raises Forbidden."""
    actor.require(Permission.FOLLOW_UP)
    today = now.astimezone(LONDON).date()
    midnight = datetime.combine(today, datetime.min.time(), LONDON)
    found = session.execute(
        select(WelfareCall, Household)
        .join(Household, Household.id == WelfareCall.household_id)
        .where(
            or_(
                WelfareCall.outcome.is_(None) & (WelfareCall.due_on <= today),
                WelfareCall.called_at >= midnight,
            )
        )
        .order_by(Household.at_risk.desc(), WelfareCall.due_on, WelfareCall.id)
        .limit(MOST_ROWS)
    ).all()
    rows = _rows(session, [(call, household) for call, household in found], today)
    return CallList(
        day=today,
        to_ring=tuple(row for row in rows if row.outcome is None),
        done=tuple(row for row in rows if row.outcome is not None),
    )


def call_page(session: Session, actor: Actor, call_id: uuid.UUID, *, now: datetime) -> CallPage:
    """One call. Raises Forbidden, NotFound."""
    actor.require(Permission.FOLLOW_UP)
    found = session.execute(
        select(WelfareCall, Household)
        .join(Household, Household.id == WelfareCall.household_id)
        .where(WelfareCall.id == call_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such call here.")
    call, household = found
    before = _made(session, [household.id])[household.id]
    (row,) = _rows(session, [(call, household)], now.astimezone(LONDON).date())
    return CallPage(row=row, before=tuple(reversed(before))[:MOST_BEFORE])


def tries_in_a_row(session: Session, household_id: uuid.UUID) -> int:
    """How many of the household's last calls reached nobody, back to the last that did."""
    return _tries(_made(session, [household_id])[household_id])


def _tries(made: list[CallBefore]) -> int:
    tries = 0
    for call in reversed(made):
        if call.outcome.spoke:
            break
        tries += 1
    return tries


def _rows(session: Session, found: list[tuple[WelfareCall, Household]], today: date) -> tuple[CallRow, ...]:
    made = _made(session, {household.id for _, household in found})
    return tuple(
        CallRow(
            id=call.id,
            household_id=household.id,
            name=household.contact_name,
            phone=household.phone,
            language=household.language,
            is_at_risk=household.at_risk,
            due_on=call.due_on,
            is_overdue=call.outcome is None and call.due_on < today,
            cause=call.cause,
            every_days=call.every_days,
            outcome=call.outcome,
            tries=_tries(made[household.id]),
            last=made[household.id][-1] if made[household.id] else None,
        )
        for call, household in found
    )


def _made(session: Session, household_ids: Collection[uuid.UUID]) -> dict[uuid.UUID, list[CallBefore]]:
    """The calls made to each household, the oldest first."""
    rows = session.execute(
        select(WelfareCall, Account.name, Account.email)
        .outerjoin(Account, Account.id == WelfareCall.account_id)
        .where(WelfareCall.household_id.in_(household_ids), WelfareCall.outcome.is_not(None))
        .order_by(WelfareCall.called_at)
    )
    made: dict[uuid.UUID, list[CallBefore]] = defaultdict(list)
    for call, name, email in rows:
        assert call.outcome is not None
        assert call.called_at is not None
        made[call.household_id].append(
            CallBefore(at=call.called_at, outcome=call.outcome, note=call.note, who=name or email or "")
        )
    return made
