"""What has changed on a day, in a few words that a board compares: a mark for each route, and one for all the rest.

Asked for twice a second for every day that somebody watches, so it counts rows and reads none of them. A mark holds no data:
it is a hash.
"""

from __future__ import annotations

import hashlib
import uuid
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.states import PlanState
from logistics.domain.vocabulary import Fulfilment
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import (
    Allocation,
    ConsentWithdrawal,
    DeliveryEvent,
    DoorPhoto,
    DoorStepTaken,
    FollowUp,
    Order,
    PlanVersion,
    Replan,
    Restriction,
    Route,
    RouteCrew,
    Stop,
    Week,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMarks:
    """`routes`: letter to mark. `whole` changes when any of them does, or the plan, or a collection at the hub."""

    plan_id: uuid.UUID | None
    routes: Mapping[str, str]
    whole: str

    @property
    def as_json(self) -> dict[str, Any]:
        """What an open board is told."""
        return {"mark": self.whole, "routes": dict(self.routes)}


def day_marks(session: Session, day: date) -> DayMarks:
    """The marks of the plan that is published for that day."""
    monday = IsoWeek.of(day).monday
    plan_id = session.scalar(
        select(PlanVersion.id)
        .join(Week, Week.id == PlanVersion.week_id)
        .where(Week.monday == monday, PlanVersion.state == PlanState.PUBLISHED)
        .order_by(PlanVersion.number.desc())
        .limit(1)
    )
    if plan_id is None:
        return DayMarks(plan_id=None, routes={}, whole="")
    letters, facts = _facts(session, plan_id, day)
    routes = {letter: _hash(facts[route_id]) for route_id, letter in letters.items()}
    rest = _hash([sorted(routes.items()), _collections(session, monday), _of_the_day(session, plan_id, day)])
    return DayMarks(plan_id=plan_id, routes=routes, whole=f"{plan_id.hex}.{rest}")


def _facts(
    session: Session, plan_id: uuid.UUID, day: date
) -> tuple[dict[uuid.UUID, str], dict[uuid.UUID, list[object]]]:
    """By route: its letter; and its state, its crew, its events, the states of its stops, its follow-ups."""
    here = (Route.plan_id == plan_id, Route.service_date == day)
    facts: defaultdict[uuid.UUID, list[object]] = defaultdict(list)
    letters: dict[uuid.UUID, str] = {}
    for route_id, letter, state in session.execute(select(Route.id, Route.letter, Route.state).where(*here)):
        letters[route_id] = letter
        facts[route_id].append(state.value)
    for query in (
        select(RouteCrew.route_id, RouteCrew.volunteer_id)
        .join(Route, Route.id == RouteCrew.route_id)
        .where(*here)
        .order_by(RouteCrew.volunteer_id),
        select(DeliveryEvent.route_id, func.count(), func.max(DeliveryEvent.received_at))
        .join(Route, Route.id == DeliveryEvent.route_id)
        .where(*here)
        .group_by(DeliveryEvent.route_id),
        select(Stop.route_id, Stop.state, func.count(), func.max(Stop.service_at))
        .join(Route, Route.id == Stop.route_id)
        .where(*here)
        .group_by(Stop.route_id, Stop.state)
        .order_by(Stop.state),
        select(Stop.route_id, FollowUp.state, func.count())
        .join(Stop, Stop.id == FollowUp.stop_id)
        .join(Route, Route.id == Stop.route_id)
        .where(*here)
        .group_by(Stop.route_id, FollowUp.state)
        .order_by(FollowUp.state),
        select(Stop.route_id, func.count(), func.max(DoorPhoto.received_at))
        .join(DoorPhoto, DoorPhoto.stop_id == Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .where(*here)
        .group_by(Stop.route_id),
        select(Stop.route_id, func.count())
        .join(DoorStepTaken, DoorStepTaken.stop_id == Stop.id)
        .join(Route, Route.id == Stop.route_id)
        .where(*here)
        .group_by(Stop.route_id),
    ):
        for row in session.execute(query):
            facts[row[0]].append(tuple(map(str, row[1:])))
    return letters, facts


def _of_the_day(session: Session, plan_id: uuid.UUID, day: date) -> list[tuple[str, ...]]:
    """Events of versions before this one, the re-plans that were asked for, and that somebody's data may not be used."""
    earlier = (
        select(func.count(), func.max(DeliveryEvent.received_at))
        .join(Route, Route.id == DeliveryEvent.route_id)
        .where(Route.service_date == day, Route.plan_id != plan_id)
    )
    asked = (
        select(Replan.state, func.count())
        .where(Replan.service_date == day)
        .group_by(Replan.state)
        .order_by(Replan.state)
    )
    withheld = (
        select(func.count(Restriction.id), func.count(Restriction.lifted_at)),
        select(func.count(ConsentWithdrawal.id), func.count(ConsentWithdrawal.ended_at)),
    )
    return [tuple(map(str, row)) for query in (earlier, asked, *withheld) for row in session.execute(query)]


def _collections(session: Session, monday: date) -> list[tuple[str, ...]]:
    rows = session.execute(
        select(Order.state, func.count())
        .join(Allocation, Allocation.order_id == Order.id)
        .join(PlanVersion, PlanVersion.id == Allocation.plan_id)
        .join(Week, Week.id == PlanVersion.week_id)
        .where(Week.monday == monday, PlanVersion.published_at.is_not(None), Order.fulfilment == Fulfilment.COLLECTION)
        .group_by(Order.state)
        .order_by(Order.state)
    )
    return [tuple(map(str, row)) for row in rows]


def _hash(facts: object) -> str:
    return hashlib.blake2b(repr(facts).encode(), digest_size=6).hexdigest()
