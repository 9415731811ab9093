"""What this process remembers of the days that boards look at, so that fifty open boards are not fifty times the work.

The facts of a day are read again only where a route's mark has changed, and all of them once a minute; a piece of a board that
many ask for at once is written once. Nothing here decides who may see it: the views do, before they ask.
"""

from __future__ import annotations

import uuid
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Lock

from logistics.bootstrap import Session
from logistics.queries.day_board import DayFacts, DayView, day_facts, day_view

FORGOTTEN_AFTER = timedelta(seconds=60)
MOST_DAYS = 16
MOST_PIECES = 1_000
"""A line of a route, or the head of a day: two or three kB each."""
MOST_READERS = 1_000


@dataclass(frozen=True, slots=True)
class _Held:
    facts: DayFacts
    read_at: datetime


class _Once[Key, Value]:
    """Values by key, each made by one thread while the others that want it wait; the longest unused go first."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self._making: dict[Key, Lock] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Value | None:
        with self._lock:
            if key in self._values:
                self._values.move_to_end(key)
            return self._values.get(key)

    def keep(self, key: Key, value: Value) -> Value:
        with self._lock:
            self._values[key] = value
            self._values.move_to_end(key)
            while len(self._values) > self._most:
                gone, _ = self._values.popitem(last=False)
                self._making.pop(gone, None)
        return value

    def turn(self, key: Key) -> Lock:
        with self._lock:
            return self._making.setdefault(key, Lock())


class KeptDays:
    """The facts of days and the written pieces of boards."""

    def __init__(self) -> None:
        self._days: _Once[tuple[uuid.UUID, date], _Held] = _Once(MOST_DAYS)
        self._views: _Once[tuple[uuid.UUID, date], tuple[datetime, DayView]] = _Once(MOST_DAYS)
        self._readers: _Once[tuple[uuid.UUID, uuid.UUID, date], bool] = _Once(MOST_READERS)
        self._pieces: _Once[tuple[object, ...], str] = _Once(MOST_PIECES)

    def facts(self, session: Session, network_id: uuid.UUID, day: date, *, now: datetime, told: str = "") -> DayFacts:
        """The day as the database has it in this session.

        `told`: the mark that a line told whoever asks. Where the day was read with that mark already, it is not looked at again.
        """
        key = (network_id, day)
        with self._days.turn(key):
            held = self._days.get(key)
            is_fresh = held is not None and timedelta() <= now - held.read_at < FORGOTTEN_AFTER
            known = held.facts if held is not None and is_fresh else None
            if known is not None and known.marks.whole == told:
                return known
            facts = day_facts(session, day, known=known)
            self._days.keep(key, _Held(facts, held.read_at if held is not None and is_fresh else now))
            return facts

    def view(self, session: Session, network_id: uuid.UUID, day: date, *, now: datetime, told: str = "") -> DayView:
        """The day as it looks in this minute: no time on a board is finer than that. `told` as for `facts`."""
        facts = self.facts(session, network_id, day, now=now, told=told)
        key, minute = (network_id, day), now.replace(second=0, microsecond=0)
        held = self._views.get(key)
        view = held[1] if held is not None and held[0] == minute else None
        if view is not None and view.mark == facts.marks.whole:
            return view
        known = {entry.route.letter: entry for entry in view.routes} if view is not None else {}
        view = day_view(facts, now=now, known=known)
        self._views.keep(key, (minute, view))
        return view

    def has_looked(self, network_id: uuid.UUID, account_id: uuid.UUID, day: date) -> bool:
        """Whether this process has noted that this reader looked at the day; from here on it has."""
        key = (network_id, account_id, day)
        known = self._readers.get(key) is not None
        self._readers.keep(key, True)
        return known

    def piece(self, key: tuple[object, ...], write: Callable[[], str]) -> str:
        """The piece of this key: written now, or before by somebody with the same one."""
        found = self._pieces.get(key)
        if found is not None:
            return found
        with self._pieces.turn(key):
            return self._pieces.get(key) or self._pieces.keep(key, write())
