"""Changing the keys of sealed columns: while people work, killed at any moment, and nothing is lost."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, select

from logistics.cli import main
from logistics.domain.errors import BadInput
from logistics.gateways.sealing import FieldKeys, new_key
from logistics.persistence.database import Database, open_database
from logistics.persistence.sealed_columns import values_by_mark
from logistics.persistence.tables import Network, Site
from logistics.services.field_keys import rotate_keys, use_of_keys

SITES = 3000


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A home with its keys, a database with notes sealed by them, and the command that works there."""

    home: Path
    url: str
    network_id: uuid.UUID
    notes: dict[uuid.UUID, str]

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        return {"ROUNDS_HOME": str(self.home), "ROUNDS_DATABASE_URL": self.url}

    @property
    def keys(self) -> FieldKeys:
        """As a process that starts now has them."""
        return FieldKeys(file=self.home / "field-keys")

    def opened(self, keys: FieldKeys | None = None) -> Database:
        """The database, for somebody who starts now."""
        return open_database(self.url, keys=keys or self.keys)

    def rounds(self, *words: str, **more: str) -> Result:
        """Run the command in this process."""
        return CliRunner(env={**self.environment, **more}).invoke(main, list(words))

    def read(self, database: Database) -> dict[uuid.UUID, str]:
        """Every note as this process reads it."""
        with database.reading(self.network_id) as session:
            return {row.id: row.access_notes for row in session.execute(select(Site.id, Site.access_notes))}


@pytest.fixture
def server(upgraded_url: str, tmp_path: Path) -> Server:
    """Three thousand notes under one key."""
    made = Server(
        home=tmp_path / "home",
        url=upgraded_url,
        network_id=uuid.uuid4(),
        notes={uuid.uuid4(): f"Key safe {number}" for number in range(SITES)},
    )
    with closing(made.opened()) as database:
        with database.unscoped_writing() as session:
            session.add(Network(id=made.network_id, slug="ours", name="Ours"))
        with database.writing(made.network_id) as session:
            session.execute(insert(Site), [{"id": each, "access_notes": note} for each, note in made.notes.items()])
    return made


def test_the_first_key_is_made_once_for_its_owner_alone(server: Server) -> None:
    """Mode 600, one key, and a second process reads the same."""
    file = server.home / "field-keys"
    assert file.stat().st_mode & 0o777 == 0o600
    assert len(server.keys.marks) == 1
    assert server.keys.marks == server.keys.marks


def test_a_rotation_moves_everything_while_others_work(server: Server) -> None:
    """A process that started before reads and writes on with the new key at once; then the old key goes."""
    (old,) = server.keys.marks
    with closing(server.opened()) as working, closing(server.opened()) as rotating:
        assert server.read(working) == server.notes
        changed = next(iter(server.notes))
        during: list[int] = []

        def write_meanwhile(moved: int) -> None:
            during.append(moved)
            with working.writing(server.network_id) as session:
                session.get_one(Site, changed).access_notes = f"Changed after {moved}"

        done = rotate_keys(rotating, server.keys, on_moved=write_meanwhile)
        assert (done.went_on, done.left_over) == (False, (old,))
        assert len(during) >= SITES // 200
        assert set(values_by_mark(rotating.engine)) == {done.newest} != {old}
        expected = server.notes | {changed: f"Changed after {during[-1]}"}
        assert server.read(working) == server.read(rotating) == expected
        outcome = server.rounds("keys", "drop", old)
        assert outcome.exit_code == 0, outcome.output
        assert server.read(working) == expected
    with closing(server.opened()) as later:
        assert server.read(later) == expected
    assert server.keys.marks == (done.newest,)


KILLED_IN_THE_MIDDLE = """
import os, signal, threading
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import open_database
from logistics.services.field_keys import rotate_keys
from logistics.settings import Settings

settings = Settings.from_environment()
keys = FieldKeys.of(settings)


def moved(values):
    # Three milliseconds into the helpings that follow the second one: fifteen of them take far longer than that.
    if values == 400:
        threading.Timer(0.003, os.kill, (os.getpid(), signal.SIGKILL)).start()


rotate_keys(open_database(settings.database_url, keys=keys), keys, on_moved=moved)
"""


def test_a_killed_rotation_loses_nothing_and_goes_on(server: Server) -> None:
    """Killed (-9) in the middle: values are under both keys and all are read; the next run finishes with the same key."""
    command = [sys.executable, "-c", KILLED_IN_THE_MIDDLE]
    ended = subprocess.run(command, env={**os.environ, **server.environment}, check=False, timeout=60)
    assert ended.returncode == -signal.SIGKILL
    with closing(server.opened()) as database:
        counted = values_by_mark(database.engine)
        assert len(counted) == 2
        assert sum(counted.values()) == SITES
        assert server.read(database) == server.notes
        newest, old = server.keys.marks
        refused = server.rounds("keys", "drop", old)
        assert refused.exit_code == 1
        assert "still sealed" in refused.output
        again = server.rounds("keys", "rotate")
        assert "An earlier change of keys was not finished: it is now." in again.output, again.output
        assert values_by_mark(database.engine) == {newest: SITES}
        assert server.read(database) == server.notes
    assert server.keys.marks == (newest, old)


def test_the_check_names_a_key_that_is_not_here(server: Server) -> None:
    """How many values are under which key; with the file lost it fails, and no new file takes its place."""
    (mark,) = server.keys.marks
    good = server.rounds("keys", "check")
    assert (good.exit_code, good.output) == (0, f"{mark}  {SITES:,} values  (newest, seals)\n")
    (server.home / "field-keys").rename(server.home / "lost")
    for words in (("keys", "check"), ("keys", "rotate"), ("account", "list"), ("audit", "verify")):
        lost = server.rounds(*words)
        assert lost.exit_code != 0, words
    lost = server.rounds("audit", "verify")
    assert f"sealed with the key {mark}, which this server does not have" in lost.output
    assert lost.output.count("\n") == 1
    assert not (server.home / "field-keys").exists()


def test_configured_keys_are_changed_by_whoever_configures_them(server: Server) -> None:
    """A new key in front of the old one: the command moves everything, then refuses to make one itself."""
    old = (server.home / "field-keys").read_text().split()[-1]
    (server.home / "field-keys").unlink()
    newest = server.rounds("keys", "new").output.strip()
    both = {"ROUNDS_FIELD_KEYS": f"{newest} {old}"}
    moved = server.rounds("keys", "rotate", **both)
    assert moved.exit_code == 0, moved.output
    assert f"{SITES:,} values were moved" in moved.output
    with closing(server.opened(FieldKeys((newest,)))) as database:
        assert server.read(database) == server.notes
    refused = server.rounds("keys", "rotate", **both)
    assert refused.exit_code == 2
    assert "in front of the others there" in refused.output
    assert not (server.home / "field-keys").exists()


def test_the_newest_key_is_never_dropped(server: Server) -> None:
    """It is what seals."""
    with closing(server.opened()) as database:
        unknown = use_of_keys(database, FieldKeys((new_key(),)))
    assert [(each.values, each.is_here) for each in unknown] == [(0, True), (SITES, False)]
    with pytest.raises(BadInput, match="is the newest"):
        server.keys.drop(server.keys.marks[0])
    with pytest.raises(BadInput, match="There is no key"):
        server.keys.drop("00000000")
