"""Overwriting what was deleted, in the database's own files: a name in a free page or in the journal is still a name."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing

from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

_LOCK_TIMEOUT = "5s"


def overwrite_freed(engine: Engine, tables: Iterable[str]) -> bool:
    """Rewrite the files so that nothing deleted is left in them; False when others held them, and it must be tried again.

    SQLite: VACUUM, and a WAL of no length. PostgreSQL: VACUUM FULL of these tables, each locked for as long as it takes. Call
    it outside any transaction.
    """
    if engine.dialect.name == "sqlite":
        return _overwrite_file(engine)
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        try:
            connection.exec_driver_sql(f"SET lock_timeout = '{_LOCK_TIMEOUT}'")
            for name in tables:
                connection.exec_driver_sql(f'VACUUM (FULL) "{name}"')
        except DBAPIError:
            return False
        finally:
            connection.exec_driver_sql("RESET lock_timeout")
    return True


def _overwrite_file(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        try:
            cursor.execute("VACUUM")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            answer = cursor.fetchone()
        except sqlite3.OperationalError:
            return False
        finally:
            cursor.close()
    # The first of its three numbers: whether somebody held the journal.
    return answer is not None and answer[0] == 0
