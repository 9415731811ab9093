"""What happened on a route, as a phone tells it: events are appended once, states are derived from them.

The id of an event is made on the phone, so that a tap that is sent twice is one event. An event that the rules do not allow
is refused with the state named, and nothing of it is kept.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from logistics.domain.delivery import STOP_STATE_AFTER, DeliveryEventKind, decides_late, true_time
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, RouteState, StopState, WeekState, change
from logistics.domain.vocabulary import FailureReason
from logistics.domain.week import LONDON
from logistics.persistence.tables import DeliveryEvent, PlanVersion, Route, Stop, StopNote, Week
from logistics.queries.route_events import OPEN_STOPS, has_accepted, last_events
from logistics.services.close_week import correct_memory
from logistics.services.delivery_details import kept_details, note_of
from logistics.services.driver_access import DriverInHand
from logistics.services.follow_ups import follow_up_no_reply
from logistics.services.food_on_board import require_on_board
from logistics.services.settled_food import load_orders, settle_orders, settle_slots
from logistics.services.undone_photos import drop_photos_of

K = DeliveryEventKind

UNDER_WAY = (RouteState.ACCEPTED, RouteState.LOADED, RouteState.IN_PROGRESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportedEvent:
    """One tap on a phone. `happened_at` and `sent_at` are by the phone's clock; `details` as sent (see `delivery_details`)."""

    id: uuid.UUID
    kind: DeliveryEventKind
    stop_id: uuid.UUID | None = None
    happened_at: datetime | None = None
    sent_at: datetime | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What came of an event. `is_new` False: it was known already and changed nothing."""

    event_id: uuid.UUID
    is_new: bool
    route_state: RouteState
    stop_state: StopState | None


def record_event(session: Session, link: DriverInHand, event: ReportedEvent, *, now: datetime) -> Recorded:
    """Append one event and bring the states of stop, route, orders and slots up to it.

    Raises RuleBroken (IllegalTransition) with the state named, or for food that no pickup has put on board yet; BadInput
    for details that make no sense, NotFound for a stop of another route, Conflict for an id that another route has used.
    The same id again changes nothing.
    """
    route = session.scalar(select(Route).where(Route.id == link.route_id).with_for_update())
    if route is None:
        raise NotFound("This route is not there any more. Ring the on-call number.")
    stop = _stop_of(session, route, event)
    known = session.scalar(select(DeliveryEvent).where(DeliveryEvent.id == event.id))
    if known is not None:
        if not _is_the_same(known, route, event):
            raise Conflict("This tap carries the number of another one. Load the page again and repeat it.")
        return _recorded(event, route, stop, is_new=False)
    _require_published(session, route)
    happened_at = when_by_our_clock(event.happened_at, event.sent_at, link, now)
    if event.kind not in (K.ROUTE_ACCEPTED, K.ROUTE_DECLINED):
        _require_accepted(session, route, link)
        if event.kind is not K.ROUTE_RECONCILED:  # the boxes may be counted on the morning after
            _require_service_day(route, happened_at)
    row = DeliveryEvent(
        id=event.id,
        route_id=route.id,
        stop_id=stop.id if stop else None,
        volunteer_id=link.volunteer_id,
        kind=event.kind,
        happened_at=happened_at,
        received_at=now,
        phone_at=event.happened_at,
        details=kept_details(event.kind, stop, event.details, session),
    )
    if stop is None:
        _record_of_route(session, route, row)
    elif event.kind in STOP_STATE_AFTER:
        is_new = _record_of_stop(session, route, stop, row)
        if not is_new:
            return _recorded(event, route, stop, is_new=False)
    else:
        _append(session, row)
        if event.kind is K.STOP_NOTED:
            session.add(StopNote(id=uuid.uuid4(), event_id=row.id, stop_id=stop.id, text=note_of(event.details)))
    _start_week(session, route)
    return _recorded(event, route, stop, is_new=True)


def _record_of_route(session: Session, route: Route, row: DeliveryEvent) -> None:
    _apply_to_route(session, route, row.kind)
    _append(session, row)
    if row.kind is K.ROUTE_LOADED:
        _load_all(session, route)


def _record_of_stop(session: Session, route: Route, stop: Stop, row: DeliveryEvent) -> bool:
    """Append an event that decides a stop's state, and let it decide; False where it was told already, in the same words."""
    last = last_events(session, [stop.id]).get(stop.id)
    same_person = last is None or last.volunteer_id == row.volunteer_id
    if last is not None and decides_late(row.happened_at, last.happened_at, is_same_person=same_person):
        row.came_late = True
        _append(session, row)
        return True
    if _is_told_already(stop, row, last):
        return False
    if row.kind is K.STOP_DELIVERED:
        require_on_board(session, route, stop, row.details)
    _apply_to_stop(session, route, stop, row.kind)
    _append(session, row)
    _settle(session, route, stop, row)
    correct_memory(session, route, stop, row.details.get("reason"))
    if row.kind is K.STOP_REOPENED:
        drop_photos_of(session, stop, now=row.received_at)
    if row.details.get("reason") == FailureReason.NO_REPLY:
        follow_up_no_reply(session, stop, now=row.received_at)
    return True


