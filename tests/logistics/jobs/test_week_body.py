"""The real work in the real worker: the demo week is planned, stopped, killed and cancelled."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import func, select

from logistics.domain.authority import Actor
from logistics.domain.states import RunState
from logistics.domain.vocabulary import PlanMethod
from logistics.jobs.assembly import build_planning_services
from logistics.jobs.dbos_planner import DbosPlanner
from logistics.persistence.tables import PlanVersion
from logistics.queries.solve_runs import RunProgress
from logistics.services.check_plan import check_plan
from logistics.services.demo_week import load_demo_week
from logistics.services.freeze_demand import open_week
from logistics.services.solve_runs import request_run
from logistics.settings import Settings
from tests.logistics.queues import drop_queue

ROOT = Path(__file__).parents[3]


class DemoPlanning:
    """The demo network, a run of its week, and `rounds worker`."""

    def __init__(self, url: str, home: Path) -> None:
        self.environment = {"ROUNDS_DATABASE_URL": url, "ROUNDS_HOME": str(home)}
        self.services = build_planning_services(Settings.from_environment(self.environment))
        assert isinstance(self.services.planner, DbosPlanner)
        self.planner = self.services.planner
        self.workers: list[subprocess.Popen[bytes]] = []
        demo = load_demo_week(self.services.database, today=date(2026, 11, 25), geocoder=self.services.geocoder)
        self.network_id, self.week = demo.network_id, demo.week

    def submit(self, seconds: int) -> uuid.UUID:
        """A run that is queued."""
        with self.services.database.writing(self.network_id) as session:
            run_id = request_run(
                session,
                Actor.system(self.network_id),
                week_id=open_week(session, self.week).id,
                method=PlanMethod.SOLVER,
                seconds=seconds,
                now=self.services.clock.now(),
            )
        self.planner.submit(run_id)
        return run_id

    def start(self) -> subprocess.Popen[bytes]:
        """One more `rounds worker`."""
        command = [sys.executable, "-m", "logistics.cli", "worker"]
        worker = subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.environment})
        self.workers.append(worker)
        return worker

    def wait(self, run_id: uuid.UUID, until: Callable[[RunProgress], bool], within_s: float = 60) -> RunProgress:
        """The run once it is so."""
        deadline = time.monotonic() + within_s
        while not until(run := self.planner.progress(run_id)):
            assert time.monotonic() < deadline, f"not within {within_s} s: {run}"
            time.sleep(0.03)
        return run

    def plans(self) -> int:
        """How many plan versions there are."""
        with self.services.database.reading(self.network_id) as session:
            return session.scalar(select(func.count()).select_from(PlanVersion)) or 0

    def faults(self, plan_id: uuid.UUID) -> list[str]:
        """What the independent checker says about a stored plan."""
        with self.services.database.reading(self.network_id) as session:
            return [fault.sentence for fault in check_plan(session, plan_id, roads=self.services.roads)]


@pytest.fixture
def planning(upgraded_url: str, tmp_path: Path) -> Iterator[DemoPlanning]:
    """On SQLite and on PostgreSQL."""
    from logistics.jobs.queue_database import queue_url

    planning = DemoPlanning(upgraded_url, tmp_path / "home")
    yield planning
    for worker in planning.workers:
        worker.kill()
        worker.wait(timeout=10)
    planning.planner.close()
    planning.services.close()
    drop_queue(queue_url(upgraded_url, tmp_path / "home"))


def test_a_killed_week_is_planned_once(planning: DemoPlanning) -> None:
    """kill -9 in mid-solve, then SIGTERM in mid-solve: the third worker ends the week with one plan that the checker passes."""
    run_id = planning.submit(seconds=2)
    for end in (subprocess.Popen.kill, subprocess.Popen.terminate):
        worker = planning.start()
        before = planning.planner.progress(run_id).attempts
        planning.wait(run_id, lambda run, before=before: run.attempts > before and 100 < run.permille < 900)
        end(worker)
        worker.wait(timeout=30)
    assert planning.planner.progress(run_id).state is RunState.QUEUED
    planning.start()
    run = planning.wait(run_id, lambda run: not run.is_open)
    assert (run.state, run.attempts) == (RunState.FINISHED, 2), "the stop in good order is not counted"
    assert planning.plans() == 1
    assert run.plan_id is not None
    assert planning.faults(run.plan_id) == []
    assert (run.served or 0) > 0


def test_a_cancelled_week_keeps_a_whole_plan(planning: DemoPlanning) -> None:
    """A cancel in the middle of a long solve ends soon with a plan of the whole week that the checker passes."""
    run_id = planning.submit(seconds=600)
    planning.start()
    planning.wait(run_id, lambda run: (run.served or 0) > 0)
    asked = time.monotonic()
    planning.planner.cancel(run_id)
    run = planning.wait(run_id, lambda run: not run.is_open)
    assert time.monotonic() - asked < 60
    assert run.state is RunState.CANCELLED
    assert run.plan_id is not None
    assert planning.faults(run.plan_id) == []
