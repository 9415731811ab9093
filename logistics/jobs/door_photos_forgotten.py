"""Photos taken at doors are deleted when the days that their network keeps them are over."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from logistics.domain.authority import Actor
from logistics.persistence.database import Database
from logistics.queries.network import list_networks
from logistics.services.door_photos import forget_door_photos

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=10)


class DoorPhotosForgotten:
    """Looks every ten minutes. Another worker may do it too: what is gone is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looked_at: datetime | None = None

    def look_round(self, now: datetime) -> None:
        """Delete what is over in every network, unless this worker has looked a moment ago."""
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        with self._database.unscoped_reading() as session:
            networks = list_networks(session)
        for network in networks:
            with self._database.writing(network.id) as session:
                gone = forget_door_photos(session, Actor.system(network.id), now=now)
            if gone:
                log.info("Network %s: %d photos taken at doors were deleted", network.id, gone)
        self._looked_at = now
