"""A backup or restore that is killed (-9) at any moment loses nothing, and the next one goes through."""

from __future__ import annotations

import pytest

from tests.logistics.backups.conftest import Place

KILLED = -9


@pytest.mark.parametrize("moment", ["copying", "packing", "locking", "opening", "loading"])
def test_killed_backup_leaves_the_old_file(place: Place, moment: str) -> None:
    """The backup that was there is untouched to the byte; the next one replaces it and clears up."""
    place.done("backup", str(place.file))
    old = place.file.read_bytes()
    place.add_network("later")
    assert place.kill_when(("backup", str(place.file)), place.moments()[moment]) == KILLED
    assert place.file.read_bytes() == old
    now = place.held()
    place.done("backup", str(place.file))
    assert place.file.read_bytes() != old
    assert place.held() == now
    assert [file.name for file in place.file.parent.iterdir()] == ["rounds.age"]
    assert not (place.home / "backup-work").exists()
    assert not place.loading_is_there()


@pytest.mark.parametrize("moment", ["packing", "copying", "loading"])
def test_killed_restore_leaves_the_old_database(place: Place, moment: str) -> None:
    """The database is what it was and is worked with; the next restore goes through."""
    backed_up = place.held()
    place.done("backup", str(place.file))
    place.add_network("later")
    old = place.held()
    assert place.kill_when(("restore", str(place.file), "--replace"), place.moments()[moment]) == KILLED
    assert place.held() == old
    place.add_network("still-open")
    place.done("restore", str(place.file), "--replace")
    assert place.held() == backed_up
    assert not place.loading_is_there()
