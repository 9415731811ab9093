"""What the work of a run may ask of its worker: tell how far it is, hear whether to stop, and end the run once.

A thread of its own writes to the run's row, so that the solver never waits for the database, and the row shows life also
while the solver holds the thread that the work runs in.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from logistics.domain.states import RunState
from logistics.gateways.clock import Clock
from logistics.persistence.database import Database
from logistics.services.solve_runs import (
    CURVE_MAX_POINTS,
    Claim,
    ClaimLost,
    ProgressNote,
    cancel_requested,
    finish_run,
    record_progress,
)

log = logging.getLogger(__name__)

BEAT_EVERY_S = 2.0
WRITE_AT_MOST_EVERY_S = 0.5
ASK_AT_MOST_EVERY_S = 0.2

NOTHING_YET = ProgressNote(phase="Starting", permille=0, best_cost=None, served=None, unserved=None, curve=())

type PlanBody = Callable[[uuid.UUID, uuid.UUID, RunContext], None]
"""The work of a run: `body(run_id, network_id, context)`. It ends by `context.finish`, or returns without a plan.

It may run again from the start after an interruption, so what it does before `finish` must be harmless to repeat.
"""


class WorkerStopping(Exception):
    """The worker was asked to stop while this run was at work."""


class RunContext:
    """The worker's side of one attempt at a run. Its methods may be called from any thread."""

    def __init__(self, database: Database, claim: Claim, *, clock: Clock, worker_stopping: threading.Event) -> None:
        self._database = database
        self._claim = claim
        self._clock = clock
        self._worker_stopping = worker_stopping
        self._began = time.monotonic()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._ended = threading.Event()
        self._note = NOTHING_YET
        self._is_news = False
        self._cancelled = False
        self._lost = False
        self._interrupted = False
        self._asked_at = -ASK_AT_MOST_EVERY_S
        self.outcome: RunState | None = None

    def report(
        self,
        phase: str,
        permille: int,
        best_cost: int | None = None,
        served: int | None = None,
        unserved: int | None = None,
    ) -> None:
        """Tell how far the work is: a few words, 0 to 1000, and the best plan so far; figures left out stay as they were.

        Returns at once and may be called often. Pages see the latest within about half a second.
        """
        with self._lock:
            before = self._note
            self._note = ProgressNote(
                phase=phase,
                permille=min(1000, max(0, permille)),
                best_cost=before.best_cost if best_cost is None else best_cost,
                served=before.served if served is None else served,
                unserved=before.unserved if unserved is None else unserved,
                curve=before.curve if best_cost is None else self._longer(before.curve, best_cost),
            )
            self._is_news = True
        self._wake.set()

    def should_stop(self) -> bool:
        """Whether to end with the best plan found so far. Asks the database at most five times a second.

        Once True it stays True. When the reason is that the worker stops, or that another worker has the run, `finish`
        stores nothing.
        """
        if self._worker_stopping.is_set():
            self._interrupted = True
        if self._cancelled or self._lost or self._interrupted:
            return True
        with self._lock:
            due = time.monotonic() - self._asked_at >= ASK_AT_MOST_EVERY_S
            if due:
                self._asked_at = time.monotonic()
        if due:
            try:
                with self._database.reading(self._claim.network_id) as session:
                    self._cancelled = cancel_requested(session, self._claim)
            except ClaimLost:
                self._lost = True
            except SQLAlchemyError as error:
                log.warning("Run %s could not ask whether to stop: %s", self._claim.run_id, type(error).__name__)
        return self._cancelled or self._lost

    def finish(self, write: Callable[[Session], uuid.UUID] | None) -> None:
        """Store the plan and end the run, both in one transaction: `write` adds the rows and returns the plan's id.

        None ends a cancelled run that has no plan yet. Raises WorkerStopping when the work was cut short by the worker's
        stop, and ClaimLost when another worker has the run: nothing is stored then, and the body lets both pass.
        """
        if self._interrupted and not self._cancelled:
            raise WorkerStopping
        with self._database.writing(self._claim.network_id) as session:
            outcome = finish_run(session, self._claim, write, note=self._news(), now=self._clock.now())
        self.outcome = outcome

    @property
    def cancelled(self) -> bool:
        """Whether a cancel was heard."""
        return self._cancelled

    @property
    def interrupted(self) -> bool:
        """Whether the work was told to stop because the worker stops."""
        return self._interrupted and not self._cancelled

    @contextmanager
    def beating(self) -> Iterator[None]:
        """Keeps the row showing life, and writes what is reported, while the block runs."""
        thread = threading.Thread(target=self._beat, name=f"beat-{self._claim.run_id}", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._wake.set()
            thread.join(timeout=10)

    def _beat(self) -> None:
        while not self._ended.is_set() and not self._lost:
            self._wake.wait(timeout=BEAT_EVERY_S)
            self._wake.clear()
            if self._ended.is_set():
                return
            self._write()
            self._ended.wait(timeout=WRITE_AT_MOST_EVERY_S)

    def _longer(self, curve: tuple[tuple[int, int], ...], cost: int) -> tuple[tuple[int, int], ...]:
        """The curve with one more point where the cost is another one; the first and the latest point always stay."""
        if curve and curve[-1][1] == cost:
            return curve
        if len(curve) >= CURVE_MAX_POINTS:
            curve = (curve[0], *curve[1:-1:2], curve[-1])
        return (*curve, (int((time.monotonic() - self._began) * 1000), cost))

    def _news(self) -> ProgressNote | None:
        """What was reported and is not written yet."""
        with self._lock:
            note = self._note if self._is_news else None
            self._is_news = False
        return note

    def _write(self) -> None:
        note = self._news()
        try:
            with self._database.writing(self._claim.network_id) as session:
                if record_progress(session, self._claim, note, now=self._clock.now()):
                    self._cancelled = True
        except ClaimLost:
            # Also when the body has just finished the run: nothing is lost then.
            self._lost = self.outcome is None and not self._ended.is_set()
        except SQLAlchemyError as error:
            log.warning("Run %s could not show life: %s", self._claim.run_id, type(error).__name__)
