"""The end of a week: what stands open, what was brought and what was left over, and how far each volunteer went."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.care import OVER
from logistics.domain.closing import OFF_THE_ROAD, OpenMatter
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.states import OrderState, PlanState, RouteState, StopState, WeekState
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import (
    DeliveryEvent,
    FollowUp,
    Order,
    PlanVersion,
    Route,
    Stop,
    Volunteer,
    Week,
    WeekClosing,
)
from logistics.queries.door_ladders import door_ladders

DROVE = (RouteState.IN_PROGRESS, RouteState.COMPLETED, RouteState.RECONCILED)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRow:
    """One thing that stands open. `what` is a route ("Wed B"); for the others how many there are."""

    matter: OpenMatter
    what: str
    day: date | None
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class LeftOver:
    """What drivers counted at the end of their routes."""

    portions_returned: int
    portions_wasted: int
    parcels_returned: int
    parcels_wasted: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MileageRow:
    """How far a volunteer went: `planned_m` of the routes that were driven, `told_m` what was read off on those where it was."""

    volunteer_id: uuid.UUID
    ref: str
    name: str
    vehicle: VehicleKind
    routes: int
    planned_m: int
    told_m: int
    told_routes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WeekEnd:
    """A week as it ends. `version` is that of its row, so that what was looked at is what is closed."""

    week: IsoWeek
    week_id: uuid.UUID
    version: int
    state: WeekState
    plan_id: uuid.UUID
    open: tuple[OpenRow, ...]
    doors: int
    delivered: int
    left_over: LeftOver
    mileage: tuple[MileageRow, ...]
    closed_at: datetime | None
    reason: str

    @property
    def needs_reason(self) -> bool:
        """Whether something holds it up."""
        return any(row.matter.holds_up for row in self.open)


def week_end(session: Session, actor: Actor, week: IsoWeek, *, now: datetime) -> WeekEnd:
    """The week's end as it stands. Raises Forbidden, and RuleBroken for a week of which nothing is published."""
    actor.require(Permission.RUN_DAY)
    found = session.execute(
        select(Week, PlanVersion.id)
        .join(PlanVersion, PlanVersion.week_id == Week.id)
        .where(Week.monday == week.monday, PlanVersion.state == PlanState.PUBLISHED)
    ).one_or_none()
    if found is None:
        raise RuleBroken("Nothing of this week was sent out, so there is nothing to close.")
    row, plan_id = found
    routes = session.scalars(
        select(Route).where(Route.plan_id == plan_id).order_by(Route.service_date, Route.letter)
    ).all()
    stops = session.scalars(
        select(Stop).where(Stop.route_id.in_([route.id for route in routes]), Stop.kind == StopKind.DELIVERY)
    ).all()
    counted = _counted(session, routes)
    closing = session.scalar(select(WeekClosing).where(WeekClosing.week_id == row.id))
    return WeekEnd(
        week=week,
        week_id=row.id,
        version=row.version,
        state=row.state,
        plan_id=plan_id,
        open=(*_open_routes(routes), *_open_matters(session, row.id, stops, now)),
        doors=len(stops),
        delivered=sum(stop.state is StopState.COMPLETED for stop in stops),
        left_over=_left_over(counted.values()),
        mileage=_mileage(session, routes, counted),
        closed_at=closing.closed_at if closing else None,
        reason=closing.reason if closing else "",
    )


def _open_routes(routes: Sequence[Route]) -> tuple[OpenRow, ...]:
    return tuple(
        OpenRow(
            matter=OpenMatter.NOT_COUNTED if route.state is RouteState.COMPLETED else OpenMatter.NOT_FINISHED,
            what=route.letter,
            day=route.service_date,
            count=1,
        )
        for route in routes
        if route.state not in OFF_THE_ROAD
    )


def _open_matters(session: Session, week_id: uuid.UUID, stops: Sequence[Stop], now: datetime) -> tuple[OpenRow, ...]:
    waiting = session.scalar(
        select(func.count())
        .select_from(Order)
        .where(Order.week_id == week_id, Order.state == OrderState.READY_TO_COLLECT)
    )
    failed = [stop.id for stop in stops if stop.state is StopState.FAILED]
    silent = sum(not ladder.is_settled for ladder in door_ladders(session, failed, now=now).values())
    followed = session.scalar(
        select(func.count())
        .select_from(FollowUp)
        .where(FollowUp.stop_id.in_([stop.id for stop in stops]), FollowUp.state.not_in(OVER))
    )
    counts = (
        (OpenMatter.NOT_COLLECTED, waiting or 0),
        (OpenMatter.SILENT_DOOR, silent),
        (OpenMatter.FOLLOW_UP, followed or 0),
    )
    return tuple(OpenRow(matter=matter, what="", day=None, count=count) for matter, count in counts if count)


def _counted(session: Session, routes: Sequence[Route]) -> Mapping[uuid.UUID, Mapping[str, int]]:
    """What was counted at the end of each route."""
    rows = session.scalars(
        select(DeliveryEvent)
        .where(
            DeliveryEvent.route_id.in_([route.id for route in routes]),
            DeliveryEvent.kind == DeliveryEventKind.ROUTE_RECONCILED,
        )
        .order_by(DeliveryEvent.received_at)
    )
    return {row.route_id: row.details for row in rows}


def _left_over(counted: Iterable[Mapping[str, int]]) -> LeftOver:
    total: Counter[str] = Counter()
    for details in counted:
        total.update({name: int(count) for name, count in details.items()})
    return LeftOver(
        portions_returned=total["portions_returned"],
        portions_wasted=total["portions_wasted"],
        parcels_returned=total["parcels_returned"],
        parcels_wasted=total["parcels_wasted"],
    )


def _mileage(
    session: Session, routes: Sequence[Route], counted: Mapping[uuid.UUID, Mapping[str, int]]
) -> tuple[MileageRow, ...]:
    driven: dict[tuple[uuid.UUID, VehicleKind], list[Route]] = defaultdict(list)
    for route in routes:
        if route.state in DROVE:
            driven[route.volunteer_id, route.vehicle].append(route)
    people = {
        row.id: row
        for row in session.scalars(select(Volunteer).where(Volunteer.id.in_({person for person, _ in driven})))
    }
    rows = (
        MileageRow(
            volunteer_id=person,
            ref=people[person].ref,
            name=people[person].name,
            vehicle=vehicle,
            routes=len(own),
            planned_m=sum(route.distance_m for route in own),
            told_m=sum(told),
            told_routes=len(told),
        )
        for (person, vehicle), own in driven.items()
        for told in ([counted[route.id]["driven_m"] for route in own if "driven_m" in counted.get(route.id, {})],)
    )
    return tuple(sorted(rows, key=lambda row: (row.name.lower(), row.ref, row.vehicle.value)))
