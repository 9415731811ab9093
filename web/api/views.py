"""Words for whoever watches the server, and the description of what answers as JSON. None of it says anything about anybody."""

from __future__ import annotations

from flask import current_app, jsonify
from flask.typing import ResponseReturnValue

from logistics.queries.readiness import why_not_ready
from web.api import api
from web.api.description import openapi_of
from web.context import services
from web.security.access import public


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


@api.get("/openapi.json")
@public("says how to ask, and holds nothing that could be asked for")
def description() -> ResponseReturnValue:
    """The OpenAPI document of everything that answers as JSON."""
    return jsonify(openapi_of(current_app))
