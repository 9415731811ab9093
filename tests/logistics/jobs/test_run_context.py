"""What the work of a run sees of its worker: reports that cost nothing, a pulse, and when to stop."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.states import RunState
from logistics.gateways.clock import SystemClock
from logistics.jobs.run_context import RunContext, WorkerStopping
from logistics.persistence.tables import SolveRun
from logistics.services.solve_runs import CURVE_MAX_POINTS, ClaimLost, claim_run
from tests.logistics.jobs.conftest import World
from tests.logistics.jobs.worker_process import write_plan


class Attempt:
    """One attempt at a run of this process's own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.run_id = world.request()
        self.stopping = threading.Event()
        with world.database.writing(world.network_id) as session:
            claim = claim_run(session, self.run_id, now=datetime.now(UTC))
        assert claim is not None
        self.context = RunContext(world.database, claim, clock=SystemClock(), worker_stopping=self.stopping)

    def row(self) -> SolveRun:
        """The run's row."""
        with self.world.database.reading(self.world.network_id) as session:
            return session.scalars(select(SolveRun).where(SolveRun.id == self.run_id)).one()

    def write(self) -> Callable[[Session], uuid.UUID]:
        """What stores a plan."""
        run = self.row()
        return lambda session: write_plan(session, run, cost=1)


@pytest.fixture
def attempt(world: World) -> Attempt:
    """On SQLite and on PostgreSQL."""
    return Attempt(world)


def test_the_row_shows_life_while_the_work_says_nothing(attempt: Attempt) -> None:
    """A solver that reports nothing for seconds is not taken for dead: its pulse goes on."""
    with attempt.context.beating():
        time.sleep(2.3)
        first = attempt.row().heartbeat_at
        time.sleep(2.6)
        second = attempt.row().heartbeat_at
    assert first is not None
    assert second is not None
    assert second > first


def test_reports_cost_the_solver_nothing(attempt: Attempt) -> None:
    """Ten thousand reports take less than half a second, and the last one is on the page soon after."""
    with attempt.context.beating():
        began = time.monotonic()
        for number in range(10_000):
            attempt.context.report("Looking", number // 10, 20_000 - number, number, 5)
        assert time.monotonic() - began < 0.5
        time.sleep(1.6)
        run = attempt.world.progress(attempt.run_id)
    assert (run.permille, run.best_cost, run.served) == (999, 10_001, 9_999)
    assert len(run.curve) <= CURVE_MAX_POINTS + 1
    assert run.curve[0][1] == 20_000
    assert run.curve[-1][1] == 10_001


def test_the_last_report_is_stored_with_the_plan(attempt: Attempt) -> None:
    """What was told just before the end is not lost, and figures left out of a report stay as they were."""
    attempt.context.report("Looking", 400, 77, 30, 2)
    attempt.context.report("Storing", 1000)
    attempt.context.finish(attempt.write())
    run = attempt.world.progress(attempt.run_id)
    assert (run.state, run.best_cost, run.served, run.unserved) == (RunState.FINISHED, 77, 30, 2)
    assert [cost for _, cost in run.curve] == [77]


def test_a_stop_is_asked_for_at_most_five_times_a_second(attempt: Attempt, monkeypatch: pytest.MonkeyPatch) -> None:
    """A solver may ask at every step: the database is asked seldom, and the answer is fresh within a fifth of a second."""
    asked = 0
    reading = attempt.world.database.reading

    def counted(network_id: uuid.UUID) -> object:
        nonlocal asked
        asked += 1
        return reading(network_id)

    monkeypatch.setattr(attempt.world.database, "reading", counted)
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        assert not attempt.context.should_stop()
    assert 2 <= asked <= 6
    monkeypatch.undo()
    attempt.world.planner.cancel(attempt.run_id)
    time.sleep(0.25)
    assert attempt.context.should_stop()


def test_work_cut_short_by_the_workers_stop_stores_nothing(attempt: Attempt) -> None:
    """What was found so far is not the plan that was asked for: the run is to be done again."""
    attempt.stopping.set()
    assert attempt.context.should_stop()
    with pytest.raises(WorkerStopping):
        attempt.context.finish(attempt.write())
    assert attempt.world.plan_count() == 0


def test_work_that_was_done_before_the_stop_is_stored(attempt: Attempt) -> None:
    """A plan that is complete when the worker is told to stop is kept: nobody has to wait for it twice."""
    assert not attempt.context.should_stop()
    attempt.stopping.set()
    attempt.context.finish(attempt.write())
    assert attempt.world.progress(attempt.run_id).state is RunState.FINISHED


def test_a_taken_run_stops_the_one_who_lost_it(attempt: Attempt) -> None:
    """When another worker has the run, the work is told to stop, and its plan is refused."""
    with attempt.world.database.writing(attempt.world.network_id) as session:
        claim_run(session, attempt.run_id, now=datetime.now(UTC))
    assert attempt.context.should_stop()
    with pytest.raises(ClaimLost):
        attempt.context.finish(attempt.write())
    assert attempt.world.plan_count() == 0
