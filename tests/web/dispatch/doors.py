"""Doors of a published route, and what was photographed there."""

from __future__ import annotations

import uuid

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.planning import StopKind
from logistics.persistence.tables import DeliveryEvent, DoorPhoto, Route, Stop
from tests.web.dispatch.planned import MADE, a_route
from tests.web.world import World


def a_door(world: World) -> uuid.UUID:
    """The id of a door on a published route."""
    a_route(world)
    # Not of whichever route comes first: one may only carry goods to a hub.
    with world.session() as session:
        found: uuid.UUID = session.query(Stop.id).filter_by(kind=StopKind.DELIVERY).order_by(Stop.id).limit(1).scalar()
    return found


def a_door_photo(world: World) -> uuid.UUID:
    """A photo of unfit food at a door; what is in it no page reads."""
    stop_id = a_door(world)
    with world.session() as session:
        route = session.query(Route).join(Stop, Stop.route_id == Route.id).filter(Stop.id == stop_id).one()
        route_id, volunteer_id = route.id, route.volunteer_id
    event_id = world.add(
        DeliveryEvent(
            id=uuid.uuid4(), route_id=route_id, stop_id=stop_id, volunteer_id=volunteer_id, happened_at=MADE,
            received_at=MADE, kind=DeliveryEventKind.STOP_FAILED, details={"reason": "food_unfit"},
        )
    )  # fmt: skip
    return world.add(
        DoorPhoto(
            id=uuid.uuid4(), event_id=event_id, stop_id=stop_id, volunteer_id=volunteer_id, taken_at=MADE,
            received_at=MADE, width_px=1, height_px=1, jpeg=b"jpeg",
        )
    )  # fmt: skip
