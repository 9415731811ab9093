"""A folder of instances: `index.json` says which file is what, how it is rounded, and the best cost known.

A list of objects: `name`, `type` (the class that results are grouped by), `file`, `format` (vrplib, solomon, lilim),
`rounding` (round, dimacs, exact1000), and, where known, `bks` in the file's own units. Other fields are left alone.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from routing.errors import ProblemError
from routing.formats.draft import Instance
from routing.formats.lilim import read_lilim
from routing.formats.rounding import Rounding
from routing.formats.solomon import read_solomon
from routing.formats.vrplib import read_vrplib

READERS: dict[str, Callable[[Path, Rounding], Instance]] = {
    "vrplib": read_vrplib,
    "solomon": read_solomon,
    "lilim": read_lilim,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One instance of a folder, not yet read."""

    name: str
    kind: str
    path: Path
    format: str
    rounding: Rounding
    best_known: float | None

    def read(self) -> Instance:
        """The instance, under the index's name and class. Raises ProblemError, OSError."""
        instance = READERS[self.format](self.path, self.rounding)
        return replace(instance, name=self.name, kind=self.kind, best_known=self.best_known)


def read_index(folder: Path) -> tuple[Entry, ...]:
    """The entries of a folder's index.json, in its order. Raises ProblemError naming the entry; OSError."""
    path = folder / "index.json"
    try:
        listed = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ProblemError(str(path), f"is not JSON: {error}") from error
    if not isinstance(listed, list):
        raise ProblemError(str(path), "must hold a list of instances")
    entries = tuple(_entry(folder, item, f"{path}, entry {number}") for number, item in enumerate(listed, start=1))
    names = [entry.name for entry in entries]
    for name in names:
        if names.count(name) > 1:
            raise ProblemError(str(path), f"lists {name} twice")
    return entries


def _entry(folder: Path, item: Any, subject: str) -> Entry:
    texts = ("name", "type", "file", "format", "rounding")
    if not isinstance(item, dict) or not all(isinstance(item.get(key), str) for key in texts):
        raise ProblemError(subject, f"needs the texts {', '.join(texts)}")
    if item["format"] not in READERS:
        raise ProblemError(subject, f"there is no format {item['format']}; there are {', '.join(READERS)}")
    if item["rounding"] not in set(Rounding):
        raise ProblemError(subject, f"there is no rounding {item['rounding']}; there are {', '.join(Rounding)}")
    best = item.get("bks")
    if best is not None and (isinstance(best, bool) or not isinstance(best, int | float) or best <= 0):
        raise ProblemError(subject, "its bks must be a number above 0")
    return Entry(
        name=item["name"],
        kind=item["type"],
        path=folder / item["file"],
        format=item["format"],
        rounding=Rounding(item["rounding"]),
        best_known=None if best is None else float(best),
    )
