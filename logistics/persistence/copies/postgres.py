"""Copies of a PostgreSQL database, by `pg_dump` and `pg_restore`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from logistics.persistence.copies.held import VERSION_TABLE, Held, TableHeld, table_held
from logistics.persistence.copies.pg_programs import run_program
from logistics.persistence.copies.port import CopyFailed, DatabaseKind, LoadedCopy
from logistics.persistence.row_security import EVERY_NETWORK, SETTING
from logistics.persistence.sealed_columns import counting_queries

_SERVERS_OWN = ("postgres", "template1")
"""Databases that every server has: the one in use cannot be renamed from within."""
_NAME_MOST = 63
_ROWS_AT_ONCE = 1000


class PostgresCopies:
    """Copies of the database at this URL. Loading makes a second database on the same server."""

    kind = DatabaseKind.POSTGRESQL

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._name = str(self._url.database)
        self._loading = _beside(self._name, "_restoring")
        self._server: psycopg.Connection | None = None

    def write(self, file: Path) -> Held:
        """See the port. The dump and the hashes are of one snapshot."""
        with _connected(self._url, self._name) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            snapshot = _one(connection, "SELECT pg_export_snapshot()")
            run_program(
                "pg_dump",
                self._url,
                self._name,
                "--format=custom",
                "--enable-row-security",
                "--no-owner",
                "--no-privileges",
                f"--snapshot={snapshot}",
                f"--file={file}",
            )
            return _held_in(connection)

    def in_use(self) -> Held:
        """See the port."""
        if not self._is_there(self._name):
            return Held(tables={}, revision=None)
        return self._held_in(self._name)

    def load(self, file: Path) -> LoadedCopy:
        """See the port."""
        self.drop(self._loading)
        create = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING 'UTF8'")
        try:
            self._at_server().execute(create.format(sql.Identifier(self._loading)))
        except psycopg.errors.InsufficientPrivilege as error:
            user = self._at_server().info.user
            raise CopyFailed(
                f"The database user {user} may not make a second database, which a backup is tried out in: "
                f"allow it with “ALTER ROLE {user} CREATEDB”."
            ) from error
        try:
            run_program(
                "pg_restore",
                self._url,
                self._loading,
                "--no-owner",
                "--no-privileges",
                "--exit-on-error",
                "--single-transaction",
                str(file),
            )
        except BaseException:
            self.drop(self._loading)
            raise
        return _LoadedDatabase(self, self._loading)

    def close(self) -> None:
        """Give back the connection to the server."""
        if self._server is not None:
            self._server.close()
            self._server = None

    def held_by(self, name: str) -> Held:
        """What a database of this server holds."""
        return self._held_in(name)

    def marks_in(self, name: str) -> set[str]:
        """The marks of the keys that a database's sealed values are under."""
        with _connected(self._url, name) as connection:
            return {str(mark) for query in counting_queries() for mark, _ in connection.execute(query.encode())}

    def swap(self, loaded: str, stamp: str) -> str | None:
        """Give `loaded` the name of the database in use, in one transaction; the replaced one stays if it held anything."""
        kept = _beside(self._name, f"_before_{stamp}")
        was_there = self._is_there(self._name)
        had_data = was_there and self._held_in(self._name).has_data
        rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
        server = self._at_server()
        try:
            with server.transaction():
                if was_there:
                    server.execute(rename.format(sql.Identifier(self._name), sql.Identifier(kept)))
                server.execute(rename.format(sql.Identifier(loaded), sql.Identifier(self._name)))
        except psycopg.errors.ObjectInUse as error:
            raise CopyFailed(
                f"The database {self._name} is in use: stop Food Rounds first (systemctl stop food-rounds). "
                "Nothing has changed."
            ) from error
        except psycopg.errors.InsufficientPrivilege as error:
            raise CopyFailed(
                f"The database user {server.info.user} may not rename the database {self._name}: make it the owner "
                f"with “ALTER DATABASE {self._name} OWNER TO {server.info.user}”. Nothing has changed."
            ) from error
        if was_there and not had_data:
            self.drop(kept)
        return f"the database {kept}" if had_data else None

    def drop(self, name: str) -> None:
        """Remove a database that is not in use, if it is there, even from a `pg_restore` whose parent was killed."""
        assert name != self._name, "the database in use is never dropped"
        self._at_server().execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _held_in(self, name: str) -> Held:
        with _connected(self._url, name) as connection, connection.transaction():
            connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            return _held_in(connection)

    def _is_there(self, name: str) -> bool:
        found = self._at_server().execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        return found is not None

    def _at_server(self) -> psycopg.Connection:
        """A connection to one of the server's own databases, which is also the lock: one backup or restore at a time."""
        if self._server is not None:
            return self._server
        for name in _SERVERS_OWN:
            try:
                self._server = psycopg.connect(_conninfo(self._url, name), autocommit=True)
                break
            except psycopg.OperationalError as error:
                problem = error
        else:
            raise CopyFailed(f"The database server does not answer: {problem}") from problem
        locked = self._server.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", (self._loading,))
        if locked.fetchone() != (True,):
            self.close()
            raise CopyFailed("Another backup or restore of this database is running: wait for it, then try again.")
        return self._server


