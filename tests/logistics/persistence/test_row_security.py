"""PostgreSQL's own policies: whoever comes past the sessions' narrowing gets the rows of one network, or none.

The user of these tests owns the tables, as Food Rounds' own does, and is no superuser.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, make_url, text
from sqlalchemy.exc import DBAPIError, ProgrammingError

from logistics.persistence.base import Base
from logistics.persistence.database import Database
from logistics.persistence.engine import make_engine
from logistics.persistence.row_security import SETTING, is_bypassed, of_every_network, unguarded
from logistics.persistence.schema import schema_differences
from logistics.persistence.scope import ScopedSession, narrow, scoped_tables
from tests.databases import conninfo, postgres_server

pytestmark = pytest.mark.parametrize("database", ["postgresql"], indirect=True)

TABLES = sorted(scoped_tables())
VALUES: dict[str, Callable[[], Any]] = {
    "boolean": lambda: True,
    "bytea": lambda: b"x",
    "character varying": lambda: "x",
    "date": lambda: date(2026, 11, 30),
    "double precision": lambda: 1.0,
    "integer": lambda: 1,
    "json": lambda: Jsonb({}),
    "text": lambda: "x",
    "time without time zone": lambda: time(9),
    "timestamp with time zone": lambda: datetime(2026, 11, 30, tzinfo=UTC),
    "uuid": uuid.uuid4,
}
"""A value for a column of each type."""


def as_superuser(database: Database) -> psycopg.Connection:
    """A connection that no policy holds for."""
    server = postgres_server()
    assert server.url is not None
    return psycopg.connect(conninfo(server.url, str(database.engine.url.database)))


def plainly(database: Database) -> psycopg.Connection:
    """What `psql` gets with Food Rounds' own user and address."""
    return psycopg.connect(conninfo(database.engine.url), autocommit=True)


def columns_of(connection: psycopg.Connection, table: str) -> dict[str, str]:
    """The type of each column."""
    query = "SELECT column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' AND table_name = %s"
    return {str(name): str(kind) for name, kind in connection.execute(query, (table,))}


def insert_into(table: str, columns: dict[str, str], network_id: uuid.UUID) -> tuple[sql.Composed, list[Any]]:
    """A row of this network, and something in each of its columns."""
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    marks = sql.SQL(", ").join(sql.Placeholder() * len(columns))
    values = [network_id if name == "network_id" else VALUES[kind]() for name, kind in columns.items()]
    return sql.SQL("INSERT INTO {} ({}) VALUES ({})").format(sql.Identifier(table), names, marks), values


@dataclass(frozen=True, slots=True)
class Filled:
    """A database with one row of each of two networks in every scoped table."""

    database: Database
    ours: uuid.UUID
    theirs: uuid.UUID


@pytest.fixture
def filled(database: Database) -> Iterator[Filled]:
    """What rows may say and refer to is no matter here, so every other rule of the tables is taken away first."""
    world = Filled(database, uuid.uuid4(), uuid.uuid4())
    with as_superuser(database) as connection:
        rules = connection.execute(
            "SELECT conrelid::regclass::text, conname FROM pg_constraint "
            "WHERE contype IN ('c', 'f', 'u') AND connamespace = 'public'::regnamespace ORDER BY contype = 'u'"
        ).fetchall()
        for table, rule in rules:
            drop = sql.SQL("ALTER TABLE {} DROP CONSTRAINT {}")
            connection.execute(drop.format(sql.Identifier(table), sql.Identifier(rule)))
        for table in TABLES:
            columns = columns_of(connection, table)
            for network_id in (world.ours, world.theirs):
                connection.execute(*insert_into(table, columns, network_id))
    return world


def networks_in(connection: Connection, table: str) -> set[uuid.UUID]:
    """The networks whose rows are seen, by a statement that narrows nothing."""
    return set(connection.execute(text(f'SELECT network_id FROM "{table}"')).scalars())  # noqa: S608 - our own tables


