"""Who looked at a household: whoever opened, printed or took away what shows it, the latest first."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import NotFound
from logistics.domain.looks import AT_A_HOUSEHOLD, Look
from logistics.domain.vocabulary import Fulfilment, Role
from logistics.persistence.tables import (
    Account,
    AuditEvent,
    FollowUp,
    Household,
    Membership,
    Order,
    PlanVersion,
    Route,
    Stop,
    Volunteer,
    WelfareCall,
)

MOST_SHOWN = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class LookRow:
    """One look: when, who (a name, or an address where no name is kept), as what, and what they did."""

    at: datetime
    name: str
    roles: tuple[Role, ...]
    look: Look


@dataclass(frozen=True, slots=True, kw_only=True)
class WhoLooked:
    """The latest looks at a household; `has_more`: there are earlier ones in the trail."""

    household_id: uuid.UUID
    ref: str
    rows: tuple[LookRow, ...]
    has_more: bool


def household_of_ref(session: Session, actor: Actor, ref: str) -> uuid.UUID | None:
    """The household with this reference or id, for whoever may see who looked; nothing else about it."""
    actor.require(Permission.SEE_LOOKS)
    with suppress(ValueError):
        return session.scalar(select(Household.id).where(Household.id == uuid.UUID(ref.strip())))
    return session.scalar(select(Household.id).where(Household.ref == ref.strip().upper()))


def who_looked(session: Session, actor: Actor, household_id: uuid.UUID) -> WhoLooked:
    """Everybody who looked at this household, with no word of its own but the reference.

    That there is a follow-up or a call is told to those alone who follow up. Raises Forbidden, NotFound.
    """
    actor.require(Permission.SEE_LOOKS)
    household = session.get(Household, household_id)
    if household is None:
        raise NotFound("There is no such household here.")
    printed = dict(_printed_on(session, household_id))
    query = (
        select(AuditEvent)
        .where(or_(*_shows(session, actor, household, printed)))
        .order_by(AuditEvent.number.desc())
        .execution_options(yield_per=MOST_SHOWN)
    )
    found: list[AuditEvent] = []
    for event in session.scalars(query):
        if _shows_it(event, printed):
            found.append(event)
        if len(found) > MOST_SHOWN:
            break
    shown = found[:MOST_SHOWN]
    return WhoLooked(
        household_id=household.id,
        ref=household.ref,
        rows=tuple(_rows(session, shown)),
        has_more=len(found) > MOST_SHOWN,
    )


def route_was_seen(session: Session, route_id: uuid.UUID, volunteer_id: uuid.UUID) -> bool:
    """Whether it is in the trail already that this driver opened this route."""
    seen = select(AuditEvent.details).where(AuditEvent.subject_id == route_id, AuditEvent.action == Look.ROUTE.value)
    return any(details.get("volunteer_id") == str(volunteer_id) for details in session.scalars(seen))


def _shows(
    session: Session, actor: Actor, household: Household, printed: dict[tuple[uuid.UUID, str], set[str]]
) -> Iterator[ColumnElement[bool]]:
    """Which entries are about what shows this household."""
    routes = list(session.scalars(select(Stop.route_id).where(Stop.household_id == household.id).distinct()))
    follow_ups = select(FollowUp.id).where(FollowUp.household_id == household.id, FollowUp.is_restricted.is_(False))
    calls = select(WelfareCall.id).where(WelfareCall.household_id == household.id)
    on_route = [Look.ROUTE] if household.confidential_address else [Look.ROUTE, Look.EXPORT_ROUTE]
    yield _entries([household.id], *AT_A_HOUSEHOLD)
    yield _entries([household.network_id], Look.NETWORK_EXPORT)
    if actor.may(Permission.FOLLOW_UP):
        yield _entries(list(session.scalars(follow_ups)), Look.FOLLOW_UP)
        yield _entries(list(session.scalars(calls)), Look.CALL)
    yield _entries(routes, *on_route)
    yield _entries(list(session.scalars(select(Stop.id).where(Stop.household_id == household.id))), Look.DOOR_PHOTO)
    yield _entries({plan for plan, _ in printed}, Look.PRINT_ROUTES, Look.PRINT_COLLECTIONS)


def _entries(subjects: Iterable[uuid.UUID], *looks: Look) -> ColumnElement[bool]:
    return and_(AuditEvent.subject_id.in_(subjects), AuditEvent.action.in_([look.value for look in looks]))


def _printed_on(session: Session, household_id: uuid.UUID) -> Iterator[tuple[tuple[uuid.UUID, str], set[str]]]:
    """For each plan and kind of sheet, the days (as ISO dates) on which the household stands on it."""
    found: dict[tuple[uuid.UUID, str], set[str]] = {}
    stops = (
        select(Route.plan_id, Route.service_date)
        .join(Stop, Stop.route_id == Route.id)
        .where(Stop.household_id == household_id)
    )
    for plan_id, day in session.execute(stops):
        found.setdefault((plan_id, Look.PRINT_ROUTES.value), set()).add(day.isoformat())
    fetched = (
        select(PlanVersion.id, Order.dates)
        .join(Order, Order.week_id == PlanVersion.week_id)
        .where(Order.household_id == household_id, Order.fulfilment == Fulfilment.COLLECTION)
    )
    for plan_id, dates in session.execute(fetched):
        found.setdefault((plan_id, Look.PRINT_COLLECTIONS.value), set()).update(dates)
    yield from found.items()


def _shows_it(event: AuditEvent, printed: dict[tuple[uuid.UUID, str], set[str]]) -> bool:
    """Whether a print was of a day on which the household stands on the sheet; other entries are of it anyway."""
    if event.action not in (Look.PRINT_ROUTES.value, Look.PRINT_COLLECTIONS.value) or event.subject_id is None:
        return True
    return event.details.get("day") in printed.get((event.subject_id, event.action), ())


def _rows(session: Session, events: list[AuditEvent]) -> Iterator[LookRow]:
    accounts = {event.account_id for event in events if event.account_id is not None}
    names = {
        row.id: row.name or row.email
        for row in session.execute(select(Account.id, Account.name, Account.email).where(Account.id.in_(accounts)))
    }
    roles: dict[uuid.UUID, set[Role]] = {}
    for account_id, role in session.execute(
        select(Membership.account_id, Membership.role).where(Membership.account_id.in_(accounts))
    ):
        roles.setdefault(account_id, set()).add(role)
    drivers = {uuid.UUID(told) for event in events if (told := event.details.get("volunteer_id"))}
    driver_names = {
        str(row.id): row.name
        for row in session.execute(select(Volunteer.id, Volunteer.name).where(Volunteer.id.in_(drivers)))
    }
    for event in events:
        if event.account_id is not None:
            name = names.get(event.account_id, "An account that is gone")
            held = tuple(role for role in Role if role in roles.get(event.account_id, ()))
        else:
            volunteer = event.details.get("volunteer_id")
            name = driver_names.get(volunteer, "A driver") if volunteer else "A command on the server"
            held = (Role.DRIVER,) if volunteer else ()
        yield LookRow(at=event.at, name=name, roles=held, look=Look(event.action))
