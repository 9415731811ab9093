"""Spoils the demo's files in every way we could think of and imports them: no stack trace, nothing half-saved.

`run(n, seed)` is what `./dev prove mutated-imports` runs many times and the tests once, at reduced size.
"""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st
from sqlalchemy import select

from logistics.demo import DEMO_WEEK_FOLDER
from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding import CodePointGazetteer, Placement
from logistics.persistence.base import Base
from logistics.persistence.database import Database, open_database
from logistics.persistence.row_security import of_every_network
from logistics.persistence.schema import upgrade_schema
from logistics.services.imports import ImportReport, import_network

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
FILES = sorted(file.name for file in DEMO_WEEK_FOLDER.iterdir() if file.suffix in (".csv", ".json"))

NASTY = (
    *(
        "",
        " ",
        "\u00a0",
        "none",
        "NONE",
        "n/a",
        "?",
        "-1",
        "0",
        "1e9",
        "99999999999999999999",
        "3.7",
        "NaN",
        "½",
        "１２",
    ),
    *("=1+1", '=HYPERLINK("x")', "@SUM(A1)", "'; DROP TABLE households; --", "<script>alert(1)</script>", "{{7*7}}"),
    *("dairy", "Gluten ", "gluten|dairy", "HALAL", "no pork", "No-Pork", "pescatarian", "nuts,peanuts", "undeclared"),
    *("2026-02-30", "30/11/2026", "11/30/2026", "46356", "0001-01-01", "9999-12-31", "1 Dec 2026", "yesterday"),
    *("25:00", "9:30", "0930", "9.30pm", "0.479166666666667", "24:00", "12:60", "noon"),
    *("se1 2uz", "SE1O 2FT", "ZZ99 3VZ", "SW1A", "W1A 1AA 1AA", "GIR 0AA", "H0001", "h0001", "H9999", "GRP01", "V001"),
    *(
        "+44 7700 900123",
        "7700900123",
        "07700",
        "(020) 7946 0123",
        "yes",
        "Y",
        "TRUE",
        "maybe",
        "hot",
        "frozen",
        "mon|funday",
    ),
    *("\u202e\u200b", "\x07", "é" * 1001, "x" * 5000, "line\nbreak", 'quote"inside', "\ud7ff", "😀", "a,b"),
)


class _Places:
    """The gazetteer alone: no cache table, so that a refused import cannot leave a row anywhere."""

    def __init__(self) -> None:
        self._gazetteer = CodePointGazetteer()

    def place(self, address: str, postcode: str) -> Placement | None:
        """The postcode's centre."""
        del address
        found = self._gazetteer.geocode(postcode)
        if found is None or isinstance(found, list):
            return None
        return Placement(
            latitude=found.latitude, longitude=found.longitude, source="test", precision=GeocodePrecision.POSTCODE
        )


def _cell(folder: Path, data: st.DataObject) -> None:
    def change(rows: list[list[str]]) -> None:
        row = data.draw(st.sampled_from(rows))
        if row:
            row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.sampled_from(NASTY) | st.text(max_size=30))

    _table(folder, data, change)


def _shape(folder: Path, data: st.DataObject) -> None:
    """Rows and columns doubled, dropped, swapped, moved along, renamed."""

    def change(rows: list[list[str]]) -> None:
        position = data.draw(st.integers(0, len(rows) - 1))
        column = data.draw(st.integers(0, len(rows[0]) - 1))
        match data.draw(
            st.sampled_from(["double row", "drop row", "longer", "shorter", "drop column", "rename", "swap"])
        ):
            case "double row":
                rows.insert(position, list(rows[position]))
            case "drop row":
                rows.pop(position)
            case "longer":
                rows[position].insert(column, "extra")
            case "shorter":
                del rows[position][column:]
            case "drop column":
                for row in rows:
                    del row[column : column + 1]
            case "rename":
                rows[0][column] = data.draw(st.sampled_from(["", "Ref", "column", rows[0][0], rows[0][column].upper()]))
            case "swap":
                for row in rows:
                    row[:1], row[column : column + 1] = row[column : column + 1], row[:1]

    _table(folder, data, change)


def _table(folder: Path, data: st.DataObject, change: Callable[[list[list[str]]], None]) -> None:
    file = folder / data.draw(st.sampled_from([name for name in FILES if name.endswith(".csv")]))
    if not file.exists():
        return
    rows = list(csv.reader(io.StringIO(file.read_bytes().decode("utf-8", "replace").replace("\0", ""), newline="")))
    if rows and rows[0]:
        change(rows)
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    file.write_text(text.getvalue(), encoding="utf-8", errors="replace", newline="")


