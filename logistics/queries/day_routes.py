"""A day's routes with all that has happened on them: the facts, apart from what they mean at this moment.

A board that reads them again names the routes whose marks have changed, and only those are read.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.arrivals import Call, Journey
from logistics.domain.care import OVER
from logistics.domain.delivery import STOP_STATE_AFTER, DeliveryEventKind
from logistics.domain.planning import StopKind
from logistics.domain.rules import PlanningRules
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import FailureReason
from logistics.persistence.tables import (
    Batch,
    DeliveryEvent,
    DonationSlot,
    FollowUp,
    Household,
    Network,
    Organisation,
    PlanVersion,
    Route,
    Site,
    Stop,
    StopItem,
    StopNote,
    Volunteer,
)
from logistics.queries.door_photos import photo_counts
from logistics.queries.driver_rows import FoodClockView
from logistics.queries.food_on_board import door_clock, loading_began, slot_clock
from logistics.queries.plan_rows import RouteRow, StopRow
from logistics.queries.plan_view import routes_of_day
from logistics.queries.route_events import OPEN_STOPS

NOT_GONE_YET = (RouteState.DRAFT, RouteState.PUBLISHED, RouteState.ACCEPTED, RouteState.DECLINED)


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
    stop_id: uuid.UUID | None = None
    came_late: bool = False
    more: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFacts:
    """A route of the day. `events` come newest first; `clocks` and `reasons` by stop; `worries` are open follow-ups from its doors.

    `areas` are postcode districts, those of confidential addresses left out. The journey's places are for counting with
    and are never shown. `photos` counts those taken at a stop.
    """

    route: RouteRow
    journey: Journey
    events: tuple[EventRow, ...]
    reasons: Mapping[uuid.UUID, FailureReason]
    clocks: Mapping[uuid.UUID, FoodClockView]
    areas: tuple[str, ...]
    worries: int
    photos: Mapping[uuid.UUID, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Spot:
    place: tuple[float, float] | None
    area: str
    slot_id: uuid.UUID | None


def route_facts(
    session: Session, plan_id: uuid.UUID, day: date, letters: Collection[str] | None = None
) -> tuple[RouteFacts, ...]:
    """The facts of every route of the day, or of those with these letters."""
    routes = routes_of_day(session, plan_id, day, letters)
    reader = _Reader(session, plan_id, [route.id for route in routes])
    return tuple(map(reader.facts, routes))


class _Reader:
    """What routes need besides their rows, read for all of them at once."""

    def __init__(self, session: Session, plan_id: uuid.UUID, route_ids: list[uuid.UUID]) -> None:
        self._session, self._ids = session, route_ids
        network = session.scalars(
            select(Network).join(PlanVersion, PlanVersion.network_id == Network.id).where(PlanVersion.id == plan_id)
        ).one()
        self._rules = PlanningRules.from_settings(network.settings)
        self._events = self._read_events()
        self._spots = self._read_spots()
        self._slots = self._read_slots()
        self._worries = self._read_worries()
        self._photos = photo_counts(session, self._spots)

    def facts(self, route: RouteRow) -> RouteFacts:
        events = tuple(self._events.get(route.id, ()))
        ended = _ended(route, events)
        return RouteFacts(
            route=route,
            journey=self._journey(route, events, ended),
            events=events,
            reasons=_reasons(route, events),
            clocks=self._clocks(route, ended),
            areas=tuple(sorted({self._spots[stop.id].area for stop in route.doors} - {""})),
            worries=self._worries.get(route.id, 0),
            photos={stop.id: self._photos[stop.id] for stop in route.stops if stop.id in self._photos},
        )

    def _journey(self, route: RouteRow, events: tuple[EventRow, ...], ended: Mapping[uuid.UUID, datetime]) -> Journey:
        arrived = {
            event.stop_id: event.happened_at
            for event in reversed(events)
            if event.kind is DeliveryEventKind.STOP_ARRIVED and not event.came_late
        }
        return Journey(
            calls=tuple(
                Call(
                    id=stop.id,
                    arrives_at=stop.arrives_at,
                    service_at=stop.service_at,
                    departs_at=stop.departs_at,
                    place=self._spots[stop.id].place,
                    is_open=stop.state in OPEN_STOPS,
                    reached_at=arrived.get(stop.id) if stop.state is StopState.ARRIVED else None,
                    ended_at=ended.get(stop.id),
                )
                for stop in route.stops
            ),
            leaves_at=route.departs_at,
            has_left=route.state not in NOT_GONE_YET,
            parking_s=self._rules.parking_s + self._rules.vehicle_parking_s.of(route.vehicle),
        )

    def _clocks(self, route: RouteRow, ended: Mapping[uuid.UUID, datetime]) -> dict[uuid.UUID, FoodClockView]:
        began: dict[uuid.UUID, datetime] = {}
        clocks = {}
        for stop in route.stops:
            slot_id = self._spots[stop.id].slot_id
            if stop.kind is StopKind.PICKUP and slot_id is not None:
                # What is handed over from here on was loaded here: a kitchen may be called at twice.
                is_done = stop.state is StopState.COMPLETED
                began[slot_id] = loading_began(stop, ended.get(stop.id) if is_done else None)
            if stop.kind is not StopKind.DELIVERY:
                continue
            slots = self._slots.get(stop.id, ())
            found = (slot_clock(slot, began.get(slot.id), self._rules) for slot in slots)
            clock = door_clock(filter(None, found), stop.latest_at)
            if clock is not None:
                clocks[stop.id] = clock
        return clocks

    def _read_spots(self) -> dict[uuid.UUID, _Spot]:
        rows = self._session.execute(
            select(Stop.id, Stop.slot_id, Site.latitude, Site.longitude, Site.postcode, Household.confidential_address)
            .join(Site, Site.id == Stop.site_id)
            .outerjoin(Household, Household.id == Stop.household_id)
            .where(Stop.route_id.in_(self._ids))
        )
        return {
            row.id: _Spot(
                None if row.latitude is None or row.longitude is None else (row.latitude, row.longitude),
                "" if row.confidential_address or not row.postcode else row.postcode.split()[0],
                row.slot_id,
            )
            for row in rows
        }

    def _read_slots(self) -> dict[uuid.UUID, list[DonationSlot]]:
        rows = self._session.execute(
            select(StopItem.stop_id, Batch.slot_id)
            .join(Stop, Stop.id == StopItem.stop_id)
            .join(Batch, Batch.id == StopItem.batch_id)
            .where(Stop.route_id.in_(self._ids), Stop.kind == StopKind.DELIVERY)
            .distinct()
        ).all()
        asked = {slot_id for _, slot_id in rows}
        slots = {
            slot.id: slot for slot in self._session.scalars(select(DonationSlot).where(DonationSlot.id.in_(asked)))
        }
        found: defaultdict[uuid.UUID, list[DonationSlot]] = defaultdict(list)
        for stop_id, slot_id in rows:
            found[stop_id].append(slots[slot_id])
        return found

    def _read_worries(self) -> dict[uuid.UUID, int]:
        """Restricted concerns name no stop: they are on nobody's board."""
        rows = self._session.execute(
            select(Stop.route_id, func.count())
            .join(FollowUp, FollowUp.stop_id == Stop.id)
            .where(Stop.route_id.in_(self._ids), FollowUp.state.not_in(OVER), FollowUp.is_restricted.is_(False))
            .group_by(Stop.route_id)
        )
        return {route_id: count for route_id, count in rows}  # noqa: C416 - a row is no pair to the type checker

    def _read_events(self) -> dict[uuid.UUID, list[EventRow]]:
        found: defaultdict[uuid.UUID, list[EventRow]] = defaultdict(list)
        for row in self._session.execute(_EVENTS.where(DeliveryEvent.route_id.in_(self._ids))):
            found[row[0].route_id].append(_event(row))
        return found


