"""Words for whoever watches the server, and the description of what answers as JSON. None of it says anything about anybody."""

from __future__ import annotations

from datetime import timedelta

from flask import Response, abort, current_app, jsonify
from flask.typing import ResponseReturnValue

from logistics.queries.readiness import why_not_ready
from web.api import api
from web.api.description import openapi_of
from web.context import now, services
from web.security.access import public

GOOD_FOR = timedelta(days=364)
"""RFC 9116 asks for less than a year."""


@api.get("/healthz")
@public("a word for whoever watches the server")
def alive() -> ResponseReturnValue:
    """That this process answers; it asks nothing else, so that a database that is away restarts no process."""
    return {"status": "ok"}


@api.get("/readyz")
@public("a word for whoever sends visitors here")
def ready() -> ResponseReturnValue:
    """Whether pages can be served now; 503 and why not, without an address or a version, where they cannot."""
    reason = why_not_ready(services().database)
    if reason:
        return jsonify({"error": reason}), 503
    return {"status": "ready"}


@api.get("/.well-known/security.txt")
@public("says whom to tell of a hole")
def security_txt() -> ResponseReturnValue:
    """Whom to tell of a hole (RFC 9116); 404 while ROUNDS_SECURITY_CONTACT is not set. It is good for a year from now."""
    settings = services().settings
    if not settings.security_contact:
        abort(404)
    expires = (now() + GOOD_FOR).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    lines = [
        f"Contact: {settings.security_contact}",
        f"Expires: {expires}",
        "Preferred-Languages: en",
        f"Canonical: {settings.base_url}/.well-known/security.txt",
    ]
    return Response("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@api.get("/openapi.json")
@public("says how to ask, and holds nothing that could be asked for")
def description() -> ResponseReturnValue:
    """The OpenAPI document of everything that answers as JSON."""
    return jsonify(openapi_of(current_app))
