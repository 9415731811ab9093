"""The day on the road: where each route is, what went wrong, and what the phones have told, newest first."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import PlanState, StopState
from logistics.domain.vocabulary import FailureReason
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import DeliveryEvent, Household, Organisation, Route, Stop, StopNote, Volunteer
from logistics.queries.plan_rows import PlanHead, RouteRow, StopRow
from logistics.queries.plan_view import plan_view
from logistics.queries.week_board import week_head

MOST_EVENTS = 60
LATE_AFTER_S = 300
"""A door is called late when it is this far past its planned time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorProgress:
    """A door with what happened there. `reason` is set for a failed one."""

    stop: StopRow
    reason: FailureReason | None

    @property
    def is_no_reply(self) -> bool:
        """Whether nobody answered."""
        return self.reason is FailureReason.NO_REPLY


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteProgress:
    """A route on its day. `next_stop` is the first one that waits; `late_s` how far past its time that is."""

    route: RouteRow
    doors: tuple[DoorProgress, ...]
    next_stop: StopRow | None
    late_s: int

    @property
    def done(self) -> int:
        """Doors where food was handed over."""
        return sum(door.stop.state is StopState.COMPLETED for door in self.doors)

    @property
    def no_reply(self) -> int:
        """Doors where nobody answered."""
        return sum(door.is_no_reply for door in self.doors)

    @property
    def failed(self) -> int:
        """Doors that failed for another reason, were skipped or called off."""
        over = (StopState.FAILED, StopState.SKIPPED, StopState.CANCELLED)
        return sum(door.stop.state in over and not door.is_no_reply for door in self.doors)

    @property
    def waiting(self) -> int:
        """Doors still to come."""
        return len(self.doors) - self.done - self.no_reply - self.failed


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One thing that a phone or the desk has told. `about` is a household's reference or a donor's name, `more` what was
    written or measured."""

    id: uuid.UUID
    kind: DeliveryEventKind
    reason: FailureReason | None
    letter: str
    about: str
    volunteer: str
    happened_at: datetime
    received_at: datetime
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DayView:
    """A day. `plan` is None when nothing is published for it. Routes without doors come after the others."""

    day: date
    week: IsoWeek
    plan: PlanHead | None
    routes: tuple[RouteProgress, ...]
    events: tuple[EventRow, ...]

    @property
    def mark(self) -> str:
        """A word that changes when the board would look different."""
        newest = self.events[0].id.hex if self.events else ""
        states = "".join(
            f"{entry.route.state.value[0:2]}{entry.done}.{entry.no_reply}.{entry.failed}.{entry.late_s // 60}.{entry.route.done_stops};"
            for entry in self.routes
        )
        return f"{self.plan.id.hex if self.plan else ''}{newest}{states}"


def day_view(session: Session, day: date, *, now: datetime) -> DayView:
    """The published plan's routes of that day with what has happened on them."""
    week = IsoWeek.of(day)
    head = next((plan for plan in week_head(session, week).plans if plan.state is PlanState.PUBLISHED), None)
    if head is None:
        return DayView(day=day, week=week, plan=None, routes=(), events=())
    routes = plan_view(session, head, day=day).routes
    events = _events(session, day)
    reasons = _reasons(events)
    return DayView(
        day=day,
        week=week,
        plan=head,
        routes=tuple(_progress(route, reasons, now) for route in sorted(routes, key=lambda route: not route.doors)),
        events=tuple(row for _, row in events[:MOST_EVENTS]),
    )


def _progress(route: RouteRow, reasons: dict[uuid.UUID, FailureReason], now: datetime) -> RouteProgress:
    waiting = (StopState.PLANNED, StopState.EN_ROUTE, StopState.ARRIVED)
    next_stop = next((stop for stop in route.stops if stop.state in waiting), None)
    late_s = 0 if next_stop is None else int((now - next_stop.service_at).total_seconds())
    return RouteProgress(
        route=route,
        doors=tuple(
            DoorProgress(stop=stop, reason=reasons.get(stop.id) if stop.state is StopState.FAILED else None)
            for stop in route.doors
        ),
        next_stop=next_stop,
        late_s=late_s if late_s >= LATE_AFTER_S else 0,
    )


def _events(session: Session, day: date) -> list[tuple[uuid.UUID | None, EventRow]]:
    """(stop, event), the newest first, of every version that was out on that day: what happened is not undone by another plan."""
    rows = session.execute(
        select(DeliveryEvent, Route.letter, Household.ref, Organisation.name, Volunteer.name, StopNote.text)
        .join(Route, Route.id == DeliveryEvent.route_id)
        .outerjoin(Stop, Stop.id == DeliveryEvent.stop_id)
        .outerjoin(Household, Household.id == Stop.household_id)
        .outerjoin(Organisation, Organisation.id == Stop.organisation_id)
        .outerjoin(Volunteer, Volunteer.id == DeliveryEvent.volunteer_id)
        .outerjoin(StopNote, StopNote.event_id == DeliveryEvent.id)
        .where(Route.service_date == day)
        .order_by(DeliveryEvent.received_at.desc(), DeliveryEvent.happened_at.desc(), DeliveryEvent.id)
    )
    return [
        (
            event.stop_id,
            EventRow(
                id=event.id,
                kind=event.kind,
                reason=_reason(event),
                letter=letter,
                about=ref or organisation or "",
                volunteer=volunteer or "The desk",
                happened_at=event.happened_at,
                received_at=event.received_at,
                more=note or _measured(event),
            ),
        )
        for event, letter, ref, organisation, volunteer, note in rows
    ]


def _measured(event: DeliveryEvent) -> str:
    tenths = event.details.get("tenths_c")
    if event.kind is not DeliveryEventKind.TEMPERATURE_TAKEN or not isinstance(tenths, int):
        return ""
    decision = str(event.details.get("decision", "")).replace("_", " ")
    return f"{tenths / 10:g} °C{f', {decision}' if decision else ''}"


def _reason(event: DeliveryEvent) -> FailureReason | None:
    word = event.details.get("reason")
    if event.kind is not DeliveryEventKind.STOP_FAILED or not isinstance(word, str):
        return None
    return FailureReason(word) if word in tuple(FailureReason) else None


def _reasons(events: list[tuple[uuid.UUID | None, EventRow]]) -> dict[uuid.UUID, FailureReason]:
    """Why each stop failed, by its newest event that says so."""
    reasons: dict[uuid.UUID, FailureReason] = {}
    for stop_id, event in events:
        if stop_id is not None and event.reason is not None:
            reasons.setdefault(stop_id, event.reason)
    return reasons
