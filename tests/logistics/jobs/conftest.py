"""A network with one week to plan, a queue of its own, and worker processes that are gone when the test is."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select

from logistics.domain.authority import Actor
from logistics.domain.states import RunState
from logistics.domain.vocabulary import PlanMethod
from logistics.jobs.dbos_planner import DbosPlanner
from logistics.jobs.job_queue import JobQueue
from logistics.jobs.queue_database import queue_url
from logistics.persistence.database import Database, open_database
from logistics.persistence.tables import Network, PlanVersion, Week
from logistics.queries.solve_runs import RunProgress
from logistics.services.solve_runs import request_run
from tests.logistics.queues import drop_queue

ROOT = Path(__file__).parents[3]


class World:
    """One network, one week, and the hands to plan it with."""

    def __init__(self, database: Database, url: str, home: Path) -> None:
        self.database = database
        self.url = url
        self.home = home
        self.queue_url = queue_url(url, home)
        self.planner = DbosPlanner(database, JobQueue(self.queue_url))
        self.network_id = uuid.uuid4()
        self.week_id = uuid.uuid4()
        self.processes: list[subprocess.Popen[str]] = []
        with database.unscoped_writing() as session:
            session.add(Network(id=self.network_id, slug="bermondsey", name="Bermondsey"))
            session.flush()
            session.add(Week(id=self.week_id, network_id=self.network_id, monday=date(2026, 11, 30)))

    def another_week(self) -> uuid.UUID:
        """One more week of the same network."""
        week_id = uuid.uuid4()
        with self.database.writing(self.network_id) as session:
            weeks = session.scalar(select(func.count()).select_from(Week)) or 0
            session.add(Week(id=week_id, monday=date.fromordinal(date(2026, 11, 30).toordinal() + 7 * weeks)))
        return week_id

    def request(self, seconds: int = 1, week_id: uuid.UUID | None = None) -> uuid.UUID:
        """A committed run that nobody has queued yet."""
        with self.database.writing(self.network_id) as session:
            return request_run(
                session,
                Actor.system(self.network_id),
                week_id=week_id or self.week_id,
                method=PlanMethod.SOLVER,
                seconds=seconds,
                now=datetime.now(UTC),
            )

    def submitted(self, seconds: int = 1, week_id: uuid.UUID | None = None) -> uuid.UUID:
        """A committed run that is queued."""
        run_id = self.request(seconds, week_id)
        self.planner.submit(run_id)
        return run_id

    def start_worker(
        self, body: str = "steps", *, silent_after_s: float = 30, home: Path | None = None
    ) -> subprocess.Popen[str]:
        """A worker process; its log is read by `log_of`."""
        command = [sys.executable, "-m", "tests.logistics.jobs.worker_process"]
        command += [self.url, self.queue_url, str(home or self.home), body, str(silent_after_s)]
        log = self.home / f"worker-{len(self.processes)}.log"
        with log.open("w", encoding="utf-8") as file:
            process = subprocess.Popen(command, cwd=ROOT, stdout=file, stderr=subprocess.STDOUT, text=True)
        self.processes.append(process)
        return process

    def log_of(self, process: subprocess.Popen[str]) -> str:
        """What a worker has said so far."""
        return (self.home / f"worker-{self.processes.index(process)}.log").read_text(encoding="utf-8")

    def progress(self, run_id: uuid.UUID) -> RunProgress:
        """How far the run is, as a page would see it."""
        return self.planner.progress(run_id)

    def wait(self, run_id: uuid.UUID, until: Callable[[RunProgress], bool], *, within_s: float = 60) -> RunProgress:
        """The run as soon as it is so; fails with all that is known otherwise."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            run = self.progress(run_id)
            if until(run):
                return run
            time.sleep(0.03)
        logs = "\n".join(f"worker {n}: {self.log_of(p)}" for n, p in enumerate(self.processes))
        raise AssertionError(f"not within {within_s} s: {self.progress(run_id)}\n{logs}")

    def wait_for_end(self, run_id: uuid.UUID, *, within_s: float = 60) -> RunProgress:
        """The run once it has ended."""
        return self.wait(run_id, lambda run: not run.is_open, within_s=within_s)

    def wait_for_middle(self, run_id: uuid.UUID, *, attempt: int = 1) -> RunProgress:
        """The run once this attempt is in the middle of its work."""
        return self.wait(
            run_id,
            lambda run: run.state is RunState.RUNNING and run.attempts >= attempt and 200 <= run.permille < 900,
        )

    def plan_count(self) -> int:
        """How many plan versions there are."""
        with self.database.reading(self.network_id) as session:
            return session.scalar(select(func.count()).select_from(PlanVersion)) or 0

    def close(self) -> None:
        """Kill what is left of the processes and drop the queue."""
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
            process.wait(timeout=10)
        self.planner.close()
        drop_queue(self.queue_url)


@pytest.fixture
def world(upgraded_url: str, tmp_path: Path) -> Iterator[World]:
    """A world on SQLite and on PostgreSQL."""
    home = tmp_path / "home"
    home.mkdir()
    database = open_database(upgraded_url)
    world = World(database, upgraded_url, home)
    yield world
    world.close()
    database.close()


def kill_9(process: subprocess.Popen[str]) -> None:
    """As the kernel does when memory runs out."""
    os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
