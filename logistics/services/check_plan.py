"""Check a plan from the database alone: everything is recomputed by code that planning does not use."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from logistics.checking.all_rules import faults_of
from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import read_plan_rows
from logistics.gateways.roads.port import Router

__all__ = ["PlanFault", "PlanRule", "check_plan"]


def check_plan(session: Session, plan_id: uuid.UUID, *, roads: Router) -> tuple[PlanFault, ...]:
    """Every rule that the plan breaks, food first; an empty tuple is a plan that may reach people.

    `roads` must be the router that the plan was made with: its times are compared to the second. Raises NotFound.
    """
    session.flush()
    return faults_of(read_plan_rows(session, plan_id), roads)
