"""A household that needs food today, as the desk has to know it for that: no street, no name of a diet."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.domain.planning import StopKind
from logistics.domain.states import PlanState, StopState
from logistics.persistence.tables import Household, HouseholdNeeds, PlanVersion, Route, Site, Stop


@dataclass(frozen=True, slots=True, kw_only=True)
class HouseholdInNeed:
    """`visits`: routes of today that come to them already, with the time; `to_clarify`: a need nobody has mapped, so no meal is safe."""

    id: uuid.UUID
    ref: str
    contact_name: str
    phone: str
    people: int
    is_active: bool
    is_placed: bool
    site_id: uuid.UUID
    to_clarify: bool
    visits: tuple[tuple[str, datetime], ...]


def household_in_need(session: Session, household_id: uuid.UUID, *, day: date) -> HouseholdInNeed:
    """Raises NotFound when this network has no such household."""
    row = session.scalar(select(Household).where(Household.id == household_id))
    if row is None:
        raise NotFound("There is no such household. Search for it again.")
    needs = session.scalar(select(HouseholdNeeds).where(HouseholdNeeds.household_id == row.id))
    visits = session.execute(
        select(Route.letter, Stop.service_at)
        .join(Route, Route.id == Stop.route_id)
        .join(PlanVersion, PlanVersion.id == Route.plan_id)
        .where(
            PlanVersion.state == PlanState.PUBLISHED,
            Route.service_date == day,
            Stop.household_id == row.id,
            Stop.kind == StopKind.DELIVERY,
            Stop.state != StopState.CANCELLED,
        )
        .order_by(Stop.service_at)
    )
    return HouseholdInNeed(
        id=row.id,
        ref=row.ref,
        contact_name=row.contact_name,
        phone=row.phone,
        people=row.adults + row.children,
        is_active=row.is_active,
        is_placed=session.get_one(Site, row.site_id).latitude is not None,
        site_id=row.site_id,
        to_clarify=bool(needs is not None and needs.unmapped),
        visits=tuple((visit.letter, visit.service_at) for visit in visits),
    )
