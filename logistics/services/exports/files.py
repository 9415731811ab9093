"""An export as files: a folder's, one ZIP's, or one workbook, none with a cell that a spreadsheet would run."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

from logistics.domain.spreadsheets import formula_safe
from logistics.services.exports.run import NetworkExport
from logistics.services.imports.columns import HUBS, TABLES, TableSpec
from logistics.services.imports.reading import NOTES_SHEET

_ALWAYS = (1980, 1, 1, 0, 0, 0)
"""The date of every file in a ZIP: the same network makes the same bytes."""


class ExportForm(StrEnum):
    """What is written."""

    FOLDER = "folder"
    ZIP = "zip"
    XLSX = "xlsx"


def as_files(export: NetworkExport) -> Mapping[str, bytes]:
    """The files of a folder by their names: `network.json`, a CSV file for each table, and `notes.txt` where there is a note."""
    hubs = [dict(zip(_header(HUBS), row, strict=True)) for row in export.tables[HUBS.name]]
    network: dict[str, Any] = {**{key: value for key, value in export.network.items() if value}, "hubs": hubs}
    files = {"network.json": (json.dumps(network, ensure_ascii=False, indent=2) + "\n").encode()}
    for spec in TABLES:
        files[f"{spec.name}.csv"] = _csv(_header(spec), export.tables[spec.name])
    if export.notes:
        files["notes.txt"] = ("\n".join(export.notes) + "\n").encode()
    return files


def _header(spec: TableSpec) -> tuple[str, ...]:
    return tuple(column.name for column in spec.columns)


def _csv(header: Iterable[str], rows: Iterable[Iterable[str]]) -> bytes:
    """With a BOM, without which Excel takes UTF-8 for something else."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(header)
    writer.writerows([formula_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def as_zip(export: NetworkExport) -> bytes:
    """The folder's files in one ZIP, in a folder of the network's short name."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in as_files(export).items():
            entry = zipfile.ZipInfo(f"{export.slug}/{name}", date_time=_ALWAYS)
            entry.external_attr = 0o600 << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, data)
    return content.getvalue()


def as_workbook(export: NetworkExport) -> bytes:
    """One XLSX workbook with a sheet for each table. Every cell is text, also one that looks like a formula or a number."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell

    book = openpyxl.Workbook(write_only=True)
    pairs: list[tuple[str, ...]] = [("key", "value"), *((key, value) for key, value in export.network.items() if value)]
    sheets: list[tuple[str, list[tuple[str, ...]]]] = [("network", pairs)]
    sheets += [(spec.name, [_header(spec), *export.tables[spec.name]]) for spec in (HUBS, *TABLES)]
    if export.notes:
        sheets.append((NOTES_SHEET, [("note",), *((note,) for note in export.notes)]))
    for title, lines in sheets:
        sheet = book.create_sheet(title)
        for line in lines:
            row = []
            for text in line:
                cell = WriteOnlyCell(sheet, value=text or None)
                if text:
                    cell.data_type, cell.number_format = "s", "@"
                row.append(cell)
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()
