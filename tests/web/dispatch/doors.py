"""Doors of a published route."""

from __future__ import annotations

import uuid

from logistics.domain.planning import StopKind
from logistics.persistence.tables import Stop
from tests.web.dispatch.planned import a_route
from tests.web.world import World


def a_door(world: World) -> uuid.UUID:
    """The id of a door on a published route."""
    a_route(world)
    # Not of whichever route comes first: one may only carry goods to a hub.
    with world.session() as session:
        found: uuid.UUID = session.query(Stop.id).filter_by(kind=StopKind.DELIVERY).order_by(Stop.id).limit(1).scalar()
    return found
