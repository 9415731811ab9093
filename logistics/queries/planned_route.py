"""One route of a plan by its id, and, for files that a logged choice adds them to, the people at its doors."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.persistence.tables import Household, Route, Site, Stop
from logistics.queries.driver_route import first_name
from logistics.queries.plan_rows import PlanHead, RouteRow
from logistics.queries.plan_view import plan_head, plan_view
from logistics.queries.withheld import withheld_households


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonAtDoor:
    """What a driver is told of a door, and no more."""

    first_name: str
    address: str
    postcode: str
    phone: str
    access_notes: str

    @property
    def lines(self) -> tuple[str, ...]:
        """The address, the phone and the notes, without blanks."""
        where = ", ".join(filter(None, (self.address, self.postcode)))
        return tuple(filter(None, (where, self.phone, self.access_notes)))


def planned_route(session: Session, route_id: uuid.UUID) -> tuple[PlanHead, RouteRow]:
    """The route and the plan it belongs to. Raises NotFound when this network has no such route."""
    found = session.execute(select(Route.plan_id, Route.service_date).where(Route.id == route_id)).one_or_none()
    if found is None:
        raise NotFound("There is no such route. Go back to the week.")
    head = plan_head(session, found.plan_id)
    view = plan_view(session, head, day=found.service_date)
    return head, next(route for route in view.routes if route.id == route_id)


def people_at_doors(session: Session, route_id: uuid.UUID) -> dict[uuid.UUID, PersonAtDoor]:
    """By stop. Whoever lives at a confidential address is not among them: such a door is in no file.

    Nor is whoever has us keep their data and not use it: files know those by number alone.
    """
    withheld = withheld_households(session)
    rows = session.execute(
        select(
            Stop.id,
            Stop.household_id,
            Household.contact_name,
            Household.phone,
            Site.address,
            Site.postcode,
            Site.access_notes,
        )
        .join(Household, Household.id == Stop.household_id)
        .join(Site, Site.id == Stop.site_id)
        .where(Stop.route_id == route_id, ~Household.confidential_address)
    )
    return {
        row.id: PersonAtDoor(
            first_name=first_name(row.contact_name),
            address=row.address,
            postcode=row.postcode,
            phone=row.phone,
            access_notes=row.access_notes,
        )
        for row in rows
        if row.household_id not in withheld
    }
