"""The history of one donation: who changed what, when, from what to what. Read from the trail, which nobody edits."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.persistence.tables import Account, AuditEvent

_ACTIONS = {
    "slot_made": "Put on the list",
    "slot_logged": "Logged",
    "slot_changed": "Changed",
    "slot_confirmed": "Confirmed",
    "slot_withdrawn": "Withdrawn",
    "slot_offered": "Offered again",
    "slot_outcome": "Outcome recorded",
    "slot_expired": "Expired: its day is over and nobody confirmed it",
    "slot_settled": "Settled by what the driver reported",
    "label_added": "Photo of a label added",
    "label_removed": "Photo of a label removed",
}
_OTHERS = {
    "week_link": "the donor, by the week’s link",
    "schedule": "the schedule",
    "driver": "the driver",
    "calendar": "the calendar",
    "import": "the imported files",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One thing that differs: what, from, to; empty for nothing."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryLine:
    """One step. `reason` as a word, where one was given."""

    at: datetime
    what: str
    who: str
    changes: tuple[Change, ...]
    reason: str


def slot_history(session: Session, slot_id: uuid.UUID) -> tuple[HistoryLine, ...]:
    """Every step of a slot, the latest first. Whoever may see the slot may see them: ask `slot_view` before."""
    events = session.scalars(
        select(AuditEvent)
        .where(AuditEvent.subject == "donation_slot", AuditEvent.subject_id == slot_id)
        .order_by(AuditEvent.at.desc(), AuditEvent.id)
    ).all()
    ids = {event.account_id for event in events if event.account_id is not None}
    names = {
        account.id: account.name or account.email
        for account in session.scalars(select(Account).where(Account.id.in_(ids)))
    }
    return tuple(_line(event, names) for event in events)


def _line(event: AuditEvent, names: Mapping[uuid.UUID, str]) -> HistoryLine:
    by = str(event.details.get("by", ""))
    who = _OTHERS.get(by) or names.get(event.account_id or uuid.UUID(int=0), "the network’s own command")
    if by == "schedule" and event.account_id is not None and event.account_id in names:
        who = f"{names[event.account_id]}, by changing the schedule"
    changes = event.details.get("changes", {})
    return HistoryLine(
        at=event.at,
        what=_ACTIONS.get(event.action, event.action.replace("_", " ").capitalize()),
        who=who,
        changes=tuple(Change(what=name, before=pair[0], after=pair[1]) for name, pair in changes.items()),
        reason=str(event.details.get("reason", "")).replace("_", " "),
    )
