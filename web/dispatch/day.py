"""The day's board: each route's progress, what needs somebody, and what the phones have told. `day_live` keeps it up to date."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, timedelta
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from logistics.domain.authority import Actor, Permission
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import NotFound
from logistics.domain.looks import Look
from logistics.domain.vocabulary import FailureReason, Role
from logistics.domain.week import YEARS
from logistics.queries.collection_list import collection_list
from logistics.queries.day_board import DayView, RouteProgress
from logistics.queries.food_of_day import food_of_day
from logistics.queries.needs_at_view_time import at_risk_among
from logistics.queries.replan_view import open_replans
from logistics.queries.to_take_out import to_take_out
from web.context import actor, db, now, today
from web.dispatch.blueprint import dispatch
from web.dispatch.day_lines import kept_days
from web.dispatch.no_reply import ladders_shown
from web.looks import looked
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


@dataclass(frozen=True, slots=True, kw_only=True)
class DayFilter:
    """Which routes a board shows: those that need attention, one alone (then with all its stops), those to one area."""

    attention: bool = False
    route: str = ""
    area: str = ""

    @classmethod
    def of_request(cls) -> DayFilter:
        """As the address says it."""
        asked = request.args
        return cls(
            attention=asked.get("show") == "attention", route=asked.get("route", "")[:4], area=asked.get("area", "")[:8]
        )

    def shows(self, entry: RouteProgress) -> bool:
        """Whether this route is shown."""
        if self.route:
            return entry.route.letter == self.route
        return (not self.attention or entry.needs_attention) and (not self.area or self.area in entry.areas)

    @property
    def arguments(self) -> dict[str, str]:
        """As they stand in an address."""
        told = {"show": "attention" if self.attention else "", "route": self.route, "area": self.area}
        return {name: value for name, value in told.items() if value}


@dispatch.get("/day")
@allow(Permission.SEE_DAY)
def this_day() -> ResponseReturnValue:
    """To today."""
    return redirect(url_for("dispatch.day", day=today().isoformat()))


@dispatch.get("/day/<day>")
@allow(Permission.SEE_DAY)
def day(day: str) -> ResponseReturnValue:
    """The board of one date."""
    on, chosen = date_of(day), DayFilter.of_request()
    view = view_of(on)
    note_look(on, again=True)
    seen = shown(view, chosen)
    return render_template(
        "dispatch/day.html",
        pieces=pieces(view, chosen, seen),
        fetched=collection_list(db(), on),
        before=on - timedelta(days=1),
        after=on + timedelta(days=1),
        food=food_of_day(db(), on),
        **seen,
        **asks(view),
    )


def note_look(on: date, *, again: bool = False) -> None:
    """The reader sees the day. A board that is open fetches its pieces all day long: its first look is noted, and each page."""
    reader = actor().account_id
    is_known = reader is not None and kept_days().has_looked(actor().network_id, reader, on)
    if again or not is_known:
        looked(Look.DAY, "network", day=on.isoformat())


def pieces(
    view: DayView, chosen: DayFilter, seen: dict[str, Any], letters: frozenset[str] | None = None
) -> dict[str, Any]:
    """The board in pieces: its head, what was told, and a line for each route (of `letters` only, where they are given).

    Each is written once for all who see the same in this minute; a route's again only when its own mark has changed.
    """
    routes = (entry for entry in seen["entries"] if letters is None or entry.route.letter in letters)
    return {
        "head": _written(view, view.mark, chosen, seen, piece="head"),
        "events": _written(view, view.mark, chosen, seen, piece="events"),
        "routes": Markup("").join(
            _written(view, each.mark, chosen, seen, piece="route", entry=each) for each in routes
        ),
    }


def _written(
    view: DayView, mark: str, chosen: DayFilter, seen: dict[str, Any], *, piece: str, entry: Any = None
) -> Markup:
    """The template may use nothing that is a reader's own: no name, no token, no form."""
    minute = now().astimezone(UTC).strftime("%Y-%m-%dT%H:%M")
    letter = entry.route.letter if entry is not None else ""
    key = (piece, letter, actor().network_id, view.day, mark, minute, roles_of(actor()), chosen)

    def write() -> str:
        return render_template("dispatch/day_piece.html", **seen, piece=piece, entry=entry)

    return Markup(kept_days().piece(key, write))  # noqa: S704 - a template's own


def roles_of(reader: Actor) -> frozenset[tuple[Role, uuid.UUID | None]]:
    """What decides which board somebody sees: readers with the same roles see the same."""
    return frozenset((grant.role, grant.organisation_id) for grant in reader.grants)


def asks(view: DayView) -> dict[str, Any]:
    """What asks the desk to do something. Its forms hold a reader's token, so a page's are written for that reader alone."""
    return {
        **ladders_shown(view),
        "replans": open_replans(db(), view.day) if actor().may(Permission.RUN_DAY) else (),
        "withheld": [row for row in to_take_out(db(), today=today()) if row.is_out and row.day == view.day],
    }


def view_of(on: date, *, told: str = "") -> DayView:
    """The day as it stands now. `told`: the mark that the reader was told of, and asks for."""
    return kept_days().view(db(), actor().network_id, on, now=now(), told=told)


def shown(view: DayView, chosen: DayFilter) -> dict[str, Any]:
    """What the board's templates need of a day."""
    silent = [door.stop.household_id for entry in view.routes for door in entry.silent]
    return {
        "view": view,
        "chosen": chosen,
        "entries": [entry for entry in view.routes if chosen.shows(entry)],
        "at_risk": at_risk_among(db(), actor(), filter(None, silent)),
        "now": now(),
        "told": TOLD,
        "reasons": REASONS,
    }


def date_of(text: str) -> date:
    """A date of an address, `2026-12-02`. Raises NotFound for what is none."""
    try:
        on = date.fromisoformat(text)
    except ValueError:
        raise NotFound(f"“{text[:40]}” is not a date. Write it like 2026-12-02.") from None
    if on.year not in YEARS:
        raise NotFound("No day that far away is planned. Write one like 2026-12-02.")
    return on
