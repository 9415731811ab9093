"""The same tables as the sheets of one XLSX workbook, with Excel's dates, times and numbers made into text."""

from __future__ import annotations

import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from logistics.services.imports import limits
from logistics.services.imports.csv_reading import make_table
from logistics.services.imports.report import Problems
from logistics.services.imports.tables import RawTable

_NOT_A_WORKBOOK = (
    "the file is not an XLSX workbook, or it is damaged. Open it in a spreadsheet and save it again as XLSX."
)


def read_workbook(path: Path, problems: Problems) -> dict[str, RawTable]:
    """Every sheet that holds something, by its name in lower case. Formulas count with their last value."""
    if not _is_safe(path, problems):
        return {}
    import openpyxl

    try:
        book = openpyxl.load_workbook(path, read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [(sheet.title, _lines(sheet)) for sheet in book.worksheets]
        finally:
            book.close()
    except Exception:  # noqa: BLE001 - a damaged workbook makes the library raise anything at all
        problems.add(path.name, 1, "", _NOT_A_WORKBOOK)
        return {}
    tables = {}
    for title, lines in sheets:
        name, file = "_".join(title.lower().split()), f"{path.name}, sheet {title}"
        _report_errors(file, lines, problems)
        if any(cell.strip() for _, cells in lines for cell in cells):
            table = make_table(name, file, lines, problems)
            if table is not None:
                tables[name] = table
    return tables


def _is_safe(path: Path, problems: Problems) -> bool:
    """Looks at the archive before anything is unpacked: size, number of parts, unpacked size, document types in the XML."""
    try:
        if path.stat().st_size > limits.FILE_BYTES:
            problems.add(path.name, 1, "", f"the file is larger than {limits.FILE_BYTES // 1024 // 1024} MB. Split it.")
            return False
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
            unpacked = sum(part.file_size for part in parts)
            if len(parts) > limits.WORKBOOK_PARTS or unpacked > limits.WORKBOOK_BYTES_UNPACKED:
                problems.add(
                    path.name,
                    1,
                    "",
                    "the workbook unpacks to far more than a week's tables. Save only the sheets needed.",
                )
                return False
            for part in parts:
                with archive.open(part) as file:
                    if b"<!DOCTYPE" in file.read(4096).upper().replace(b"\0", b""):
                        problems.add(path.name, 1, "", _NOT_A_WORKBOOK)
                        return False
    except OSError as error:
        problems.add(path.name, 1, "", f"the file cannot be read ({error.strerror}). Check it and who may read it.")
        return False
    except Exception:  # noqa: BLE001 - a damaged archive makes zipfile raise anything at all
        problems.add(path.name, 1, "", _NOT_A_WORKBOOK)
        return False
    return True


def _lines(sheet: Any) -> list[tuple[int, list[str]]]:
    """Numbered rows of text. The sheet's own claim about its size is not believed."""
    sheet.reset_dimensions()
    lines = []
    for number, row in enumerate(sheet.iter_rows(max_col=limits.COLUMNS, values_only=True), start=1):
        cells = [_text(value) for value in row]
        if any(cells):
            lines.append((number, cells))
        if number > limits.ROWS + 10_000:
            break
    return lines


def _text(value: Any) -> str:
    """What a person would have typed: dates as 2026-11-30, times as 09:30, whole numbers without a point."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, time):
        return value.isoformat(timespec="minutes")
    if isinstance(value, timedelta):
        minutes = round(value.total_seconds() / 60)
        return f"{minutes // 60:02d}:{minutes % 60:02d}"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    return str(value)


_EXCEL_ERRORS = frozenset({"#REF!", "#N/A", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"})


def _report_errors(file: str, lines: list[tuple[int, list[str]]], problems: Problems) -> None:
    for number, cells in lines:
        for cell in cells:
            if cell in _EXCEL_ERRORS:
                problems.add(file, number, "", f"a formula shows {cell}. Mend it, or type the value.")
