"""The register is the tables: a column that is not in it fails, and so does an entry without a column."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import JSON, LargeBinary, String

from logistics.domain.data_register import REGISTER, Column, OnErasure, Table, Whose, columns
from logistics.domain.data_register.page import register_page
from logistics.persistence.base import Base
from logistics.persistence.columns import WordSet
from logistics.persistence.sealed import SealedText
from logistics.persistence.tables import __all__ as every_table

assert every_table, "importing the tables registers them"
PAIRS = [(table, column) for table, column in columns()]


def test_every_column_is_in_the_register_and_every_entry_is_a_column() -> None:
    """Whoever adds a column has to say whose it is, why, who reads it and how long; whoever removes one takes it out."""
    held = {(table.name, column.name) for table in Base.metadata.sorted_tables for column in table.columns}
    told = {(table.name, column.name) for table, column in PAIRS}
    assert sorted(held - told) == [], "not in the register"
    assert sorted(told - held) == [], "in the register, and no column"
    assert len(PAIRS) == len(told), "a column stands in the register twice"


@pytest.mark.parametrize("table", REGISTER.values(), ids=lambda table: table.name)
def test_every_entry_says_all_that_the_law_asks(table: Table) -> None:
    """Purpose, basis, readers and keeping time stand with each; a table with a person's data has a basis."""
    assert table.title, table.name
    assert table.purpose, table.name
    assert table.readers, table.name
    personal = [column for column in table.columns if column.is_personal]
    assert (table.whose is Whose.NOBODY) <= all(column.withheld for column in personal)
    whole = {column.erasure is OnErasure.ROW for column in table.columns}
    assert len(whole) == 1, f"{table.name}: a row is deleted whole or not at all"


@pytest.mark.parametrize("table", REGISTER.values(), ids=lambda table: table.name)
def test_links_of_the_register_lead_somewhere(table: Table) -> None:
    """Each link names columns that are there, and ends at households or volunteers."""
    for link in table.links:
        assert link.own in Base.metadata.tables[table.name].columns
        assert link.their in Base.metadata.tables[link.table].columns
        seen = {table.name}
        at = link
        while at.table != f"{link.whose.value}s":
            assert at.table not in seen, f"{table.name} turns in a ring"
            seen.add(at.table)
            at = REGISTER[at.table].links_of(link.whose)[0]


@pytest.mark.parametrize(("table", "column"), PAIRS, ids=lambda each: each.name)
def test_what_is_withheld_has_a_reason_and_what_is_kept_is_no_text(table: Table, column: Column) -> None:
    """Free text and documents of a person are never kept after erasing, unless a case or the trail holds them."""
    kind = Base.metadata.tables[table.name].columns[column.name].type
    is_text = (
        type(kind) in (String, SealedText) or isinstance(kind, JSON | LargeBinary | WordSet)
    ) and column.is_personal
    if column.is_personal and is_text and table.links and column.erasure is OnErasure.KEPT:
        assert (table.name, column.name) in KEPT_TEXTS
    if column.is_special:
        assert column.erasure is not OnErasure.KEPT


KEPT_TEXTS = {
    ("orders", "dates"),
    ("standing_orders", "days"),
    ("demand_lines", "dates"),
    ("round_visits", "outcome"),
    ("routes", "charges"),
    ("audit_events", "action"),
    ("audit_events", "subject"),
    ("audit_events", "details"),
}
"""Dates, words of closed lists, prices and ids: nothing that somebody typed."""


def test_the_page_of_the_docs_is_the_register() -> None:
    """`rounds person register > docs/data-register.md` was run since the register changed."""
    page = Path(__file__).parents[3] / "docs" / "data-register.md"
    assert page.read_text(encoding="utf-8") == register_page()
