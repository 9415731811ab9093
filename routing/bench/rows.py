"""What one run gave, as `--json` writes it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One solver on one instance with one seed. Cost and best known in the file's units; no cost when not feasible."""

    solver: str
    version: str
    instance: str
    kind: str
    n: int
    seed: int
    seconds: float
    cpu_seconds: float
    cost: float | None
    bks: float | None
    gap_percent: float | None
    feasible: bool

    def as_json(self) -> dict[str, Any]:
        """The fields by their public names."""
        return {
            "solver": self.solver,
            "version": self.version,
            "instance": self.instance,
            "class": self.kind,
            "n": self.n,
            "seed": self.seed,
            "seconds": round(self.seconds, 3),
            "cpu_seconds": round(self.cpu_seconds, 3),
            "cost": self.cost,
            "bks": self.bks,
            "gap_percent": None if self.gap_percent is None else round(self.gap_percent, 4),
            "feasible": self.feasible,
        }


def write_rows(path: Path, rows: Iterable[Row]) -> None:
    """All rows so far, in one piece: a run that is stopped leaves whole rows. Raises OSError."""
    lines = ",\n ".join(json.dumps(row.as_json()) for row in rows)
    new = path.with_name(path.name + ".new")
    new.write_text(f"[\n {lines}\n]\n", encoding="utf-8")
    new.replace(path)
