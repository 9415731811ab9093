"""Copies of a SQLite file, by SQLite's own online backup."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from logistics.persistence.copies.held import VERSION_TABLE, Held, table_held
from logistics.persistence.copies.port import CopyFailed, DatabaseKind, LoadedCopy
from logistics.persistence.engine import BUSY_TIMEOUT_MS
from logistics.persistence.sealed_columns import counting_queries

_WAIT_S = BUSY_TIMEOUT_MS / 1000
_ASK_S = 2.0
"""How long others may take to let go of the file before it is replaced."""


class SqliteCopies:
    """Copies of the database in this file."""

    kind = DatabaseKind.SQLITE

    def __init__(self, file: Path) -> None:
        self._file = file

    def write(self, file: Path) -> Held:
        """See the port. One step of reading: in WAL mode it holds up no writer, and sees one state."""
        if not self._file.is_file():
            raise CopyFailed(f"There is no database {self._file} yet: nothing to back up.")
        file.touch(mode=0o600)
        try:
            with closing(_open(self._file)) as source, closing(sqlite3.connect(file)) as target:
                source.backup(target)
                # One file, with no journal beside it that could be forgotten.
                target.execute("PRAGMA journal_mode = DELETE")
            return held_in(file)
        except sqlite3.Error as error:
            raise CopyFailed(f"The database {self._file} cannot be copied: {error}.") from error

    def in_use(self) -> Held:
        """See the port."""
        if not self._file.is_file():
            return Held(tables={}, revision=None)
        try:
            return held_in(self._file)
        except sqlite3.DatabaseError as error:
            raise CopyFailed(
                f"{self._file} cannot be read as a database ({error}): move it out of the way, then restore again."
            ) from error

    def load(self, file: Path) -> LoadedCopy:
        """See the port."""
        beside = self._file.with_name(f"{self._file.name}.restoring")
        _remove(beside)
        self._file.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(beside, os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(file, beside)
        return _LoadedFile(beside, self)

    def close(self) -> None:
        """Nothing is held."""

    def replace_with(self, beside: Path, stamp: str) -> str | None:
        """Give `beside` the name of the file in use; the replaced one keeps a name of its own if it held anything."""
        kept = None
        if self._file.is_file():
            had_data = self.in_use().has_data
            self._close_journal()
            if had_data:
                kept = self._file.with_name(f"{self._file.name}.before-{stamp}")
                os.link(self._file, kept)
        beside.replace(self._file)
        sync_folder(self._file.parent)
        return str(kept) if kept else None

    def _close_journal(self) -> None:
        """Write what the journal holds into the file and remove it, which SQLite does only while nobody else has it open."""
        with closing(_open(self._file, timeout_s=_ASK_S)) as connection:
            try:
                mode = connection.execute("PRAGMA journal_mode = DELETE").fetchone()[0]
            except sqlite3.OperationalError as error:
                raise _somebody_works() from error
        if mode != "delete":
            raise _somebody_works()


class _LoadedFile:
    """A SQLite file beside the one in use."""

    def __init__(self, file: Path, home: SqliteCopies) -> None:
        self._file = file
        self._home = home

    def held(self) -> Held:
        """See the port."""
        try:
            with closing(_open(self._file)) as connection:
                faults = [row[0] for row in connection.execute("PRAGMA integrity_check")]
                broken = connection.execute("PRAGMA foreign_key_check").fetchall()
            if faults != ["ok"] or broken:
                raise CopyFailed("SQLite finds faults in this copy: take an older one.")
            return held_in(self._file)
        except sqlite3.DatabaseError as error:
            raise CopyFailed(f"This copy is no whole SQLite database ({error}): take an older one.") from error

    def marks(self) -> set[str]:
        """See the port."""
        with closing(_open(self._file)) as connection:
            return {str(mark) for query in counting_queries() for mark, _ in connection.execute(query)}

    def put_in_use(self, stamp: str) -> str | None:
        """See the port."""
        with self._file.open("rb") as file:
            os.fsync(file.fileno())
        return self._home.replace_with(self._file, stamp)

    def discard(self) -> None:
        """See the port."""
        _remove(self._file)


def held_in(file: Path) -> Held:
    """What a SQLite file holds, read in one transaction."""
    with closing(_open(file)) as connection:
        connection.execute("BEGIN")
        listed = connection.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite!_%' ESCAPE '!'"
        )
        tables = {name: table_held(_rows(connection, name)) for (name,) in listed.fetchall()}
        if VERSION_TABLE not in tables:
            return Held(tables=tables, revision=None)
        found = connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - a constant
        return Held(tables=tables, revision=found[0] if found else None)


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[bytes]:
    quoted = table.replace('"', '""')
    for row in connection.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - a name from the database's own list, quoted
        yield repr(row).encode()


def _open(file: Path, *, timeout_s: float = _WAIT_S) -> sqlite3.Connection:
    """Opens a file that is there, and never makes one."""
    uri = file.absolute().as_uri() + "?mode=rw"
    return sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None)


def _remove(file: Path) -> None:
    for suffix in ("", "-wal", "-shm", "-journal"):
        file.with_name(file.name + suffix).unlink(missing_ok=True)


def _somebody_works() -> CopyFailed:
    return CopyFailed(
        "The database is in use: stop Food Rounds first (systemctl stop food-rounds). Nothing has changed."
    )


def sync_folder(folder: Path) -> None:
    """Have the names in a folder written to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
