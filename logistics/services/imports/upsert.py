"""Write a row only where it differs, and count what was created, changed and left alone."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.persistence.base import Base
from logistics.services.imports.report import TableCounts


class Upsert:
    """Creates rows that are new and changes rows that differ, in one session, counted by table.

    A household with its site, needs and consents is one row of the files, so it is counted once, with its worst change.
    """

    def __init__(self, session: Session, *, now: datetime) -> None:
        self.session = session
        self.now = now
        self.counts: dict[str, TableCounts] = {}
        self._created = False
        self._changed = False

    def begin_row(self) -> None:
        """What is put from here on belongs to one row of the files."""
        self._created = self._changed = False

    def end_row(self, table: str) -> None:
        """Count the row."""
        counts = self.table(table)
        if self._created:
            counts.created += 1
        elif self._changed:
            counts.changed += 1
        else:
            counts.unchanged += 1

    def table(self, name: str) -> TableCounts:
        """The counts of a table."""
        return self.counts.setdefault(name, TableCounts())

    def put[T: Base](self, existing: T | None, kind: type[T], /, *, part: bool = False, **values: Any) -> T:
        """The row with these values: the existing one, changed where it differs, or a new one with an id.

        A `part` (the site of a household) that is new to an existing row counts as a change of the row.
        """
        if existing is None:
            row = kind(id=uuid.uuid4(), **values)
            self.session.add(row)
            if part:
                self._changed = True
            else:
                self._created = True
            return row
        for name, value in values.items():
            if getattr(existing, name) != value:
                setattr(existing, name, value)
                self._changed = True
        return existing

    def changed(self) -> None:
        """Something else of the row changed."""
        self._changed = True
