"""What an import says: what is wrong and where, or what it created, changed and left alone."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One thing that cannot be taken as it is. `line` is 1 for the header and for a file as a whole."""

    file: str
    line: int
    column: str
    message: str

    def __str__(self) -> str:
        column = f", {self.column}" if self.column else ""
        return f"{self.file}, line {self.line}{column}: {self.message}"


class Problems:
    """Collects every problem of an import, so that a person mends them all in one go."""

    def __init__(self) -> None:
        self._found: list[Problem] = []

    def add(self, file: str, line: int, column: str, message: str) -> None:
        """One more."""
        self._found.append(Problem(file=file, line=line, column=column, message=message))

    def __bool__(self) -> bool:
        return bool(self._found)

    def sorted(self) -> tuple[Problem, ...]:
        """All of them, by file and line, each once."""
        return tuple(sorted(set(self._found)))


@dataclass(slots=True, kw_only=True)
class TableCounts:
    """How many rows of one table an import created, changed and found as they should be.

    `elsewhere`: rows of the network that the files do not mention; they are kept.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    elsewhere: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """The outcome. With problems nothing was saved; neither was anything in a dry run.

    `not_placed` names the rows whose postcode has no place ("household H0003, SE99 9ZZ"), `to_check` those about whose
    place somebody is asked on the page of places. `notes` are for reading only.
    """

    network_slug: str = ""
    network_name: str = ""
    saved: bool = False
    dry_run: bool = False
    problems: tuple[Problem, ...] = ()
    tables: dict[str, TableCounts] = field(default_factory=dict)
    not_placed: tuple[str, ...] = ()
    to_check: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the files could be taken."""
        return not self.problems

    @property
    def changed_anything(self) -> bool:
        """Whether any row was created or changed."""
        return any(counts.created or counts.changed for counts in self.tables.values())
