"""A database with our tables, on each kind of server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import make_url

from logistics.persistence.database import Database, open_database
from logistics.persistence.schema import upgrade_schema
from tests.databases import postgres_database, postgres_server, sqlite_database


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """The URL of a migrated database of each kind, migrated once per run: tests get copies of it."""
    with ExitStack() as stack:
        made: dict[str, str] = {}

        def template(kind: str) -> str:
            if kind not in made:
                server = (
                    sqlite_database(tmp_path_factory.mktemp("migrated")) if kind == "sqlite" else postgres_database()
                )
                made[kind] = stack.enter_context(server)
                upgrade_schema(made[kind])
            return made[kind]

        yield template


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, migrated: Callable[[str], str]) -> Iterator[Database]:
    """A database at the newest migration, without a row in it; each test that asks runs on both kinds."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = stack.enter_context(sqlite_database(tmp_path))
            shutil.copyfile(str(make_url(migrated("sqlite")).database), str(make_url(url).database))
        elif missing := postgres_server().missing:
            pytest.skip(f"PostgreSQL NOT RUN: {missing}")
        else:
            url = stack.enter_context(postgres_database(make_url(migrated("postgresql")).database))
        database = open_database(url)
        yield database
        database.close()
