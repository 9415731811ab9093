"""Saving a form half-way and coming back to it within seven days, with a code that is shown once."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound, RuleBroken
from logistics.gateways.return_codes import hash_code, lock, new_code, plain_code, unlock
from logistics.persistence.tables import SavedForm

KEPT = timedelta(days=7)
MOST_WAITING = 500
"""Forms that may wait in one network without an account, and of one account, so that nobody fills its database through a public page."""
LONGEST_BYTES = 20_000
"""Of one form's answers: many times what an honest one takes."""
NOT_THERE = (
    "No form waits under this code. Check each letter; a form is kept for 7 days, and a newer code ends the one before."
)

Answers = Mapping[str, list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeCode:
    """A code as it is shown, this once, and until when it opens the form."""

    form_id: uuid.UUID
    code: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingForm:
    """What the code opened: the answers, and the page on which somebody stopped."""

    form_id: uuid.UUID
    answers: Answers
    step: str


def save_form(
    session: Session,
    answers: Answers,
    *,
    step: str,
    account_id: uuid.UUID | None,
    replaces: uuid.UUID | None = None,
    now: datetime,
) -> MadeCode:
    """Keep these answers for seven days; the form that they came from ends. Raises RuleBroken when too many wait."""
    if replaces is not None:
        drop_form(session, replaces, account_id=account_id)
    words = json.dumps({"step": step, "answers": dict(answers)}).encode()
    if len(words) > LONGEST_BYTES:
        raise RuleBroken("These answers are too long to be kept. Make them shorter, please.")
    # Residents without an account and those who are signed in have room apart: nobody fills the other's.
    own = SavedForm.account_id.is_(None) if account_id is None else SavedForm.account_id == account_id
    waiting = select(func.count()).select_from(SavedForm).where(own, SavedForm.expires_at > now)
    if (session.scalar(waiting) or 0) >= MOST_WAITING:
        raise RuleBroken("Too many forms wait at the moment. Send this one now, or ring us.")
    code = new_code()
    row = SavedForm(
        id=uuid.uuid4(),
        account_id=account_id,
        code_hash=hash_code(code),
        locked=lock(code, words),
        saved_at=now,
        expires_at=now + KEPT,
    )
    session.add(row)
    session.flush()
    return MadeCode(form_id=row.id, code=code, expires_at=row.expires_at)


def open_form(session: Session, typed: str, *, account_id: uuid.UUID | None, now: datetime) -> WaitingForm:
    """The form that waits under this code, for the account that saved it. It stays until it is sent, or saved again.

    Raises NotFound, with the same words whatever the reason: nobody learns that a code was once right.
    """
    row = session.scalar(select(SavedForm).where(SavedForm.code_hash == hash_code(typed)))
    words = unlock(typed, row.locked) if row is not None and plain_code(typed) else None
    if row is None or words is None or row.expires_at <= now or row.account_id != account_id:
        raise NotFound(NOT_THERE)
    held = json.loads(words)
    return WaitingForm(form_id=row.id, answers=held["answers"], step=held["step"])


def drop_form(session: Session, form_id: uuid.UUID, *, account_id: uuid.UUID | None) -> None:
    """End a form that was sent or saved anew, if it is this account's. One that is gone already is fine."""
    session.execute(
        delete(SavedForm).where(SavedForm.id == form_id, SavedForm.account_id.is_not_distinct_from(account_id))
    )


def forget_forms(session: Session, *, now: datetime) -> int:
    """Remove every form whose seven days are over; returns how many. Takes an unscoped session: it is a job for all networks."""
    gone = session.execute(delete(SavedForm).where(SavedForm.expires_at <= now).returning(SavedForm.id))
    return len(gone.all())
