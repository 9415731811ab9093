"""Transactions: one commit at the end, nothing after an error, writers that wait for each other."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.domain.errors import BadInput
from logistics.persistence.database import Database, open_database
from logistics.persistence.engine import make_engine
from logistics.persistence.tables import Network, Site
from tests.logistics.persistence.conftest import TwoNetworks


def test_an_error_leaves_nothing_behind(database: Database, networks: TwoNetworks) -> None:
    """Rows flushed before the block raised are gone."""

    def stop_half_way() -> None:
        with database.writing(networks.ours) as session:
            session.add(Site(address="half"))
            session.flush()
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        stop_half_way()
    with database.reading(networks.ours) as session:
        assert session.scalars(select(Site.address)).all() == ["ours"]


def test_a_reader_sees_one_state(database: Database, networks: TwoNetworks) -> None:
    """What is committed while somebody reads does not appear half-way through the reading."""
    with database.reading(networks.ours) as reading:
        before = reading.scalars(select(Site.address)).all()
        with database.writing(networks.ours) as writing:
            writing.add(Site(address="late"))
        assert reading.scalars(select(Site.address)).all() == before
    with database.reading(networks.ours) as reading:
        assert set(reading.scalars(select(Site.address))) == {"ours", "late"}


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_writers_that_read_first_wait_instead_of_failing(database: Database, networks: TwoNetworks) -> None:
    """Two hundred transactions of four threads, each reading before it writes, all commit: none is "locked".

    With a deferred BEGIN a writer that has read cannot take the lock that another one holds, and fails at once.
    """
    failures: list[Exception] = []

    def count_up() -> None:
        for _ in range(50):
            try:
                with database.writing(networks.ours) as session:
                    site = session.get_one(Site, networks.our_site)
                    site.access_notes = str(int(site.access_notes or 0) + 1)
            except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is about
                failures.append(error)

    threads = [threading.Thread(target=count_up) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with database.reading(networks.ours) as session:
        assert session.get_one(Site, networks.our_site).access_notes == "200"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_sqlite_runs_with_our_settings(database: Database) -> None:
    """WAL, foreign keys and a busy time-out hold on every connection."""
    with database.engine.connect() as connection:
        settings = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "foreign_keys", "busy_timeout")
        }
    assert settings == {"journal_mode": "wal", "foreign_keys": 1, "busy_timeout": 30_000}


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "no database address"),
        ("rounds.sqlite", "no database address"),
        ("sqlite://", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("mysql://localhost/x", "SQLite or PostgreSQL"),
    ],
)
def test_an_address_that_cannot_be_used_is_explained(url: str, sentence: str) -> None:
    """One sentence says what to write."""
    with pytest.raises(BadInput, match=sentence):
        open_database(url)


def test_the_folder_of_a_sqlite_file_is_made(tmp_path: Path) -> None:
    """A fresh machine has no data folder yet; the file in it is for its owner alone."""
    engine = make_engine(f"sqlite:///{tmp_path / 'new' / 'rounds.sqlite'}")
    with engine.connect():
        assert (tmp_path / "new" / "rounds.sqlite").stat().st_mode & 0o777 == 0o600
    engine.dispose()


def test_values_stay_readable_after_the_session(database: Database, networks: TwoNetworks) -> None:
    """A row loaded in a session can still be read when the session is over."""
    with database.unscoped_reading() as session:
        network = session.get_one(Network, networks.ours)
    assert network.name == "Ours"
