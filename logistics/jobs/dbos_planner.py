"""The planner port on DBOS, as web processes and commands use it: it submits and asks, and never plans itself."""

from __future__ import annotations

import logging
import uuid

from logistics.domain.authority import Actor
from logistics.gateways.clock import Clock, SystemClock
from logistics.jobs.job_queue import JobQueue
from logistics.jobs.queue_database import QUEUE_TROUBLE
from logistics.persistence.database import Database
from logistics.queries.solve_runs import RunProgress, network_of_run, run_progress
from logistics.services.solve_runs import request_cancel

log = logging.getLogger(__name__)


class DbosPlanner:
    """Hands committed solve runs to the workers (`logistics.gateways.planner.Planner`)."""

    def __init__(self, database: Database, queue: JobQueue, *, clock: Clock | None = None) -> None:
        self._database = database
        self._queue = queue
        self._clock = clock or SystemClock()

    def submit(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Have this run solved; submitting it again does nothing. An urgent one waits for no other.

        Its row is committed already. Should the queue be out of reach, the run is not lost: a worker finds the row and
        queues it by itself within seconds of being able to.
        """
        try:
            self._queue.put(run_id, urgent=urgent)
        except QUEUE_TROUBLE as error:
            log.warning("Run %s stays for the worker to find: the queue gave %s", run_id, type(error).__name__)

    def cancel(self, run_id: uuid.UUID) -> None:
        """Stop looking for better routes; the best plan found so far is kept."""
        network_id = self._network_of(run_id)
        with self._database.writing(network_id) as session:
            request_cancel(session, Actor.system(network_id), run_id, now=self._clock.now())

    def progress(self, run_id: uuid.UUID) -> RunProgress:
        """How far it is, read from its row. Raises NotFound."""
        with self._database.reading(self._network_of(run_id)) as session:
            return run_progress(session, run_id)

    def result(self, run_id: uuid.UUID) -> uuid.UUID | None:
        """The plan version it ended with; None while it is open, and when it ended without a plan."""
        return self.progress(run_id).plan_id

    def close(self) -> None:
        """Give back the connections to the queue."""
        self._queue.close()

    def _network_of(self, run_id: uuid.UUID) -> uuid.UUID:
        with self._database.unscoped_reading() as session:
            return network_of_run(session, run_id)
