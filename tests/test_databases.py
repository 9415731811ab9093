"""The databases that tests are given: as the migrations make them, empty, and nobody else's."""

from __future__ import annotations

import uuid

import psycopg
import pytest
from sqlalchemy import inspect, make_url

from logistics.persistence.base import Base
from logistics.persistence.database import Database
from tests.databases import conninfo, postgres_database, postgres_server


def test_a_test_gets_every_table_and_no_row(database: Database) -> None:
    """What the classes describe is there, on both kinds of server."""
    names = set(inspect(database.engine).get_table_names())
    assert set(Base.metadata.tables) <= names
    with database.reading(uuid.uuid4()) as session:
        for table in Base.metadata.sorted_tables:
            assert session.connection().execute(table.select().limit(1)).first() is None, table.name


def test_a_database_is_dropped_even_while_somebody_is_connected() -> None:
    """A test that forgets a connection must not leave databases behind on a shared server."""
    server = postgres_server()
    if server.url is None:
        pytest.skip(f"PostgreSQL NOT RUN: {server.missing}")
    with postgres_database() as url:
        name = make_url(url).database
        forgotten = psycopg.connect(conninfo(make_url(url)))
    with psycopg.connect(conninfo(server.url)) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
    forgotten.close()
    assert found is None
