"""The durable queue of solve runs: DBOS's own database, and the few things we ask of it.

A run's id is its workflow's id, so a run cannot be queued twice. The workflow's only argument is that id: no personal
data ever reaches the queue's tables.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from dbos import DBOSClient, EnqueueOptions
from sqlalchemy import Engine

from logistics.jobs.queue_database import prepare_queue, queue_engine

APPLICATION = "food-rounds"
APPLICATION_VERSION = "plans-1"
"""Which workflows a worker takes. Constant over releases: a run that waited through an upgrade is planned by the new one."""

QUEUE = "plans"
QUEUE_NOW = "replans"
"""For a running day: it never waits behind a plan of a whole week."""
WORKFLOW = "plan_week"
POLL_EVERY_S = 0.25


class JobState(StrEnum):
    """Where a run stands in the queue, whatever its row says."""

    ABSENT = "absent"
    WAITING = "waiting"
    TAKEN = "taken"
    OVER = "over"


_STATES = {"ENQUEUED": JobState.WAITING, "DELAYED": JobState.WAITING, "PENDING": JobState.TAKEN}


class JobQueue:
    """The queue as seen from outside a worker's workflows. Connects at first use, so it may be made before a fork."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._client: DBOSClient | None = None
        self._engine: Engine | None = None

    def register(self, *, concurrency: int) -> None:
        """Make the queue known, or change how many runs each worker takes at once."""
        self._connected().register_queue(
            QUEUE,
            worker_concurrency=concurrency,
            polling_interval_sec=POLL_EVERY_S,
            application_name=APPLICATION,
        )
        self._connected().register_queue(
            QUEUE_NOW, worker_concurrency=1, polling_interval_sec=POLL_EVERY_S, application_name=APPLICATION
        )

    def put(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Queue a run; an urgent one does not wait for the others. One that is queued, taken or over already is left alone."""
        options: EnqueueOptions = {
            "workflow_name": WORKFLOW,
            "queue_name": QUEUE_NOW if urgent else QUEUE,
            "workflow_id": str(run_id),
            "app_version": APPLICATION_VERSION,
        }
        self._connected().enqueue(options, str(run_id))

    def put_again(self, run_id: uuid.UUID) -> None:
        """Queue a run whatever became of it before: its worker is dead, or let go of it."""
        state = self.states([run_id])[run_id]
        if state is JobState.OVER:
            self._connected().delete_workflow(str(run_id))
        if state is JobState.TAKEN:
            self._connected().resume_workflow(str(run_id), queue_name=QUEUE)
        else:
            self.put(run_id)

    def states(self, run_ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, JobState]:
        """Where each of these runs stands."""
        found: dict[uuid.UUID, JobState] = dict.fromkeys(run_ids, JobState.ABSENT)
        if run_ids:
            rows: list[Any] = self._connected().list_workflows(
                workflow_ids=[str(run_id) for run_id in run_ids], load_input=False, load_output=False
            )
            found |= {uuid.UUID(row.workflow_id): _STATES.get(row.status, JobState.OVER) for row in rows}
        return found

    def close(self) -> None:
        """Give back the connections."""
        if self._client is not None:
            self._client.destroy()
            self._client = None
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def _connected(self) -> DBOSClient:
        if self._client is None:
            prepare_queue(self.url)
            self._engine = queue_engine(self.url)
            # An unreachable queue must surface as an error at once: the row is safe, and the worker's rounds queue it.
            self._client = DBOSClient(
                system_database_url=self.url,
                system_database_engine=self._engine,
                application_name=APPLICATION,
                retry_connection_errors=False,
            )
        return self._client
