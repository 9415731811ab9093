"""The rounds of a worker: runs that nobody queued are queued, runs of dead workers are taken from them."""

from __future__ import annotations

import logging
import uuid
from datetime import datetime, timedelta

from logistics.domain.states import RunState
from logistics.jobs.job_queue import JobQueue, JobState
from logistics.persistence.database import Database
from logistics.queries.solve_runs import OpenRun, open_runs
from logistics.services.solve_runs import take_from_the_dead

log = logging.getLogger(__name__)


class Rescue:
    """Looks after every open run of every network. Several workers may do it at once."""

    def __init__(self, database: Database, queue: JobQueue, *, silent_after: timedelta) -> None:
        self._database = database
        self._queue = queue
        self._silent_after = silent_after
        self._suspects: frozenset[OpenRun] = frozenset()

    def look_round(self, now: datetime) -> tuple[uuid.UUID, ...]:
        """Queue what nobody else will; returns the runs queued.

        A run whose row was committed but that never reached the queue is queued at once. One without a sign of life for
        `silent_after` is taken from its worker: it cannot store anything any more, whether it is dead or only slow.
        Two rounds must agree on that, for a run that waited long looks silent in the moment it is taken.
        """
        with self._database.unscoped_reading() as session:
            runs = open_runs(session)
        states = self._queue.states([run.run_id for run in runs])
        queued = tuple(run.run_id for run in runs if self._look_after(run, states[run.run_id], now))
        self._suspects = frozenset(run for run in runs if states[run.run_id] is not JobState.WAITING)
        return queued

    def _look_after(self, run: OpenRun, job: JobState, now: datetime) -> bool:
        if run.state is RunState.QUEUED and job is JobState.ABSENT:
            self._queue.put(run.run_id)
            log.info("Run %s was not in the queue and is now", run.run_id)
            return True
        if job is JobState.WAITING or now - run.touched_at < self._silent_after or run not in self._suspects:
            return False
        with self._database.writing(run.network_id) as session:
            if not take_from_the_dead(session, run.run_id, seen_at=run.touched_at, now=now):
                return False
        self._queue.put_again(run.run_id)
        log.warning("Run %s showed no life for %s and is queued again", run.run_id, now - run.touched_at)
        return True
