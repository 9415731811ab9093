"""What a browser is told on every answer: load nothing from elsewhere, run nothing inline, keep nothing personal."""

from __future__ import annotations

import secrets

from flask import Flask, Response, g, request

_POLICY = (
    "default-src 'none'",
    "script-src 'self' 'nonce-{nonce}'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    "font-src 'self'",
    "form-action 'self'",
    "frame-src 'self'",
    "frame-ancestors 'none'",
    "base-uri 'none'",
    "manifest-src 'self'",
    "worker-src 'self'",
)
_PERMISSIONS = "accelerometer=(), camera=(), geolocation=(self), gyroscope=(), microphone=(), payment=(), usb=()"
_YEAR_S = 31_536_000


def csp_nonce() -> str:
    """The word that this answer's own scripts carry. One per request."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    nonce: str = g.csp_nonce
    return nonce


def page_policy(*, images: tuple[str, ...] = ()) -> str:
    """The policy of our pages; `images`: hosts that pictures may come from as well, where a setting names map tiles."""
    directives = "; ".join(_POLICY).format(nonce=csp_nonce())
    own = "img-src 'self' data:"
    return directives.replace(own, " ".join((own, *images)))


def init_headers(app: Flask, *, https: bool) -> None:
    """Send the headers with every answer. A view that sets a policy of its own (the map document) keeps it."""

    @app.after_request
    def add_headers(response: Response) -> Response:
        headers = response.headers
        headers.setdefault("Content-Security-Policy", page_policy())
        headers.setdefault("X-Content-Type-Options", "nosniff")
        headers.setdefault("Referrer-Policy", "same-origin")
        headers.setdefault("Permissions-Policy", _PERMISSIONS)
        headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        headers.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        if https:
            headers.setdefault("Strict-Transport-Security", f"max-age={_YEAR_S}; includeSubDomains")
        _set_caching(response)
        return response

    app.jinja_env.globals["csp_nonce"] = csp_nonce


def _set_caching(response: Response) -> None:
    """Files named by their content may be kept for a year; pages, which may hold personal data, never."""
    is_static = request.endpoint == "static" or (request.endpoint or "").endswith(".static")
    if is_static and response.status_code in (200, 304):
        kept = f"public, max-age={_YEAR_S}, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = kept
        response.vary.discard("Cookie")
    elif "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