def record_with_pickups(
    session: Session, link: DriverInHand, pickups: Sequence[ReportedEvent], event: ReportedEvent, *, now: datetime
) -> Recorded:
    """Append the pickups that one tap says were done before it, then the tap itself, a microsecond apart so that their order
    outlives the request. A pickup that is done already, by whoever and however told, is left as it is.

    Raises what `record_event` raises; the caller keeps nothing then. BadInput for anything but pickups before the tap.
    """
    for n, pickup in enumerate(pickups):
        if pickup.kind is not K.PICKUP_DONE:
            raise BadInput("Only a pickup can be reported along with another stop.")
        state = session.scalar(select(Stop.state).where(Stop.id == pickup.stop_id, Stop.route_id == link.route_id))
        if state is not StopState.COMPLETED:
            record_event(session, link, pickup, now=now + timedelta(microseconds=n))
    return record_event(session, link, event, now=now + timedelta(microseconds=len(pickups)))


def _is_the_same(known: DeliveryEvent, route: Route, event: ReportedEvent) -> bool:
    """Whether a known id says again what it said before, so that a tap about one door never passes for another's."""
    if (known.route_id, known.kind, known.stop_id) != (route.id, event.kind, event.stop_id):
        return False
    return all(known.details.get(name) == event.details.get(name) for name in ("how", "reason"))


def _stop_of(session: Session, route: Route, event: ReportedEvent) -> Stop | None:
    if not event.kind.is_of_a_stop:
        if event.stop_id is not None:
            raise BadInput("This event is of the whole route: it names no stop.")
        return None
    stop = session.scalar(select(Stop).where(Stop.id == event.stop_id, Stop.route_id == route.id).with_for_update())
    if stop is None:
        raise NotFound("There is no such stop on this route. Load the page again.")
    if (event.kind is K.PICKUP_DONE and stop.kind is not StopKind.PICKUP) or (
        event.kind is K.STOP_DELIVERED and stop.kind is StopKind.PICKUP
    ):
        raise BadInput("Food is loaded at a pickup and delivered at a door, not the other way round.")
    return stop


def _require_published(session: Session, route: Route) -> None:
    state = session.scalar(select(PlanVersion.state).where(PlanVersion.id == route.plan_id))
    if state is not PlanState.PUBLISHED:
        raise RuleBroken("This plan is superseded: your dispatcher has sent out a newer one. Ring the on-call number.")


def _require_accepted(session: Session, route: Route, link: DriverInHand) -> None:
    if not has_accepted(session, route.id, link.volunteer_id):
        raise RuleBroken(f"This route is {route.state.value} and you have not accepted it: accept it first.")


def _require_service_day(route: Route, happened_at: datetime) -> None:
    if happened_at.astimezone(LONDON).date() != route.service_date:
        raise RuleBroken(f"This route is for {route.service_date:%A %-d %B}: nothing can be reported on another day.")


def _is_told_already(stop: Stop, row: DeliveryEvent, last: DeliveryEvent | None) -> bool:
    """Whether the stop is there already because of the same words: both of a crew tap. Other words must undo it first."""
    if stop.state is not STOP_STATE_AFTER[row.kind]:
        return False
    said = (row.kind, row.details)
    if last is None or row.kind in (K.STOP_REOPENED, K.STOP_ARRIVED) or (last.kind, last.details) == said:
        return True
    raise RuleBroken(f"This stop is {stop.state.value} already, told in other words. Undo it first, then say it again.")


def when_by_our_clock(told: datetime | None, sent_at: datetime | None, link: DriverInHand, now: datetime) -> datetime:
    """When it happened by our clock, held between the making of the link and now: a phone's clock may be wrong."""
    if told is None:
        return now
    return min(max(true_time(told, sent_at, now), link.made_at), now)


