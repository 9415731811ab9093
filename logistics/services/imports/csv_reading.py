"""A CSV file as spreadsheets write them: with or without BOM, in several encodings, with blank lines and other commas."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from logistics.domain.spreadsheets import as_it_was
from logistics.services.imports import limits
from logistics.services.imports.report import Problems
from logistics.services.imports.tables import RawRow, RawTable

_BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


def read_csv(path: Path, name: str, problems: Problems, notes: list[str]) -> RawTable | None:
    """The table in this file, or None with a problem when it cannot be read at all."""
    text = read_text(path, problems, notes)
    if text is None:
        return None
    lines = _lines(text, path.name, problems)
    if lines is None:
        return None
    return make_table(name, path.name, lines, problems)


def read_text(path: Path, problems: Problems, notes: list[str]) -> str | None:
    """The file's text. Excel on Windows writes Windows-1252 unless asked for UTF-8, so that is the second guess."""
    try:
        if path.stat().st_size > limits.FILE_BYTES:
            problems.add(path.name, 1, "", f"the file is larger than {limits.FILE_BYTES // 1024 // 1024} MB. Split it.")
            return None
        raw = path.read_bytes()
    except OSError as error:
        problems.add(path.name, 1, "", f"the file cannot be read ({error.strerror}). Check it and who may read it.")
        return None
    encoding = next((encoding for bom, encoding in _BOMS if raw.startswith(bom)), "utf-8")
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        problems.add(path.name, line, "", "the file is not text. Save it again as “CSV UTF-8”.")
        return None
    notes.append(f"{path.name} is not UTF-8 (line {line}): read as Windows-1252. Check names with accents.")
    return text


def make_table(name: str, file: str, lines: list[tuple[int, list[str]]], problems: Problems) -> RawTable | None:
    """Header and rows from numbered lines of cells; the first line that is not blank is the header."""
    filled = [(number, cells) for number, cells in lines if any(cell.strip() for cell in cells)]
    if not filled:
        problems.add(file, 1, "", "the file is empty. Its first line must hold the names of the columns.")
        return None
    header_line, names = filled[0]
    header = tuple(_column_name(cell) for cell in names)
    if len(filled) - 1 > limits.ROWS:
        problems.add(file, filled[limits.ROWS + 1][0], "", f"there are more than {limits.ROWS} rows. Split the file.")
        return None
    doubled = sorted({column for column in header if column and header.count(column) > 1})
    for column in doubled:
        problems.add(file, header_line, column, "the column is there twice. Remove one.")
    if doubled:
        return None
    rows = tuple(_row(file, header, number, cells, problems) for number, cells in filled[1:])
    return RawTable(name=name, file=file, header=tuple(column for column in header if column), rows=rows)


def _row(file: str, header: tuple[str, ...], line: int, cells: list[str], problems: Problems) -> RawRow:
    for position, cell in enumerate(cells):
        if cell.strip() and (position >= len(header) or not header[position]):
            problems.add(
                file,
                line,
                f"column {position + 1}",
                "the cell lies under no column name. Is a comma in the line before it?",
            )
            break
    return RawRow(line=line, cells={column: cell for column, cell in zip(header, cells, strict=False) if column})


def _column_name(cell: str) -> str:
    return "_".join(cell.replace("\ufeff", "").replace("-", " ").lower().split())


def _lines(text: str, file: str, problems: Problems) -> list[tuple[int, list[str]]] | None:
    """Each record with the line it starts on (a quoted cell may span several)."""
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        problems.add(file, line, "", "the file holds binary data. Save it again as “CSV UTF-8”.")
        return None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    lines: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, [as_it_was(cell) for cell in cells]))
            start = reader.line_num + 1
            if len(lines) > limits.ROWS + 10_000:
                problems.add(file, start, "", f"there are more than {limits.ROWS} rows. Split the file.")
                return None
    except csv.Error:
        problems.add(
            file,
            start,
            "",
            "the line cannot be read: a quotation mark is not closed, or has text behind it. Mend the quotes.",
        )
        return None
    return lines


def _delimiter(text: str) -> str:
    """A comma; a semicolon or tab when the header has only those (Excel in other languages)."""
    header = next((line for line in text.splitlines() if line.strip()), "")
    if "," in header:
        return ","
    return max((";", "\t"), key=header.count) if ";" in header or "\t" in header else ","
