"""The database that DBOS keeps the queue in: apart from ours, made ready before DBOS opens it."""

from __future__ import annotations

import logging
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from dbos import DBOS, error
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError

from logistics.domain.errors import FoodRoundsError

BUSY_TIMEOUT_MS = 30_000


class QueueOutOfReach(FoodRoundsError):
    """The queue's database is not there and cannot be made, or does not answer. The sentence says what to do."""


QUEUE_TROUBLE = (QueueOutOfReach, SQLAlchemyError, error.DBOSException)
"""What a queue that cannot be reached, or does not answer in time, raises."""


def queue_url(database_url: str, home: Path) -> str:
    """The URL of the queue's database: `jobs.sqlite` in ROUNDS_HOME, or a PostgreSQL database `NAME_jobs` beside ours."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        return f"sqlite:///{home / 'jobs.sqlite'}"
    return url.set(database=f"{url.database}_jobs").render_as_string(hide_password=False)


def prepare_queue(url: str) -> None:
    """Make the queue's database and tables, or bring them up to date. Harmless when several processes do it at once.

    Raises QueueOutOfReach.
    """
    quieten()
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        path = Path(str(parsed.database))
        path.parent.mkdir(parents=True, exist_ok=True)
        # Before DBOS opens the file: changing the mode later needs everybody else to be away.
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
    try:
        DBOS.migrate(url)
    except (SQLAlchemyError, error.DBOSException) as problem:
        raise QueueOutOfReach(
            f"The planner's own database {parsed.database} cannot be opened ({type(problem).__name__}). On PostgreSQL, "
            f"allow the user of ROUNDS_DATABASE_URL to make databases, or make it for that user: createdb {parsed.database}"
        ) from problem


def queue_engine(url: str) -> Engine | None:
    """The engine DBOS shall use; None where its own will do.

    DBOS dates its rows with `unixepoch('subsec')`, which SQLite knows from 3.42 on: with an older one (Debian 12 has 3.40)
    every insert would fail. So on SQLite we make the engine, with that function where it is missing.
    """
    if make_url(url).get_backend_name() != "sqlite":
        return None
    engine = create_engine(url)
    event.listen(engine, "connect", _prepare_connection)
    return engine


def quieten() -> None:
    """DBOS tells its log about every start and poll; ours says what matters, with ids."""
    logging.getLogger("dbos").setLevel(logging.ERROR)


def _prepare_connection(connection: sqlite3.Connection, record: object) -> None:
    del record
    # What DBOS sets on engines of its own: writers wait for each other instead of failing half-way.
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_MS}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    if sqlite3.sqlite_version_info < (3, 42):
        connection.create_function("unixepoch", 1, _seconds_now)


def _seconds_now(modifier: str) -> float:
    if modifier != "subsec":
        raise ValueError("only unixepoch('subsec') is known here")
    return round(time.time(), 3)
