"""What a database holds, as a number of rows and one hash for each table: two that agree hold the same rows."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass

VERSION_TABLE = "alembic_version"
_WORD = 1 << 256


@dataclass(frozen=True, slots=True, kw_only=True)
class TableHeld:
    """One table: how many rows, and the sum of their SHA-256, in which their order does not matter."""

    rows: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A whole database: its tables by name, and the migration that it stands at (None: no tables of ours)."""

    tables: dict[str, TableHeld]
    revision: str | None

    @property
    def has_data(self) -> bool:
        """Whether any table holds a row, apart from the note of the migration."""
        return any(table.rows for name, table in self.tables.items() if name != VERSION_TABLE)

    def differs_in(self, other: Held) -> tuple[str, ...]:
        """The names of the tables that are not the same in both."""
        names = self.tables.keys() | other.tables.keys()
        return tuple(sorted(name for name in names if self.tables.get(name) != other.tables.get(name)))


def table_held(rows: Iterable[bytes]) -> TableHeld:
    """Sums up rows, each as its canonical bytes, without keeping them."""
    count = total = 0
    for row in rows:
        count += 1
        total = (total + int.from_bytes(hashlib.sha256(row).digest())) % _WORD
    return TableHeld(rows=count, sha256=f"{total:064x}")
