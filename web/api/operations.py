"""Every view that answers as JSON, each described once: what it takes and what it says. The OpenAPI document is made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.plan_edits import EditKind
from logistics.domain.states import RouteState, StopState
from web.drive.route import MOST_EVENTS

type Schema = Mapping[str, Any]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
A_UUID: Schema = {"type": "string", "format": "uuid"}
INSTANT: Schema = {"type": "string", "format": "date-time"}


def listing(items: Schema) -> Schema:
    """A list of these."""
    return {"type": "array", "items": items}


def maybe(schema: Schema) -> Schema:
    """This, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def record(optional: tuple[str, ...] = (), **fields: Schema) -> Schema:
    """An object with exactly these fields, all of them there but for the optional ones."""
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": dict(fields), "required": required, "additionalProperties": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """One view. `query`: its parameters, name -> schema; `body`: what is sent as JSON; `answer`: what a success holds."""

    endpoint: str
    summary: str
    answer: Schema
    method: str = "GET"
    query: Mapping[str, Schema] = field(default_factory=dict)
    required: tuple[str, ...] = ()
    body: Schema | None = None
    refusals: tuple[int, ...] = ()


MARKS = record(mark=TEXT, routes={"type": "object", "additionalProperties": TEXT})
PROGRESS: Schema = {
    "anyOf": [
        record(is_open={"const": False}),
        record(
            is_open=FLAG,
            is_stopping=FLAG,
            phase=TEXT,
            used_s=WHOLE,
            given_s=WHOLE,
            first_cost=maybe(WHOLE),
            best_cost=maybe(WHOLE),
            served=maybe(WHOLE),
            unserved=maybe(WHOLE),
            points=TEXT,
        ),
    ]
}
EVENT = {
    "type": "object",
    "required": ["id", "kind"],
    "properties": {
        "id": A_UUID,
        "kind": {"enum": [*(kind.value for kind in DeliveryEventKind), "concern_raised"]},
        "stop_id": maybe(A_UUID),
        "happened_at": maybe(INSTANT),
        "details": {"type": "object"},
    },
}
RECORDED = record(
    id=TEXT,
    status={"enum": ["recorded", "known"]},
    route_state={"enum": list(RouteState)},
    stop_state=maybe({"enum": list(StopState)}),
    optional=("route_state", "stop_state"),
)
NOT_RECORDED = {
    "type": "object",
    "properties": {"id": {}, "status": {"enum": ["refused", "failed"]}, "error": TEXT, "reference": TEXT},
    "required": ["id", "status"],
    "additionalProperties": False,
}

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        endpoint="account.health",
        summary="Whether this process answers.",
        answer=record(status={"const": "ok"}),
    ),
    Operation(endpoint="api.alive", summary="Whether this process answers.", answer=record(status={"const": "ok"})),
    Operation(
        endpoint="api.ready",
        summary="Whether this process can serve pages: its database answers and has the tables of this version.",
        answer=record(status={"const": "ready"}),
        refusals=(503,),
    ),
    Operation(endpoint="api.description", summary="This description.", answer={"type": "object"}),
    Operation(
        endpoint="dispatch.progress",
        summary="How far the week's planning is; costs are the solver's own unit, `points` draws the best one over time.",
        answer=PROGRESS,
        refusals=(404, 422),
    ),
    Operation(
        endpoint="dispatch.day_mark",
        summary="Words that change when the board of a day, or one of its routes (by letter), would look different.",
        answer=MARKS,
        refusals=(404,),
    ),
    Operation(
        endpoint="dispatch.preview_edit",
        summary="What an edit would do to a draft, in words, and the rules it would break. Nothing is stored.",
        query={
            "kind": {"enum": list(EditKind)},
            "day": {"type": "string", "format": "date"},
            "stop": TEXT,
            "to": TEXT,
            "shift": A_UUID,
            "order": A_UUID,
            "is_on": {"enum": ["yes", "no"]},
        },
        required=("kind", "day"),
        answer=record(change=listing(TEXT), violations=listing(TEXT)),
        refusals=(404, 409, 422),
    ),
    Operation(
        endpoint="dispatch.replan_mark",
        summary="A word that changes when the page of a re-plan would look different.",
        answer=record(mark=TEXT),
        refusals=(404,),
    ),
    Operation(
        endpoint="drive.kept",
        summary=(
            "The route as a driver's phone may keep it now; without stops where there is nothing to keep, or where the version "
            "that it has (`have`) still holds. Of stops that it has (`stops`, their marks) only what changes by the minute is told."
        ),
        query={"have": TEXT, "stops": TEXT},
        answer={
            "type": "object",
            "required": ["route", "view", "token", "version", "now"],
            "properties": {"route": A_UUID, "view": TEXT, "token": TEXT, "version": TEXT, "now": INSTANT},
        },
    ),
    Operation(
        endpoint="drive.way",
        summary="The line through the stops still to come, packed, and the words below a map whose lines are straight.",
        answer={"type": "object", "required": ["line", "note"], "properties": {"line": {}, "note": TEXT}},
    ),
    Operation(
        endpoint="drive.report_many",
        method="POST",
        summary="A driver's taps in the order in which they happened; each is answered for itself, and one sent twice counts once.",
        body={
            "anyOf": [
                record(
                    optional=("sent_at",), sent_at=maybe(INSTANT), events={**listing(EVENT), "maxItems": MOST_EVENTS}
                ),
                {**listing(EVENT), "maxItems": MOST_EVENTS},
            ]
        },
        answer=record(events=listing({"anyOf": [RECORDED, NOT_RECORDED]})),
        refusals=(422,),
    ),
)
"""The whole list. A view that answers as JSON and is not here fails `tests/web/api/test_description.py`."""
