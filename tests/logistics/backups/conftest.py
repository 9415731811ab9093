"""A network with a week and a plan in it, on each kind of database, and a home with the files that belong to it."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import make_url

from logistics.cli import main
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.copies.held import Held
from logistics.persistence.copies.opening import copies_of
from logistics.persistence.database import open_database
from logistics.persistence.tables import LabelPhoto, Network
from tests.databases import at_server, conninfo, postgres_server
from tests.logistics.plans import MADE_AT, store_good_plan

PHOTO_BYTES = 6_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A home, its database, a key, and the command that works there."""

    home: Path
    url: str
    key: Path
    file: Path
    environment_more: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        return {
            "ROUNDS_HOME": str(self.home),
            "ROUNDS_DATABASE_URL": self.url,
            "ROUNDS_BACKUP_KEY_FILE": str(self.key),
            **self.environment_more,
        }

    @property
    def keys(self) -> FieldKeys:
        """The keys of sealed columns, as whoever starts now has them."""
        return FieldKeys(file=self.home / "field-keys")

    @property
    def is_sqlite(self) -> bool:
        """Whether the database is a file."""
        return self.url.startswith("sqlite")

    @property
    def database_file(self) -> Path:
        """The SQLite file."""
        return Path(str(make_url(self.url).database))

    def rounds(self, *words: str) -> Result:
        """Run the command in this process."""
        return CliRunner(env=self.environment).invoke(main, [str(word) for word in words])

    def done(self, *words: str) -> str:
        """Run the command, which must succeed; what it said."""
        result = self.rounds(*words)
        assert result.exit_code == 0, result.output
        return result.output

    def held(self) -> Held:
        """What the database holds now."""
        with closing(copies_of(self.url)) as copies:
            return copies.in_use()

    def destroy(self) -> None:
        """Lose the database and every file of the home but the key."""
        if self.is_sqlite:
            for file in self.database_file.parent.glob("rounds.sqlite*"):
                file.unlink()
        else:
            at_server("DROP DATABASE {} WITH (FORCE)", str(make_url(self.url).database))
        for file in [file for file in self.home.rglob("*") if file.is_file() and file != self.database_file]:
            file.unlink()

    def add_network(self, slug: str) -> None:
        """Change the database."""
        database = open_database(self.url, keys=self.keys)
        with database.unscoped_writing() as session:
            session.add(Network(id=uuid.uuid4(), slug=slug, name=slug))
        database.close()

    def kill_when(self, words: tuple[str, ...], moment: Callable[[], bool]) -> int:
        """Start the command as a process of its own, kill it (-9) when the moment has come; its return code."""
        command = [sys.executable, "-m", "logistics.cli", *words]
        environment = {**os.environ, **self.environment}
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        ends = time.monotonic() + 60
        while process.poll() is None and not moment():
            assert time.monotonic() < ends, "the moment never came"
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
        process.communicate(timeout=60)
        return process.returncode

    def moments(self) -> dict[str, Callable[[], bool]]:
        """Moments of a backup or restore at which it may be killed, by what can be seen from outside."""
        work = self.home / "backup-work"
        return {
            "copying": (work / "database").exists,
            "packing": (work / "packed.tar.gz").exists,
            "locking": lambda: any(self.file.parent.glob(f".{self.file.name}.partial")),
            "opening": (work / "tried" / "database").exists,
            "loading": self.loading_is_there,
        }

    def loading_is_there(self) -> bool:
        """Whether a copy is being loaded beside the database in use."""
        if self.is_sqlite:
            return self.database_file.with_name("rounds.sqlite.restoring").exists()
        return f"{make_url(self.url).database}_restoring" in databases()


def databases() -> set[str]:
    """The names of the server's databases."""
    server = postgres_server()
    assert server.url is not None
    with psycopg.connect(conninfo(server.url), autocommit=True) as connection:
        return {str(name) for (name,) in connection.execute("SELECT datname FROM pg_database")}


@pytest.fixture
def place(upgraded_url: str, tmp_path: Path) -> Iterator[Place]:
    """A week with a plan and a large photo, a home with files in it, and a key; nobody is connected."""
    home = tmp_path / "home"
    database = open_database(upgraded_url, keys=FieldKeys(file=home / "field-keys"))
    plan = store_good_plan(database)
    with database.writing(plan.network_id) as session:
        session.add(
            LabelPhoto(
                id=uuid.uuid4(),
                slot_id=plan.ids["slot hot"],
                made_at=MADE_AT,
                width_px=1,
                height_px=1,
                jpeg=random.Random(4).randbytes(PHOTO_BYTES),
            )
        )
    database.close()
    (home / "places").mkdir(parents=True)
    (home / "outbox").mkdir()
    (home / "roads" / "london").mkdir(parents=True)
    (home / "secret-key").write_text("k" * 60)
    (home / "places" / "ours.csv").write_text("BT1 5GS,54.5963,-5.9302\n")
    (home / "outbox" / "one.eml").write_text("To: lead@example.org\n\nSomething waits.")
    (home / "roads" / "london" / "car.osrm").write_text("large")
    (tmp_path / "copies").mkdir()
    place = Place(home=home, url=upgraded_url, key=tmp_path / "key.txt", file=tmp_path / "copies" / "rounds.age")
    place.done("backup-key", str(place.key))
    yield place
    if not place.is_sqlite:
        own = str(make_url(upgraded_url).database)
        for name in databases():
            if name.startswith(own) and name != own:
                at_server("DROP DATABASE {} WITH (FORCE)", name)
