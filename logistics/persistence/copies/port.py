"""What a kind of database must be able to do to be copied and brought back."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Protocol

from logistics.domain.errors import FoodRoundsError
from logistics.persistence.copies.held import Held


class DatabaseKind(StrEnum):
    """The kinds of database. A copy of one is no copy of the other."""

    SQLITE = "sqlite"
    POSTGRESQL = "postgresql"


class CopyFailed(FoodRoundsError):
    """A database cannot be copied, loaded or replaced. The sentence says what to do."""


class LoadedCopy(Protocol):
    """A copy that was loaded beside the database in use, which it has not touched."""

    def held(self) -> Held:
        """What was loaded. Raises CopyFailed when the database finds a fault in itself."""
        ...

    def marks(self) -> set[str]:
        """The marks of the keys that its sealed values are under."""
        ...

    def put_in_use(self, stamp: str) -> str | None:
        """Take the place of the database in use, in one step. Returns where the replaced one is now, None if it held nothing.

        However it ends, the database in use is the old one or the new one, whole. Raises CopyFailed while somebody works
        with the old one.
        """
        ...

    def discard(self) -> None:
        """Remove it, if it was not put in use."""
        ...


class DatabaseCopies(Protocol):
    """Copies of one database."""

    @property
    def kind(self) -> DatabaseKind:
        """Which kind it is."""
        ...

    def write(self, file: Path) -> Held:
        """Write a copy of this moment, while others go on working; returns what it holds. Raises CopyFailed."""
        ...

    def in_use(self) -> Held:
        """What the database in use holds; nothing, where there is none."""
        ...

    def load(self, file: Path) -> LoadedCopy:
        """Load a copy beside the database in use, in the place of what an attempt that was killed left there."""
        ...

    def close(self) -> None:
        """Give back what was held for it."""
        ...
