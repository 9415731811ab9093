"""The files a map needs, from this server: Leaflet as its package ships it, and our stylesheets and scripts."""

from __future__ import annotations

import gzip
import hashlib
import mimetypes
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

from flask import Blueprint, Response, abort, request
from werkzeug.security import safe_join

from web.security.access import public

map_assets = Blueprint("map_assets", __name__, url_prefix="/map-assets")

_YEAR_S = 365 * 24 * 3600
_OWN = Path(__file__).parent / "static"
_COMPRESSED = frozenset({".js", ".css"})


@map_assets.get("/<version>/<path:name>")
@public("files that hold no data")
def file(version: str, name: str) -> Response:
    """A file of Leaflet (`leaflet.js`, `images/layers.png`) or of ours (`map.css`), compressed where the browser takes it.

    The address changes with the files (`assets_version`), so what a browser holds is good for a year. Leaflet is three
    fifths of a driver's page with its map, and a phone fetches it over a bad line.
    """
    path = _find(name)
    if version != assets_version() or path is None:
        abort(404)
    packs = path.suffix in _COMPRESSED and takes_gzip()
    body = _packed(path, path.stat().st_mtime_ns) if packs else path.read_bytes()
    response = Response(body, content_type=mimetypes.guess_type(path.name)[0] or "application/octet-stream")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return kept_for_a_year(response)


def takes_gzip() -> bool:
    """Whether whoever asks can read compressed answers. Only files without secrets are compressed (BREACH)."""
    return request.accept_encodings.quality("gzip") > 0


def kept_for_a_year(response: Response) -> Response:
    """What has its version in its address never changes."""
    response.cache_control.max_age = _YEAR_S
    response.cache_control.immutable = True
    response.cache_control.public = True
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.vary.add("Accept-Encoding")
    return response


def asset_text(name: str) -> str:
    """A script or stylesheet as text, for a document that carries it."""
    path = _find(name)
    assert path is not None, name
    return path.read_text(encoding="utf-8")


def _find(name: str) -> Path | None:
    for folder in (_OWN, leaflet_folder()):
        joined = safe_join(str(folder), name)
        if joined is not None and Path(joined).is_file():
            return Path(joined)
    return None


@lru_cache(maxsize=32)
def _packed(path: Path, modified_ns: int) -> bytes:
    """`modified_ns` only tells the cache that the file is another."""
    del modified_ns
    return gzip.compress(path.read_bytes(), mtime=0)


@cache
def assets_version() -> str:
    """Twelve letters that change whenever a file does. `url_for("map_assets.file", version=..., name="")` is the base."""
    digest = hashlib.sha256()
    for path in (leaflet_folder() / "leaflet.js", leaflet_folder() / "leaflet.css", *sorted(_OWN.iterdir())):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


@cache
def leaflet_folder() -> Path:
    """Where XStatic-Leaflet put its files."""
    spec = find_spec("xstatic.pkg.leaflet")
    if spec is None or spec.origin is None:
        raise RuntimeError("The package XStatic-Leaflet is missing. Install it: pip install XStatic-Leaflet.")
    return Path(spec.origin).parent / "data"
