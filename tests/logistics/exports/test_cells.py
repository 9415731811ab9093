"""Any text goes through a CSV file and a workbook as it is, and no cell on the way is one that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import string
from collections.abc import Mapping
from datetime import date, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from logistics.domain.household import MOST_DETAIL_LETTERS, MOST_OF_A_BAND, AgeBand, Extra
from logistics.domain.spreadsheets import as_it_was, formula_safe
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, CredentialKind, Diet
from logistics.domain.weekdays import Weekday
from logistics.services.exports import NetworkExport, as_files, as_workbook
from logistics.services.imports import cells
from logistics.services.imports.columns import HUBS, PAUSES, TABLES, VOLUNTEERS, Column
from logistics.services.imports.household_cells import ages, extras, write_ages, write_extras
from logistics.services.imports.reading import read_files
from logistics.services.imports.report import Problems
from logistics.services.imports.values import parse_cell
from logistics.services.imports.written import by_type, plain_text

SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
HARD = (
    "=1+1",
    "'=1+1",
    "''=1",
    "'",
    "''",
    "+44",
    "-1",
    "@x",
    "a\nb",
    'say "hi", she said',
    "شارع 5",
    "👩‍🍳 é",
    "_x0041_",
)
TEXT = st.one_of(
    st.text(max_size=60),
    st.sampled_from(HARD),
    st.builds(
        str.__add__, st.sampled_from(["=", "+", "-", "@", "'", "'=", '"', "\u202e", "; ", ", "]), st.text(max_size=20)
    ),
)


def export_of(texts: list[str]) -> NetworkExport:
    """An export whose pauses have these reasons."""
    rows = tuple(("H1", "2026-12-01", "2026-12-02", text) for text in texts)
    tables = {spec.name: rows if spec is PAUSES else () for spec in (*TABLES, HUBS)}
    return NetworkExport(slug="small", network={"name": "Small", "slug": "small"}, tables=tables, notes=())


def reasons_read(path: Path) -> list[str]:
    """The reasons as the import reads them."""
    problems = Problems()
    raw = read_files(path, problems)
    assert problems.sorted() == ()
    (reason,) = (column for column in PAUSES.columns if column.name == "reason")
    return [parse_cell(reason, row.cells.get("reason", "")) for row in raw.tables["pauses"].rows]


@settings(max_examples=60)
@given(texts=st.lists(TEXT, min_size=1, max_size=12))
@example(texts=list(HARD))
def test_text_comes_back_and_nothing_is_run(tmp_path_factory: pytest.TempPathFactory, texts: list[str]) -> None:
    """As the import tidies it: every letter, quote and line; in CSV behind an apostrophe, in a workbook as text."""
    folder = tmp_path_factory.mktemp("fuzz")
    written = [by_type(text) for text in texts if by_type(text) not in ("#REF!", "#N/A", "#VALUE!", "#NAME?")]
    wanted = [cells.tidy(text) for text in written]
    export = export_of(written)
    files = as_files(export)
    for name, content in files.items():
        (folder / name).write_bytes(content)
    assert reasons_read(folder) == wanted
    lines = csv.reader(io.StringIO(files["pauses.csv"].decode("utf-8-sig"), newline=""))
    assert [cell for line in lines for cell in line if cell.startswith(SIGNS)] == []
    (folder / "small.xlsx").write_bytes(as_workbook(export))
    assert reasons_read(folder / "small.xlsx") == wanted
    book = openpyxl.load_workbook(folder / "small.xlsx")
    held = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in held} == {"s"}


@given(text=TEXT)
def test_exactly_one_apostrophe_is_added_and_taken_away(text: str) -> None:
    """Whatever stood there before."""
    assert as_it_was(formula_safe(text)) == text
    assert not formula_safe(text).startswith(SIGNS)


DETAILS = st.text(alphabet=string.ascii_letters + "|\\: é'=", max_size=MOST_DETAIL_LETTERS // 3)
EXTRAS = st.dictionaries(st.sampled_from(list(Extra)), DETAILS.map(str.strip)).filter(
    lambda value: all(detail or not kind.needs_detail() for kind, detail in value.items())
)
AGES = st.dictionaries(st.sampled_from(list(AgeBand)), st.integers(1, MOST_OF_A_BAND))


@given(counted=AGES, extra=EXTRAS)
def test_ages_and_extras_read_back(counted: Mapping[AgeBand, int], extra: Mapping[Extra, str]) -> None:
    """Also with bars, colons and backslashes in the words."""
    assert ages(write_ages(counted)) == counted
    assert extras(cells.tidy(write_extras(extra))) == extra


def column(name: str) -> Column:
    """A column of volunteers."""
    return next(each for each in VOLUNTEERS.columns if each.name == name)


@given(ml=st.integers(0, 10_000_000), seconds=st.integers(0, 168 * 3600))
@example(ml=1, seconds=1)
@example(ml=16_500, seconds=27_000)
def test_litres_and_hours_read_back_exactly(ml: int, seconds: int) -> None:
    """Each millilitre and each second."""
    for name, value in (("hot_litres", ml), ("max_hours_week", seconds)):
        assert parse_cell(column(name), column(name).write(value)) == value


WORDS = [
    ("volunteers", "credentials", ((CredentialKind.DBS_BASIC, date(2028, 1, 31)),)),
    ("households", "diets", frozenset({Diet.NO_PORK, Diet.HALAL})),
    ("households", "texture_iddsi", None),
    ("households", "floor", -1),
    ("households", "lift", True),
    ("standing_orders", "days", frozenset({Weekday.SUN, Weekday.MON})),
    ("standing_orders", "until", date(2026, 12, 31)),
    ("standing_orders", "window_start", time(9, 5)),
    ("standing_orders", "window_end", time(23, 59, 59)),
    ("donation_slots", "allergens", (AllergenDeclaration.NONE, frozenset[Allergen]())),
    ("donation_slots", "allergens", (AllergenDeclaration.UNDECLARED, frozenset[Allergen]())),
    ("donation_slots", "allergens", (AllergenDeclaration.CONTAINS, frozenset({Allergen.MILK, Allergen.SOYA}))),
]


@pytest.mark.parametrize(
    ("table", "name", "value"), WORDS, ids=[f"{table}-{name}-{number}" for number, (table, name, _) in enumerate(WORDS)]
)
def test_values_read_back(table: str, name: str, value: Any) -> None:
    """Dates, times, closed lists, numbers, declarations."""
    spec = next(spec for spec in TABLES if spec.name == table)
    each = next(each for each in spec.columns if each.name == name)
    assert parse_cell(each, each.write(value)) == value


def test_a_declaration_that_names_nothing_is_never_none() -> None:
    """“Contains”, and no allergen named: what nobody knows goes to nobody with an allergy."""
    (each,) = (
        each for spec in TABLES for each in spec.columns if (spec.name, each.name) == ("donation_slots", "allergens")
    )
    assert each.write((AllergenDeclaration.CONTAINS, frozenset[Allergen]())) == "undeclared"


def test_what_cannot_be_printed_is_not_written() -> None:
    """The import would refuse it; line ends are one kind."""
    assert plain_text("a\r\nb\rc\x07\ud800d\te") == "a\nb\ncd\te"
