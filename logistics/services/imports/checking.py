"""What rows must be together: references that exist, windows that open before they close, food that says how much."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

from logistics.domain.household import MOST_MEMBERS, size_of
from logistics.domain.vocabulary import OrganisationKind, PairKind, TemperatureClass
from logistics.services.imports.report import Problems
from logistics.services.imports.values import NetworkFiles, Row

_Fault = tuple[str, str]
"""A column and the sentence about it."""


def check_rows(files: NetworkFiles, problems: Problems) -> None:
    """Add a problem for every row that cannot be true."""
    for table, check in _CHECKS.items():
        for row in files.tables[table]:
            for column, message in check(row):
                problems.add(_file(files, table), row.line, column, message)
    _check_references(files, problems)
    _check_members(files, problems)
    _check_overlapping_shifts(files, problems)


def _file(files: NetworkFiles, table: str) -> str:
    return files.file_names.get(table, f"{table}.csv")


def _household(row: Row) -> Iterator[_Fault]:
    if row["adults"] + row["children"] < 1:
        yield "adults", "nobody lives there. Write how many adults and children."
    if row["ages"] and size_of(row["ages"]) != (row["adults"], row["children"]):
        adults, children = size_of(row["ages"])
        yield (
            "ages",
            f"they make {adults} adults and {children} children, other than the row says. Correct one of them.",
        )


def _standing_order(row: Row) -> Iterator[_Fault]:
    yield from _before(row, "window_start", "window_end")
    if row["until"] is not None and row["until"] < row["from"]:
        yield "until", f"the order ends on {row['until']}, before it starts on {row['from']}. Correct one of the dates."


def _pause(row: Row) -> Iterator[_Fault]:
    if row["to"] < row["from"]:
        yield "to", f"the pause ends on {row['to']}, before it starts on {row['from']}. Correct one of the dates."


def _slot(row: Row) -> Iterator[_Fault]:
    if row["collect_by"] < row["ready_at"]:
        yield (
            "collect_by",
            f"it must be collected by {_at(row, 'collect_by')}, before it is ready. Correct one of the times.",
        )
    held = row["hot_hold_until"]
    if held is not None and row["temperature"] is not TemperatureClass.HOT:
        yield "hot_hold_until", "only hot food is held hot. Empty the cell, or correct the temperature."
    if held is not None and held < row["ready_at"]:
        yield (
            "hot_hold_until",
            f"held hot until {_at(row, 'hot_hold_until')}, before it is ready. Correct one of the times.",
        )
    if row["portions"] == 0 and row["weight_g"] == 0:
        yield "portions", "neither portions nor a weight. Write how much there is."


def _shift(row: Row) -> Iterator[_Fault]:
    yield from _before(row, "start", "end")


def _hub(row: Row) -> Iterator[_Fault]:
    yield from _before(row, "open", "close")


def _pair(row: Row) -> Iterator[_Fault]:
    if row["kind"] is PairKind.BLOCK and row["weight"] is not None:
        yield "weight", "a block has no weight: it is never broken. Empty the cell."


def _before(row: Row, first: str, last: str) -> Iterator[_Fault]:
    if row[first] >= row[last]:
        yield last, f"{_at(row, last)} is not after {_at(row, first)}. Correct one of the times."


def _at(row: Row, column: str) -> str:
    return f"{row[column]:%H:%M}"


_CHECKS: dict[str, Callable[[Row], Iterator[_Fault]]] = {
    "households": _household,
    "standing_orders": _standing_order,
    "pauses": _pause,
    "donation_slots": _slot,
    "shifts": _shift,
    "hubs": _hub,
    "pairs": _pair,
}

_GROUPS = frozenset({OrganisationKind.DELIVERY_GROUP, OrganisationKind.HUB})
_DONORS = frozenset({OrganisationKind.DONOR, OrganisationKind.HUB})
_REFERENCES: tuple[tuple[str, str, str, str, frozenset[OrganisationKind] | None], ...] = (
    ("households", "group", "organisations", "code", _GROUPS),
    ("households", "referrer", "organisations", "code", None),
    ("volunteers", "group", "organisations", "code", _GROUPS),
    ("donation_slots", "donor", "organisations", "code", _DONORS),
    ("hubs", "organisation", "organisations", "code", frozenset({OrganisationKind.HUB})),
    ("members", "household", "households", "ref", None),
    ("standing_orders", "household", "households", "ref", None),
    ("pauses", "household", "households", "ref", None),
    ("pairs", "household", "households", "ref", None),
    ("pairs", "volunteer", "volunteers", "ref", None),
    ("shifts", "volunteer", "volunteers", "ref", None),
    ("last_week", "volunteer", "volunteers", "ref", None),
    ("last_week", "household", "households", "ref", None),
)
"""Table and column that refer, table and column referred to, and the kinds of organisation that make sense."""


def _check_references(files: NetworkFiles, problems: Problems) -> None:
    """Every reference must name a row; one to a row that was refused itself is not told twice."""
    for table, column, target, key, kinds in _REFERENCES:
        known: dict[Any, Row] = {row[key]: row for row in files.tables[target]}
        for row in files.tables[table]:
            value = row[column]
            if value is None or value in files.refused[target]:
                continue
            if value not in known:
                message = f"{value} is not in {_file(files, target)}. Correct it, or add it there."
                problems.add(_file(files, table), row.line, column, message)
            elif kinds is not None and known[value]["kind"] not in kinds:
                wanted = " or ".join(sorted(kind.value for kind in kinds))
                message = (
                    f"{value} is a {known[value]['kind'].value}, not a {wanted}. Name another, or correct its kind."
                )
                problems.add(_file(files, table), row.line, column, message)


def _check_members(files: NetworkFiles, problems: Problems) -> None:
    """No more people of one household than its page has room for."""
    counted: Counter[Any] = Counter()
    for row in files.tables["members"]:
        counted[row["household"]] += 1
        if counted[row["household"]] == MOST_MEMBERS + 1:
            message = f"{row['household']} has more than {MOST_MEMBERS} members. Put the needs of the rest to the household's own."
            problems.add(_file(files, "members"), row.line, "household", message)


def _check_overlapping_shifts(files: NetworkFiles, problems: Problems) -> None:
    """Nobody is in two places: two shifts of a volunteer on a date may not overlap."""
    earlier: dict[tuple[Any, Any], list[Row]] = {}
    for row in files.tables["shifts"]:
        same_day = earlier.setdefault((row["volunteer"], row["date"]), [])
        for other in same_day:
            if row["start"] < other["end"] and other["start"] < row["end"] and row["start"] != other["start"]:
                message = f"{row['volunteer']} is already on shift then, in line {other.line}. Keep one of the two."
                problems.add(_file(files, "shifts"), row.line, "start", message)
        same_day.append(row)
