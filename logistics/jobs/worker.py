"""The worker: takes solve runs from the queue, one at a time unless told otherwise, and sees each to its end.

What a crash leaves behind: the row is RUNNING, its workflow is taken by this worker's name. A worker that starts under
the same name gets it back at once; any other takes it when the row has shown no life for a while.
"""

from __future__ import annotations

import logging
import threading
import time
import traceback
import uuid
from datetime import timedelta
from pathlib import Path

from dbos import DBOS, DBOSConfig
from sqlalchemy import Engine
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError

from logistics.domain.errors import FoodRoundsError
from logistics.gateways.clock import Clock, SystemClock
from logistics.gateways.fault_reports import tell_fault
from logistics.gateways.metrics import JOBS, PLAN_SECONDS
from logistics.jobs.door_photos_forgotten import DoorPhotosForgotten
from logistics.jobs.forms_forgotten import FormsForgotten
from logistics.jobs.job_queue import (
    APPLICATION,
    APPLICATION_VERSION,
    QUEUE,
    QUEUE_NOW,
    WORKFLOW,
    JobQueue,
)
from logistics.jobs.keeping_times import KeepingTimes
from logistics.jobs.queue_database import QUEUE_TROUBLE, queue_engine, quieten
from logistics.jobs.rescue import Rescue
from logistics.jobs.run_context import PlanBody, RunContext, WorkerStopping
from logistics.jobs.slots_ahead import SlotsAhead
from logistics.jobs.worker_name import worker_name
from logistics.persistence.database import Database
from logistics.queries.solve_runs import network_of_run
from logistics.services.solve_runs import Claim, ClaimLost, claim_run, fail_run, finish_run, release_run

log = logging.getLogger(__name__)

LOOK_EVERY_S = 2.0
SILENT_AFTER_S = 30.0
STOP_WITHIN_S = 10

FAULT = (
    "Planning stopped because of a fault in the program; nothing was changed. Plan the week again. "
    "If it happens again, tell whoever runs your server."
)


class _LeftInTheQueue(BaseException):
    """Ends a workflow's thread without an outcome: DBOS records none for it, so the run can be handed out again."""


