"""Close a week: said by a person, written down once, and remembered by the next one."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.closing import MOST_REASON_LETTERS, NOT_REPORTED, outcome_of
from logistics.domain.errors import BadInput, Conflict
from logistics.domain.planning import StopKind
from logistics.domain.states import WeekState, change
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import Order, PlanVersion, Round, RoundVisit, Route, Stop, StopItem, Week, WeekClosing
from logistics.queries.rounds_of_week import RoundRow, session_of
from logistics.queries.route_events import last_events
from logistics.queries.week_end import week_end
from logistics.services.audit import note as audit


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedWeek:
    """What closing came to: the doors that the next week remembers, and how many of them nobody told about."""

    week_id: uuid.UUID
    visits: int
    not_reported: int
    is_new: bool


def close_week(
    session: Session, actor: Actor, week: IsoWeek, *, version: int, reason: str, now: datetime
) -> ClosedWeek:
    """Close it. `version` is that of the week that was looked at; a week that is closed already changes nothing.

    Raises Forbidden, RuleBroken for a week of which nothing was sent out, BadInput where something holds it up and no reason is
    given, Conflict where something changed since it was looked at, IllegalTransition for a week that is not out.
    """
    actor.require(Permission.PUBLISH_PLAN)
    end = week_end(session, actor, week, now=now)
    row = session.get_one(Week, end.week_id, with_for_update=True, populate_existing=True)
    if row.state is WeekState.CLOSED:
        return ClosedWeek(week_id=row.id, visits=0, not_reported=0, is_new=False)
    if row.version != version:
        raise Conflict("Something of this week changed since you looked. Load the page again.")
    text = " ".join(reason.split())
    if end.needs_reason and not text:
        raise BadInput("There is a problem", {"reason": "Say why it is closed although something stands open"})
    if len(text) > MOST_REASON_LETTERS:
        raise BadInput("There is a problem", {"reason": f"Use {MOST_REASON_LETTERS} characters or fewer"})
    row.state = change(row.state, WeekState.CLOSED)
    outcomes = _remember(session, end.plan_id)
    totals = {"doors": end.doors, "delivered": end.delivered, **asdict(end.left_over)}
    session.add(
        WeekClosing(
            id=uuid.uuid4(),
            week_id=row.id,
            plan_id=end.plan_id,
            closed_at=now,
            account_id=actor.account_id,
            reason=text,
            totals=totals,
        )
    )
    open_matters = sorted({each.matter.value for each in end.open})
    audit(session, actor, "close", "week", row.id, now=now, week=str(week), open=open_matters, **totals)
    session.flush()
    return ClosedWeek(week_id=row.id, visits=len(outcomes), not_reported=outcomes.count(NOT_REPORTED), is_new=True)


def correct_memory(session: Session, route: Route, stop: Stop, reason: str | None) -> None:
    """A tap that comes after its week was closed still counts: what the next week remembers of the door is set right."""
    state = session.scalar(
        select(Week.state).join(PlanVersion, PlanVersion.week_id == Week.id).where(PlanVersion.id == route.plan_id)
    )
    if state is not WeekState.CLOSED or stop.household_id is None:
        return
    visits = session.scalars(
        select(RoundVisit).where(
            RoundVisit.service_date == route.service_date,
            RoundVisit.volunteer_id == route.volunteer_id,
            RoundVisit.household_id == stop.household_id,
        )
    )
    for visit in visits:
        visit.outcome = outcome_of(stop.state, reason)


def _remember(session: Session, plan_id: uuid.UUID) -> list[str]:
    """Write each door as it was driven: who came, in which order, and what came of it. Returns the outcomes."""
    found = session.execute(
        select(Stop, Route)
        .join(Route, Route.id == Stop.route_id)
        .where(Route.plan_id == plan_id, Stop.kind == StopKind.DELIVERY, Stop.household_id.is_not(None))
        .order_by(Route.service_date, Route.letter, Stop.sequence)
    ).all()
    reasons = {
        key: event.details.get("reason") for key, event in last_events(session, [s.id for s, _ in found]).items()
    }
    rounds = _rounds_of(session, plan_id)
    known = {
        (visit.round_id, visit.service_date, visit.volunteer_id, visit.household_id): visit
        for visit in session.scalars(
            select(RoundVisit).where(RoundVisit.service_date.in_({route.service_date for _, route in found}))
        )
    }
    outcomes = []
    for stop, route in found:
        assert stop.household_id is not None
        outcome = outcome_of(stop.state, reasons.get(stop.id))
        outcomes.append(outcome)
        for round_id in rounds.get(stop.id, ()):
            key = (round_id, route.service_date, route.volunteer_id, stop.household_id)
            visit = known.get(key)
            if visit is None:
                visit = known[key] = RoundVisit(
                    id=uuid.uuid4(),
                    round_id=round_id,
                    service_date=route.service_date,
                    volunteer_id=route.volunteer_id,
                    household_id=stop.household_id,
                    sequence=stop.sequence,
                    outcome=outcome,
                )
                session.add(visit)
            visit.sequence, visit.outcome = stop.sequence, outcome
    session.flush()
    return outcomes


def _rounds_of(session: Session, plan_id: uuid.UUID) -> Mapping[uuid.UUID, tuple[uuid.UUID, ...]]:
    """The rounds that each door belongs to, by what is brought there and when; those that have no row yet get one."""
    ids = {row.name: row.id for row in session.scalars(select(Round))}
    rows = session.execute(
        select(Stop.id, Route.service_date, Order.product, Order.window_start)
        .join(Route, Route.id == Stop.route_id)
        .join(StopItem, StopItem.stop_id == Stop.id)
        .join(Order, Order.id == StopItem.order_id)
        .where(Route.plan_id == plan_id, Stop.kind == StopKind.DELIVERY)
    )
    rounds: dict[uuid.UUID, dict[uuid.UUID, None]] = {}
    for stop_id, day, product, window_start in rows:
        name = RoundRow(day=day, session=session_of(product, window_start), starts_at=None, wanted=0).short_name
        if name not in ids:
            row = Round(id=uuid.uuid4(), name=name)
            session.add(row)
            ids[name] = row.id
        rounds.setdefault(stop_id, {})[ids[name]] = None
    session.flush()
    return {stop_id: tuple(own) for stop_id, own in rounds.items()}
