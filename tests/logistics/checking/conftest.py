"""A good plan on each kind of server, stored once: every test breaks it in a session that is rolled back."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import make_url
from sqlalchemy.orm import Session

from logistics.persistence.database import open_database
from tests.databases import postgres_database, postgres_server, sqlite_database
from tests.logistics.plans import StoredPlan, store_good_plan


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def stored(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, migrated: Callable[[str], str]
) -> Iterator[StoredPlan]:
    """The tiny network with its good plan."""
    with ExitStack() as stack:
        if request.param == "sqlite":
            url = stack.enter_context(sqlite_database(tmp_path_factory.mktemp("stored")))
            shutil.copyfile(str(make_url(migrated("sqlite")).database), str(make_url(url).database))
        elif missing := postgres_server().missing:
            pytest.skip(f"PostgreSQL NOT RUN: {missing}")
        else:
            url = stack.enter_context(postgres_database(make_url(migrated("postgresql")).database))
        database = open_database(url)
        yield store_good_plan(database)
        database.close()


@contextmanager
def undone(stored: StoredPlan) -> Iterator[Session]:
    """A writing session whose changes nobody else ever sees."""
    with stored.database.writing(stored.network_id) as session:
        yield session
        session.rollback()
