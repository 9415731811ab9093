"""Store a proposed plan as rows: the next version of its week, with its routes, stops, items and what is unserved."""

from __future__ import annotations

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.states import PlanState, WeekState, change
from logistics.persistence.tables import Household, Network, PlanVersion, Week
from logistics.planning.plan_values import WeekPlan
from logistics.services.plan_version_rows import PlanSource, VersionRows, version_rows

__all__ = ["PlanSource", "store_plan"]


def store_plan(session: Session, plan: WeekPlan, source: PlanSource, *, now: datetime) -> uuid.UUID:
    """Add the plan as the week's next version, state proposed; returns its id. An earlier proposal is superseded.

    Raises IllegalTransition for a week that is closed.
    """
    week_row = session.get_one(Week, source.week_id, with_for_update=True)
    network = session.get_one(Network, week_row.network_id)
    _supersede_proposals(session, source.week_id)
    rows = version_rows(
        plan,
        source,
        number=next_number(session, source.week_id),
        zone=ZoneInfo(network.timezone),
        refs={row.id: row.ref for row in session.execute(select(Household.id, Household.ref))},
        now=now,
    )
    _add(session, rows)
    if week_row.state in (WeekState.OPEN, WeekState.ORDERS_CLOSED, WeekState.SOLVING):
        week_row.state = change(change(week_row.state, WeekState.ORDERS_CLOSED), WeekState.PROPOSED)
    elif week_row.state is WeekState.CLOSED:
        change(week_row.state, WeekState.PROPOSED)
    return rows.version.id


def next_number(session: Session, week_id: uuid.UUID) -> int:
    """The number of the week's next version."""
    return (session.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.week_id == week_id)) or 0) + 1


def _supersede_proposals(session: Session, week_id: uuid.UUID) -> None:
    earlier = session.scalars(
        select(PlanVersion).where(PlanVersion.week_id == week_id, PlanVersion.state == PlanState.PROPOSED)
    )
    for proposal in earlier:
        proposal.state = change(proposal.state, PlanState.SUPERSEDED)


def _add(session: Session, rows: VersionRows) -> None:
    """In the order that the references need."""
    for part in (
        [rows.version],
        rows.routes,
        [*rows.crew, *rows.stops],
        [*rows.items, *rows.allocations, *rows.unserved],
    ):
        session.add_all(part)
        session.flush()