_EVENTS = (
    select(DeliveryEvent, Route.letter, Household.ref, Organisation.name, Volunteer.name, StopNote.text)
    .join(Route, Route.id == DeliveryEvent.route_id)
    .outerjoin(Stop, Stop.id == DeliveryEvent.stop_id)
    .outerjoin(Household, Household.id == Stop.household_id)
    .outerjoin(Organisation, Organisation.id == Stop.organisation_id)
    .outerjoin(Volunteer, Volunteer.id == DeliveryEvent.volunteer_id)
    .outerjoin(StopNote, StopNote.event_id == DeliveryEvent.id)
    .order_by(DeliveryEvent.received_at.desc(), DeliveryEvent.happened_at.desc(), DeliveryEvent.id)
)


def earlier_events(session: Session, plan_id: uuid.UUID, day: date) -> tuple[EventRow, ...]:
    """What was told of routes of versions before this one: what happened is not undone by another plan."""
    rows = session.execute(_EVENTS.where(Route.service_date == day, Route.plan_id != plan_id))
    return tuple(map(_event, rows))


def _event(row: Any) -> EventRow:
    event, letter, ref, organisation, volunteer, note = row
    return EventRow(
        id=event.id,
        kind=event.kind,
        reason=_reason(event),
        letter=letter,
        about=ref or organisation or "",
        volunteer=volunteer or "The desk",
        happened_at=event.happened_at,
        received_at=event.received_at,
        stop_id=event.stop_id,
        came_late=event.came_late,
        more=note or _measured(event),
    )


def _ended(route: RouteRow, events: tuple[EventRow, ...]) -> dict[uuid.UUID, datetime]:
    """When each stop that is over ended: its last deciding event; a pickup without one when the whole route was loaded."""
    told: dict[uuid.UUID | None, datetime] = {}
    loaded_at: datetime | None = None
    for event in reversed(events):
        if event.kind in STOP_STATE_AFTER and not event.came_late:
            told[event.stop_id] = event.happened_at
        elif event.kind is DeliveryEventKind.ROUTE_LOADED:
            loaded_at = event.happened_at

    def when(stop: StopRow) -> datetime | None:
        return told.get(stop.id) or (loaded_at if stop.kind is StopKind.PICKUP else None)

    over = ((stop.id, when(stop)) for stop in route.stops if stop.state not in OPEN_STOPS)
    return {stop_id: at for stop_id, at in over if at is not None}


def _measured(event: DeliveryEvent) -> str:
    tenths: Any = event.details.get("tenths_c")
    if event.kind is not DeliveryEventKind.TEMPERATURE_TAKEN or not isinstance(tenths, int):
        return ""
    decision = str(event.details.get("decision", "")).replace("_", " ")
    return f"{tenths / 10:g} °C{f', {decision}' if decision else ''}"


def _reason(event: DeliveryEvent) -> FailureReason | None:
    word = event.details.get("reason")
    if event.kind is not DeliveryEventKind.STOP_FAILED or not isinstance(word, str):
        return None
    return FailureReason(word) if word in tuple(FailureReason) else None


def _reasons(route: RouteRow, events: tuple[EventRow, ...]) -> dict[uuid.UUID, FailureReason]:
    """Why each stop that failed did, by its newest event that says so."""
    failed = {stop.id for stop in route.stops if stop.state is StopState.FAILED}
    reasons: dict[uuid.UUID, FailureReason] = {}
    for event in events:
        if event.stop_id in failed and event.reason is not None:
            reasons.setdefault(event.stop_id, event.reason)
    return reasons
