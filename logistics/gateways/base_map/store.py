"""The base map on disk: a folder with `manifest.json` and one compressed file for each cell."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

from logistics.domain.errors import BadInput
from logistics.gateways.base_map.cells import Bounds, CellId

FORMAT = 1
MANIFEST = "manifest.json"
ATTRIBUTION = "Map data © OpenStreetMap contributors"


@dataclass(frozen=True, slots=True, kw_only=True)
class BaseMap:
    """A complete base map. `manifest` is what its file says."""

    folder: Path
    manifest: dict[str, Any]

    @property
    def bounds(self) -> Bounds:
        """West, south, east, north of what the extract covers."""
        west, south, east, north = self.manifest["bounds"]
        return (west, south, east, north)

    @property
    def levels(self) -> tuple[int, ...]:
        """The zooms that there are cells of, from far to near."""
        return tuple(self.manifest["levels"])

    @property
    def data_date(self) -> date | None:
        """How old the data is; None where the extract does not say."""
        text = self.manifest["data_date"]
        return date.fromisoformat(text) if text else None

    @property
    def credit(self) -> str:
        """Whom to credit, with the age of the data, as it stands on the map."""
        made = self.data_date
        return f"{ATTRIBUTION}, {made.day} {made:%B %Y}" if made else ATTRIBUTION

    @property
    def version(self) -> str:
        """Twelve letters that change with any cell."""
        return str(self.manifest["version"])

    def cell(self, cell: CellId) -> bytes | None:
        """The cell's JSON, compressed with gzip; None where the map has nothing there."""
        file = cell_file(self.folder, cell)
        return file.read_bytes() if file.is_file() else None

    def shapes(self, cell: CellId) -> dict[str, Any]:
        """The cell, read; empty lists where the map has nothing there."""
        written = self.cell(cell)
        if written is None:
            return {"names": [], "areas": [], "lines": []}
        read: dict[str, Any] = json.loads(gzip.decompress(written))
        return read


def base_map_folder(home: Path) -> Path:
    """Where the base map in use lies."""
    return home / "base-map"


def open_base_map(home: Path) -> BaseMap | None:
    """The base map of this home, or None while none is built."""
    folder = base_map_folder(home)
    try:
        changed = (folder / MANIFEST).stat().st_mtime_ns
    except FileNotFoundError:
        return None
    return _opened(folder, changed)


@lru_cache(maxsize=8)
def _opened(folder: Path, changed_ns: int) -> BaseMap:
    del changed_ns  # only tells the cache that a new map is there
    return read_base_map(folder)


def read_base_map(folder: Path) -> BaseMap:
    """The base map in a folder. Raises BadInput for one of another format."""
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    if manifest.get("format") != FORMAT:
        raise BadInput(
            f"The base map in {folder} is of another version. Build it again: rounds roads build FILE.osm.pbf"
        )
    return BaseMap(folder=folder, manifest=manifest)


def cell_file(folder: Path, cell: CellId) -> Path:
    """Where a cell is kept."""
    return folder / str(cell.zoom) / str(cell.x) / f"{cell.y}.json.gz"


def digest_of(files: Iterable[Path]) -> str:
    """Twelve letters of what these files hold."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()[:12]
