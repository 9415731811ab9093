"""Erasing a household or a volunteer: who may, when it can be done, and the entry that it was."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.care import OVER
from logistics.domain.erasure import BY_HAND, ErasureReason, PersonKind
from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.domain.referrals import OPEN
from logistics.domain.states import PlanState, RouteState, StopState, WeekState
from logistics.persistence.scope import network_of
from logistics.persistence.tables import (
    DemandLine,
    DemandSnapshot,
    Erasure,
    FollowUp,
    Household,
    Network,
    PlanVersion,
    Referral,
    Route,
    RouteCrew,
    Stop,
    Volunteer,
    Week,
)
from logistics.services.audit import note
from logistics.services.person_wiped import Wiped, wipe_person

NOT_THERE = "There is no such household or volunteer here. They may have been erased already."
_STOP_AHEAD = (StopState.PLANNED, StopState.EN_ROUTE, StopState.ARRIVED)
_ROUTE_OVER = (RouteState.COMPLETED, RouteState.RECONCILED, RouteState.ABORTED, RouteState.HANDED_OVER)


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody who can be erased, by what an actor types to name them."""

    kind: PersonKind
    id: uuid.UUID
    ref: str
    name: str


def find_person(session: Session, ref: str) -> Person:
    """The household or volunteer of this reference in the session's network. Raises NotFound."""
    kinds: tuple[tuple[PersonKind, type[Household | Volunteer]], ...] = (
        (PersonKind.HOUSEHOLD, Household),
        (PersonKind.VOLUNTEER, Volunteer),
    )
    for kind, table in kinds:
        found: Household | Volunteer | None = session.scalar(  # type: ignore[assignment]  # of a union it tells the base alone
            select(table).where(table.ref == ref, table.erased_at.is_(None))
        )
        if found is not None:
            return _person(kind, found)
    raise NotFound(f"There is no household or volunteer “{ref}” here. Write the reference as their page shows it.")


def person_of(session: Session, kind: PersonKind, person_id: uuid.UUID) -> Person:
    """The household or volunteer of this id, if they are somebody. Raises NotFound."""
    return _person(kind, _load(session, kind, person_id))


def locked_person(session: Session, kind: PersonKind, person_id: uuid.UUID) -> Person:
    """The same, and nobody else changes them until the commit. Raises NotFound."""
    return _person(kind, _load(session, kind, person_id, lock=True))


def _person(kind: PersonKind, found: Household | Volunteer) -> Person:
    name = found.contact_name if isinstance(found, Household) else found.name
    return Person(kind=kind, id=found.id, ref=found.ref, name=name)


def erase_person(
    session: Session,
    actor: Actor,
    kind: PersonKind,
    person_id: uuid.UUID,
    *,
    reason: ErasureReason | None,
    typed: str,
    now: datetime,
) -> Wiped:
    """Make this person nobody's, for good. `typed` must be their reference: it cannot be undone.

    Raises Forbidden, NotFound, BadInput without a reason or with another reference, RuleBroken while they are on a plan that is
    not over or a follow-up about them is open. What is on disk is overwritten by `ErasureLedger.wipe`, after the commit.
    """
    actor.require(Permission.ERASE_PERSON)
    person = _load(session, kind, person_id, lock=True)
    errors = {}
    if reason not in BY_HAND:
        errors["reason"] = "Choose why"
    if typed.strip().casefold() != person.ref.casefold():
        errors["typed"] = f"Type {person.ref} to show that you mean this one"
    if reason is None or errors:
        raise BadInput("There is a problem", errors)
    if in_the_way := why_not_yet(session, kind, person_id, now=now):
        raise RuleBroken(in_the_way)
    return erase_now(session, actor, kind, person_id, reason=reason, now=now)


def erase_now(
    session: Session, actor: Actor, kind: PersonKind, person_id: uuid.UUID, *, reason: ErasureReason, now: datetime
) -> Wiped:
    """Erase without asking again: for keeping times, and for what was erased before a backup came back."""
    wiped = wipe_person(session, kind, person_id, now=now)
    known = session.scalar(select(Erasure).where(Erasure.subject == kind, Erasure.subject_id == person_id))
    if known is None:
        known = Erasure(id=uuid.uuid4(), subject=kind, subject_id=person_id, at=now, reason=reason)
        known.account_id = actor.account_id
        session.add(known)
    known.wiped_at = None
    note(session, actor, "person_erased", kind.value, person_id, now=now, reason=reason.value, cases=wiped.cases_kept)
    session.flush()
    return wiped