class _LoadedDatabase:
    """A database beside the one in use."""

    def __init__(self, home: PostgresCopies, name: str) -> None:
        self._home = home
        self._name = name

    def held(self) -> Held:
        """See the port."""
        return self._home.held_by(self._name)

    def marks(self) -> set[str]:
        """See the port."""
        return self._home.marks_in(self._name)

    def put_in_use(self, stamp: str) -> str | None:
        """See the port."""
        return self._home.swap(self._name, stamp)

    def discard(self) -> None:
        """See the port."""
        self._home.drop(self._name)


def _held_in(connection: psycopg.Connection) -> Held:
    """What the tables hold, in the transaction that is open: as text that no setting of the server changes."""
    for setting in ("TimeZone = 'UTC'", "DateStyle = 'ISO, YMD'", "extra_float_digits = 1", "bytea_output = 'hex'"):
        connection.execute(sql.SQL("SET LOCAL " + setting))
    listed = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    tables: dict[str, TableHeld] = {str(name): table_held(_rows(connection, str(name))) for (name,) in listed}
    revision = _one(connection, f"SELECT version_num FROM {VERSION_TABLE}") if VERSION_TABLE in tables else None  # noqa: S608 - a constant
    return Held(tables=tables, revision=revision)


def _rows(connection: psycopg.Connection, table: str) -> Iterator[bytes]:
    query = sql.SQL("SELECT whole_row::text FROM public.{} AS whole_row").format(sql.Identifier(table))
    with connection.cursor(name="rows_of_a_table") as cursor:
        cursor.itersize = _ROWS_AT_ONCE
        cursor.execute(query)
        for (row,) in cursor:
            yield row.encode()


def _one(connection: psycopg.Connection, query: str) -> str | None:
    found = connection.execute(query).fetchone()
    return None if found is None else str(found[0])


@contextmanager
def _connected(url: URL, database: str) -> Iterator[psycopg.Connection]:
    try:
        connection = psycopg.connect(_conninfo(url, database), autocommit=True)
    except psycopg.OperationalError as error:
        raise CopyFailed(f"The database {database} does not answer: {str(error).strip()}") from error
    try:
        # A copy is of every network; without this the policies would show none, and the copy would agree with itself.
        connection.execute(sql.SQL("SELECT set_config({}, {}, false)").format(SETTING, EVERY_NETWORK))
        yield connection
    finally:
        connection.close()


def _conninfo(url: URL, database: str) -> str:
    return url.set(drivername="postgresql", database=database).render_as_string(hide_password=False)


def _beside(name: str, ending: str) -> str:
    """A name for a database beside the one in use, no longer than PostgreSQL takes."""
    return name.encode()[: _NAME_MOST - len(ending)].decode(errors="ignore") + ending
