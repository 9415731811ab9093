"""Signed-in browsers: one row each, found by the hash of a token, ended by hand, by rest or by age."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.tables import Account, AccountSession

IDLE_LIMIT = timedelta(minutes=30)
AGE_LIMIT = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
"""A session in use is written down at most this often: reading pages should not all become writers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveSession:
    """A session that still counts. `is_stale`: time to write down that it is in use."""

    id: uuid.UUID
    account_id: uuid.UUID
    is_stale: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """A session as its own person sees it. `browser`: its kind in words, empty where it did not say."""

    id: uuid.UUID
    begun_at: datetime
    used_at: datetime
    browser: str


def start_session(session: Session, account_id: uuid.UUID, *, now: datetime, browser: str = "") -> str:
    """Begin a session for a browser that has just shown who it is. Returns the token, which is kept nowhere."""
    token = new_token()
    session.add(
        AccountSession(account_id=account_id, token_hash=hash_token(token), made_at=now, seen_at=now, browser=browser)
    )
    return token


def sign_ins_of(session: Session, account_id: uuid.UUID, *, now: datetime) -> tuple[SignIn, ...]:
    """The sessions of an account that still count, the one used last first."""
    rows = session.scalars(
        select(AccountSession)
        .where(
            AccountSession.account_id == account_id,
            AccountSession.ended_at.is_(None),
            AccountSession.seen_at >= now - IDLE_LIMIT,
            AccountSession.made_at >= now - AGE_LIMIT,
        )
        .order_by(AccountSession.seen_at.desc(), AccountSession.made_at.desc(), AccountSession.id)
    )
    return tuple(
        SignIn(id=row.id, begun_at=row.made_at, used_at=row.seen_at, browser=row.browser or "") for row in rows
    )


def live_session(session: Session, token: str, *, now: datetime) -> LiveSession | None:
    """The session of this token, or None when it was ended, rested over 30 minutes, is over 12 hours old, or never was."""
    row = session.scalar(
        select(AccountSession)
        .join(Account, Account.id == AccountSession.account_id)
        .where(AccountSession.token_hash == hash_token(token), AccountSession.ended_at.is_(None), Account.active)
    )
    if row is None or now - row.seen_at > IDLE_LIMIT or now - row.made_at > AGE_LIMIT:
        return None
    return LiveSession(id=row.id, account_id=row.account_id, is_stale=now - row.seen_at > TOUCH_EVERY)


def touch_session(session: Session, session_id: uuid.UUID, *, now: datetime) -> None:
    """Write down that it is in use."""
    session.execute(update(AccountSession).where(AccountSession.id == session_id).values(seen_at=now))


def end_session(session: Session, token: str, *, now: datetime) -> None:
    """Sign this browser out: its cookie is worthless from here on, wherever a copy of it is."""
    _end(session, AccountSession.token_hash == hash_token(token), now=now)


def end_sign_in(session: Session, account_id: uuid.UUID, session_id: uuid.UUID, *, now: datetime) -> None:
    """Sign one browser of an account out. Raises NotFound where the account has no such session that still counts."""
    if all(one.id != session_id for one in sign_ins_of(session, account_id, now=now)):
        raise NotFound("That sign-in has ended already.")
    _end(session, AccountSession.id == session_id, now=now)


def end_other_sessions(session: Session, account_id: uuid.UUID, *, kept: uuid.UUID, now: datetime) -> None:
    """Sign every browser of an account out but one."""
    _end(session, (AccountSession.account_id == account_id) & (AccountSession.id != kept), now=now)


def end_all_sessions(session: Session, account_id: uuid.UUID, *, now: datetime) -> None:
    """Sign every browser of an account out, as after a new password."""
    _end(session, AccountSession.account_id == account_id, now=now)


def _end(session: Session, which: object, *, now: datetime) -> None:
    session.execute(
        update(AccountSession).where(which, AccountSession.ended_at.is_(None)).values(ended_at=now)  # type: ignore[arg-type]  # a comparison of columns
    )
