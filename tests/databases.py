"""Databases of the tests' own: made empty for one test, dropped after it, on SQLite and on PostgreSQL."""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from sqlalchemy import URL, make_url

from logistics.persistence.schema import upgrade_schema

LOCAL_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
PREFIX = "rounds_test_"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """What is known of PostgreSQL here. `url` is None when there is none; `missing` then says why."""

    url: URL | None
    missing: str = ""


def conninfo(url: URL, database: str | None = None) -> str:
    """What psycopg itself takes: the same server, and another database on it if one is named."""
    plain = url.set(drivername="postgresql", database=database or url.database)
    return plain.render_as_string(hide_password=False)


@functools.cache
def postgres_server() -> Server:
    """The server of ROUNDS_TEST_POSTGRES_URL, else one that answers on this machine.

    A server that was named and does not answer is an error of the run, not a reason to leave its tests out.
    """
    named = os.environ.get("ROUNDS_TEST_POSTGRES_URL", "")
    url = make_url(named or LOCAL_SERVER)
    try:
        with psycopg.connect(conninfo(url), connect_timeout=3 if named else 1):
            return Server(url=url)
    except psycopg.OperationalError as error:
        if named:
            raise RuntimeError(f"ROUNDS_TEST_POSTGRES_URL names a server that does not answer: {error}") from error
        return Server(url=None, missing="no server answers on 127.0.0.1:5432 and ROUNDS_TEST_POSTGRES_URL is not set")


def at_server(statement: str, *names: str) -> None:
    """Run a statement about whole databases or users, as the superuser that the server was named with."""
    server = postgres_server()
    assert server.url is not None, server.missing
    with psycopg.connect(conninfo(server.url), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


@functools.cache
def plain_user() -> str:
    """The user who owns the tests' databases, one for each process: no superuser, since policies of rows do not hold for those.

    Has the server's own password, where that has one. It goes when the process ends, or with `drop_plain_user`.
    """
    server = postgres_server()
    assert server.url is not None, server.missing
    name = f"{PREFIX}user_{uuid.uuid4().hex[:16]}"
    at_server("CREATE ROLE {} LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS", name)
    if server.url.password is not None:
        at_server(f"ALTER ROLE {{}} PASSWORD '{str(server.url.password).replace("'", "''")}'", name)
    atexit.register(drop_plain_user)
    return name


def drop_plain_user() -> None:
    """Remove the user, if this process has made one; its databases are gone before."""
    if plain_user.cache_info().currsize:
        name = plain_user()
        plain_user.cache_clear()
        at_server("DROP ROLE {}", name)


@contextmanager
def postgres_database(template: str | None = None) -> Iterator[str]:
    """The URL of a new database, empty or a copy of `template`; dropped at the end, whoever is still connected.

    Its owner, who is in the URL, is no superuser.
    """
    server = postgres_server()
    assert server.url is not None, server.missing
    name = PREFIX + uuid.uuid4().hex[:16]
    at_server("CREATE DATABASE {} OWNER {} TEMPLATE {}", name, plain_user(), template or "template0")
    try:
        yield server.url.set(username=plain_user(), database=name).render_as_string(hide_password=False)
    finally:
        at_server("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


@contextmanager
def sqlite_database(folder: Path, template: Path | None = None) -> Iterator[str]:
    """The URL of a SQLite file in `folder`: not there yet, or a copy of `template`."""
    path = folder / "rounds.sqlite"
    if template:
        shutil.copyfile(template, path)
    yield f"sqlite:///{path}"


@contextmanager
def sqlite_template(folder: Path) -> Iterator[Path]:
    """A SQLite file with our tables in it and nothing else, to be copied."""
    with sqlite_database(folder) as url:
        upgrade_schema(url)
        path = Path(url.removeprefix("sqlite:///"))
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        yield path


@contextmanager
def postgres_template() -> Iterator[str]:
    """The name of a PostgreSQL database with our tables in it and nothing else, to be copied."""
    with postgres_database() as url:
        upgrade_schema(url)
        yield str(make_url(url).database)


def everything_written(url: str) -> bytes:
    """What somebody reads who has the database and no keys: every file of SQLite's, or every row of PostgreSQL's as text."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        file = Path(str(parsed.database))
        return b"".join(each.read_bytes() for each in sorted(file.parent.glob(f"{file.name}*")))
    server = postgres_server()
    assert server.url is not None, server.missing
    with psycopg.connect(conninfo(server.url, parsed.database)) as connection:
        return "\n".join(_rows_as_text(connection)).encode()


def _rows_as_text(connection: psycopg.Connection) -> Iterator[str]:
    named = connection.execute(
        "SELECT schemaname, tablename FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
    ).fetchall()
    for schema, name in named:
        query = sql.SQL("SELECT whole::text FROM {}.{} AS whole").format(sql.Identifier(schema), sql.Identifier(name))
        yield from (str(text) for (text,) in connection.execute(query))
