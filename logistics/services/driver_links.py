"""Links for drivers: one for each member of a route's crew, shown once, ending with the route's day. A new one ends the old."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound, RuleBroken
from logistics.domain.states import PlanState, RouteState
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.tables import DriverLink, Network, PlanVersion, Route, RouteCrew, Volunteer
from logistics.services import audit

DRIVE_PATH = "/d"
"""Where a link leads. The token stands behind `#`, so that it reaches no log and no preview of a message."""

OVER = (RouteState.COMPLETED, RouteState.RECONCILED, RouteState.HANDED_OVER, RouteState.ABORTED)


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeLink:
    """A link as it is shown, this once. `text` is for a message: it names no household and no street."""

    link_id: uuid.UUID
    route_id: uuid.UUID
    volunteer_id: uuid.UUID
    volunteer_name: str
    phone: str
    url: str
    text: str
    expires_at: datetime


def make_driver_link(
    session: Session,
    actor: Actor,
    route_id: uuid.UUID,
    *,
    base_url: str,
    now: datetime,
    volunteer_id: uuid.UUID | None = None,
) -> MadeLink:
    """A new link for a member of this route's crew (the driver when nobody is named); the one they had ends.

    Raises NotFound for a route or a member that is not there, RuleBroken while the plan is no more than a proposal and
    when the route's day or the route itself is over.
    """
    actor.require(Permission.SHARE_DRIVER_LINK)
    # The lock makes two requests for one route wait for each other: only one link is ever live.
    route = session.scalar(select(Route).where(Route.id == route_id).with_for_update())
    if route is None:
        raise NotFound("There is no such route. Go back to the week.")
    volunteer = _member(session, route, volunteer_id)
    zone = ZoneInfo(session.get_one(Network, route.network_id).timezone)
    expires_at = end_of_next_day(route.service_date, zone)
    _check(session, route, expires_at, now)
    for earlier in session.scalars(
        select(DriverLink).where(
            DriverLink.route_id == route.id,
            DriverLink.volunteer_id == volunteer.id,
            DriverLink.revoked_at.is_(None),
        )
    ):
        earlier.revoked_at = now
    token = new_token()
    link = DriverLink(
        id=uuid.uuid4(),
        route_id=route.id,
        volunteer_id=volunteer.id,
        token_hash=hash_token(token),
        made_at=now,
        expires_at=expires_at,
    )
    session.add(link)
    session.flush()
    audit.note(session, actor, "make_link", "driver_link", link.id, now=now, route=str(route.id))
    url = f"{base_url.rstrip('/')}{DRIVE_PATH}#{token}"
    return MadeLink(
        link_id=link.id,
        route_id=route.id,
        volunteer_id=volunteer.id,
        volunteer_name=volunteer.name,
        phone=volunteer.phone,
        url=url,
        text=_message(route, zone, url),
        expires_at=expires_at,
    )


def end_of_next_day(service_date: date, zone: ZoneInfo) -> datetime:
    """Midnight after the day that follows the route's: late reports still get in, a forgotten link does not live on."""
    return datetime.combine(service_date + timedelta(days=2), time(), zone).astimezone(UTC)


def _member(session: Session, route: Route, volunteer_id: uuid.UUID | None) -> Volunteer:
    wanted = volunteer_id or route.volunteer_id
    volunteer = session.scalar(
        select(Volunteer)
        .join(RouteCrew, RouteCrew.volunteer_id == Volunteer.id)
        .where(RouteCrew.route_id == route.id, Volunteer.id == wanted)
    )
    if volunteer is None:
        raise NotFound("That volunteer does not go with this route.")
    return volunteer


def _check(session: Session, route: Route, expires_at: datetime, now: datetime) -> None:
    state = session.scalar(select(PlanVersion.state).where(PlanVersion.id == route.plan_id))
    if state is PlanState.PROPOSED:
        raise RuleBroken("This plan is a proposal. Publish it first, then send its drivers their links.")
    if state is not PlanState.PUBLISHED:
        raise RuleBroken("A later version of this plan was published. Open the week and make links for that one.")
    if now >= expires_at:
        raise RuleBroken("The day of this route is over, so a link to it would open nothing.")
    if route.state in OVER:
        raise RuleBroken(f"This route is {route.state.value.replace('_', ' ')}: a link to it would open nothing.")


def _message(route: Route, zone: ZoneInfo, url: str) -> str:
    day = f"{route.service_date:%a} {route.service_date.day} {route.service_date:%b}"
    starts = route.departs_at.astimezone(zone).strftime("%H:%M")
    ends = route.ends_at.astimezone(zone).strftime("%H:%M")
    return (
        f"Food Rounds, {day}: route {route.letter}, {starts} to {ends}, {route.vehicle.label}. "
        f"Open it on the phone you take with you: {url} "
        "The link is for you alone. It asks for the last 3 digits of your phone number."
    )
