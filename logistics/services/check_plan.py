"""Check a plan from the database alone: everything is recomputed by code that planning does not use."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from logistics.checking.cargo import cargo_faults
from logistics.checking.charges import charge_faults
from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.food import food_faults
from logistics.checking.orders import order_faults
from logistics.checking.people import people_faults
from logistics.checking.plan_rows import read_plan_rows
from logistics.checking.supply import supply_faults
from logistics.checking.timing import timing_faults
from logistics.checking.totals import totals_faults
from logistics.gateways.roads.port import Router

__all__ = ["PlanFault", "PlanRule", "check_plan"]


def check_plan(session: Session, plan_id: uuid.UUID, *, roads: Router) -> tuple[PlanFault, ...]:
    """Every rule that the plan breaks, food first; an empty tuple is a plan that may reach people.

    `roads` must be the router that the plan was made with: its times are compared to the second. Raises NotFound.
    """
    session.flush()
    rows = read_plan_rows(session, plan_id)
    return (
        *food_faults(rows),
        *cargo_faults(rows),
        *supply_faults(rows),
        *order_faults(rows),
        *people_faults(rows, roads),
        *timing_faults(rows, roads),
        *charge_faults(rows, roads),
        *totals_faults(rows),
    )
