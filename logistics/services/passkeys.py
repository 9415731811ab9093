"""Passkeys of an account: added, used to sign in, removed. Each signed answer opens once, and a copy of a key is noticed."""

from __future__ import annotations

import hashlib
import logging
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.gateways.passkeys import NewPasskey, Site, credential_id_of, user_of
from logistics.persistence.tables import Account, Passkey, RecoveryCode, SecondFactor, SpentChallenge
from logistics.queries.accounts import memberships_of
from logistics.services.accounts import sign_out_everywhere
from logistics.services.audit import note

log = logging.getLogger(__name__)

MOST_PASSKEYS = 20
LONGEST_NAME = 60
_SPENT_KEPT = timedelta(hours=1)
"""Far longer than a challenge is taken for, so that none is taken twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasskeyRow:
    """A passkey as its own person sees it."""

    id: uuid.UUID
    name: str
    made_at: datetime
    used_at: datetime | None


def passkeys_of(session: Session, account_id: uuid.UUID) -> tuple[PasskeyRow, ...]:
    """The passkeys of an account, the first one first."""
    rows = session.scalars(
        select(Passkey).where(Passkey.account_id == account_id).order_by(Passkey.made_at, Passkey.name, Passkey.id)
    )
    return tuple(PasskeyRow(id=row.id, name=row.name, made_at=row.made_at, used_at=row.used_at) for row in rows)


def credential_ids_of(session: Session, account_id: uuid.UUID) -> tuple[str, ...]:
    """What the devices of an account call its passkeys."""
    return tuple(session.scalars(select(Passkey.credential_id).where(Passkey.account_id == account_id)))


def add_passkey(session: Session, account_id: uuid.UUID, made: NewPasskey, *, name: str, now: datetime) -> None:
    """Let this passkey sign the account in from here on. Where it is the first factor, every other browser is signed out.

    Raises BadInput for one that an account has already, RuleBroken for too many.
    """
    # Locked, so that two browsers at once cannot go past the most.
    session.scalars(select(Account.id).where(Account.id == account_id).with_for_update()).one()
    if (session.scalar(select(func.count()).where(Passkey.account_id == account_id)) or 0) >= MOST_PASSKEYS:
        raise RuleBroken(f"You have {MOST_PASSKEYS} passkeys. Remove one that you do not use any more.")
    had_factor = _has_factor(session, account_id)
    row = Passkey(
        id=uuid.uuid4(),
        account_id=account_id,
        credential_id=made.credential_id,
        public_key=made.public_key,
        sign_count=made.sign_count,
        name=" ".join(name.split())[:LONGEST_NAME] or "A passkey",
        made_at=now,
    )
    try:
        with session.begin_nested():
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise BadInput("This passkey is known already. Sign in with it.") from error
    if not had_factor:
        sign_out_everywhere(session, account_id, now=now)
    _note(session, account_id, "passkey_added", row.id, now=now)


def remove_passkey(
    session: Session, account_id: uuid.UUID, passkey_id: uuid.UUID, *, needs_factor: bool, now: datetime
) -> None:
    """Let it open nothing any more, and sign the account out everywhere. Recovery codes go with the last factor.

    `needs_factor`: the person's role asks for one. Raises NotFound for a passkey that is not this account's, RuleBroken for
    the last factor of somebody who needs one.
    """
    session.scalars(select(Account.id).where(Account.id == account_id).with_for_update()).one()
    removed = session.execute(
        delete(Passkey).where(Passkey.id == passkey_id, Passkey.account_id == account_id).returning(Passkey.id)
    ).all()
    if not removed:
        raise NotFound("You have no such passkey: it may have been removed already.")
    if not _has_factor(session, account_id):
        if needs_factor:
            raise RuleBroken("Your role needs a second factor. Add another passkey or an app first, then remove this.")
        session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    sign_out_everywhere(session, account_id, now=now)
    _note(session, account_id, "passkey_removed", passkey_id, now=now)


def use_passkey(
    session: Session,
    site: Site,
    answer: dict[str, Any],
    *,
    challenge: bytes,
    only_for: uuid.UUID | None = None,
    now: datetime,
) -> uuid.UUID | None:
    """The account that this answer signs in, or None where it signs nobody in; the answer opens nothing again.

    `only_for`: the account whose password was typed before. What a refused answer leaves behind (a copy of a key that was
    noticed) is to be committed as well.
    """
    row = session.execute(
        select(Passkey, Account.active)
        .join(Account, Account.id == Passkey.account_id)
        .where(Passkey.credential_id == credential_id_of(answer))
    ).one_or_none()
    if row is None:
        return None
    passkey, is_active = row
    said = user_of(answer)
    if not is_active or only_for not in (None, passkey.account_id) or said not in (None, passkey.account_id):
        return None
    try:
        sign_count = site.read_proof(answer, challenge=challenge, public_key=passkey.public_key)
    except BadInput:
        log.info("a passkey's answer does not hold: passkey=%s", passkey.id)
        return None
    if not _spend(session, challenge, now=now):
        log.warning("a passkey's answer came a second time: passkey=%s", passkey.id)
        return None
    if not _count_up(session, passkey.id, sign_count, now=now):
        log.warning("a passkey counts backwards, as a copy of it would: passkey=%s", passkey.id)
        _note(session, passkey.account_id, "passkey_counted_backwards", passkey.id, now=now)
        return None
    found: uuid.UUID = passkey.account_id
    return found


def _count_up(session: Session, passkey_id: uuid.UUID, sign_count: int, *, now: datetime) -> bool:
    """Write the new number down where it has grown, or where the device counts nothing: of two at once, one does."""
    has_grown = Passkey.sign_count < sign_count if sign_count else Passkey.sign_count == 0
    counted = session.execute(
        update(Passkey)
        .where(Passkey.id == passkey_id, has_grown)
        .values(sign_count=sign_count, used_at=now)
        .returning(Passkey.id)
        .execution_options(synchronize_session=False)
    ).all()
    return bool(counted)


def _spend(session: Session, challenge: bytes, *, now: datetime) -> bool:
    session.execute(delete(SpentChallenge).where(SpentChallenge.spent_at < now - _SPENT_KEPT))
    try:
        with session.begin_nested():
            session.add(SpentChallenge(challenge_hash=hashlib.sha256(challenge).hexdigest(), spent_at=now))
            session.flush()
    except IntegrityError:
        return False
    return True


def _has_factor(session: Session, account_id: uuid.UUID) -> bool:
    return any(
        session.scalar(select(table.id).where(table.account_id == account_id).limit(1)) is not None
        for table in (Passkey, SecondFactor)
    )


def _note(session: Session, account_id: uuid.UUID, action: str, passkey_id: uuid.UUID, *, now: datetime) -> None:
    """Into the trail of each network that the account works in: what it opens lies in all of them."""
    for each in memberships_of(session, account_id):
        note(session, each.actor(account_id), action, "passkey", passkey_id, now=now)
