"""Kills a planning worker with -9, again and again, in the middle of one plan: the plan ends once and whole.

Each case plans the demo week with the real worker and kills it ten times at moments that a seed draws: anywhere in the
solving, or (`end` cases) around the moment in which the plan is stored. Then the worker is left alone, and the case looks
at what there is: one plan version for each run, without a fault by the independent checker, and no run left over.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.prove import Proof
from logistics.bootstrap import Services
from logistics.domain.authority import Actor
from logistics.domain.states import RunState
from logistics.domain.vocabulary import PlanMethod
from logistics.jobs.assembly import build_planning_services
from logistics.jobs.dbos_planner import DbosPlanner
from logistics.jobs.job_queue import JobQueue, JobState
from logistics.jobs.queue_database import queue_url
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import PlanVersion
from logistics.queries.solve_runs import RunProgress, open_runs
from logistics.services.check_plan import check_plan
from logistics.services.demo_week import DemoWeek, load_demo_week
from logistics.services.freeze_demand import open_week
from logistics.services.solve_runs import request_run
from logistics.settings import Settings
from tests.databases import postgres_database, postgres_server, sqlite_database
from tests.logistics.queues import drop_queue

ROOT = Path(__file__).parents[2]
KILLS = 10
REDUCED_KILLS = 2
CASES = 20
SOLVE_S = 3
END_WITHIN_S = 60.0


def cases_of(reduced: bool, *, seeds: int, kills: int, reduced_kills: int) -> Sequence[str]:
    """`DATABASE-SEED-KILLS` for proofs of their own. PostgreSQL cases are there only where a server answers."""
    databases = ["sqlite", "postgresql"] if postgres_server().url else ["sqlite"]
    if reduced:
        return [f"{database}-0-{reduced_kills}" for database in databases]
    return [f"{database}-{seed}-{kills}" for seed in range(seeds) for database in databases]


def cases(reduced: bool) -> Sequence[str]:
    """`DATABASE-WHEN-SEED-KILLS`. PostgreSQL cases are there only where a server answers."""
    databases = ["sqlite", "postgresql"] if postgres_server().url else ["sqlite"]
    if reduced:
        return [f"{database}-mid-0-{REDUCED_KILLS}" for database in databases]
    return [
        f"{database}-{'end' if seed % 4 == 3 else 'mid'}-{seed}-{KILLS}"
        for seed in range(CASES)
        for database in databases
    ]


def run(case: str) -> Mapping[str, Any]:
    """Plan one week under kills; raises AssertionError when the plan is lost, doubled, torn or faulty."""
    database, when, seed, kills = case.split("-")
    with tempfile.TemporaryDirectory(prefix="rounds-kill9-") as folder, database_of(database, Path(folder)) as url:
        environment = {"ROUNDS_DATABASE_URL": url, "ROUNDS_HOME": folder}
        settings = Settings.from_environment(environment)
        upgrade_schema(settings.database_url)
        services = build_planning_services(settings)
        try:
            attack = _Attack(services, environment, random.Random(f"{seed}-{when}"), around_the_end=when == "end")
            return attack.run(int(kills))
        finally:
            services.close()
            drop_queue(queue_url(settings.database_url, settings.home))


PROOF = Proof(
    claim="However often the worker is killed with -9 in the middle of a plan, the plan ends once, and nothing is lost.",
    cases=cases,
    run=run,
)


@dataclass(frozen=True, slots=True)
class _Attack:
    services: Services
    environment: Mapping[str, str]
    chance: random.Random
    around_the_end: bool

    def run(self, kills: int) -> Mapping[str, Any]:
        """Kill so often; where a plan ends before its kills are used up, the next one gets the rest."""
        demo = load_demo_week(self.services.database, today=date(2026, 11, 25), geocoder=self.services.geocoder)
        killed_in: list[str] = []
        resumed_s: list[float] = []
        attempts: list[int] = []
        while len(killed_in) < kills:
            ended = self._plan_under_fire(self._request(demo), kills, killed_in, resumed_s)
            attempts.append(ended.attempts)
            self._look_at(ended, demo.network_id, plans=len(attempts))
        return {"killed_in": killed_in, "attempts": attempts, "slowest_resume_s": max(resumed_s)}

    def _plan_under_fire(
        self, run_id: uuid.UUID, kills: int, killed_in: list[str], resumed_s: list[float]
    ) -> RunProgress:
        planner = self.services.planner
        assert isinstance(planner, DbosPlanner)
        planner.submit(run_id)
        worker = self._start()
        attempt = 0
        try:
            while len(killed_in) < kills:
                attempt += 1
                at = self._strike(planner, run_id, attempt=attempt)
                if at is None:
                    break
                worker.kill()
                worker.wait(timeout=10)
                killed_in.append(f"{at.phase} {at.permille}")
                began = time.monotonic()
                worker = self._start()
                _taken_up(planner, run_id, attempts=at.attempts)
                resumed_s.append(round(time.monotonic() - began, 2))
            assert _wait(planner, run_id, lambda run: not run.is_open), f"no end: {planner.progress(run_id)}"
            self._wait_until_the_queue_knows(run_id)
            return planner.progress(run_id)
        finally:
            worker.terminate()
            worker.wait(timeout=30)

    def _request(self, demo: DemoWeek) -> uuid.UUID:
        with self.services.database.writing(demo.network_id) as session:
            return request_run(
                session,
                Actor.system(demo.network_id),
                week_id=open_week(session, demo.week).id,
                method=PlanMethod.SOLVER,
                seconds=SOLVE_S,
                now=self.services.clock.now(),
            )

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "logistics.cli", "worker"]
        environment = {**os.environ, **self.environment, "ROUNDS_LOG_LEVEL": "error"}
        return subprocess.Popen(command, cwd=ROOT, env=environment)

    def _strike(self, planner: DbosPlanner, run_id: uuid.UUID, *, attempt: int) -> RunProgress | None:
        """Wait for the moment to kill; None when the run has ended before it."""
        share = 800 if self.around_the_end else self.chance.randint(0, 700)
        reached = _wait(
            planner,
            run_id,
            lambda run: (
                not run.is_open or (run.attempts >= attempt and run.state is RunState.RUNNING and run.permille >= share)
            ),
        )
        assert reached, f"attempt {attempt} came to nothing: {planner.progress(run_id)}"
        time.sleep(self.chance.uniform(0, 1.2 if self.around_the_end else 0.1))
        at = planner.progress(run_id)
        return at if at.is_open else None

    def _look_at(self, ended: RunProgress, network_id: uuid.UUID, *, plans: int) -> None:
        services = self.services
        assert ended.state is RunState.FINISHED, ended
        with services.database.reading(network_id) as session:
            stored = session.scalar(select(func.count()).select_from(PlanVersion))
            assert stored == plans, f"{stored} plan versions after {plans} runs"
            assert ended.plan_id is not None
            faults = check_plan(session, ended.plan_id, roads=services.roads)
            assert not faults, faults[0].sentence
        with services.database.unscoped_reading() as session:
            assert open_runs(session) == (), "a run was left over"

    def _wait_until_the_queue_knows(self, run_id: uuid.UUID) -> None:
        """A kill between the end of the run and the queue's note of it is put right by the next worker."""
        settings = self.services.settings
        queue = JobQueue(queue_url(settings.database_url, settings.home))
        try:
            deadline = time.monotonic() + END_WITHIN_S
            while queue.states([run_id]) != {run_id: JobState.OVER}:
                assert time.monotonic() < deadline, f"the queue still holds the run: {queue.states([run_id])}"
                time.sleep(0.1)
        finally:
            queue.close()


def _taken_up(planner: DbosPlanner, run_id: uuid.UUID, *, attempts: int) -> None:
    """Return once a worker has made one more attempt, or found that the kill came after the end."""
    if not _wait(planner, run_id, lambda run: run.attempts > attempts or not run.is_open):
        raise AssertionError(f"not taken up again: {planner.progress(run_id)}")


def _wait(planner: DbosPlanner, run_id: uuid.UUID, until: Callable[[RunProgress], bool]) -> bool:
    deadline = time.monotonic() + END_WITHIN_S
    while time.monotonic() < deadline:
        if until(planner.progress(run_id)):
            return True
        time.sleep(0.03)
    return False


@contextmanager
def database_of(kind: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database of that kind."""
    made = sqlite_database(folder) if kind == "sqlite" else postgres_database()
    with made as url:
        yield url
