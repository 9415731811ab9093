"""Static files named by their content: `url_for("static", ...)` carries a hash, so that a file may be kept for a year."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from flask import Flask
from werkzeug.security import safe_join


@lru_cache(maxsize=512)
def content_hash(path: Path, modified_ns: int) -> str:
    """Ten letters that change with the file. `modified_ns` only tells the cache that it did."""
    del modified_ns
    return hashlib.sha256(path.read_bytes()).hexdigest()[:10]


def init_static_files(app: Flask) -> None:
    """Add `v=` to every address of a static file, the application's and the blueprints'."""

    @app.url_defaults
    def add_hash(endpoint: str, values: dict[str, Any]) -> None:
        name, _, last = endpoint.rpartition(".")
        if last != "static" or "filename" not in values or "v" in values:
            return
        folder = app.blueprints[name].static_folder if name else app.static_folder
        if folder is None:
            return
        joined = safe_join(folder, values["filename"])
        path = Path(joined) if joined else None
        if path is not None and path.is_file():
            values["v"] = content_hash(path, path.stat().st_mtime_ns)
