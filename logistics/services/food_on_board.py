"""Food is handed over after it was collected: what a delivery asks of the pickups before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from logistics.domain.errors import RuleBroken
from logistics.domain.states import StopState
from logistics.persistence.tables import Organisation, Route, Stop
from logistics.queries.route_events import OPEN_STOPS
from logistics.queries.supply import supplying_pickups
from logistics.services.delivery_details import given_of


def require_on_board(session: Session, route: Route, stop: Stop, details: Mapping[str, Any]) -> None:
    """Raises RuleBroken, with what to do, when something that is handed over here has not been collected."""
    stops = session.scalars(
        select(Stop).where(Stop.route_id == route.id).order_by(Stop.sequence).options(selectinload(Stop.items))
    ).all()
    behind = supplying_pickups(session, stops)
    given = given_of(stop, details)
    # Goods for a hub are weighed, not counted: their quantity is 0 and all of them are handed in.
    needed = {behind[item.id] for item in stop.items if item.id in behind and (given[item.id] or not item.quantity)}
    missing = {pickup for pickup in needed if pickup.state is not StopState.COMPLETED}
    if not missing:
        return
    places = _places(session, missing)
    if any(pickup.state not in OPEN_STOPS for pickup in missing):
        raise RuleBroken(
            f"This food is not on board: the pickup at {places} was reported as failed. "
            "Report “None left” here, or ring the on-call number."
        )
    raise RuleBroken(
        f"This food is not on board yet: collect it first at {places}. "
        "If you have it already, report that pickup as loaded, then this stop."
    )


def _places(session: Session, pickups: set[Stop]) -> str:
    ids = {pickup.organisation_id for pickup in pickups}
    names = session.scalars(select(Organisation.name).where(Organisation.id.in_(ids)).order_by(Organisation.name))
    return " and ".join(names) or "its pickup"
