"""The same tables as one XLSX workbook, with Excel's own dates, times and numbers; and workbooks made to harm."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from logistics.persistence.database import Database
from tests.logistics.imports.conftest import FILES, bring_in, content_of

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


def as_excel(column: str, cell: str) -> Any:
    """What a person's spreadsheet would hold: numbers, dates and times as such."""
    if column in ("date", "from", "until", "to", "use_by") and cell:
        return datetime.fromisoformat(cell)
    if column == "consent_on" and cell:
        return date.fromisoformat(cell)
    if column in (
        "start",
        "end",
        "open",
        "close",
        "ready_at",
        "collect_by",
        "hot_hold_until",
        "window_start",
        "window_end",
    ):
        return time.fromisoformat(cell) if cell else None
    if cell.isdecimal():
        return float(cell)
    return cell or None


def write_workbook(path: Path) -> openpyxl.Workbook:
    """The small network as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    network = json.loads(FILES["network.json"])
    hubs = network.pop("hubs")
    sheet = book.create_sheet("Network")
    sheet.append(["Key", "Value"])
    for key, value in network.items():
        sheet.append([key, value])
    sheet = book.create_sheet("hubs")
    sheet.append(list(hubs[0]))
    for hub in hubs:
        sheet.append([as_excel(column, str(value)) for column, value in hub.items()])
    for name, text in FILES.items():
        if not name.endswith(".csv"):
            continue
        header, *rows = csv.reader(io.StringIO(text))
        sheet = book.create_sheet(name.removesuffix(".csv").replace("_", " ").title())
        sheet.append(header)
        for row in rows:
            sheet.append([as_excel(column, cell) for column, cell in zip(header, row, strict=True)])
    book.save(path)
    return book


def test_a_workbook_means_the_same_as_its_folder(database: Database, folder: Path, tmp_path: Path) -> None:
    """Imported over the folder, nothing changes: it is the same network, found by its name."""
    bring_in(database, folder)
    before = content_of(database)
    write_workbook(tmp_path / "week.xlsx")
    report = bring_in(database, tmp_path / "week.xlsx")
    assert report.problems == ()
    assert not report.changed_anything
    assert content_of(database) == before


def test_a_fault_names_its_sheet_and_row(database: Database, tmp_path: Path) -> None:
    """As the spreadsheet program numbers them."""
    book = write_workbook(tmp_path / "week.xlsx")
    sheet = book["Households"]
    sheet.insert_rows(2)
    sheet.cell(3, 4).value = "#REF!"
    sheet.cell(4, 12).value = "keto"
    del book["Pairs"]
    book.save(tmp_path / "week.xlsx")
    problems = [str(problem) for problem in bring_in(database, tmp_path / "week.xlsx").problems]
    assert problems[0].startswith("week.xlsx, sheet Households, line 3: a formula shows #REF!")
    del sheet
    book["Households"].cell(3, 4).value = "Ada"
    book.save(tmp_path / "week.xlsx")
    problems = [str(problem) for problem in bring_in(database, tmp_path / "week.xlsx").problems]
    assert [problem[:50] for problem in problems] == [
        "week.xlsx, sheet Households, line 4, diets: “keto”",
        "week.xlsx, sheet pairs, line 1: the file is missin",
    ]


def test_formulas_count_with_their_last_value(database: Database, tmp_path: Path) -> None:
    """A formula that was never calculated has none: its cell is empty, and told where it must not be."""
    book = write_workbook(tmp_path / "week.xlsx")
    book["Households"].cell(2, 4).value = '=CONCAT("A","da")'
    book.save(tmp_path / "week.xlsx")
    problems = [str(problem) for problem in bring_in(database, tmp_path / "week.xlsx").problems]
    assert problems == ["week.xlsx, sheet Households, line 2, contact_name: the cell is empty. Fill it in."]


def with_part(path: Path, name: str, content: bytes) -> Path:
    """A workbook in which one part is another."""
    write_workbook(path)
    with zipfile.ZipFile(path) as archive:
        parts = {part: archive.read(part) for part in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part, data in {**parts, name: content}.items():
            archive.writestr(part, data)
    return path


LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b'<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">&b;</workbook>'
)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("xl/media/zeros.bin", b"\0" * (101 * 1024 * 1024), "unpacks to far more"),
        ("xl/workbook.xml", LAUGHS, "not an XLSX workbook"),
        ("xl/workbook.xml", LAUGHS.decode().encode("utf-16"), "not an XLSX workbook"),
        ("xl/workbook.xml", b"<workbook>", "not an XLSX workbook"),
        ("xl/worksheets/sheet1.xml", b"\xff\xfe" * 50, "not an XLSX workbook"),
    ],
)
def test_a_workbook_made_to_harm_is_refused(
    database: Database, tmp_path: Path, *, name: str, content: bytes, sentence: str
) -> None:
    """Zip bombs, entities and damage end in one sentence."""
    report = bring_in(database, with_part(tmp_path / "week.xlsx", name, content))
    assert [sentence in str(problem) for problem in report.problems] == [True]


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip at all", b"PK\x05\x06" + b"\0" * 18])
def test_what_is_no_archive_is_refused(database: Database, tmp_path: Path, content: bytes) -> None:
    """A file that only ends in .xlsx."""
    (tmp_path / "week.xlsx").write_bytes(content)
    report = bring_in(database, tmp_path / "week.xlsx")
    assert ["not an XLSX workbook" in str(problem) for problem in report.problems] == [True]


def test_a_sheet_that_claims_a_million_rows_is_read_as_it_is(database: Database, tmp_path: Path) -> None:
    """The claimed size of a sheet, and one stray cell far down, cost nothing and change nothing."""
    book = write_workbook(tmp_path / "week.xlsx")
    book["Shifts"].cell(150_000, 30).value = " "
    book.save(tmp_path / "week.xlsx")
    assert bring_in(database, tmp_path / "week.xlsx").problems == ()
