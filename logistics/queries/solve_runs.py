"""How far a solve run is, as the pages and the jobs need to know it: frozen rows."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.errors import NotFound
from logistics.domain.states import RunState
from logistics.domain.vocabulary import PlanMethod
from logistics.domain.week import IsoWeek
from logistics.persistence.tables import SolveRun, Week

OPEN_STATES = (RunState.QUEUED, RunState.RUNNING)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunProgress:
    """A run as a page shows it.

    `curve` holds (milliseconds since the planner began, best cost so far), oldest first; the cost falls while a day is
    improved and rises when a day is added. `plan_id` is the plan it ended
    with, also after a cancel that kept one. `error` is a sentence for the dispatcher, empty unless the run failed.
    """

    run_id: uuid.UUID
    week_id: uuid.UUID
    week: IsoWeek
    method: PlanMethod
    seconds: int
    seed: int
    state: RunState
    cancel_requested: bool
    phase: str
    permille: int
    best_cost: int | None
    curve: tuple[tuple[int, int], ...]
    served: int | None
    unserved: int | None
    error: str
    plan_id: uuid.UUID | None
    attempts: int
    requested_at: datetime
    started_at: datetime | None
    ended_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is still waiting or at work: the page asks again."""
        return self.state in OPEN_STATES


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenRun:
    """A run that has not ended, as the worker's rounds look at it. `touched_at` is the last sign of life."""

    run_id: uuid.UUID
    network_id: uuid.UUID
    state: RunState
    touched_at: datetime


def run_progress(session: Session, run_id: uuid.UUID) -> RunProgress:
    """How far this run is. Raises NotFound when this network has no such run."""
    run = session.scalar(select(SolveRun).where(SolveRun.id == run_id))
    if run is None:
        raise NotFound("There is no such planning run. Go back to the week and plan it again.")
    return _progress(session, run)


def latest_run(session: Session, week_id: uuid.UUID) -> RunProgress | None:
    """The run of this week that was asked for last; None when it was never planned. Re-plans of a running day are none."""
    run = session.scalar(
        select(SolveRun)
        .where(SolveRun.week_id == week_id, SolveRun.method != PlanMethod.REPLANNED)
        .order_by(SolveRun.requested_at.desc(), SolveRun.id)
        .limit(1)
    )
    return None if run is None else _progress(session, run)


def network_of_run(session: Session, run_id: uuid.UUID) -> uuid.UUID:
    """The network a run belongs to, asked in an unscoped session by a job that knows the run's id only."""
    network_id = session.scalar(select(SolveRun.network_id).where(SolveRun.id == run_id))
    if network_id is None:
        raise NotFound("There is no such planning run.")
    return network_id


def open_runs(session: Session) -> tuple[OpenRun, ...]:
    """Every run that has not ended, of every network when the session is unscoped, the longest waiting first."""
    rows = session.execute(
        select(SolveRun.id, SolveRun.network_id, SolveRun.state, SolveRun.heartbeat_at, SolveRun.requested_at)
        .where(SolveRun.state.in_(OPEN_STATES))
        .order_by(SolveRun.requested_at, SolveRun.id)
    )
    return tuple(
        OpenRun(run_id=run_id, network_id=network_id, state=state, touched_at=heartbeat_at or requested_at)
        for run_id, network_id, state, heartbeat_at, requested_at in rows
    )


def _progress(session: Session, run: SolveRun) -> RunProgress:
    return RunProgress(
        run_id=run.id,
        week_id=run.week_id,
        week=IsoWeek.of(session.get_one(Week, run.week_id).monday),
        method=run.method,
        seconds=run.seconds,
        seed=run.seed,
        state=run.state,
        cancel_requested=run.cancel_requested,
        phase=run.phase,
        permille=run.progress_permille,
        best_cost=run.best_cost,
        curve=tuple((int(elapsed_ms), int(cost)) for elapsed_ms, cost in run.cost_curve),
        served=run.served,
        unserved=run.unserved,
        error=run.error,
        plan_id=run.plan_id,
        attempts=run.attempts,
        requested_at=run.requested_at,
        started_at=run.started_at,
        ended_at=run.ended_at,
    )