def test_no_table_of_networks_is_forgotten(database: Database) -> None:
    """Every scoped table has the policy in force: whoever adds one writes it into the migration too."""
    assert len(TABLES) >= 60
    assert set(TABLES) == {name for name, each in Base.metadata.tables.items() if "network_id" in each.columns}
    with database.engine.connect() as connection:
        assert unguarded(connection, TABLES) == []


@pytest.mark.parametrize(
    "statement",
    [
        "DROP POLICY rows_of_one_network ON sites",
        "ALTER TABLE sites NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE sites DISABLE ROW LEVEL SECURITY",
    ],
)
def test_policy_that_is_gone_is_told(database: Database, statement: str) -> None:
    """`rounds db check` names the table that somebody opened."""
    with database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    assert schema_differences(database.engine) == [("row_security_missing", "sites")]


def test_session_sees_no_row_of_another_network(filled: Filled) -> None:
    """Raw SQL on the connection of a session of one network, in every table, reading and writing."""
    for opened in (filled.database.reading, filled.database.writing):
        with opened(filled.ours) as session:
            seen = {table: networks_in(session.connection(), table) for table in TABLES}
        assert seen == {table: {filled.ours} for table in TABLES}


def test_session_changes_no_row_of_another_network(filled: Filled) -> None:
    """In no table is one of theirs changed or deleted, by statements that ask for it."""
    theirs = {"theirs": filled.theirs}
    with filled.database.writing(filled.ours) as session:
        connection = session.connection()
        for table in TABLES:
            change = text(f'UPDATE "{table}" SET id = gen_random_uuid() WHERE network_id = :theirs')  # noqa: S608
            assert connection.execute(change, theirs).rowcount == 0, table
            delete = text(f'DELETE FROM "{table}" WHERE network_id = :theirs')  # noqa: S608
            assert connection.execute(delete, theirs).rowcount == 0, table
    with as_superuser(filled.database) as plain:
        for table in TABLES:
            count = sql.SQL("SELECT count(*) FROM {} WHERE network_id = %s").format(sql.Identifier(table))
            assert plain.execute(count, (filled.theirs,)).fetchone() == (1,), table


def test_session_puts_no_row_into_another_network(filled: Filled) -> None:
    """Neither a new row nor one of its own that is moved there, in any table."""
    with filled.database.writing(filled.ours) as session:
        driver = session.connection().connection.driver_connection
        assert isinstance(driver, psycopg.Connection)
        for table in TABLES:
            insert, values = insert_into(table, columns_of(driver, table), filled.theirs)
            with (
                pytest.raises(psycopg.errors.InsufficientPrivilege, match=f'for table "{table}"'),
                driver.transaction(),
            ):
                driver.execute(insert, values)
            # The trail refuses any change before anybody asks whose entry it is.
            expected = "never changed" if table == "audit_events" else f'for table "{table}"'
            move = sql.SQL("UPDATE {} SET network_id = %s").format(sql.Identifier(table))
            with pytest.raises(psycopg.Error, match=expected), driver.transaction():
                driver.execute(move, (filled.theirs,))


def test_nobody_said_nothing_seen(filled: Filled) -> None:
    """A connection of our own user without the setting sees no row of any network, and adds none."""
    with plainly(filled.database) as connection:
        for table in TABLES:
            count = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(table))
            assert connection.execute(count).fetchone() == (0,), table
        insert, values = insert_into("sites", columns_of(connection, "sites"), filled.ours)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute(insert, values)
        connection.execute(f"SET {SETTING} = 'every'")
        assert connection.execute("SELECT count(*) FROM sites").fetchone() == (2,)


def test_word_that_is_no_network_is_an_error(filled: Filled) -> None:
    """A setting with a slip in it shows nothing, loudly."""
    with plainly(filled.database) as connection:
        connection.execute(f"SET {SETTING} = 'evry'")
        with pytest.raises(psycopg.errors.InvalidTextRepresentation):
            connection.execute("SELECT count(*) FROM sites")


