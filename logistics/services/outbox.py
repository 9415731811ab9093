"""Mail that waits: taken by one sender at a time, sent, and tried again later where the server did not take it.

What it says is made when it is sent, from ids alone. A sender that dies between the server's yes and our note of it sends that mail again
after its claim ends, under the same Message-ID: rather twice than never.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from logistics.domain.outbox import CLAIM_FOR, GIVE_UP_AFTER, MessageFault, MessageKind, wait_after
from logistics.persistence.tables import Account, OutgoingMessage


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimedMessage:
    """A mail that this sender has to itself for a while. `address` is None where the account is closed."""

    id: uuid.UUID
    claim_id: uuid.UUID
    kind: MessageKind
    follow_up_id: uuid.UUID
    address: str | None


def mail_waits(session: Session, *, now: datetime) -> bool:
    """Whether there is anything to claim."""
    return session.scalar(_due(now).limit(1)) is not None


def claim_message(session: Session, *, now: datetime) -> ClaimedMessage | None:
    """Take the oldest mail that is due. Needs an unscoped session; two senders never get the same one."""
    row = session.scalar(_due(now).limit(1).with_for_update(skip_locked=True))
    if row is None:
        return None
    row.claim_id = uuid.uuid4()
    row.claimed_until = now + CLAIM_FOR
    row.attempts += 1
    session.flush()
    return ClaimedMessage(
        id=row.id,
        claim_id=row.claim_id,
        kind=row.kind,
        follow_up_id=row.follow_up_id,
        address=session.scalar(select(Account.email).where(Account.id == row.account_id, Account.active)),
    )


def _due(now: datetime) -> Select[OutgoingMessage]:
    return (
        select(OutgoingMessage)
        .where(
            OutgoingMessage.next_try_at <= now,
            or_(OutgoingMessage.claimed_until.is_(None), OutgoingMessage.claimed_until <= now),
        )
        .order_by(OutgoingMessage.made_at, OutgoingMessage.id)
    )


def record_sent(session: Session, claimed: ClaimedMessage, *, now: datetime) -> None:
    """The server has it."""
    row = _held(session, claimed)
    if row is not None:
        row.sent_at = now
        row.fault = None
        _end(row)


def record_fault(session: Session, claimed: ClaimedMessage, fault: MessageFault, *, now: datetime) -> None:
    """The server has not taken it: it is tried again later, or given up where that cannot help."""
    row = _held(session, claimed)
    if row is None:
        return
    row.fault = fault
    row.claim_id = row.claimed_until = None
    if fault is not MessageFault.NOT_TAKEN or now - row.made_at >= GIVE_UP_AFTER:
        row.gave_up_at = now
        _end(row)
    else:
        row.next_try_at = now + wait_after(row.attempts)


def _held(session: Session, claimed: ClaimedMessage) -> OutgoingMessage | None:
    """The row, while the claim still is this sender's: a slow one must not undo what another did after it."""
    return session.scalar(
        select(OutgoingMessage)
        .where(
            OutgoingMessage.id == claimed.id,
            OutgoingMessage.claim_id == claimed.claim_id,
            OutgoingMessage.next_try_at.is_not(None),
        )
        .with_for_update()
    )


def _end(row: OutgoingMessage) -> None:
    row.next_try_at = row.claimed_until = row.claim_id = None