class Worker:
    """Plans until told to stop. One per process: DBOS keeps one instance for each."""

    def __init__(
        self,
        database: Database,
        *,
        body: PlanBody,
        queue_url: str,
        home: Path,
        concurrency: int = 1,
        silent_after_s: float = SILENT_AFTER_S,
        clock: Clock | None = None,
    ) -> None:
        self._database = database
        self._body = body
        self._queue = JobQueue(queue_url)
        self._home = home
        self._concurrency = concurrency
        self._clock = clock or SystemClock()
        self._rescue = Rescue(database, self._queue, silent_after=timedelta(seconds=silent_after_s))
        self._ahead = SlotsAhead(database)
        self._forms = FormsForgotten(database)
        self._photos = DoorPhotosForgotten(database)
        self._keeping = KeepingTimes(database, home)
        self._engine: Engine | None = None
        self._stopping = threading.Event()
        self._at_work: set[uuid.UUID] = set()
        self._released: set[uuid.UUID] = set()

    def stop(self) -> None:
        """Ask `run` to end: nothing more is taken, and what is at work goes back to the queue. Safe in a signal handler."""
        self._stopping.set()

    def run(self) -> bool:
        """Plan until `stop`; False when some work did not hear of it in time, and the process must simply end.

        That work is not lost: the next worker of this name takes it up.
        """
        with worker_name(self._home) as name:
            self._launch(name)
            log.info("Worker %s is ready", name)
            try:
                while not self._stopping.wait(LOOK_EVERY_S):
                    self._look_round()
            finally:
                self._stopping.set()
                self._shut_down()
            log.info("Worker %s has stopped", name)
        return not self._at_work

    def _launch(self, name: str) -> None:
        # Before DBOS starts: it then polls the queue at once.
        self._queue.register(concurrency=self._concurrency)
        self._engine = queue_engine(self._queue.url)
        config: DBOSConfig = {
            "name": APPLICATION,
            "system_database_url": self._queue.url,
            "system_database_engine": self._engine,
            "application_version": APPLICATION_VERSION,
            "executor_id": name,
            "log_level": "ERROR",
            "enable_otlp": False,
            "conductor_key": None,
        }
        DBOS(config=config)

        # Attempts are counted in the run's own row, where the dispatcher is told the reason.
        @DBOS.workflow(name=WORKFLOW, max_recovery_attempts=None)
        def plan_week(run_id: str) -> str:
            return self._workflow(run_id)

        DBOS.listen_queues([QUEUE, QUEUE_NOW])
        DBOS.launch()
        quieten()
        self._look_round()

    def _look_round(self) -> None:
        try:
            self._rescue.look_round(self._clock.now())
        except QUEUE_TROUBLE as error:
            log.warning("The worker could not look after open runs: %s", type(error).__name__)
        try:
            self._ahead.look_round(self._clock.now())
        except SQLAlchemyError as error:
            log.warning("The worker could not make donation slots ahead: %s", type(error).__name__)
        try:
            self._forms.look_round(self._clock.now())
        except SQLAlchemyError as error:
            log.warning("The worker could not remove forms that are over: %s", type(error).__name__)
        try:
            self._photos.look_round(self._clock.now())
        except SQLAlchemyError as error:
            log.warning("The worker could not delete photos that are over: %s", type(error).__name__)
        try:
            self._keeping.look_round(self._clock.now())
        except (SQLAlchemyError, FoodRoundsError, OSError) as error:
            log.warning("The worker could not keep the keeping times: %s", type(error).__name__)

    def _shut_down(self) -> None:
        # Nothing is taken from here on; the wait is over as soon as no workflow is at work.
        DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=STOP_WITHIN_S)
        for run_id in self._released:
            try:
                self._queue.put_again(run_id)
            except QUEUE_TROUBLE as error:
                log.warning("Run %s waits for a worker of this name: %s", run_id, type(error).__name__)
        self._queue.close()
        if self._engine is not None:
            self._engine.dispose()

    def _workflow(self, run_id_text: str) -> str:
        """The durable workflow. Returns once the run has ended; otherwise leaves it in the queue."""
        run_id = uuid.UUID(run_id_text)
        self._at_work.add(run_id)
        try:
            self._see_to(run_id)
        except (SQLAlchemyError, ClaimLost) as error:
            log.warning("Run %s was left for later: %s", run_id, type(error).__name__)
            raise _LeftInTheQueue from error
        finally:
            self._at_work.discard(run_id)
        return run_id_text

    def _see_to(self, run_id: uuid.UUID) -> None:
        with self._database.unscoped_reading() as session:
            network_id = network_of_run(session, run_id)
        with self._database.writing(network_id) as session:
            claim = claim_run(session, run_id, now=self._clock.now())
        if claim is None:
            return
        log.info("Run %s: attempt %d", run_id, claim.attempt)
        began = time.monotonic()
        outcome = "planned"
        context = RunContext(self._database, claim, clock=self._clock, worker_stopping=self._stopping)
        try:
            with context.beating():
                self._body(run_id, network_id, context)
            self._conclude(claim, context)
        except WorkerStopping:
            outcome = "left"
            self._release(claim, counted=False)
        except (OperationalError, InterfaceError):
            # The database went away, not the work: try again, a limited number of times.
            outcome = "left"
            self._release(claim, counted=True)
        except ClaimLost:
            outcome = "left"
            raise
        except FoodRoundsError as error:
            outcome = "refused"
            self._fail(claim, str(error), error)
        except Exception as error:  # noqa: BLE001 - whatever the work raises must end its run, with a sentence
            outcome = "failed"
            self._fail(claim, FAULT, error)
            tell_fault(error, run_id=str(claim.run_id))
        finally:
            JOBS.labels(outcome=outcome).inc()
            PLAN_SECONDS.observe(time.monotonic() - began)
        log.info("Run %s: attempt %d ended after %.1f s", run_id, claim.attempt, time.monotonic() - began)

    def _conclude(self, claim: Claim, context: RunContext) -> None:
        """A body may return without a plan when it was told to stop; else that is a fault of the program."""
        if context.outcome is not None:
            return
        if context.interrupted:
            raise WorkerStopping
        if not context.cancelled:
            raise RuntimeError("the body of a run returned without finishing it")
        with self._database.writing(claim.network_id) as session:
            finish_run(session, claim, None, now=self._clock.now())

    def _release(self, claim: Claim, *, counted: bool) -> None:
        with self._database.writing(claim.network_id) as session:
            release_run(session, claim, counted=counted, now=self._clock.now())
        self._released.add(claim.run_id)
        raise _LeftInTheQueue

    def _fail(self, claim: Claim, sentence: str, error: Exception) -> None:
        """The log gets the kind of fault and its place; the message may hold a person's data and stays out."""
        frames = traceback.extract_tb(error.__traceback__)
        where = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
        log.error("Run %s failed: %s at %s", claim.run_id, type(error).__name__, where)
        with self._database.writing(claim.network_id) as session:
            fail_run(session, claim, sentence, now=self._clock.now())
