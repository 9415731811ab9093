"""Who of a published plan's crews has a link, and whether it was opened."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.delivery import MOST_FAILED_CHECKS
from logistics.domain.errors import NotFound
from logistics.domain.planning import CrewRole
from logistics.domain.states import PlanState, RouteState
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import DriverLink, PlanVersion, Route, RouteCrew, Volunteer, Week


class LinkUse(StrEnum):
    """What became of a crew member's link."""

    NONE = "none"
    MADE = "made"
    OPENED = "opened"
    EXPIRED = "expired"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """One member of one route's crew."""

    route_id: uuid.UUID
    letter: str
    day: date
    vehicle: VehicleKind
    state: RouteState
    departs_at: datetime
    ends_at: datetime
    volunteer_id: uuid.UUID
    name: str
    has_phone: bool
    role: CrewRole
    use: LinkUse
    made_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteLinks:
    """A route's crew and their links, with the week the route is of."""

    week: IsoWeek
    plan_number: int
    plan_state: PlanState
    rows: tuple[LinkRow, ...]


def link_rows(session: Session, plan_id: uuid.UUID, *, now: datetime) -> tuple[LinkRow, ...]:
    """Every crew member of a plan, by day and letter, drivers before helpers."""
    return _rows(session, now, plan_id=plan_id)


def links_of_route(session: Session, route_id: uuid.UUID, *, now: datetime) -> RouteLinks:
    """One route's crew. Raises NotFound when this network has no such route."""
    found = session.execute(
        select(Week.monday, PlanVersion.number, PlanVersion.state)
        .join(PlanVersion, PlanVersion.week_id == Week.id)
        .join(Route, Route.plan_id == PlanVersion.id)
        .where(Route.id == route_id)
    ).one_or_none()
    if found is None:
        raise NotFound("There is no such route. Go back to the week.")
    return RouteLinks(
        week=IsoWeek.of(found.monday),
        plan_number=found.number,
        plan_state=found.state,
        rows=_rows(session, now, route_id=route_id),
    )


def _rows(
    session: Session, now: datetime, *, plan_id: uuid.UUID | None = None, route_id: uuid.UUID | None = None
) -> tuple[LinkRow, ...]:
    condition = Route.plan_id == plan_id if plan_id is not None else Route.id == route_id
    links = {
        (link.route_id, link.volunteer_id): link
        for link in session.scalars(
            select(DriverLink)
            .join(Route, Route.id == DriverLink.route_id)
            .where(condition, DriverLink.revoked_at.is_(None))
            .order_by(DriverLink.made_at)
        )
    }
    rows = session.execute(
        select(Route, Volunteer, RouteCrew.role)
        .join(RouteCrew, RouteCrew.route_id == Route.id)
        .join(Volunteer, Volunteer.id == RouteCrew.volunteer_id)
        .where(condition)
    ).all()
    made = [_row(route, volunteer, role, links.get((route.id, volunteer.id)), now) for route, volunteer, role in rows]
    return tuple(sorted(made, key=lambda row: (row.day, len(row.letter), row.letter, row.role, row.name)))


def _row(route: Route, volunteer: Volunteer, role: CrewRole, link: DriverLink | None, now: datetime) -> LinkRow:
    return LinkRow(
        route_id=route.id,
        letter=route.letter,
        day=route.service_date,
        vehicle=route.vehicle,
        state=route.state,
        departs_at=route.departs_at,
        ends_at=route.ends_at,
        volunteer_id=volunteer.id,
        name=volunteer.name,
        has_phone=bool(volunteer.phone),
        role=role,
        use=_use(link, now),
        made_at=None if link is None else link.made_at,
    )


def _use(link: DriverLink | None, now: datetime) -> LinkUse:
    if link is None:
        return LinkUse.NONE
    if now >= link.expires_at:
        return LinkUse.EXPIRED
    if link.device_hash is not None:
        return LinkUse.OPENED
    return LinkUse.BLOCKED if link.failed_checks >= MOST_FAILED_CHECKS else LinkUse.MADE
