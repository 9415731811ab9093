"""Every entry of the trail goes into its network's chain, whoever adds it, in the last moment before the commit.

Until then entries wait beside the session. The end of the chain is locked only when nothing but the commit is left to do, so
that writers of one network wait for each other for as long as a few rows take, and never for a whole import. On
SQLite there is one writer at a time anyway.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter

from sqlalchemy import event, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session, SessionTransaction, UOWTransaction

from logistics.domain.audit_chain import START, entry_hash
from logistics.persistence.scope import ScopedSession, network_of
from logistics.persistence.tables.accounts import AuditChain, AuditEvent

_WAITING = "entries_of_the_trail"


@dataclass(frozen=True, slots=True)
class _Waiting:
    """An entry, and the transaction (or savepoint) that it came to pass in."""

    entry: AuditEvent
    within: SessionTransaction | None


def keep_chains() -> None:
    """Have every session chain what is added to the trail. Called once, where sessions are opened."""
    event.listen(ScopedSession, "before_flush", _let_entries_wait, insert=True)
    event.listen(ScopedSession, "after_soft_rollback", _forget_what_did_not_happen)
    event.listen(ScopedSession, "before_commit", _chain)


def _let_entries_wait(session: Session, flush_context: UOWTransaction, instances: object) -> None:
    del flush_context, instances
    waiting: list[_Waiting] = session.info.setdefault(_WAITING, [])
    for row in list(session.new):
        if isinstance(row, AuditEvent) and not _is_chained(row):
            own: uuid.UUID | None = row.network_id  # None until somebody sets it, whatever its type says
            if own is None:
                row.network_id = network_of(session)
            session.expunge(row)
            waiting.append(_Waiting(row, session.get_nested_transaction() or session.get_transaction()))


def _is_chained(entry: AuditEvent) -> bool:
    number: int | None = entry.number  # None until it is chained, whatever its type says
    return number is not None


def _forget_what_did_not_happen(session: Session, previous_transaction: SessionTransaction) -> None:
    waiting: list[_Waiting] = session.info.get(_WAITING, [])
    waiting[:] = [each for each in waiting if previous_transaction not in _and_around(each.within)]


def _chain(session: Session) -> None:
    if session.in_nested_transaction():
        return
    # What still stands in the session comes before the lock; its entries join those that wait.
    session.flush()
    waiting: list[_Waiting] = session.info.pop(_WAITING, [])
    entries = sorted((each.entry for each in waiting), key=attrgetter("network_id.int"))
    ends: dict[uuid.UUID, AuditChain] = {}
    # By network, always in the same order: two sessions that write to several must not wait for each other in a ring.
    for entry in entries:
        if entry.network_id not in ends:
            ends[entry.network_id] = _locked_end(session, entry.network_id)
        _add(session, ends[entry.network_id], entry)
    session.flush()


def _add(session: Session, end: AuditChain, entry: AuditEvent) -> None:
    # What the table's defaults would give, for the hash is of it.
    own: uuid.UUID | None = entry.id
    details: dict[str, object] | None = entry.details
    entry.id = uuid.uuid4() if own is None else own
    entry.details = {} if details is None else details
    entry.number = end.length + 1
    entry.previous_hash = end.hash
    entry.hash = hash_of(entry)
    end.length, end.hash = entry.number, entry.hash
    session.add(entry)


def hash_of(entry: AuditEvent) -> str:
    """What an entry's hash must be, by what it says and by the hash that it names as the one before."""
    return entry_hash(
        entry.previous_hash,
        number=entry.number,
        network_id=entry.network_id,
        entry_id=entry.id,
        at=entry.at,
        account_id=entry.account_id,
        action=entry.action,
        subject=entry.subject,
        subject_id=entry.subject_id,
        details=entry.details,
    )


def _locked_end(session: Session, network_id: uuid.UUID) -> AuditChain:
    """The end of a network's chain, nobody else's until the commit."""
    query = (
        select(AuditChain)
        .where(AuditChain.network_id == network_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    end = session.scalar(query)
    if end is None:
        # The first entry of a network: of two writers one makes the row, and the other waits for it here.
        insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
        first = {"id": uuid.uuid4(), "network_id": network_id, "length": 0, "hash": START}
        session.execute(insert(AuditChain).on_conflict_do_nothing(index_elements=["network_id"]), [first])
        end = session.scalars(query).one()
    return end


def _and_around(transaction: SessionTransaction | None) -> Iterator[SessionTransaction]:
    while transaction is not None:
        yield transaction
        transaction = transaction.parent
