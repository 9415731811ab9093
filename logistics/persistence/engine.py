"""The engine: SQLite with our settings, or PostgreSQL by psycopg."""

from __future__ import annotations

import contextlib
import logging
import os
import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from logistics.domain.errors import BadInput
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.row_security import begin_transaction
from logistics.persistence.sealed import hand_keys

# At the level of debug SQLAlchemy writes every row that it reads into the log: names, addresses and tokens of links.
logging.getLogger("sqlalchemy").setLevel(logging.WARNING)

BUSY_TIMEOUT_MS = 30_000
BEGIN = "food_rounds_begin"
"""The execution option that holds the statement SQLite begins a transaction with."""


def make_engine(url: str, *, keys: FieldKeys | None = None, for_schema_change: bool = False) -> Engine:
    """An engine with our settings. Schema changes on SQLite rebuild tables, so they run with foreign keys off.

    `keys` open its sealed columns; none: those of this process's settings, which are read when they are first needed.
    Its errors name no parameters: those are people's names and addresses, and errors end in logs.
    """
    parsed = _parse(url)
    if parsed.get_backend_name() != "sqlite":
        pool: dict[str, Any] = {"poolclass": NullPool} if for_schema_change else {"pool_pre_ping": True}
        engine = create_engine(parsed, hide_parameters=True, **pool)
        hand_keys(engine.dialect, keys)
        event.listen(engine, "begin", begin_transaction)
        return engine
    _make_file(Path(str(parsed.database)))
    engine = create_engine(parsed, hide_parameters=True, poolclass=NullPool if for_schema_change else None)
    hand_keys(engine.dialect, keys)
    event.listen(engine, "connect", _prepare_for_schema_change if for_schema_change else _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    event.listen(engine, "reset", _end_failed_commit)
    return engine


def _make_file(file: Path) -> None:
    """A new database file is its owner's alone: it will hold addresses and diets. Its WAL inherits the mode."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL, 0o600))


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise BadInput("That is no database address: write sqlite:///FILE or postgresql://USER@HOST/NAME.") from None
    if parsed.drivername in ("postgresql", "postgres"):
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite" and parsed.database in (None, "", ":memory:"):
        raise BadInput("The database needs a file, because several processes share it: write sqlite:///FILE.")
    if parsed.get_backend_name() not in ("sqlite", "postgresql"):
        raise BadInput("The database can be SQLite or PostgreSQL: write sqlite:///FILE or postgresql://USER@HOST/NAME.")
    return parsed


def _prepare_sqlite(connection: sqlite3.Connection, record: object) -> None:
    _prepare_for_schema_change(connection, record)
    connection.execute("PRAGMA foreign_keys = ON")
    # WAL with NORMAL survives a killed process; only a power cut may lose the last commit, never the file.
    connection.execute("PRAGMA synchronous = NORMAL")


def _prepare_for_schema_change(connection: sqlite3.Connection, record: object) -> None:
    del record
    connection.isolation_level = None  # we begin transactions ourselves; pysqlite would begin them late and deferred
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA journal_mode = WAL")
    # What is changed or removed is overwritten in the file, not only forgotten: an erased note is no longer on the disk.
    connection.execute("PRAGMA secure_delete = ON")


def _begin_sqlite(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get(BEGIN, "BEGIN IMMEDIATE"))


def _end_failed_commit(connection: sqlite3.Connection, record: object, state: object) -> None:
    """A COMMIT refused by a deferred foreign key leaves SQLite's transaction open; SQLAlchemy thinks it is over."""
    del record, state
    if connection.in_transaction:
        connection.rollback()
