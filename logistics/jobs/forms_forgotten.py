"""Forms that were saved half-way and not finished in seven days are removed."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from logistics.persistence.database import Database
from logistics.services.saved_forms import forget_forms

log = logging.getLogger(__name__)

LOOK_EVERY = timedelta(minutes=10)


class FormsForgotten:
    """Looks every ten minutes. Another worker may do it too: what is gone is gone."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._looked_at: datetime | None = None

    def look_round(self, now: datetime) -> None:
        """Remove what is over, unless this worker has looked a moment ago."""
        if self._looked_at is not None and now - self._looked_at < LOOK_EVERY:
            return
        with self._database.unscoped_writing() as session:
            gone = forget_forms(session, now=now)
        if gone:
            log.info("%d forms that nobody finished were removed", gone)
        self._looked_at = now
