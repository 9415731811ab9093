"""What cannot be taken is told by file, line and column, all of it at once, and nothing is saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from logistics.persistence.database import Database
from logistics.services.imports import limits
from tests.logistics.imports.conftest import FILES, bring_in, content_of, edit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def said(database: Database, folder: Path) -> list[str]:
    """The problems of an import that must leave the database as it is."""
    before = content_of(database)
    report = bring_in(database, folder)
    assert not report.saved
    assert content_of(database) == before
    return [str(problem) for problem in report.problems]


@pytest.mark.parametrize(
    ("file", "old", "new", "sentence"),
    [
        ("households.csv", "halal|no_beef", "halal|keto", "households.csv, line 3, diets: “keto” is not a diet"),
        ("households.csv", "peanuts|sesame", "peanuts|dairy", "line 3, allergens: “dairy” is not an allergen"),
        ("households.csv", "H2,GRP1", "H1,GRP1", "households.csv, line 3, ref: H1 is already in line 2. Keep one"),
        ("households.csv", "H2,GRP1", "H2,GRP9", "line 3, group: GRP9 is not in organisations.csv. Correct it, or add"),
        ("households.csv", "H2,GRP1", "H2,DON1", "line 3, group: DON1 is a donor, not a delivery_group or hub."),
        ("households.csv", "Ada,2,0", "Ada,0,0", "line 2, adults: nobody lives there."),
        ("households.csv", "Ada,2,0", ",2,0", "line 2, contact_name: the cell is empty. Fill it in."),
        ("households.csv", ",no,1\n", ",,1\n", "line 2, confidential_address: the cell is empty."),
        ("households.csv", "peanuts|sesame,5", "peanuts|sesame,2", "line 3, texture_iddsi: “2” is out of bounds."),
        ("households.csv", "SE15 6FW", "SE15", "line 2, postcode: “SE15” is not a whole postcode."),
        ("standing_orders.csv", "H1,hot", "H7,hot", "line 2, household: H7 is not in households.csv."),
        ("standing_orders.csv", "12:00,14:00", "14:00,12:00", "line 2, window_end: 12:00 is not after 14:00."),
        ("standing_orders.csv", "2027-03-31", "2026-03-31", "line 3, until: the order ends on 2026-03-31, before it"),
        ("pauses.csv", "2026-12-13", "2026-12-01", "pauses.csv, line 2, to: the pause ends on 2026-12-01, before"),
        ("donation_slots.csv", "hot,30,stew", "hot,0,stew", "donation_slots.csv, line 2"),
        ("donation_slots.csv", "6300,12:30", "6300,11:00", "line 3, hot_hold_until: held hot until 11:00, before"),
        ("donation_slots.csv", "5,2520,,", "5,2520,12:00,", "line 4, hot_hold_until: only hot food is held hot."),
        ("donation_slots.csv", "none,5", "unknown,5", "line 4, allergens: “unknown” is not an allergen"),
        (
            "volunteers.csv",
            "dbs_basic:2028-01-31|",
            "dbs:2028-01-31|",
            "line 2, credentials: “dbs” is not a credential",
        ),
        ("volunteers.csv", "V2,,Dan", "V1,,Dan", "volunteers.csv, line 3, ref: V1 is already in line 2."),
        ("shifts.csv", "11:00,14:30", "14:30,11:00", "shifts.csv, line 2, end: 11:00 is not after 14:30."),
        (
            "shifts.csv",
            "V2,2026-12-01,10:00",
            "V1,2026-11-30,12:00",
            "line 3, start: V1 is already on shift then, in line 2.",
        ),
        ("pairs.csv", "block,", "block,2", "pairs.csv, line 3, weight: a block has no weight"),
        ("pairs.csv", "V2,H2", "V1,H1", "pairs.csv, line 3, volunteer: V1 H1 is already in line 2."),
        ("network.json", '"Small network"', '""', "network.json, line 2, name: the cell is empty."),
        (
            "network.json",
            '"timezone"',
            '"timezon"',
            "line 3, timezon: this key is not known. Remove it. Is it timezone?",
        ),
        ("network.json", "2026-11-30", "2026-12-01", "line 5, monday: 2026-W49 starts on 2026-11-30."),
        ("network.json", '"HUB1"', '"GRP1"', "line 8, organisation: GRP1 is a delivery_group, not a hub."),
        ("network.json", '"open"', '"opens"', "line 8, opens: this key is not known for a hub."),
        ("network.json", '"week": "2026-W49",', '"week": "2026-W49"', "network.json, line 5: this is not JSON."),
        ("organisations.csv", "code,name", "code,nam", "organisations.csv, line 1, nam: this column is not known."),
        ("organisations.csv", "code,name", "code,code", "organisations.csv, line 1, code: the column is there twice."),
        ("households.csv", ",allergens,", ",", "households.csv, line 1, allergens: the column is missing."),
        (
            "organisations.csv",
            '"Ground floor, loading bay"',
            '"Ground floor"s',
            "organisations.csv, line 2: the line cannot",
        ),
        ("organisations.csv", '"Ground floor, loading bay"', "Ground floor, bay", "organisations.csv, line 2"),
    ],
)
def test_a_fault_names_its_file_line_and_column(
    database: Database, folder: Path, *, file: str, old: str, new: str, sentence: str
) -> None:
    """One spoilt cell, and the sentence about it."""
    if file == "donation_slots.csv" and "hot,0" in new:
        edit(folder, file, "soya,,12600", "soya,,0")
    edit(folder, file, old, new)
    problems = said(database, folder)
    assert any(sentence in problem for problem in problems), problems


def test_every_fault_is_told_at_once(database: Database, folder: Path) -> None:
    """Three faults in two files are three problems, in the order of files and lines."""
    edit(folder, "households.csv", "halal|no_beef", "keto")
    edit(folder, "households.csv", "07700 900194", "none")
    edit(folder, "shifts.csv", "14:30", "25:00")
    assert [problem.split(":")[0] for problem in said(database, folder)] == [
        "households.csv, line 2, phone",
        "households.csv, line 3, diets",
        "shifts.csv, line 2, end",
    ]


def test_a_line_refused_is_not_told_again_by_those_that_name_it(database: Database, folder: Path) -> None:
    """A household with a fault is still a household to its orders: one fault, one problem."""
    edit(folder, "households.csv", "halal|no_beef", "keto")
    assert len(said(database, folder)) == 1


@pytest.mark.parametrize("file", sorted(FILES))
def test_a_missing_file_is_told_alone(database: Database, folder: Path, file: str) -> None:
    """Its name and what it must hold; not a problem for every line that would have referred to it."""
    (folder / file).unlink()
    problems = said(database, folder)
    assert len(problems) == 1
    assert problems[0].startswith(f"{file}, line 1: the file is missing.")


@pytest.mark.parametrize("file", sorted(FILES))
def test_an_empty_or_binary_file_is_told(database: Database, folder: Path, file: str) -> None:
    """No file is read as far as it goes."""
    for content in (b"", b"\x00\x01\x02" * 100, b"\x81\x8d\x8f\xff" * 9):
        (folder / file).write_bytes(content)
        problems = said(database, folder)
        assert problems
        assert all(problem.startswith(f"{file}, line 1") for problem in problems), problems


def test_nothing_at_the_path_is_told(database: Database, tmp_path: Path) -> None:
    """A folder that is not there, and a file that is no workbook."""
    assert "it is not there" in said(database, tmp_path / "nothing")[0]
    (tmp_path / "notes.txt").write_text("x", encoding="utf-8")
    assert "neither a folder nor an XLSX workbook" in said(database, tmp_path / "notes.txt")[0]


def test_sizes_have_limits(database: Database, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell, a table and a file beyond the limits are refused before they cost anything."""
    edit(folder, "households.csv", "Ring twice", "x" * 1001)
    assert any("line 3, access_notes: the cell has 1001 characters" in problem for problem in said(database, folder))
    edit(folder, "households.csv", "x" * 1001, "")
    monkeypatch.setattr(limits, "ROWS", 1)
    assert any("there are more than 1 rows" in problem for problem in said(database, folder))
    monkeypatch.setattr(limits, "ROWS", 1000)
    monkeypatch.setattr(limits, "FILE_BYTES", 100)
    assert any("the file is larger than" in problem for problem in said(database, folder))


def test_a_network_file_of_another_shape_is_told(database: Database, folder: Path) -> None:
    """A list, a deep nest, a hub that is no object, a key twice."""
    for content, sentence in (
        ("[]", "it must hold one object"),
        ("[" * 100_000, "this is not JSON"),
        ('{"name": "A", "hubs": [1]}', "each hub must be an object"),
        ('{"name": "A", "hubs": 1}', "it must be a list"),
        ('{"name": "A",\n"name": "B"}', "the key is there twice"),
        (json.dumps({"name": "\ud800"}), "cannot be printed"),
    ):
        (folder / "network.json").write_text(content, encoding="utf-8")
        assert any(sentence in problem for problem in said(database, folder)), content
