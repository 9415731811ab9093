"""The OpenAPI document, made of `OPERATIONS` and the application's own addresses, so that neither is written twice."""

from __future__ import annotations

import re
from typing import Any

from flask import Flask

from web.api.operations import A_UUID, OPERATIONS, TEXT, Operation, Schema, record
from web.security.access import Door, access_of

PARTS: dict[str, Schema] = {
    "day": {"type": "string", "format": "date"},
    "week": {"type": "string", "pattern": "^[0-9]{4}-W[0-9]{2}$"},
}
"""What a variable of a path is; any other is the id of a row."""
ERROR = record(
    optional=("fields", "reference"),
    error=TEXT,
    fields={"type": "object", "additionalProperties": TEXT},
    reference=TEXT,
)
_REFUSALS = {
    302: "Whoever asks for a page, not JSON, is led to the sign-in page.",
    400: "The request cannot be read, or carries no valid X-CSRFToken.",
    401: "Nobody is signed in, or the link is not open.",
    403: "The role does not open this.",
    404: "There is nothing here.",
    409: "That cannot be done now.",
    422: "Something that was sent is wrong; `fields` says what.",
    503: "Not ready; `error` says why.",
}
_OF_DOOR = {
    Door.PUBLIC: (400,),
    Door.PERMISSION: (302, 400, 401, 403),
    Door.DRIVER_LINK: (400, 401),
}


def openapi_of(app: Flask) -> dict[str, Any]:
    """The document (OpenAPI 3.1) of this application."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        (rule,) = (
            rule for rule in app.url_map.iter_rules(operation.endpoint) if operation.method in (rule.methods or ())
        )
        path = re.sub(r"<(?:[^:<>]+:)?([^<>]+)>", r"{\1}", rule.rule)
        paths.setdefault(path, {})[operation.method.lower()] = _described(app, operation, sorted(rule.arguments))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Food Rounds",
            "version": "1",
            "description": "What the pages' own scripts and drivers' phones ask for. Units are in the names of the fields.",
        },
        "paths": paths,
        "components": {
            "schemas": {"Error": ERROR},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]},
                "driver_link": {"type": "apiKey", "in": "cookie", "name": "rounds-route"},
            },
        },
    }


def _described(app: Flask, operation: Operation, variables: list[str]) -> dict[str, Any]:
    access = access_of(operation.endpoint, app.view_functions[operation.endpoint])
    assert access is not None
    wanted = [{"name": name, "in": "path", "required": True, "schema": PARTS.get(name, A_UUID)} for name in variables]
    wanted += [
        {"name": name, "in": "query", "required": name in operation.required, "schema": schema}
        for name, schema in operation.query.items()
    ]
    answers: dict[str, Any] = {"200": _holding("What was asked for.", operation.answer)}
    for status in sorted({*_OF_DOOR[access.door], *operation.refusals}):
        answers[str(status)] = {"description": _REFUSALS[status]}
        if status >= 400:
            answers[str(status)] = _holding(_REFUSALS[status], {"$ref": "#/components/schemas/Error"})
    made: dict[str, Any] = {
        "operationId": operation.endpoint,
        "summary": operation.summary,
        "parameters": wanted,
        "responses": answers,
    }
    key = {Door.PERMISSION: "session", Door.DRIVER_LINK: "driver_link"}.get(access.door)
    if key is not None:
        made["security"] = [{key: []}]
    if operation.body is not None:
        made["requestBody"] = {"required": True, "content": {"application/json": {"schema": operation.body}}}
        wanted.append({"name": "X-CSRFToken", "in": "header", "required": True, "schema": TEXT})
    return made


def _holding(words: str, schema: Schema) -> dict[str, Any]:
    return {"description": words, "content": {"application/json": {"schema": schema}}}
