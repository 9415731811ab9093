"""The policy a map's document is served with: its own scripts, its own styles, and tiles from one place if any."""

from __future__ import annotations

from urllib.parse import urlsplit


def map_policy(nonce: str, tile_url: str | None = None, *, is_file: bool = False) -> str:
    """The Content-Security-Policy of a map's document.

    Leaflet positions its layers through `element.style` in script, which a policy without unsafe-inline allows. A map that
    is a file (`is_file`) names no source but its own nonce: it cannot ask anybody for anything.
    """
    images = ["data:"] if is_file else ["'self'", "data:"]
    if tile_url is not None:
        images.append(tile_source(tile_url))
    directives = [
        "default-src 'none'",
        f"script-src 'nonce-{nonce}'",
        f"style-src 'nonce-{nonce}'" if is_file else f"style-src 'self' 'nonce-{nonce}'",
        f"img-src {' '.join(images)}",
        "base-uri 'none'",
        "form-action 'none'",
    ]
    if not is_file:
        # The streets are fetched by script; who may frame a document cannot be said from inside a file.
        directives += ["connect-src 'self'", "frame-ancestors 'self'"]
    return "; ".join(directives)


def tile_source(tile_url: str) -> str:
    """The host that tiles come from; `{s}` stands for one of several names before the first dot."""
    parts = urlsplit(tile_url)
    if not parts.netloc:
        return "'self'"
    host = parts.netloc.rpartition("@")[2]
    if "{" in host:
        host = "*." + host.rpartition("}")[2].lstrip(".-")
    return f"{parts.scheme}://{host}"
