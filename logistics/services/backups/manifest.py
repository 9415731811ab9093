"""The first page of a backup: when and of what it was made, what each table and file must be, and what is not in it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from logistics.persistence.copies.held import Held, TableHeld
from logistics.persistence.copies.port import DatabaseKind
from logistics.services.backups.sealing import BackupUnreadable

FORMAT = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class FileHeld:
    """One file: its size and its SHA-256."""

    size_bytes: int
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    """What a backup says of itself. `files`: by their path in ROUNDS_HOME. `left_out`: name -> why."""

    made_at: datetime
    made_by: str
    kind: DatabaseKind
    held: Held
    files: dict[str, FileHeld]
    left_out: dict[str, str]

    def to_json(self) -> str:
        """As text that `from_json` reads."""
        return json.dumps(
            {
                "format": FORMAT,
                "made_at": self.made_at.isoformat(),
                "made_by": self.made_by,
                "database": self.kind.value,
                "revision": self.held.revision,
                "tables": {name: asdict(table) for name, table in sorted(self.held.tables.items())},
                "files": {path: asdict(file) for path, file in sorted(self.files.items())},
                "left_out": self.left_out,
            },
            indent=1,
        )

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        """Raises BackupUnreadable for text that is none, and for one of a newer form."""
        try:
            read = json.loads(text)
            if read["format"] > FORMAT:
                raise BackupUnreadable(
                    "This backup was made by a newer version of Food Rounds: install that one first."
                )
            return cls(
                made_at=datetime.fromisoformat(read["made_at"]),
                made_by=str(read["made_by"]),
                kind=DatabaseKind(read["database"]),
                held=Held(
                    tables={name: TableHeld(**table) for name, table in read["tables"].items()},
                    revision=read["revision"],
                ),
                files={path: FileHeld(**file) for path, file in read["files"].items()},
                left_out=dict(read["left_out"]),
            )
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise BackupUnreadable("This file opens with the key, but it is no backup of Food Rounds.") from error
