"""Kills with -9 while a running day is planned again: the worker in the middle of its work, and the page in the middle of publishing.

Each case plans the demo week, drives its busiest lunch to the middle, and lets the volunteer with the most open doors drop out.
The worker is killed at moments that a seed draws and started again: the request is worked out in the end, and the running plan
stays as it is meanwhile. Then a process that accepts a proposal is killed at moments between its start and its commit, again and
again until one gets through: before that nothing has changed, and after it everything has.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from datetime import time as wall_time
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.proofs.kill9 import cases_of, database_of
from benchmarks.prove import Proof
from benchmarks.running_day import busiest_lunch, drive_until, most_open
from logistics.bootstrap import Services
from logistics.domain.authority import Actor
from logistics.domain.replanning import ReplanReason, ReplanState
from logistics.domain.states import PlanState
from logistics.domain.vocabulary import PlanMethod
from logistics.domain.week import LONDON
from logistics.jobs.assembly import build_planning_services
from logistics.jobs.queue_database import queue_url
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import DeliveryEvent, PlanVersion, Replan, ReplanProposal
from logistics.services.check_plan import check_plan
from logistics.services.demo_week import load_demo_week
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import publish_plan
from logistics.services.replans import AskedReplan, RouteTrouble, ask_replan_of_route
from logistics.settings import Settings
from tests.logistics.queues import drop_queue

ROOT = Path(__file__).parents[2]
CASES = 10
KILLS = 6
REDUCED_KILLS = 2
END_WITHIN_S = 120.0


def cases(reduced: bool) -> Sequence[str]:
    """`DATABASE-SEED-KILLS`: so many kills of the worker and as many of the accepting process."""
    return cases_of(reduced, seeds=CASES, kills=KILLS, reduced_kills=REDUCED_KILLS)


def run(case: str) -> Mapping[str, Any]:
    """Raises AssertionError when a request is lost, a plan is half published, or the checker finds a fault."""
    database, seed, kills = case.split("-")
    with tempfile.TemporaryDirectory(prefix="rounds-kill9-") as folder, database_of(database, Path(folder)) as url:
        environment = {"ROUNDS_DATABASE_URL": url, "ROUNDS_HOME": folder}
        settings = Settings.from_environment(environment)
        upgrade_schema(settings.database_url)
        services = build_planning_services(settings)
        try:
            return _Attack.prepared(services, environment, random.Random(seed)).run(int(kills))
        finally:
            services.close()
            drop_queue(queue_url(settings.database_url, settings.home))


PROOF = Proof(
    claim="Killed with -9 at any moment of a re-plan, no request is lost and no plan is half published.",
    cases=cases,
    run=run,
)


@dataclass(frozen=True, slots=True)
class _Attack:
    services: Services
    environment: Mapping[str, str]
    chance: random.Random
    network_id: uuid.UUID
    noon: datetime
    plan_id: uuid.UUID
    asked: AskedReplan

    @classmethod
    def prepared(cls, services: Services, environment: Mapping[str, str], chance: random.Random) -> _Attack:
        """The demo week planned, published and driven to the middle of its busiest lunch; somebody drops out."""
        demo = load_demo_week(services.database, today=date(2026, 11, 25), geocoder=services.geocoder)
        order = PlanOrder(week=demo.week, method=PlanMethod.SOLVER, seconds=2)
        made = datetime.combine(demo.week.monday - timedelta(days=3), wall_time(12), UTC)
        plan_id = plan_week(services.database, demo.network_id, order, roads=services.roads, now=made)
        actor = Actor.system(demo.network_id)
        with services.database.writing(demo.network_id) as session:
            publish_plan(session, actor, plan_id, now=made)
        with services.database.reading(demo.network_id) as session:
            day = busiest_lunch(session, plan_id)
        noon = datetime.combine(day, wall_time(12, 30), LONDON).astimezone(UTC)
        drive_until(services.database, demo.network_id, day, noon)
        with services.database.writing(demo.network_id) as session:
            route_id = most_open(session, plan_id, day)
            trouble = RouteTrouble(reason=ReplanReason.VOLUNTEER_OUT)
            asked = ask_replan_of_route(session, actor, route_id, trouble, now=noon)
        return cls(services, environment, chance, demo.network_id, noon, plan_id, asked)

    def run(self, kills: int) -> Mapping[str, Any]:
        """Kill the worker, then the accepting process; look at the rows after each."""
        before = self._events()
        attempts = self._worked_out_under_fire(kills)
        tries = self._accepted_under_fire(kills)
        assert self._events() == before, "an event was lost"
        return {"worker_kills": kills, "worker_attempts": attempts, "accept_tries": tries}

    def _worked_out_under_fire(self, kills: int) -> int:
        self.services.planner.submit(self.asked.run_id, urgent=True)
        for _ in range(kills):
            worker = self._worker()
            time.sleep(self.chance.uniform(1.0, 9.0))
            worker.kill()
            worker.wait(timeout=10)
            assert self._published() == [self.plan_id], "the running plan changed while proposals were worked out"
        worker = self._worker()
        try:
            deadline = time.monotonic() + END_WITHIN_S
            while self._replan_state() is not ReplanState.READY or self._is_open():
                assert time.monotonic() < deadline, "the request was not worked out"
                time.sleep(0.2)
        finally:
            worker.terminate()
            worker.wait(timeout=30)
        return self.services.planner.progress(self.asked.run_id).attempts  # type: ignore[attr-defined]  # the durable one

    def _accepted_under_fire(self, kills: int) -> int:
        tries = 0
        while True:
            tries += 1
            process = subprocess.Popen(self._accepting(), cwd=ROOT, env={**os.environ, **self.environment})
            if tries <= kills:
                time.sleep(self.chance.uniform(0.5, 8.0))
                process.kill()
            process.wait(timeout=END_WITHIN_S)
            if self._replan_state() is ReplanState.ACCEPTED:
                self._look(is_new=True)
                return tries
            self._look(is_new=False)
            assert tries <= kills, "accepting came to nothing although nobody disturbed it"

    def _look(self, *, is_new: bool) -> None:
        """Everything or nothing: one published version, whole and without a fault."""
        published = self._published()
        assert len(published) == 1, f"{len(published)} versions are out"
        assert (published != [self.plan_id]) == is_new
        with self.services.database.reading(self.network_id) as session:
            versions = session.scalar(select(func.count()).select_from(PlanVersion))
            assert versions == (2 if is_new else 1), f"{versions} versions"
            for plan_id in session.scalars(select(PlanVersion.id)):
                faults = check_plan(session, plan_id, roads=self.services.roads)
                assert not faults, faults[0].sentence

    def _published(self) -> list[uuid.UUID]:
        with self.services.database.reading(self.network_id) as session:
            return list(session.scalars(select(PlanVersion.id).where(PlanVersion.state == PlanState.PUBLISHED)))

    def _replan_state(self) -> ReplanState:
        with self.services.database.reading(self.network_id) as session:
            return session.get_one(Replan, self.asked.replan_id).state

    def _is_open(self) -> bool:
        return bool(self.services.planner.progress(self.asked.run_id).is_open)  # type: ignore[attr-defined]  # the durable one

    def _events(self) -> int:
        with self.services.database.reading(self.network_id) as session:
            return session.scalar(select(func.count()).select_from(DeliveryEvent)) or 0

    def _worker(self) -> subprocess.Popen[bytes]:
        ahead_s = (self.noon - datetime.now(UTC)).total_seconds()
        command = [sys.executable, "-m", "tests.browser.planning_worker", str(ahead_s), str(os.getpid())]
        return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **self.environment, "ROUNDS_LOG_LEVEL": "error"})

    def _accepting(self) -> list[str]:
        with self.services.database.reading(self.network_id) as session:
            asked = session.get_one(Replan, self.asked.replan_id)
            first = session.scalars(
                select(ReplanProposal.id).where(ReplanProposal.replan_id == asked.id).order_by(ReplanProposal.number)
            ).first()
            assert first is not None, "no proposal was kept"
            assert asked.made_at is not None
            now = asked.made_at + timedelta(minutes=1)
        return [sys.executable, "-m", "benchmarks.accepting", str(self.network_id), str(first), now.isoformat()]
