"""What the desk must know of a route that cannot go on, before it is asked what is to become of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.domain.replanning import OVER_ROUTES, SETTLED_STOPS
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import VehicleKind
from logistics.persistence.tables import Route, RouteCrew, Shift, Stop, Volunteer

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Taker:
    """Somebody on shift that day. `letter`: the route they are on; empty for somebody who is free."""

    volunteer_id: Id
    name: str
    vehicle: VehicleKind
    starts_at: time
    ends_at: time
    letter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteInTrouble:
    """A route with how far it is, and who could take it over."""

    route_id: Id
    letter: str
    day: date
    state: RouteState
    driver: str
    phone: str
    doors_done: int
    doors_open: int
    has_food_on_board: bool
    takers: tuple[Taker, ...]


def route_in_trouble(session: Session, route_id: Id) -> RouteInTrouble:
    """The route as it stands. Raises NotFound when this network has none of that id."""
    route = session.scalar(select(Route).where(Route.id == route_id))
    if route is None:
        raise NotFound("There is no such route. Go back to the day.")
    stops = session.scalars(select(Stop).where(Stop.route_id == route.id)).all()
    doors = [stop for stop in stops if stop.kind is not StopKind.PICKUP]
    still_open = sum(stop.state not in SETTLED_STOPS or stop.state is StopState.ARRIVED for stop in doors)
    loaded = any(stop.kind is StopKind.PICKUP and stop.state is StopState.COMPLETED for stop in stops)
    driver = session.get_one(Volunteer, route.volunteer_id)
    return RouteInTrouble(
        route_id=route.id,
        letter=route.letter,
        day=route.service_date,
        state=route.state,
        driver=driver.name,
        phone=driver.phone,
        doors_done=len(doors) - still_open,
        doors_open=still_open,
        has_food_on_board=loaded and still_open > 0,
        takers=_takers(session, route),
    )


def _takers(session: Session, route: Route) -> tuple[Taker, ...]:
    crew = set(session.scalars(select(RouteCrew.volunteer_id).where(RouteCrew.route_id == route.id)))
    letters: dict[Id, str] = {
        row.volunteer_id: row.letter
        for row in session.execute(
            select(RouteCrew.volunteer_id, Route.letter)
            .join(Route, Route.id == RouteCrew.route_id)
            .where(
                Route.plan_id == route.plan_id,
                Route.service_date == route.service_date,
                Route.state.not_in((*OVER_ROUTES, RouteState.DECLINED)),
            )
        )
    }
    rows = session.execute(
        select(Volunteer, Shift)
        .join(Shift, Shift.volunteer_id == Volunteer.id)
        .where(Shift.service_date == route.service_date, Volunteer.is_active)
        .order_by(Volunteer.name)
    )
    found = [
        Taker(
            volunteer_id=volunteer.id,
            name=volunteer.name,
            vehicle=volunteer.vehicle,
            starts_at=shift.starts_at,
            ends_at=shift.ends_at,
            letter=letters.get(volunteer.id, ""),
        )
        for volunteer, shift in rows
        if volunteer.id not in crew
    ]
    return tuple(sorted(found, key=lambda taker: (taker.letter != "", taker.name)))
