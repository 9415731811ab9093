"""The charge zones of a network, and those that one plan was made with."""

from __future__ import annotations

import uuid

from sqlalchemy.orm import Session

from logistics.domain.charge_zones import ChargeZone
from logistics.persistence.charge_zones import zones_in_force, zones_of_plan


def charge_zones_in_force(session: Session) -> tuple[ChargeZone, ...]:
    """Those that the next plan is made with, by name."""
    return zones_in_force(session)


def charge_zones_of_plan(session: Session, plan_id: uuid.UUID) -> tuple[ChargeZone, ...]:
    """Those that a plan was made with, by name; none for a plan that is not there, or keeps nothing of them."""
    return zones_of_plan(session, plan_id) or ()
