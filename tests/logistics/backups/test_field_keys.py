"""The keys of sealed columns come back with a backup, or it says before anything is replaced that they are not there."""

from __future__ import annotations

from contextlib import closing

from sqlalchemy import select

from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import open_database
from logistics.persistence.tables import HouseholdNeeds
from tests.logistics.backups.conftest import Place


def needs_read(place: Place, keys: FieldKeys | None = None) -> int:
    """How many households' needs can be read, for whoever starts now."""
    with closing(open_database(place.url, keys=keys or place.keys)) as database, database.unscoped_reading() as session:
        return len([row.diets for row in session.scalars(select(HouseholdNeeds))])


def test_keys_come_back_with_everything(place: Place) -> None:
    """After the whole server is lost, and after a change of keys since the backup, what is sealed is read again."""
    before = needs_read(place)
    assert before > 0
    place.done("backup", str(place.file))
    place.done("keys", "rotate")
    assert len(place.keys.marks) == 2
    place.destroy()
    place.done("restore", str(place.file))
    assert len(place.keys.marks) == 1
    assert needs_read(place) == before


def test_a_backup_without_the_keys_says_so_and_is_not_restored_without_them(place: Place) -> None:
    """Keys that are a setting are named as not in it; a restore where they are missing changes nothing and says which."""
    file = place.home / "field-keys"
    key = file.read_text().split()[-1]
    (mark,) = place.keys.marks
    file.unlink()
    place.environment_more["ROUNDS_FIELD_KEYS"] = key
    said = place.done("backup", str(place.file))
    assert f"not in it: ROUNDS_FIELD_KEYS (the keys {mark} are a setting" in said
    del place.environment_more["ROUNDS_FIELD_KEYS"]
    old = place.held()
    refused = place.rounds("restore", str(place.file), "--replace")
    assert refused.exit_code == 1
    assert f"sealed with the key {mark}, and the key is neither in it nor here" in refused.output
    assert place.held() == old
    assert not file.exists()
    place.environment_more["ROUNDS_FIELD_KEYS"] = key
    place.done("restore", str(place.file), "--replace")
    assert needs_read(place, FieldKeys((key,))) > 0
    place.done("keys", "check")


def test_a_backup_that_could_not_be_read_is_thrown_away(place: Place) -> None:
    """The file of keys was lost: the backup is not made, and no file stands there that somebody might trust."""
    (place.home / "field-keys").unlink()
    refused = place.rounds("backup", str(place.file))
    assert refused.exit_code == 1
    assert "and not the key: it was thrown away" in refused.output
    assert not place.file.exists()