def test_connection_carries_nothing_over(filled: Filled) -> None:
    """The pool hands the same connection on: after a commit, an error and a session of every network it is nobody's again."""
    database = filled.database

    def stop() -> None:
        with database.writing(filled.ours) as session:
            session.connection().exec_driver_sql("SELECT 1")
            raise RuntimeError("stop")

    def of_one() -> None:
        with database.writing(filled.ours) as session:
            assert networks_in(session.connection(), "sites") == {filled.ours}

    def of_all() -> None:
        with database.unscoped_reading() as session:
            assert len(networks_in(session.connection(), "sites")) == 2

    def upkeep() -> None:
        with of_every_network(database.engine).begin() as connection:
            assert len(networks_in(connection, "sites")) == 2

    used = set()
    for use in (of_one, stop, of_all, upkeep):
        if use is stop:
            with pytest.raises(RuntimeError, match="stop"):
                use()
        else:
            use()
        raw = database.engine.raw_connection()
        driver = raw.driver_connection
        assert isinstance(driver, psycopg.Connection)
        used.add(driver.info.backend_pid)
        said = driver.execute("SELECT coalesce(current_setting(%s, true), '')", (SETTING,)).fetchone()
        seen = driver.execute("SELECT count(*) FROM sites").fetchone()
        raw.close()
        assert (said, seen) == (("",), (0,)), use.__name__
    assert len(used) == 1, "it was one connection all the time"


def test_session_stays_of_its_network(filled: Filled) -> None:
    """In the transaction after a commit, after a rollback, in a savepoint that comes first, and after one that was taken back."""
    with filled.database.writing(filled.ours) as session, session.begin_nested():
        assert networks_in(session.connection(), "sites") == {filled.ours}
    with filled.database.writing(filled.ours) as session:
        for end in (session.commit, session.rollback):
            assert networks_in(session.connection(), "sites") == {filled.ours}
            end()
        with pytest.raises(DBAPIError), session.begin_nested():
            session.connection().exec_driver_sql("SELECT 1 / 0")
        assert networks_in(session.connection(), "sites") == {filled.ours}


def test_session_of_every_network_sees_all_until_it_is_narrowed(filled: Filled) -> None:
    """Narrowed before its first statement or after it."""
    for first in (True, False):
        with filled.database.unscoped_writing() as session:
            if first:
                seen = {table: networks_in(session.connection(), table) for table in TABLES}
                assert seen == {table: {filled.ours, filled.theirs} for table in TABLES}
            narrow(session, filled.theirs)
            assert networks_in(session.connection(), "sites") == {filled.theirs}


def test_session_without_a_network_sees_nothing(filled: Filled) -> None:
    """Neither opened of a network nor of every one: raw SQL on its connection fails, as a query of a class does."""
    with ScopedSession(filled.database.engine) as session, pytest.raises(ProgrammingError, match="row-level security"):
        networks_in(session.connection(), "sites")


def test_engine_alone_fails_and_does_not_find_none(filled: Filled) -> None:
    """Upkeep that forgot to say so would take "no rows" for the truth; it gets an error instead."""
    with filled.database.engine.connect() as connection, pytest.raises(ProgrammingError, match="row-level security"):
        networks_in(connection, "sites")
    with of_every_network(filled.database.engine).connect() as connection:
        assert networks_in(connection, "sites") == {filled.ours, filled.theirs}


def test_who_is_not_held_by_policies(database: Database) -> None:
    """The tests' own user is; a superuser is not."""
    with database.engine.connect() as connection:
        assert not is_bypassed(connection)
    server = postgres_server()
    assert server.url is not None
    engine = make_engine(make_url(str(server.url)).render_as_string(hide_password=False))
    with engine.connect() as connection:
        assert is_bypassed(connection)
    engine.dispose()
