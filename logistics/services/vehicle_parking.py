"""Keep what each kind of vehicle spends on parking: planning and checking go by it for the plans made from then on."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.parking import VehicleParking
from logistics.domain.rules import PlanningRules
from logistics.persistence.tables import Network
from logistics.services import audit


def vehicle_parking_of(session: Session, network_id: uuid.UUID) -> VehicleParking:
    """The figures as they stand."""
    return PlanningRules.from_settings(session.get_one(Network, network_id).settings).vehicle_parking_s


def set_vehicle_parking(session: Session, actor: Actor, parking: VehicleParking, *, now: datetime) -> None:
    """Replace all of them; none ends it. Plans made before keep what they were made with. Raises Forbidden."""
    actor.require(Permission.EDIT_SETTINGS)
    network = session.get_one(Network, actor.network_id, with_for_update=True)
    seconds = parking.to_settings()
    network.settings = {**network.settings, "vehicle_parking_s": seconds}
    audit.note(session, actor, "change", "vehicle_parking", network.id, now=now, **seconds)
