"""The day's board: each route's progress and what the phones have told. Its script asks for a mark and fetches the page anew."""

from __future__ import annotations

from datetime import date, timedelta

from flask import jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import NotFound
from logistics.domain.states import StopState
from logistics.domain.vocabulary import FailureReason
from logistics.domain.week import YEARS
from logistics.queries.collection_list import collection_list
from logistics.queries.day_board import day_view
from logistics.queries.needs_at_view_time import at_risk_among
from logistics.queries.replan_view import open_replans
from web.context import actor, db, now, today
from web.dispatch.blueprint import dispatch
from web.dispatch.no_reply import ladders_shown, mark_of, silent_doors
from web.security.access import allow

TOLD = {
    DeliveryEventKind.ROUTE_ACCEPTED: "accepted the route",
    DeliveryEventKind.ROUTE_DECLINED: "declined the route",
    DeliveryEventKind.ROUTE_LOADED: "has loaded",
    DeliveryEventKind.ROUTE_COMPLETED: "finished the route",
    DeliveryEventKind.STOP_ARRIVED: "arrived at",
    DeliveryEventKind.STOP_DELIVERED: "delivered to",
    DeliveryEventKind.STOP_FAILED: "could not deliver to",
    DeliveryEventKind.STOP_REOPENED: "will try again:",
    DeliveryEventKind.PICKUP_DONE: "collected at",
    DeliveryEventKind.STOP_NOTED: "left a note about",
    DeliveryEventKind.TEMPERATURE_TAKEN: "took the temperature at",
    DeliveryEventKind.ROUTE_RECONCILED: "counted what was left over",
}

REASONS = {
    FailureReason.NO_REPLY: "no reply",
    FailureReason.BAD_ADDRESS: "address not found",
    FailureReason.REFUSED: "refused",
    FailureReason.UNSAFE: "not safe",
    FailureReason.FOOD_UNFIT: "food unfit",
    FailureReason.RAN_OUT: "ran out",
    FailureReason.NO_DRIVER: "no driver",
}


@dispatch.get("/day")
@allow(Permission.SEE_DAY)
def this_day() -> ResponseReturnValue:
    """To today."""
    return redirect(url_for("dispatch.day", day=today().isoformat()))


@dispatch.get("/day/<day>")
@allow(Permission.SEE_DAY)
def day(day: str) -> ResponseReturnValue:
    """The board of one date."""
    on = date_of(day)
    view = day_view(db(), on, now=now())
    silent = [
        door.stop.household_id
        for entry in view.routes
        for door in entry.doors
        if door.is_no_reply or door.stop.state is StopState.CANCELLED
    ]
    return render_template(
        "dispatch/day.html",
        view=view,
        **ladders_shown(view),
        fetched=collection_list(db(), on),
        replans=open_replans(db(), on) if actor().may(Permission.RUN_DAY) else (),
        at_risk=at_risk_among(db(), actor(), filter(None, silent)),
        now=now(),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        told=TOLD,
        reasons=REASONS,
    )


@dispatch.get("/day/<day>/mark")
@allow(Permission.SEE_DAY)
def day_mark(day: str) -> ResponseReturnValue:
    """`{"mark": ...}`: a word that changes when the board would look different."""
    view = day_view(db(), date_of(day), now=now())
    return jsonify({"mark": view.mark + mark_of(silent_doors(view))})


def date_of(text: str) -> date:
    """A date of an address, `2026-12-02`. Raises NotFound for what is none."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise NotFound(f"“{text[:40]}” is not a date. Write it like 2026-12-02.") from None
    if on.year not in YEARS:
        raise NotFound("No day that far away is planned. Write one like 2026-12-02.")
    return on
