"""Rows of text made into rows of values, column by column; what a row means together is `checking`'s."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from logistics.domain.errors import BadInput
from logistics.domain.week import IsoWeek
from logistics.services.imports import cells, limits
from logistics.services.imports.cells import BadCell
from logistics.services.imports.columns import HUBS, TABLES, Column, TableSpec
from logistics.services.imports.reading import NETWORK_KEYS
from logistics.services.imports.report import Problems
from logistics.services.imports.tables import RawFiles, RawNetwork, RawRow, RawTable


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One row of values by column name, with the line it came from."""

    line: int
    values: Mapping[str, Any]

    def __getitem__(self, column: str) -> Any:
        return self.values[column]


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFiles:
    """A network as its files say it: values, checked, not yet stored."""

    slug: str
    slug_is_given: bool
    name: str
    timezone: str
    week: IsoWeek | None
    on_call_name: str
    on_call_phone: str
    tables: Mapping[str, tuple[Row, ...]]
    file_names: Mapping[str, str]
    refused: Mapping[str, frozenset[Any]]
    """By table, the names of rows that were refused: a reference to one of them is not a fault of its own."""
    notes: tuple[str, ...] = ()


def parse_files(raw: RawFiles, problems: Problems) -> NetworkFiles | None:
    """Every cell as a value. None when there is no network to speak of; problems hold what is wrong."""
    tables: dict[str, tuple[Row, ...]] = {}
    refused: dict[str, frozenset[Any]] = {}
    for spec in (*TABLES, HUBS):
        table = raw.tables.get(spec.name)
        if table is None or not _check_header(spec, table, problems):
            tables[spec.name], refused[spec.name] = (), ANYTHING  # also an optional one that is not there
        else:
            tables[spec.name], refused[spec.name] = _parse_table(spec, table, problems)
    if raw.network is None:
        return None
    return _parse_network(raw, raw.network, tables, refused, problems)


class _Anything(frozenset[Any]):
    """Holds everything: the names of a table that could not be read."""

    def __contains__(self, item: object) -> bool:
        return True


ANYTHING = _Anything()


def _parse_table(spec: TableSpec, table: RawTable, problems: Problems) -> tuple[tuple[Row, ...], frozenset[Any]]:
    """The rows that can be taken, and the names (first column) of those that cannot."""
    rows: list[Row] = []
    refused: set[Any] = set()
    for raw in table.rows:
        values = _parse_row(spec, table.file, raw, problems)
        if len(values) == len(spec.columns):
            rows.append(Row(line=raw.line, values=values))
        else:
            refused.add(values.get(spec.columns[0].name))
    _refuse_doubles(spec, table.file, rows, problems)
    return tuple(rows), frozenset(refused)


def _check_header(spec: TableSpec, table: RawTable, problems: Problems) -> bool:
    """Every column must be named, so that one left out is never taken for one without anything in it.

    Only the optional ones may be left out: an empty cell of theirs says nothing, and so does none.
    """
    known = [column.name for column in spec.columns]
    missing = [column.name for column in spec.columns if not column.optional and column.name not in table.header]
    for name in table.header:
        if name not in known:
            near = difflib.get_close_matches(name, missing or known, n=1)
            hint = f"Is it {near[0]}?" if near else f"Known: {', '.join(known)}."
            problems.add(table.file, 1, name, f"this column is not known. Remove or rename it. {hint}")
    if table.name == HUBS.name and table.file.endswith(".json"):
        return True  # in JSON an object says its keys itself; a missing one is told with its hub
    for name in missing:
        problems.add(
            table.file,
            1,
            name,
            "the column is missing. Add it to the header; cells may stay empty where nothing is known.",
        )
    return not missing


def _parse_row(spec: TableSpec, file: str, raw: RawRow, problems: Problems) -> dict[str, Any]:
    """The values of every cell that can be read."""
    values: dict[str, Any] = {}
    for column in spec.columns:
        try:
            values[column.name] = parse_cell(column, raw.cells.get(column.name, ""))
        except BadCell as error:
            problems.add(file, raw.line, column.name, str(error))
    return values


