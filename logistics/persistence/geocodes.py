"""The geocoder's memory in the database: read at once, written later, so that asking for a place never waits for a lock."""

from __future__ import annotations

import threading

from logistics.gateways.clock import Clock
from logistics.gateways.geocoding.port import CachedAnswer, Placement
from logistics.persistence.database import Database
from logistics.persistence.tables import GeocodeEntry


class DatabaseGeocodeCache:
    """Answers kept in the table `geocodes`. New ones are held in memory until `save`, outside any other transaction.

    Written at once they would wait for the very write lock that the asking request holds (SQLite has one writer).
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._unsaved: dict[tuple[str, str], Placement | None] = {}
        self._lock = threading.Lock()

    def get(self, provider: str, query: str) -> CachedAnswer | None:
        """What the provider answered to this query, or None when it was never asked."""
        with self._lock:
            if (provider, query) in self._unsaved:
                return CachedAnswer(placement=self._unsaved[provider, query])
        with self._database.unscoped_reading() as session:
            row = session.get(GeocodeEntry, (query, provider))
            if row is None:
                return None
            if row.latitude is None or row.longitude is None or row.precision is None:
                return CachedAnswer(placement=None)
            return CachedAnswer(
                placement=Placement(
                    latitude=row.latitude, longitude=row.longitude, source=provider, precision=row.precision
                )
            )

    def put(self, provider: str, query: str, placement: Placement | None) -> None:
        """Keep an answer; None keeps the miss."""
        with self._lock:
            self._unsaved[provider, query] = placement

    def save(self) -> None:
        """Write what is new. Call it when no other writing session of this thread is open."""
        with self._lock:
            unsaved, self._unsaved = self._unsaved, {}
        if not unsaved:
            return
        with self._database.unscoped_writing() as session:
            for (provider, query), placement in unsaved.items():
                session.merge(
                    GeocodeEntry(
                        query=query,
                        source=provider,
                        latitude=placement.latitude if placement else None,
                        longitude=placement.longitude if placement else None,
                        precision=placement.precision if placement else None,
                        asked_at=self._clock.now(),
                    )
                )
