"""A worker as a process of its own, whose work is small and takes a known number of steps.

    python -m tests.logistics.jobs.worker_process DATABASE_URL QUEUE_URL HOME BODY SILENT_AFTER_S

`steps` sleeps a twentieth of a second per step, twenty steps for each second of the run's time, finds a better plan at each, and stores a plan
version in the end. Its result depends on nothing but the run, so a second store would show.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
import threading
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.errors import RuleBroken
from logistics.domain.states import PlanState
from logistics.jobs.run_context import RunContext
from logistics.jobs.worker import Worker
from logistics.persistence.database import Database, open_database
from logistics.persistence.tables import DemandSnapshot, PlanVersion, SolveRun

STEP_S = 0.05
STEPS_PER_S = 20


class Steps:
    """Work that can be watched: it costs 1000 less at each step."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __call__(self, run_id: uuid.UUID, network_id: uuid.UUID, context: RunContext) -> None:
        with self._database.reading(network_id) as session:
            run = session.scalars(select(SolveRun).where(SolveRun.id == run_id)).one()
        steps = run.seconds * STEPS_PER_S
        done = 0
        for done in range(1, steps + 1):
            time.sleep(STEP_S)
            context.report(
                "Looking for better routes", 1000 * done // steps, 1_000_000 - 1000 * done, done, steps - done
            )
            if context.should_stop():
                break
        context.finish(lambda session: write_plan(session, run, cost=1_000_000 - 1000 * done))


def write_plan(session: Session, run: SolveRun, *, cost: int) -> uuid.UUID:
    """A plan version with the next free number, from a snapshot of its own."""
    number = 1 + (session.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.week_id == run.week_id)) or 0)
    now = datetime.now(UTC)
    snapshot = DemandSnapshot(id=uuid.uuid4(), week_id=run.week_id, number=number, taken_at=now)
    session.add(snapshot)
    session.flush()
    plan = PlanVersion(
        id=uuid.uuid4(),
        week_id=run.week_id,
        snapshot_id=snapshot.id,
        number=number,
        state=PlanState.PROPOSED,
        method=run.method,
        engine="steps",
        roads_engine="none",
        roads_is_estimate=True,
        cost=cost,
        distance_m=0,
        duration_s=0,
        made_at=now,
    )
    session.add(plan)
    return plan.id


def dies_always(run_id: uuid.UUID, network_id: uuid.UUID, context: RunContext) -> None:
    """Work that brings its process down, as one that eats all memory does."""
    os.kill(os.getpid(), signal.SIGKILL)


def breaks_a_rule(run_id: uuid.UUID, network_id: uuid.UUID, context: RunContext) -> None:
    """Work that finds out it cannot be done, and says why."""
    raise RuleBroken("No driver has a shift in this week. Add a shift and plan again.")


def has_a_fault(run_id: uuid.UUID, network_id: uuid.UUID, context: RunContext) -> None:
    """Work with a programming error whose message names a person."""
    raise KeyError("Mrs Amira Haddad, 12 Grange Road")


def never_asks(run_id: uuid.UUID, network_id: uuid.UUID, context: RunContext) -> None:
    """Work that is deaf to every wish to stop."""
    time.sleep(600)


def main() -> None:
    """Run the worker until SIGTERM."""
    url, queue, home, body, silent_after_s = sys.argv[1:]
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    database = open_database(url)
    bodies = {"steps": Steps(database)} | {f.__name__: f for f in (dies_always, breaks_a_rule, has_a_fault, never_asks)}
    worker = Worker(database, body=bodies[body], queue_url=queue, home=Path(home), silent_after_s=float(silent_after_s))
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=worker.stop).start())
    clean = worker.run()
    logging.shutdown()
    os._exit(0 if clean else 3)


if __name__ == "__main__":
    main()
