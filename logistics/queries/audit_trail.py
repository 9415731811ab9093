"""Whether a network's trail is what was written: the first entry that is not, and what is wrong with it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.audit_chain import START
from logistics.persistence.audit_chain import hash_of
from logistics.persistence.tables import AuditChain, AuditEvent

_AT_ONCE = 1000


class Fault(StrEnum):
    """What happened to a trail, as far as it can be told."""

    CHANGED = "changed"
    REMOVED = "removed"
    INSERTED = "inserted"
    REORDERED = "reordered"


@dataclass(frozen=True, slots=True, kw_only=True)
class Broken:
    """The first entry that is not as it was written. `entry_id` is None where the last entries are gone."""

    fault: Fault
    number: int
    entry_id: uuid.UUID | None

    @property
    def sentence(self) -> str:
        """What was found, with the entry's number and id."""
        if self.entry_id is None:
            return f"the trail ends before entry {self.number}, which was removed"
        here = f"entry {self.number} ({self.entry_id})"
        return {
            Fault.CHANGED: f"{here} was changed after it was written",
            Fault.REMOVED: f"what stood before {here} was removed",
            Fault.INSERTED: f"{here} was inserted, or does not follow the one that it was written after",
            Fault.REORDERED: f"{here} stands in another place than it was written in",
        }[self.fault]


@dataclass(frozen=True, slots=True, kw_only=True)
class TrailCheck:
    """What a check found. `hash` is of the last entry; whoever keeps it elsewhere can tell later that nothing before changed."""

    entries: int
    hash: str
    broken: Broken | None


def check_trail(session: Session, network_id: uuid.UUID) -> TrailCheck:
    """Go through the whole trail of the session's network, from its first entry to the end that the database notes."""
    query = select(AuditEvent).order_by(AuditEvent.number, AuditEvent.id).execution_options(yield_per=_AT_ONCE)
    number, last = 0, START
    broken: Broken | None
    for entry in session.scalars(query):
        if fault := _fault(session, entry, number + 1, last):
            broken = Broken(fault=fault, number=entry.number, entry_id=entry.id)
            return TrailCheck(entries=number, hash=last, broken=broken)
        number, last = entry.number, entry.hash
        session.expunge(entry)
    end = session.scalar(select(AuditChain).where(AuditChain.network_id == network_id))
    length, ends_at = (end.length, end.hash) if end else (0, START)
    broken = None
    if number < length:
        broken = Broken(fault=Fault.REMOVED, number=number + 1, entry_id=None)
    elif (number, last) != (length, ends_at):
        broken = _at_the_end(session, length)
    return TrailCheck(entries=number, hash=last, broken=broken)


def hash_of_entry(session: Session, number: int) -> str | None:
    """The stored hash of one entry; None where there is none."""
    return session.scalar(select(AuditEvent.hash).where(AuditEvent.number == number))


def _fault(session: Session, entry: AuditEvent, number: int, last: str) -> Fault | None:
    """What is wrong with the entry that should have this number and follow this hash."""
    if entry.number != number:
        return Fault.REMOVED if entry.number > number else Fault.INSERTED
    if entry.previous_hash == last:
        return None if hash_of(entry) == entry.hash else Fault.CHANGED
    # It was written after another entry than it follows now.
    before = session.scalar(select(AuditEvent.number).where(AuditEvent.hash == entry.previous_hash).limit(1))
    if before is None:
        return Fault.REMOVED
    return Fault.INSERTED if before < number else Fault.REORDERED


def _at_the_end(session: Session, length: int) -> Broken:
    """The first entry behind the noted end; where none is, the last one itself is another than was noted."""
    first = session.scalars(select(AuditEvent).where(AuditEvent.number > length).order_by(AuditEvent.number)).first()
    if first is not None:
        return Broken(fault=Fault.INSERTED, number=first.number, entry_id=first.id)
    final = session.scalars(select(AuditEvent).where(AuditEvent.number == length)).one()
    return Broken(fault=Fault.CHANGED, number=final.number, entry_id=final.id)
