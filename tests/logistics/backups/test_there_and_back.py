"""A backup brings back exactly what was there, only where it may, and says in one sentence why it does not."""

from __future__ import annotations

import json
import stat
import tarfile
import uuid
from contextlib import closing
from pathlib import Path

import psycopg
import pyrage
import pytest
from psycopg import sql
from sqlalchemy import make_url, select

from logistics.persistence.copies.held import Held
from logistics.persistence.database import open_database
from logistics.persistence.row_security import is_bypassed
from logistics.persistence.schema import schema_differences, upgrade_schema
from logistics.persistence.scope import scoped_tables
from logistics.persistence.tables import Network, Site
from logistics.services.backups import make, packing, sealing
from logistics.services.backups.keys import BackupKey
from logistics.services.backups.manifest import Manifest
from tests.databases import at_server, conninfo, plain_user, postgres_server
from tests.logistics.backups.conftest import Place, databases


def identity(place: Place) -> pyrage.x25519.Identity:
    """The secret half of the place's key."""
    return pyrage.x25519.Identity.from_str(place.key.read_text().splitlines()[-1])


def files_of(home: Path) -> dict[str, str]:
    """The files of a home that a backup takes, as text."""
    names = ("secret-key", "places/ours.csv", "outbox/one.eml")
    return {name: (home / name).read_text() for name in names if (home / name).exists()}


def test_backup_destroy_restore_is_the_same(place: Place) -> None:
    """Every table has the content it had, every file that matters is back, and the backup leaves nothing else behind."""
    before, files = place.held(), files_of(place.home)
    assert before.has_data
    assert len(before.tables) > 40
    said = place.done("backup", str(place.file))
    assert "Tried out: all the same." in said
    assert "not in it: roads (road maps are built again" in said
    assert stat.S_IMODE(place.file.stat().st_mode) == 0o600
    assert [file.name for file in place.file.parent.iterdir()] == ["rounds.age"]
    assert not place.loading_is_there()
    place.destroy()
    assert not place.held().tables
    place.done("restore", str(place.file))
    assert place.held() == before
    assert files_of(place.home) == files
    assert not place.loading_is_there()
    assert not (place.home / "backup-work").exists()


def test_restored_database_is_worked_with(place: Place) -> None:
    """The tables are those of this version with all their rules, and rows can be added."""
    place.done("backup", str(place.file))
    place.destroy()
    place.done("restore", str(place.file))
    place.done("db", "check")
    place.add_network("after")


def test_public_half_locks_and_does_not_open(place: Place) -> None:
    """A server that holds only the public half makes backups that it tries out, and cannot open them afterwards."""
    before = place.held()
    public = place.home.parent / "public.txt"
    public.write_text(str(identity(place).to_public()))
    assert "Tried out" in place.done("backup", str(place.file), "--key", str(public))
    refused = place.rounds("restore", str(place.file), "--dry-run", "--key", str(public))
    assert (refused.exit_code, "public half" in refused.output) == (1, True)
    place.destroy()
    place.done("restore", str(place.file), "--key", str(place.key))
    assert place.held() == before


def test_data_is_replaced_only_when_asked_and_kept(place: Place) -> None:
    """Without --replace nothing changes; with it the old database and files are kept beside the restored ones."""
    before = place.held()
    place.done("backup", str(place.file))
    place.add_network("later")
    (place.home / "secret-key").write_text("n" * 60)
    changed = place.held()
    refused = place.rounds("restore", str(place.file))
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    assert place.held() == changed
    said = place.done("restore", str(place.file), "--replace")
    assert place.held() == before
    assert (place.home / "secret-key").read_text() == "k" * 60
    (aside,) = place.home.glob("before-*")
    assert (aside / "secret-key").read_text() == "n" * 60
    assert str(aside) in said
    if place.is_sqlite:
        (kept,) = place.database_file.parent.glob("rounds.sqlite.before-*")
        assert str(kept) in said
    else:
        (kept_name,) = [name for name in databases() if "_before_" in name and name in said]
        at_server("DROP DATABASE {}", kept_name)


def counts_by_network(url: str) -> dict[str, dict[str, int]]:
    """How many rows each scoped table holds, by network, as they are shown to whom no policy holds for."""
    server = postgres_server()
    assert server.url is not None
    with psycopg.connect(conninfo(server.url, make_url(url).database)) as connection:
        count = sql.SQL("SELECT network_id::text, count(*) FROM {} GROUP BY 1")
        return {name: dict(connection.execute(count.format(sql.Identifier(name)))) for name in sorted(scoped_tables())}


@pytest.mark.parametrize("upgraded_url", ["postgresql"], indirect=True)
def test_copy_is_of_every_network(place: Place) -> None:
    """Whoever makes it is held by the policies, and yet every row of both networks is in it; restored, the policies hold again."""
    place.add_network("second")
    with closing(open_database(place.url, keys=place.keys)) as database:
        with database.engine.connect() as connection:
            assert not is_bypassed(connection)
        with database.unscoped_writing() as session:
            second = session.scalars(select(Network.id).where(Network.slug == "second")).one()
        with database.writing(second) as session:
            session.add(Site(id=uuid.uuid4(), address="of the second"))
    before = counts_by_network(place.url)
    place.done("backup", str(place.file))
    place.destroy()
    place.done("restore", str(place.file))
    assert counts_by_network(place.url) == before
    assert len(before["sites"]) == 2
    with closing(open_database(place.url, keys=place.keys)) as database:
        assert schema_differences(database.engine) == []
        with database.reading(second) as session:
            seen = session.connection().exec_driver_sql("SELECT address FROM sites").scalars().all()
    assert seen == ["of the second"]


