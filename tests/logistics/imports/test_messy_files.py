"""Real spreadsheets: other encodings, blank lines, odd case, other commas. They mean the same."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from logistics.persistence.database import Database
from tests.logistics.imports.conftest import FILES, bring_in, edit

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def every_csv(folder: Path, change: Callable[[str], bytes]) -> None:
    """Write every table again."""
    for name, text in FILES.items():
        if name.endswith(".csv"):
            (folder / name).write_bytes(change(text))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: b"\xef\xbb\xbf" + text.encode(), id="a byte order mark"),
        pytest.param(lambda text: text.encode("utf-16"), id="UTF-16"),
        pytest.param(lambda text: text.replace("\n", "\r\n").encode(), id="Windows line ends"),
        pytest.param(lambda text: text.replace("\n", "\r").encode(), id="old Mac line ends"),
        pytest.param(lambda text: ("\n\n" + text.replace("\n", "\n , ,\n\n")).encode(), id="blank lines"),
        pytest.param(lambda text: text.rstrip("\n").encode(), id="no line end at the end"),
        pytest.param(
            lambda text: text.upper().split("\n", 1)[0].encode() + b"\n" + text.split("\n", 1)[1].encode(),
            id="capitals in the header",
        ),
        pytest.param(lambda text: text.replace("\n", ",,\n").encode(), id="empty columns at the end"),
    ],
)
def test_the_same_tables_in_another_dress(database: Database, folder: Path, change: Callable[[str], bytes]) -> None:
    """Imported over the plain files, nothing changes."""
    bring_in(database, folder)
    every_csv(folder, change)
    report = bring_in(database, folder)
    assert report.problems == ()
    assert not report.changed_anything


def test_semicolons_for_commas(database: Database, folder: Path) -> None:
    """Excel in other languages separates by semicolons."""
    bring_in(database, folder)
    (folder / "shifts.csv").write_text(FILES["shifts.csv"].replace(",", ";"), encoding="utf-8")
    assert not bring_in(database, folder).changed_anything


def test_odd_case_and_spaces(database: Database, folder: Path) -> None:
    """Postcodes, phones, words and references are tidied before they are compared."""
    bring_in(database, folder)
    edit(folder, "households.csv", "SE15 6FW", " se156fw ")
    edit(folder, "households.csv", "07700 900194", "+44 7700-900194")
    edit(folder, "households.csv", "halal|no_beef,peanuts|sesame", "No Beef | HALAL, Sesame|Peanuts ")
    edit(folder, "standing_orders.csv", "H1,hot_meal,2,mon|wed", "h1,Hot meal,2.0,Wed|MON")
    edit(folder, "shifts.csv", "V1,2026-11-30,11:00,14:30", "v1,30/11/2026,11.00,2:30pm")
    report = bring_in(database, folder)
    assert report.problems == ()
    assert not report.changed_anything


def test_windows_text_is_read_with_a_note(database: Database, folder: Path) -> None:
    """A name with an accent in Windows-1252 arrives as it was meant, and the report says what was guessed."""
    (folder / "households.csv").write_bytes(FILES["households.csv"].replace("Ada", "Zoë").encode("cp1252"))
    report = bring_in(database, folder)
    assert report.is_good
    assert any("households.csv is not UTF-8 (line 2)" in note for note in report.notes)


def test_a_file_beside_the_tables_is_named(database: Database, folder: Path) -> None:
    """A table with a mistyped name would otherwise be left out in silence."""
    (folder / "shift.csv").write_text("x", encoding="utf-8")
    assert "shift.csv is none of the tables: ignored." in bring_in(database, folder).notes
