"""A published day driven up to a moment, through the services that the phones use: every stop due by then is reported, on time."""

from __future__ import annotations

import uuid
from collections import Counter
from datetime import date, datetime, time, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, StopState
from logistics.domain.week import LONDON
from logistics.persistence.database import Database
from logistics.persistence.tables import PlanVersion, Route, Stop
from logistics.services.deliveries import ReportedEvent, record_event
from logistics.services.driver_access import DriverInHand

K = DeliveryEventKind


def published_plan(session: Session) -> PlanVersion:
    """The plan that is out."""
    return session.scalars(select(PlanVersion).where(PlanVersion.state == PlanState.PUBLISHED)).one()


def drive_until(database: Database, network_id: uuid.UUID, day: date, now: datetime) -> int:
    """Report everything that the plan has due by now; returns how many stops were served."""
    served = 0
    with database.reading(network_id) as session:
        plan_id = published_plan(session).id
        found = session.execute(
            select(Route.id, Route.volunteer_id, Route.departs_at)
            .where(Route.plan_id == plan_id, Route.service_date == day, Route.departs_at <= now)
            .order_by(Route.letter)
        ).all()
    for route_id, volunteer_id, departs_at in found:
        with database.writing(network_id) as session:
            crew = session.get_one(Route, route_id).crew
            for member in crew:
                held = hand_of(network_id, route_id, member.volunteer_id, departs_at)
                record_event(session, held, _event(K.ROUTE_ACCEPTED), now=departs_at - timedelta(hours=1))
            held = hand_of(network_id, route_id, volunteer_id, departs_at)
            for stop in session.scalars(select(Stop).where(Stop.route_id == route_id).order_by(Stop.sequence)):
                if stop.departs_at > now:
                    break
                kind = K.PICKUP_DONE if stop.kind is StopKind.PICKUP else K.STOP_DELIVERED
                details = {} if stop.kind is StopKind.PICKUP else {"how": "handed_over"}
                event = ReportedEvent(id=uuid.uuid4(), kind=kind, stop_id=stop.id, details=details)
                record_event(session, held, event, now=stop.departs_at)
                served += 1
    return served


def hand_of(network_id: uuid.UUID, route_id: uuid.UUID, volunteer_id: uuid.UUID, made_at: datetime) -> DriverInHand:
    """A crew member with an open link."""
    return DriverInHand(
        network_id=network_id,
        link_id=uuid.uuid4(),
        route_id=route_id,
        volunteer_id=volunteer_id,
        made_at=made_at - timedelta(days=1),
    )


def _event(kind: DeliveryEventKind) -> ReportedEvent:
    return ReportedEvent(id=uuid.uuid4(), kind=kind)


def busiest_lunch(session: Session, plan_id: uuid.UUID) -> date:
    """The day with most routes that begin before half past twelve."""
    days: Counter[date] = Counter()
    for day, departs_at in session.execute(
        select(Route.service_date, Route.departs_at).where(Route.plan_id == plan_id)
    ):
        days[day] += departs_at.astimezone(LONDON).time() < time(12, 30)
    return max(sorted(days), key=lambda day: days[day])


def most_open(session: Session, plan_id: uuid.UUID, day: date) -> uuid.UUID:
    """Of the routes that have something done, the one with most open doors."""
    done: Counter[uuid.UUID] = Counter()
    left: Counter[uuid.UUID] = Counter()
    for route_id, state in session.execute(
        select(Stop.route_id, Stop.state)
        .join(Route, Route.id == Stop.route_id)
        .where(Route.plan_id == plan_id, Route.service_date == day)
    ):
        (left if state is StopState.PLANNED else done)[route_id] += 1
    return max(sorted(done, key=str), key=lambda route_id: left[route_id])