def test_empty_tables_are_no_data(place: Place) -> None:
    """Tables that `rounds db upgrade` made, without a row, are replaced without asking and not kept."""
    before = place.held()
    place.done("backup", str(place.file))
    place.destroy()
    if not place.is_sqlite:
        at_server("CREATE DATABASE {} OWNER {}", place.url.rpartition("/")[2], plain_user())
    upgrade_schema(place.url)
    assert "kept" not in place.done("restore", str(place.file))
    assert place.held() == before


def test_dry_run_changes_nothing(place: Place) -> None:
    """It opens, loads and compares, beside a database that has gone on."""
    place.done("backup", str(place.file))
    place.add_network("later")
    changed = place.held()
    assert "can be restored" in place.done("restore", str(place.file), "--dry-run")
    assert place.held() == changed
    assert not place.loading_is_there()


def refused(place: Place, file: Path, *words: str) -> str:
    """The one sentence of a restore that is refused; the database and the files are what they were."""
    before, files = place.held(), files_of(place.home)
    result = place.rounds("restore", str(file), "--replace", *words)
    assert result.exit_code == 1
    assert result.output.count("\n") == 1, result.output
    assert (place.held(), files_of(place.home)) == (before, files)
    assert not place.loading_is_there()
    assert not (place.home / "backup-work").exists()
    return result.output


def test_damaged_files_and_wrong_keys_change_nothing(place: Place) -> None:
    """Cut off anywhere, one bit flipped anywhere, another key, no backup at all: one clear error each."""
    place.done("backup", str(place.file))
    whole = place.file.read_bytes()
    place.add_network("later")
    damaged = place.file.with_name("damaged.age")
    for length in (0, 10, 150, 5_000, 3 * 65_536 + 200, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:length])
        assert "damaged or cut off" in refused(place, damaged), length
    for at in (0, 60, 250, 5_000, len(whole) // 2, len(whole) - 1):
        damaged.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert "damaged" in refused(place, damaged), at
    other = place.home.parent / "other.txt"
    place.done("backup-key", str(other))
    assert "does not open with this key" in refused(place, place.file, "--key", str(other))
    damaged.write_bytes(pyrage.encrypt(b"hello", [identity(place).to_public()]))
    assert "no backup of Food Rounds" in refused(place, damaged)
    assert "There is no file" in refused(place, place.file.with_name("nothing.age"))


@pytest.mark.parametrize("name", ["../outside", "home/../../outside", "home/roads/london/car.osrm", "home/places/../x"])
def test_forged_backup_writes_no_other_files(place: Place, name: str) -> None:
    """Whoever has the public half can lock a file; one with a path that no backup has is refused before it is unpacked."""
    place.done("backup", str(place.file))
    packed, thing = place.home.parent / "packed.tar.gz", place.home.parent / "thing"
    sealing.unseal(place.file, packed, BackupKey(lock=None, opener=identity(place)))
    thing.write_text("x")
    with tarfile.open(packed) as old, tarfile.open(place.home.parent / "forged", "w:gz") as new:
        for member in old:
            new.addfile(member, old.extractfile(member))
        new.add(thing, name)
    forged = place.file.with_name("forged.age")
    sealing.seal(place.home.parent / "forged", forged, BackupKey(lock=identity(place).to_public(), opener=None))
    assert "holds what no backup of Food Rounds holds" in refused(place, forged)


def test_backup_that_does_not_hold_what_it_lists_is_refused(place: Place) -> None:
    """A manifest with another hash for one table names that table, and nothing is replaced."""
    place.done("backup", str(place.file))
    folder = place.home.parent / "opened"
    folder.mkdir()
    opened = packing.open_backup(place.file, BackupKey(lock=None, opener=identity(place)), folder)
    read = json.loads(opened.manifest.to_json())
    read["tables"]["households"]["sha256"] = "0" * 64
    forged = place.file.with_name("forged.age")
    packed = packing.pack(folder, Manifest.from_json(json.dumps(read)))
    sealing.seal(packed, forged, BackupKey(lock=identity(place).to_public(), opener=None))
    assert "does not hold what it lists (households)" in refused(place, forged)


def test_backup_that_fails_its_trial_is_thrown_away(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """When what was written does not open again, the backup before it stays."""
    place.done("backup", str(place.file))
    before = place.file.read_bytes()

    def written_badly(plain: Path, sealed: Path, *keys: BackupKey) -> None:
        sealing.seal(plain, sealed, *keys)
        with sealed.open("r+b") as file:
            file.seek(9_000)
            file.write(b"rust")

    monkeypatch.setattr(make, "seal", written_badly)
    assert place.rounds("backup", str(place.file)).exit_code == 1
    assert place.file.read_bytes() == before
    assert [file.name for file in place.file.parent.iterdir()] == ["rounds.age"]


def test_same_backup_twice_holds_the_same(place: Place) -> None:
    """Hashes do not depend on when or how often a copy is made."""
    holds: list[Held] = []
    for name in ("one", "two"):
        file, folder = place.file.with_name(name), place.home.parent / name
        folder.mkdir()
        place.done("backup", str(file))
        holds.append(packing.open_backup(file, BackupKey(lock=None, opener=identity(place)), folder).manifest.held)
    assert holds[0] == holds[1] == place.held()
