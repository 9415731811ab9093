"""Nothing is kept longer than a network said: a look every hour, and what was erased is overwritten and on the list."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from logistics.domain.authority import Actor
from logistics.domain.errors import FoodRoundsError
from logistics.domain.retention import RetentionTimes
from logistics.persistence.database import Database
from logistics.queries.network import list_networks
from logistics.services.erasure_ledger import ErasureLedger
from logistics.services.retention import MOST_AT_ONCE, Kept, keep_times

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(hours=1)
SETTLE_EVERY = timedelta(minutes=1)


class KeepingTimes:
    """Looks every hour. Another worker may do it too: what is gone is gone."""

    def __init__(self, database: Database, home: Path) -> None:
        self._database = database
        self._ledger = ErasureLedger(database, home)
        self._looked_at: datetime | None = None
        self._settled_at: datetime | None = None

    def look_round(self, now: datetime) -> None:
        """Erase and remove what is over, unless this worker has looked a moment ago.

        First whoever a restored backup brought back, then each network's keeping times, mail on disk, and the freed bytes.
        """
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            self._settle(now)
            return
        self._looked_at = now
        self._ledger.replay(now=now)
        with self._database.unscoped_reading() as session:
            networks = list_networks(session)
        for network in networks:
            try:
                self._keep(network.id, now)
            except (SQLAlchemyError, FoodRoundsError) as error:
                # What one network holds must not stop the others.
                log.warning("Keeping times of network %s could not be kept: %s", network.id, type(error).__name__)
        self._ledger.remove_old_mail(now - timedelta(days=RetentionTimes().mail_days + 1))
        self._settled_at = None
        self._settle(now)

    def _keep(self, network_id: uuid.UUID, now: datetime) -> None:
        """Round after round, each in a transaction of its own, until nobody's time is over."""
        is_more = True
        while is_more:
            with self._database.writing(network_id) as session:
                kept = keep_times(session, Actor.system(network_id), now=now)
            self._ledger.write()
            self._ledger.clear_outbox(kept.addresses)
            _tell(kept)
            is_more = len(kept.erased) >= MOST_AT_ONCE

    def _settle(self, now: datetime) -> None:
        """Soon after a page erased somebody: onto the list, and the freed bytes overwritten."""
        if self._settled_at is not None and now - self._settled_at < SETTLE_EVERY:
            return
        self._settled_at = now
        self._ledger.write()
        if not self._ledger.wipe(now=now):
            log.warning("What was erased could not be overwritten yet: others hold the database. It is tried again")


def _tell(kept: Kept) -> None:
    for person_id in kept.erased:
        log.info("%s was erased: the keeping time was over", person_id)
    for person_id in kept.waiting:
        log.info("%s is to be erased as soon as no plan and no open follow-up needs it", person_id)
    if kept.removed:
        log.info("%d rows were over and removed", kept.removed)