def _apply_to_route(session: Session, route: Route, kind: DeliveryEventKind) -> None:
    if kind is K.ROUTE_ACCEPTED:
        # The second of a crew may accept when the first has begun to load already.
        if route.state not in UNDER_WAY:
            route.state = change(route.state, RouteState.ACCEPTED)
    elif kind is K.ROUTE_DECLINED:
        route.state = change(route.state, RouteState.DECLINED)
    elif kind is K.ROUTE_LOADED:
        if route.state is not RouteState.IN_PROGRESS:
            route.state = change(route.state, RouteState.LOADED)
    elif kind is K.ROUTE_COMPLETED:
        left = session.scalars(select(Stop).where(Stop.route_id == route.id, Stop.state.in_(OPEN_STOPS))).all()
        if left and route.state is not RouteState.COMPLETED:
            still = f"{len(left)} stop is" if len(left) == 1 else f"{len(left)} stops are"
            raise RuleBroken(f"This route is {route.state.value}: {still} still open. Report every stop first.")
        if route.state in (RouteState.ACCEPTED, RouteState.LOADED):
            route.state = change(route.state, RouteState.IN_PROGRESS)
        route.state = change(route.state, RouteState.COMPLETED)
    elif kind is K.ROUTE_RECONCILED:
        route.state = change(route.state, RouteState.RECONCILED)


def _apply_to_stop(session: Session, route: Route, stop: Stop, kind: DeliveryEventKind) -> None:
    if kind is K.STOP_REOPENED and route.state is RouteState.COMPLETED:
        route.state = change(route.state, RouteState.IN_PROGRESS)
    if route.state not in UNDER_WAY:
        raise RuleBroken(
            f"This route is {route.state.value}: no stop of it can be reported now. Ring the on-call number."
        )
    if kind is K.STOP_REOPENED and stop.kind is StopKind.PICKUP and route.state is RouteState.IN_PROGRESS:
        raise RuleBroken("This pickup is completed and its food has left: ring the on-call number to change it.")
    stop.state = change(stop.state, STOP_STATE_AFTER[kind])
    if stop.kind is StopKind.PICKUP:
        # A pickup that is opened again leaves the route loaded: the states know no way back, and none is needed.
        all_on_board = not any(pickup.state in OPEN_STOPS for pickup in leading_pickups(session, route.id))
        if route.state is RouteState.ACCEPTED and all_on_board:
            route.state = change(route.state, RouteState.LOADED)
    elif kind is not K.STOP_REOPENED and route.state is not RouteState.IN_PROGRESS:
        route.state = change(route.state, RouteState.IN_PROGRESS)


def leading_pickups(session: Session, route_id: uuid.UUID) -> tuple[Stop, ...]:
    """The pickups before the first door: what must be on board to set off."""
    found: list[Stop] = []
    for stop in session.scalars(select(Stop).where(Stop.route_id == route_id).order_by(Stop.sequence)):
        if stop.kind is not StopKind.PICKUP:
            break
        found.append(stop)
    return tuple(found)


def _settle(session: Session, route: Route, stop: Stop, row: DeliveryEvent) -> None:
    kind = row.kind
    if stop.kind is StopKind.PICKUP:
        if kind is K.PICKUP_DONE:
            load_orders(session, route, stop)
        return
    if kind in (K.STOP_DELIVERED, K.STOP_FAILED, K.STOP_REOPENED):
        settle_orders(session, route, stop)
        settle_slots(session, route, row)


def _load_all(session: Session, route: Route) -> None:
    for pickup in leading_pickups(session, route.id):
        if pickup.state in OPEN_STOPS:
            pickup.state = change(pickup.state, StopState.COMPLETED)
        if pickup.state is StopState.COMPLETED:
            load_orders(session, route, pickup)


def _append(session: Session, row: DeliveryEvent) -> None:
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        raise Conflict("This tap carries the number of another one. Load the page again and repeat it.") from error


def _start_week(session: Session, route: Route) -> None:
    if route.state not in (RouteState.LOADED, RouteState.IN_PROGRESS):
        return
    week = session.scalar(
        select(Week).join(PlanVersion, PlanVersion.week_id == Week.id).where(PlanVersion.id == route.plan_id)
    )
    if week is not None and week.state is WeekState.PUBLISHED:
        week.state = change(week.state, WeekState.RUNNING)


def _recorded(event: ReportedEvent, route: Route, stop: Stop | None, *, is_new: bool) -> Recorded:
    return Recorded(event_id=event.id, is_new=is_new, route_state=route.state, stop_state=stop.state if stop else None)
