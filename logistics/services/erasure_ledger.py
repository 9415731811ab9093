"""The list of who was erased, in the database and beside it, so that a backup from before cannot bring anybody back.

A backup holds people who were erased since, and the list of its own time. So the list also stands in ROUNDS_HOME, in a file that no
restore replaces: one line for each person, ids alone.
"""

from __future__ import annotations

import json
import logging
import os
import uuid
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.utils import getaddresses
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.data_register import REGISTER, OnErasure
from logistics.domain.erasure import ErasureReason, PersonKind
from logistics.domain.errors import FoodRoundsError
from logistics.gateways.mail import OUTBOX
from logistics.persistence.database import Database
from logistics.persistence.tables import Erasure, Household, Network, Volunteer
from logistics.persistence.wiping import overwrite_freed
from logistics.services.erase_person import erase_now

log = logging.getLogger(__name__)

LEDGER = "erasures.jsonl"
WIPED = (OnErasure.ROW, OnErasure.BLANK, OnErasure.NEW, OnErasure.STRUCK, OnErasure.MATCHED)


class LedgerUnreadable(FoodRoundsError):
    """The list of who was erased cannot be read. The sentence names the line."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One person who was erased, as the file holds it."""

    network_id: str
    subject: str
    subject_id: str
    at: str
    reason: str


class ErasureLedger:
    """The list of one server: its database and its home."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._home = home
        self.file = home / LEDGER

    def write(self) -> int:
        """Add to the file what the database knows and it does not; returns how many lines. Call it after each commit."""
        held = {(entry.subject, entry.subject_id) for entry in read_ledger(self.file)}
        with self._database.unscoped_reading() as session:
            new = [
                _entry(row) for row in session.scalars(select(Erasure).order_by(Erasure.at)) if _key(row) not in held
            ]
        if new:
            self._append(new)
        return len(new)

    def replay(self, *, now: datetime, also: Path | None = None) -> int:
        """Erase again whoever is in the file (or in `also`) and is somebody in the database; returns how many.

        Raises LedgerUnreadable before anything is changed.
        """
        entries = [*read_ledger(self.file), *(read_ledger(also, must_exist=True) if also is not None else ())]
        again = 0
        for entry in entries:
            network_id, subject_id = uuid.UUID(entry.network_id), uuid.UUID(entry.subject_id)
            kind = PersonKind(entry.subject)
            with self._database.unscoped_reading() as session:
                if session.get(Network, network_id) is None:
                    continue
            with self._database.writing(network_id) as session:
                if not _is_somebody(session, kind, subject_id):
                    continue
                wiped = erase_now(
                    session, Actor.system(network_id), kind, subject_id, reason=ErasureReason.REPLAYED, now=now
                )
            self.clear_outbox(wiped.addresses)
            log.info("%s %s was erased again", kind.value, subject_id)
            again += 1
        self.write()
        return again

    def wipe(self, *, now: datetime) -> bool:
        """Overwrite what erasing freed in the database's files, if any was; False when that has to be tried again."""
        with self._database.unscoped_reading() as session:
            waiting = session.scalars(select(Erasure.id).where(Erasure.wiped_at.is_(None))).all()
        if not waiting:
            return True
        tables = [name for name, table in REGISTER.items() if any(column.erasure in WIPED for column in table.columns)]
        if not overwrite_freed(self._database.engine, tables):
            return False
        # Written down only now: a process that is killed in the middle tries it again.
        with self._database.unscoped_writing() as session:
            for row in session.scalars(select(Erasure).where(Erasure.id.in_(waiting))):
                row.wiped_at = now
        return True

    def clear_outbox(self, addresses: frozenset[str]) -> int:
        """Delete mail on disk to one of these addresses; returns how many files. Call it after the commit."""
        gone = 0
        for file in sorted((self._home / OUTBOX).glob("*.eml")) if addresses else ():
            try:
                message = message_from_bytes(file.read_bytes(), policy=policy.default)
            except FileNotFoundError:
                continue  # another process was faster
            to = {address.casefold() for _, address in getaddresses(message.get_all("To", []))}
            if to & addresses:
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def remove_old_mail(self, before: datetime) -> int:
        """Delete mail on disk that was written before this instant; returns how many files."""
        gone = 0
        for file in sorted((self._home / OUTBOX).glob("*")):
            if file.stat().st_mtime < before.timestamp():
                file.unlink(missing_ok=True)
                gone += 1
        return gone

    def _append(self, entries: list[Entry]) -> None:
        self._home.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self.file, os.O_CREAT | os.O_APPEND | os.O_RDWR, 0o600)
        whole = self.file.read_bytes().rfind(b"\n") + 1
        os.truncate(
            descriptor, whole
        )  # a line that a crash cut off; the database has it, and it is written again below
        with os.fdopen(descriptor, "a", encoding="utf-8") as opened:
            opened.writelines(json.dumps(asdict(entry), sort_keys=True) + "\n" for entry in entries)
            opened.flush()
            os.fsync(opened.fileno())


def read_ledger(file: Path, *, must_exist: bool = False) -> list[Entry]:
    """The lines of a list. Raises LedgerUnreadable for one that cannot be read."""
    if not file.is_file():
        if must_exist:
            raise LedgerUnreadable(f"There is no file {file}.")
        return []
    return list(_lines(file))


def _lines(file: Path) -> Iterator[Entry]:
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    for number, line in enumerate(lines, start=1):
        if number == len(lines) and not line.endswith("\n"):
            return  # cut off by a crash while it was written: the database has it
        try:
            entry = Entry(**json.loads(line))
            uuid.UUID(entry.network_id), uuid.UUID(entry.subject_id), PersonKind(entry.subject)
        except (ValueError, TypeError) as error:
            raise LedgerUnreadable(
                f"Line {number} of {file} is no entry of who was erased. Bring the file back from a copy, or take that line out."
            ) from error
        yield entry


def _key(row: Erasure) -> tuple[str, str]:
    return row.subject.value, str(row.subject_id)


def _entry(row: Erasure) -> Entry:
    return Entry(
        network_id=str(row.network_id),
        subject=row.subject.value,
        subject_id=str(row.subject_id),
        at=row.at.isoformat(),
        reason=row.reason.value,
    )


def _is_somebody(session: Session, kind: PersonKind, person_id: uuid.UUID) -> bool:
    table = Household if kind is PersonKind.HOUSEHOLD else Volunteer
    return session.scalar(select(table.id).where(table.id == person_id, table.erased_at.is_(None))) is not None