def _bytes(folder: Path, data: st.DataObject) -> None:
    """Files cut, torn, missing, empty, and in other encodings."""
    file = folder / data.draw(st.sampled_from(FILES))
    if not file.exists():
        return
    raw = file.read_bytes()
    at = data.draw(st.integers(0, len(raw)))
    match data.draw(
        st.sampled_from(["cut", "insert", "missing", "empty", "bom", "utf-16", "cp1252", "semicolons", "blank"])
    ):
        case "cut":
            file.write_bytes(raw[:at])
        case "insert":
            file.write_bytes(raw[:at] + data.draw(st.binary(min_size=1, max_size=8) | st.just(b'"')) + raw[at:])
        case "missing":
            file.unlink()
        case "empty":
            file.write_bytes(b"")
        case "bom":
            file.write_bytes(b"\xef\xbb\xbf" + raw)
        case "utf-16":
            file.write_bytes(raw.decode("utf-8", "replace").encode("utf-16"))
        case "cp1252":
            file.write_bytes(raw.decode("utf-8", "replace").replace("a", "é", 3).encode("cp1252", "replace"))
        case "semicolons":
            file.write_bytes(raw.replace(b",", b";"))
        case "blank":
            file.write_bytes(b"\r\n\r\n" + raw.replace(b"\n", b"\r\n,,,\r\n", 5))


def _network(folder: Path, data: st.DataObject) -> None:
    file = folder / "network.json"
    try:
        content = json.loads(file.read_text(encoding="utf-8", errors="replace"))
    except (OSError, ValueError):
        return
    if not isinstance(content, dict):
        return
    value: Any = data.draw(
        st.sampled_from(NASTY)
        | st.none()
        | st.booleans()
        | st.floats()
        | st.integers()
        | st.lists(st.integers(), max_size=2)
    )
    hubs = content.get("hubs")
    if isinstance(hubs, list) and hubs and isinstance(hubs[0], dict) and data.draw(st.booleans()):
        hubs[0][data.draw(st.sampled_from([*hubs[0], "opens"]))] = value
    else:
        content[data.draw(st.sampled_from([*content, "colour"]))] = value
    file.write_text(json.dumps(content, indent=1), encoding="utf-8")


MUTATIONS = (_cell, _cell, _cell, _shape, _bytes, _network)


def run(n: int, seed: int) -> dict[str, int]:
    """Import `n` spoilt folders into a database that holds the whole one; raises at the first that breaks the promise.

    Returns how many were refused and how many could be taken. A taken one is imported again and must change nothing.
    """
    counts = {"refused": 0, "taken": 0}
    with TemporaryDirectory() as made:
        place = Path(made)
        url = f"sqlite:///{place / 'base.sqlite'}"
        upgrade_schema(url)
        places = _Places()
        base = open_database(url)
        import_network(base, DEMO_WEEK_FOLDER, now=NOW, geocoder=places)
        whole = content_of(base)
        base.close()

        @seeded(seed)
        @settings(
            max_examples=n,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(st.data())
        def attempt(data: st.DataObject) -> None:
            with TemporaryDirectory(dir=place) as spoilt:
                folder = Path(spoilt) / "week"
                shutil.copytree(DEMO_WEEK_FOLDER, folder)
                for mutate in data.draw(st.lists(st.sampled_from(MUTATIONS), min_size=1, max_size=4)):
                    mutate(folder, data)
                shutil.copyfile(place / "base.sqlite", Path(spoilt) / "copy.sqlite")
                database = open_database(f"sqlite:///{spoilt}/copy.sqlite")
                try:
                    outcome = _check(database, folder, places, whole)
                finally:
                    database.close()
                counts[outcome] += 1

        attempt()
    return counts


def _check(database: Database, folder: Path, places: _Places, whole: str) -> str:
    report = import_network(database, folder, now=NOW, geocoder=places)
    if report.is_good:
        after = content_of(database)
        again = import_network(database, folder, now=NOW, geocoder=places)
        assert not again.changed_anything, "a second import changed something"
        assert content_of(database) == after, "a second import wrote something"
        return "taken"
    assert not report.saved
    assert content_of(database) == whole, "a refused import left something behind"
    _check_messages(report, folder)
    return "refused"


def _check_messages(report: ImportReport, folder: Path) -> None:
    for problem in report.problems:
        assert problem.file in FILES, f"{problem.file} is no file of the folder"
        file = folder / problem.file
        lines = file.read_bytes().count(b"\n") + 2 if file.exists() else 2
        assert 1 <= problem.line <= lines, f"{problem} names a line that is not there"
        assert re.fullmatch(r"\S[\s\S]+\S", problem.message), "a message says something"
        assert str(problem).startswith(f"{problem.file}, line {problem.line}")
        assert "Traceback" not in problem.message


def content_of(database: Database) -> str:
    """Every row of every table as text, sorted: equal texts are equal contents."""
    with of_every_network(database.engine).connect() as connection:
        return "\n".join(
            f"{table.name}: {sorted(repr(tuple(row)) for row in connection.execute(select(table)))}"
            for table in Base.metadata.sorted_tables
        )
