"""Find and read the files of one network: a folder with CSV files and `network.json`, or one XLSX workbook."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from logistics.services.imports.columns import HUBS, TABLES, TableSpec
from logistics.services.imports.csv_reading import read_csv, read_text
from logistics.services.imports.report import Problems
from logistics.services.imports.tables import RawFiles, RawNetwork, RawRow, RawTable
from logistics.services.imports.workbook_reading import read_workbook

NETWORK_KEYS = frozenset({"name", "slug", "timezone", "week", "monday", "on_call_name", "on_call_phone"})
_NETWORK_FILE = "network.json"
NOTES_SHEET = "notes"
"""The sheet in which an export says what is not in it: for people."""


def read_files(path: Path, problems: Problems) -> RawFiles:
    """Everything at this path as text. What cannot be read or is missing becomes a problem."""
    if path.is_dir():
        return _read_folder(path, problems)
    if path.is_file() and path.suffix.lower() == ".xlsx":
        return _read_book(path, problems)
    what = "is neither a folder nor an XLSX workbook" if path.exists() else "is not there"
    problems.add(path.name or str(path), 1, "", f"it {what}. Name the folder that holds network.json, or a workbook.")
    return RawFiles(source_name=path.stem, network=None, tables={})


def _read_folder(folder: Path, problems: Problems) -> RawFiles:
    notes: list[str] = []
    found = {file.name.lower(): file for file in sorted(folder.iterdir()) if file.is_file()}
    tables: dict[str, RawTable] = {}
    for spec in TABLES:
        file = found.pop(f"{spec.name}.csv", None)
        if file is None:
            if not spec.optional:
                _missing(f"{spec.name}.csv", _must_have(spec), problems)
            continue
        table = read_csv(file, spec.name, problems, notes)
        if table is not None:
            tables[spec.name] = table
    network = None
    file = found.pop(_NETWORK_FILE, None)
    if file is None:
        problems.add(_NETWORK_FILE, 1, "", "the file is missing. It holds at least the network's name and its hubs.")
    else:
        network, hubs = _read_network(file, problems, notes)
        tables[HUBS.name] = hubs
    notes += [f"{name} is none of the tables: ignored." for name in sorted(found) if name.endswith((".csv", ".xlsx"))]
    return RawFiles(source_name=folder.resolve().name, network=network, tables=tables, notes=tuple(notes))


def _must_have(spec: TableSpec) -> list[str]:
    return [column.name for column in spec.columns if not column.optional]


def _missing(file: str, columns: list[str], problems: Problems) -> None:
    header = ",".join(columns)
    problems.add(file, 1, "", f"the file is missing. Add it; without rows it holds only the line {header}")


def _read_network(file: Path, problems: Problems, notes: list[str]) -> tuple[RawNetwork | None, RawTable]:
    """`network.json`: keys and values, and its hubs as a table."""
    nothing = RawTable(name=HUBS.name, file=file.name, header=tuple(c.name for c in HUBS.columns), rows=())
    text = read_text(file, problems, notes)
    if text is None:
        return None, nothing
    try:
        content = json.loads(text, object_pairs_hook=_each_key_once)
    except json.JSONDecodeError as error:
        problems.add(
            file.name, error.lineno, "", "this is not JSON. Look for a missing comma, quotation mark or bracket."
        )
        return None, nothing
    except _KeyTwice as error:
        problems.add(file.name, _line_of(text, error.args[0]), error.args[0], "the key is there twice. Remove one.")
        return None, nothing
    except (RecursionError, ValueError):
        problems.add(file.name, 1, "", "this is not JSON that can be read. Compare it with the example in the docs.")
        return None, nothing
    if not isinstance(content, dict):
        problems.add(file.name, 1, "", 'it must hold one object: { "name": ... }.')
        return None, nothing
    hubs = content.pop("hubs", [])
    network = RawNetwork(
        file=file.name,
        values={key: _plain(value) for key, value in content.items()},
        lines={key: _line_of(text, key) for key in content},
    )
    rows = _hub_rows(file.name, hubs, _line_of(text, "hubs"), text, problems)
    return network, RawTable(name=HUBS.name, file=file.name, header=nothing.header, rows=rows)


class _KeyTwice(ValueError):
    """A JSON object names the same key twice."""


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _KeyTwice(key)
        found[key] = value
    return found


def _hub_rows(file: str, hubs: Any, start: int, text: str, problems: Problems) -> tuple[RawRow, ...]:
    known = {column.name for column in HUBS.columns}
    rows: list[RawRow] = []
    if not isinstance(hubs, list):
        problems.add(file, start, "hubs", 'it must be a list: [ { "organisation": ... } ].')
        return ()
    line = start
    for hub in hubs:
        if not isinstance(hub, dict):
            problems.add(file, line, "hubs", 'each hub must be an object: { "organisation": ... }.')
            continue
        if "organisation" in hub:
            line = _line_of(text, "organisation", after=line if not rows else line + 1)
        for key in sorted(set(hub) - known):
            problems.add(file, line, key, f"this key is not known for a hub. Known: {', '.join(sorted(known))}.")
        rows.append(RawRow(line=line, cells={key: _plain(value) for key, value in hub.items() if key in known}))
    return tuple(rows)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return value if isinstance(value, str) else json.dumps(value)


def _line_of(text: str, key: str, after: int = 1) -> int:
    """The first line from `after` on that holds the key; JSON itself does not say where its keys stood."""
    wanted = json.dumps(key)
    for number, line in enumerate(text.splitlines(), start=1):
        if number >= after and (wanted in line or f'"{key}"' in line):
            return number
    return after


def _read_book(path: Path, problems: Problems) -> RawFiles:
    sheets = read_workbook(path, problems)
    if problems:
        return RawFiles(source_name=path.stem, network=None, tables={})
    tables: dict[str, RawTable] = {}
    for spec in (*TABLES, HUBS):
        sheet = sheets.pop(spec.name, None)
        if sheet is not None:
            tables[spec.name] = sheet
        elif not spec.optional:
            _missing(f"{path.name}, sheet {spec.name}", _must_have(spec), problems)
    network = _network_of_sheet(path, sheets.pop("network", None), problems)
    notes = tuple(f"Sheet {name} is none of the tables: ignored." for name in sorted(sheets) if name != NOTES_SHEET)
    return RawFiles(source_name=path.stem, network=network, tables=tables, notes=notes)


def _network_of_sheet(path: Path, sheet: RawTable | None, problems: Problems) -> RawNetwork | None:
    """A sheet of keys and values; its first row may be `key, value` or already the first pair."""
    if sheet is None or len(sheet.header) < 2:
        problems.add(
            f"{path.name}, sheet network",
            1,
            "",
            "the sheet is missing. Its first column holds keys (name), its second values.",
        )
        return None
    first, second = sheet.header[:2]
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for row in sheet.rows:
        key = "_".join(row.cells.get(first, "").lower().split())
        if key in values:
            problems.add(sheet.file, row.line, key, "the key is there twice. Remove one.")
        values[key], lines[key] = row.cells.get(second, ""), row.line
    if (first, second) != ("key", "value"):
        problems.add(sheet.file, 1, "", "the first row must hold the words key and value.")
    return RawNetwork(file=sheet.file, values=values, lines=lines)
