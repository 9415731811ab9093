"""Once a day, the donation slots of every network's schedules are made for the weeks ahead, and offers of days gone by expire."""

from __future__ import annotations

import logging
from datetime import date, datetime

from logistics.domain.authority import Actor
from logistics.domain.week import LONDON
from logistics.persistence.database import Database
from logistics.queries.network import list_networks
from logistics.services.expired_offers import expire_offers
from logistics.services.made_ahead import make_slots_ahead

log = logging.getLogger(__name__)


class SlotsAhead:
    """Looks at the date, and does the day's work once for each. Another worker may do it too: twice is once."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._done_for: date | None = None

    def look_round(self, now: datetime) -> None:
        """Make what is missing, unless this worker has done so today."""
        today = now.astimezone(LONDON).date()
        if self._done_for == today:
            return
        with self._database.unscoped_reading() as session:
            networks = list_networks(session)
        for network in networks:
            with self._database.writing(network.id) as session:
                ahead = make_slots_ahead(session, Actor.system(network.id), now=now)
                expired = expire_offers(session, Actor.system(network.id), now=now)
            if ahead.made:
                log.info("Network %s: %d donation slots made ahead", network.id, ahead.made)
            if expired:
                log.info("Network %s: %d offers that nobody confirmed have expired", network.id, expired)
        self._done_for = today
