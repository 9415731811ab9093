"""A table as it was read: a header and rows of text, each row with the line it stands on."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One line: the text of each cell by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawTable:
    """One table. `file` is how messages call it: `households.csv`, or `week.xlsx, sheet households`."""

    name: str
    file: str
    header: tuple[str, ...]
    rows: tuple[RawRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RawNetwork:
    """The settings of the network as they were read: text by key, with the line of each; hubs are a table of their own."""

    file: str
    values: dict[str, str]
    lines: dict[str, int] = field(default_factory=dict)

    def line_of(self, key: str) -> int:
        """Where a key stands."""
        return self.lines.get(key, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawFiles:
    """Everything that was read of one folder or workbook. What is missing is in the problems."""

    source_name: str
    network: RawNetwork | None
    tables: dict[str, RawTable]
    notes: tuple[str, ...] = ()