def why_not_yet(session: Session, kind: PersonKind, person_id: uuid.UUID, *, now: datetime) -> str:
    """What has to be over first, and what to do; empty when they can be erased."""
    today = now.astimezone(ZoneInfo(session.get_one(Network, network_of(session)).timezone)).date()
    if kind is PersonKind.VOLUNTEER:
        ahead = _route_ahead(session, person_id, today)
        return f"They are on a route on {_day(ahead)}. Give it to somebody else first." if ahead is not None else ""
    waiting = select(Referral.id).where(Referral.household_id == person_id, Referral.state.in_(OPEN)).limit(1)
    if session.scalar(waiting) is not None:
        return "Their form still waits for an answer. Accept or decline it first."
    open_case = select(FollowUp.id).where(FollowUp.household_id == person_id, FollowUp.state.not_in(OVER)).limit(1)
    if session.scalar(open_case) is not None:
        return "A follow-up about this household is open: somebody may need help. Close it first."
    if (stop_on := _stop_ahead(session, person_id, today)) is not None:
        return f"A driver is to go there on {_day(stop_on)}. Plan that day without this household, or wait until it is over."
    monday = _demand_ahead(session, person_id, today)
    if monday is None:
        return ""
    return (
        f"This household is in the demand of the week of {_day(monday)}. Close it and plan that week again, or wait until "
        "the week is over."
    )


def _locked(query: Any, *, lock: bool) -> Any:
    return query.with_for_update() if lock else query


def _load(session: Session, kind: PersonKind, person_id: uuid.UUID, *, lock: bool = False) -> Household | Volunteer:
    """`lock`: nobody else erases or changes them until the commit."""
    person: Household | Volunteer | None
    if kind is PersonKind.HOUSEHOLD:
        person = session.scalar(_locked(select(Household).where(Household.id == person_id), lock=lock))
    else:
        person = session.scalar(_locked(select(Volunteer).where(Volunteer.id == person_id), lock=lock))
    if person is None or person.erased_at is not None:
        raise NotFound(NOT_THERE)
    return person


def _stop_ahead(session: Session, household_id: uuid.UUID, today: date) -> date | None:
    return session.scalar(
        select(func.min(Route.service_date))
        .join(Stop, Stop.route_id == Route.id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            Stop.household_id == household_id,
            Stop.state.in_(_STOP_AHEAD),
            PlanVersion.state == PlanState.PUBLISHED,
            Route.state.not_in(_ROUTE_OVER),
            Route.service_date >= today,
        )
    )


def _route_ahead(session: Session, volunteer_id: uuid.UUID, today: date) -> date | None:
    return session.scalar(
        select(func.min(Route.service_date))
        .join(RouteCrew, RouteCrew.route_id == Route.id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            RouteCrew.volunteer_id == volunteer_id,
            PlanVersion.state == PlanState.PUBLISHED,
            Route.state.not_in(_ROUTE_OVER),
            Route.service_date >= today,
        )
    )


def _demand_ahead(session: Session, household_id: uuid.UUID, today: date) -> date | None:
    """The Monday of a week that is not over and whose newest demand holds this household."""
    newest = (
        select(DemandSnapshot.week_id, func.max(DemandSnapshot.number).label("number"))
        .group_by(DemandSnapshot.week_id)
        .subquery()
    )
    return session.scalar(
        select(func.min(Week.monday))
        .join(newest, newest.c.week_id == Week.id)
        .join(
            DemandSnapshot,
            (DemandSnapshot.week_id == newest.c.week_id) & (DemandSnapshot.number == newest.c.number),
        )
        .join(DemandLine, DemandLine.snapshot_id == DemandSnapshot.id)
        .where(
            DemandLine.household_id == household_id,
            Week.monday >= today - timedelta(days=6),
            Week.state != WeekState.CLOSED,
        )
    )


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B}"
