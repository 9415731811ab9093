"""Open lines from a process to the boards that watch a day: one thread asks the database, and wakes those whose day has changed.

A line carries marks, and once it knows what its board has, the pieces that changed. Each line is one sleeping thread of the
server; there are so many at most, and a board that gets none asks for the mark every few seconds instead.
"""

from __future__ import annotations

import json
import logging
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import date
from threading import Condition, Event, Thread
from typing import Any, NamedTuple

from logistics.gateways.metrics import OPEN_BOARDS
from logistics.queries.day_marks import DayMarks

log = logging.getLogger(__name__)

LOOK_EVERY_S = 0.5
HEARTBEAT_S = 10.0
"""After so long without news a line says that it is there; that is how a board that has gone is noticed."""
AGAIN_AFTER_MS = 3000


class Place(NamedTuple):
    """What is watched: a network's day."""

    network_id: uuid.UUID
    day: date


News = Callable[[DayMarks, frozenset[str]], str]
"""Writes the pieces of a board at these marks: what is not of one route, and the routes of these letters."""


class DayWatch:
    """The lines of one process. `read` asks the database for a place's marks; `most` is how many lines there may be."""

    def __init__(self, read: Callable[[Place], DayMarks], *, most: int) -> None:
        self._read, self._most = read, most
        self.heartbeat_s = HEARTBEAT_S
        self._changed = Condition()
        self._watched: Counter[Place] = Counter()
        self._marks: dict[Place, DayMarks] = {}
        self._over = Event()
        self._looks: Thread | None = None

    def take(self, place: Place) -> bool:
        """Take a line, to be given back with `leave`; False when all are taken or the process stops."""
        with self._changed:
            if self._over.is_set() or self._watched.total() >= self._most:
                return False
            self._watched[place] += 1
            OPEN_BOARDS.inc()
            if self._looks is None:
                self._looks = Thread(target=self._look, name="day-watch", daemon=True)
                self._looks.start()
            return True

    def leave(self, place: Place) -> None:
        """Give a line back. The thread ends with the last one."""
        with self._changed:
            self._watched[place] -= 1
            OPEN_BOARDS.dec()
            self._watched += Counter()  # what nobody watches is forgotten
            self._marks = {known: marks for known, marks in self._marks.items() if known in self._watched}
            self._changed.notify_all()

    def end(self) -> None:
        """Let every line end now, and give out no more."""
        # No lock: this runs in a signal's handler, where the thread that is interrupted may hold it.
        self._over.set()
        Thread(target=self._wake, daemon=True).start()

    @property
    def lines(self) -> int:
        """How many are taken."""
        with self._changed:
            return self._watched.total()

    def messages(self, place: Place, *, last_id: str, is_open: Callable[[], bool], news: News) -> Iterator[str]:
        """What goes over a line that was taken: the marks whenever they are not those of `last_id`, and a heartbeat.

        From the second marks on they come with the pieces of the routes that changed between the two. It ends when `is_open`
        (asked before each piece and at each heartbeat) says that whoever listens may not any more, or the process stops.
        """
        yield f"retry: {AGAIN_AFTER_MS}\n\n"
        known, told = last_id, self._known(place, last_id)
        heard_at = time.monotonic()
        while not self._over.is_set():
            marks = self._next(place, known, heard_at + self.heartbeat_s - time.monotonic())
            if self._over.is_set():
                return
            is_heartbeat = time.monotonic() - heard_at >= self.heartbeat_s
            if (is_heartbeat or (marks is not None and told is not None)) and not is_open():
                yield "event: over\ndata:\n\n"
                return
            if marks is not None:
                yield _message(marks, told, news)
                known, told = marks.whole, marks
            elif told is None:
                told = self._known(place, known)
            if is_heartbeat:
                heard_at = time.monotonic()
                yield ": still here\n\n"

    def _known(self, place: Place, mark: str) -> DayMarks | None:
        """The marks of a board that says what it has, if they are those of this moment."""
        with self._changed:
            marks = self._marks.get(place)
        return marks if marks is not None and marks.whole == mark else None

    def _next(self, place: Place, known: str, patience_s: float) -> DayMarks | None:
        def is_news() -> bool:
            return self._over.is_set() or (place in self._marks and self._marks[place].whole != known)

        with self._changed:
            self._changed.wait_for(is_news, timeout=max(0.0, patience_s))
            marks = self._marks.get(place)
        return None if marks is None or marks.whole == known else marks

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _look(self) -> None:
        while True:
            with self._changed:
                if self._over.is_set() or not self._watched:
                    self._looks = None
                    return
                places = list(self._watched)
            for place in places:
                self._look_at(place)
            with self._changed:
                self._changed.wait_for(lambda: self._over.is_set() or not self._watched, timeout=LOOK_EVERY_S)

    def _look_at(self, place: Place) -> None:
        try:
            marks = self._read(place)
        except Exception as error:  # noqa: BLE001 - a database that is away for a moment must not end the only thread that looks
            log.warning("could not read the marks of network %s: %s", place.network_id, type(error).__qualname__)
            return
        with self._changed:
            if place in self._watched and self._marks.get(place) != marks:
                self._marks[place] = marks
                self._changed.notify_all()


def _message(marks: DayMarks, told: DayMarks | None, news: News) -> str:
    """`told`: the marks that went over this line before; without any, only the board knows what it lacks, and fetches it."""
    data: dict[str, Any] = marks.as_json
    if told is not None:
        changed = frozenset(letter for letter, mark in marks.routes.items() if told.routes.get(letter) != mark)
        try:
            data["news"] = news(marks, changed)
        except Exception as error:  # noqa: BLE001 - a board that gets no pieces fetches them; its line must not break
            log.warning("could not write the news of a board: %s", type(error).__qualname__)
        else:
            data["changed"] = sorted(changed)
    return f"id: {marks.whole}\ndata: {json.dumps(data, separators=(',', ':'))}\n\n"
