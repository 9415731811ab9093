"""What stands in the way of a backup is said with what to do about it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from logistics.cli import main
from logistics.persistence.database import open_database
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Network
from tests.databases import at_server, plain_user, postgres_database
from tests.logistics.backups.conftest import Place

POSTGRES = pytest.mark.parametrize("upgraded_url", ["postgresql"], indirect=True)
SQLITE = pytest.mark.parametrize("upgraded_url", ["sqlite"], indirect=True)


@POSTGRES
@pytest.mark.parametrize("program", ["pg_dump", "pg_restore"])
def test_missing_program_is_named(place: Place, program: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without PostgreSQL's programs the sentence says which package brings them."""
    place.done("backup", str(place.file))
    monkeypatch.setenv("PATH", str(tmp_path))
    words = ("backup", str(place.file)) if program == "pg_dump" else ("restore", str(place.file), "--replace")
    said = place.rounds(*words)
    assert said.exit_code == 1
    assert f"{program} is not installed: “apt install postgresql-client”" in said.output


@POSTGRES
def test_user_without_the_right_is_told_which(place: Place) -> None:
    """Trying a backup out needs a second database; the sentence says how to allow it."""
    user = plain_user()
    at_server("ALTER ROLE {} NOCREATEDB", user)
    try:
        said = place.rounds("backup", str(place.file))
        assert (said.exit_code, f"ALTER ROLE {user} CREATEDB" in said.output) == (1, True), said.output
    finally:
        at_server("ALTER ROLE {} CREATEDB", user)


def test_database_in_use_is_not_replaced(place: Place) -> None:
    """While somebody has the database open, a restore says to stop Food Rounds, and nothing has changed."""
    place.done("backup", str(place.file))
    place.add_network("later")
    before = place.held()
    database = open_database(place.url, keys=place.keys)
    with database.unscoped_reading() as session:
        assert len(session.scalars(select(Network.slug)).all()) == 2
        said = place.rounds("restore", str(place.file), "--replace")
        assert (said.exit_code, "stop Food Rounds first" in said.output) == (1, True), said.output
    database.close()
    assert place.held() == before
    place.done("restore", str(place.file), "--replace")


def test_people_work_while_a_backup_is_made(place: Place) -> None:
    """Writers go on: what is written during the backup is in the database, and the backup is of one moment."""
    command = [sys.executable, "-m", "logistics.cli", "backup", str(place.file)]
    process = subprocess.Popen(command, env={**os.environ, **place.environment})
    written = 0
    database = open_database(place.url, keys=place.keys)
    while process.poll() is None:
        written += 1
        with database.unscoped_writing() as session:
            session.add(Network(slug=f"n{written}", name="New"))
    database.close()
    assert process.returncode == 0
    assert written > 20
    assert place.held().tables["networks"].rows == 1 + written


@SQLITE
def test_backup_of_the_other_kind_is_refused(place: Place) -> None:
    """A copy of a SQLite file cannot become a PostgreSQL database."""
    place.done("backup", str(place.file))
    with postgres_database() as url:
        said = CliRunner(env={**place.environment, "ROUNDS_DATABASE_URL": url}).invoke(
            main, ["restore", str(place.file)]
        )
    assert (said.exit_code, "is of a sqlite database" in said.output) == (1, True), said.output


def test_no_database_no_backup(database_url: str, tmp_path: Path) -> None:
    """An empty place is told from a full one: tables without rows are backed up, no tables at all are not there."""
    key = tmp_path / "key.txt"
    run = CliRunner(env={"ROUNDS_HOME": str(tmp_path / "home"), "ROUNDS_DATABASE_URL": database_url})
    assert run.invoke(main, ["backup", str(tmp_path / "a.age")]).exit_code == 2
    assert run.invoke(main, ["backup-key", str(key)]).exit_code == 0
    assert run.invoke(main, ["backup", str(tmp_path / "a.age"), "--key", str(key)]).exit_code == 1
    upgrade_schema(database_url)
    assert run.invoke(main, ["backup", str(tmp_path / "a.age"), "--key", str(key)]).exit_code == 0


def test_key_is_never_written_over(tmp_path: Path) -> None:
    """A second key in the same file would make every backup of the first unreadable."""
    key = tmp_path / "key.txt"
    assert CliRunner().invoke(main, ["backup-key", str(key)]).exit_code == 0
    before = key.read_text()
    assert key.stat().st_mode & 0o077 == 0
    assert CliRunner().invoke(main, ["backup-key", str(key)]).exit_code == 2
    assert key.read_text() == before
