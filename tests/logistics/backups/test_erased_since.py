"""Who was erased after a backup was made does not come back with it, whatever was lost in between. On both databases."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.domain.states import WeekState
from logistics.persistence.database import open_database
from logistics.persistence.tables import Household, Network, Week
from tests.logistics.backups.conftest import Place

NAME = "Resident H0006"


@pytest.fixture
def slug(place: Place) -> str:
    """The network's short name; its week is over."""
    database = open_database(place.url, keys=place.keys)
    with database.unscoped_writing() as session:
        session.scalars(select(Week)).one().state = WeekState.CLOSED
        slug = session.scalars(select(Network.slug)).one()
    database.close()
    return slug


def erase(place: Place, slug: str) -> str:
    """H0006 is erased by the command."""
    return place.done("person", "erase", "H0006", "--network", slug, "--reason", "asked", "--confirm", "H0006")


def names(place: Place) -> set[str]:
    """Who is in the database now."""
    database = open_database(place.url, keys=place.keys)
    with database.unscoped_reading() as session:
        found = set(session.scalars(select(Household.contact_name)))
    database.close()
    return found


def test_a_restore_erases_again(place: Place, slug: str) -> None:
    """The backup holds the name; after the restore it is nowhere, and the others are all there."""
    place.done("backup", str(place.file))
    before = names(place)
    assert "Erased: " in erase(place, slug)
    assert "Erased again: 1" in place.done("restore", str(place.file), "--replace")
    assert names(place) == (before - {NAME}) | {"Erased"}
    if place.is_sqlite:
        assert NAME.encode() not in place.database_file.read_bytes()


def test_a_list_kept_elsewhere_does_it_when_all_is_lost(place: Place, slug: str, tmp_path: Path) -> None:
    """Database and home are gone; a copy of the list, which holds ids alone, is enough."""
    place.done("backup", str(place.file))
    erase(place, slug)
    kept = tmp_path / "kept.jsonl"
    kept.write_bytes((place.home / "erasures.jsonl").read_bytes())
    assert set(json.loads(kept.read_text())) == {"at", "network_id", "reason", "subject", "subject_id"}
    place.destroy()
    place.done("restore", str(place.file), "--erasures", str(kept))
    assert NAME not in names(place)


def test_a_list_that_cannot_be_read_stops_the_restore_before_it_begins(place: Place, slug: str) -> None:
    """One sentence with the line, and the database is as it was."""
    place.done("backup", str(place.file))
    erase(place, slug)
    with (place.home / "erasures.jsonl").open("a") as opened:
        opened.write("no entry\n")
    held = place.held()
    refused = place.rounds("restore", str(place.file), "--replace")
    assert (refused.exit_code, "Line 2 of" in refused.output) == (1, True)
    assert place.held() == held


def test_erasing_takes_the_reference_twice_and_export_writes_a_new_file(
    place: Place, slug: str, tmp_path: Path
) -> None:
    """Without --confirm nothing happens; the file is its owner's alone and is never written over."""
    refused = place.rounds("person", "erase", "H0006", "--network", slug, "--reason", "asked")
    assert (refused.exit_code, "--confirm H0006" in refused.output) == (2, True)
    assert NAME in names(place)
    out = tmp_path / "data.zip"
    words = ("person", "export", "H0006", "--network", slug, "--out", str(out))
    place.done(*words)
    assert out.stat().st_mode & 0o077 == 0
    with zipfile.ZipFile(io.BytesIO(out.read_bytes())) as packed:
        assert NAME in packed.read("your-data.html").decode()
    assert place.rounds(*words).exit_code == 2
    assert "case_days: 99" in place.done("person", "keep", "--network", slug, "--set", "case_days=99")
    assert "case_days: 99" in place.done("person", "keep", "--network", slug)
    assert place.rounds("person", "keep", "--network", slug, "--set", "cats=9").exit_code == 2