def parse_cell(column: Column, cell: str) -> Any:
    """The value of a cell. Raises BadCell."""
    if len(cell) > limits.CELL_CHARACTERS:
        raise BadCell(f"the cell has {len(cell)} characters. Shorten it to {limits.CELL_CHARACTERS}.")
    text = cells.tidy(cell)
    if text:
        return column.parse(text)
    if column.required:
        raise BadCell("the cell is empty. Fill it in.")
    return column.empty


def _refuse_doubles(spec: TableSpec, file: str, rows: list[Row], problems: Problems) -> None:
    first: dict[tuple[Any, ...], int] = {}
    for row in rows:
        if not spec.unique:
            return
        key = tuple(row[column] for column in spec.unique)
        if key in first:
            said = " ".join(str(part) for part in key)
            problems.add(
                file, row.line, spec.unique[0], f"{said} is already in line {first[key]}. Keep one of the two."
            )
        first.setdefault(key, row.line)


def _parse_network(
    raw: RawFiles,
    network: RawNetwork,
    tables: Mapping[str, tuple[Row, ...]],
    refused: Mapping[str, frozenset[Any]],
    problems: Problems,
) -> NetworkFiles:
    for key in sorted(set(network.values) - NETWORK_KEYS):
        near = difflib.get_close_matches(key, NETWORK_KEYS, n=1)
        hint = f"Is it {near[0]}?" if near else f"Known: {', '.join(sorted(NETWORK_KEYS))}."
        problems.add(network.file, network.line_of(key), key, f"this key is not known. Remove it. {hint}")
    read = _NetworkCells(network, problems)
    name = read.cell(Column(name="name", parse=cells.words(200)))
    given = read.cell(Column(name="slug", parse=_slug, required=False, empty=""))
    return NetworkFiles(
        slug=given or slug_of(raw.source_name) or slug_of(name or "") or "network",
        slug_is_given=bool(given),
        name=name or "",
        timezone=read.cell(Column(name="timezone", parse=_zone, required=False, empty="Europe/London")) or "",
        week=read.week(),
        on_call_name=read.cell(Column(name="on_call_name", parse=cells.words(200), required=False, empty="")) or "",
        on_call_phone=read.cell(Column(name="on_call_phone", parse=cells.phone, required=False, empty="")) or "",
        tables=tables,
        file_names={table.name: table.file for table in raw.tables.values()},
        refused=refused,
        notes=raw.notes,
    )


class _NetworkCells:
    """Reads the network's own values as cells, so that they are told in the same words."""

    def __init__(self, network: RawNetwork, problems: Problems) -> None:
        self._network = network
        self._problems = problems

    def cell(self, column: Column) -> Any:
        """The value, or None with a problem."""
        try:
            return parse_cell(column, self._network.values.get(column.name, ""))
        except BadCell as error:
            self._problems.add(self._network.file, self._network.line_of(column.name), column.name, str(error))
            return None

    def week(self) -> IsoWeek | None:
        """The week the files are for; `monday` must be its first day."""
        week: IsoWeek | None = self.cell(Column(name="week", parse=_week, required=False))
        monday: date | None = self.cell(Column(name="monday", parse=cells.day, required=False))
        if week is None and monday is not None:
            week = IsoWeek.of(monday)
        if week is not None and monday is not None and week.monday != monday:
            line = self._network.line_of("monday")
            self._problems.add(self._network.file, line, "monday", f"{week} starts on {week.monday}. Write that date.")
        return week


def slug_of(text: str) -> str:
    """A short name for addresses and commands: small letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.casefold()).strip("-")[:80].rstrip("-")


def _slug(text: str) -> str:
    if slug_of(text) != text:
        raise BadCell(f"{cells.shown(text)} is no short name. Use small letters, digits and hyphens: {slug_of(text)}.")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (KeyError, ValueError, OSError):
        raise BadCell(f"{cells.shown(text)} is not a time zone. Write it like Europe/London.") from None
    return text


def _week(text: str) -> IsoWeek:
    try:
        return IsoWeek.parse(text)
    except BadInput as error:
        raise BadCell(str(error)) from None
