"""A solve run from wish to end: asked for, claimed by a worker, reported, cancelled, finished. Each is one short step.

A claim carries the number of its attempt. Whoever writes for a run shows it, so that a worker that was taken for dead and
comes back cannot write over the one that took its place: that is what makes a run end once.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Permission
from logistics.domain.errors import BadInput, Conflict, FoodRoundsError, NotFound, RuleBroken
from logistics.domain.states import RunState, WeekState, change
from logistics.domain.vocabulary import PlanMethod
from logistics.persistence.tables import SolveRun, Week
from logistics.queries.solve_runs import OPEN_STATES

MAX_ATTEMPTS = 12
"""A run that brought its worker down this often is given up. Stopping a worker in good order is not counted."""

CURVE_MAX_POINTS = 300
LONGEST_SECONDS = 86_400


class ClaimLost(FoodRoundsError):
    """Another worker holds this run now, or it has ended: whatever was found here is not to be stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """A worker's right to a run, for one attempt. What to do is in the run itself."""

    run_id: uuid.UUID
    network_id: uuid.UUID
    attempt: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressNote:
    """What a worker tells of a run. `curve` is the whole curve of this attempt: (elapsed_ms, best cost)."""

    phase: str
    permille: int
    best_cost: int | None
    served: int | None
    unserved: int | None
    curve: tuple[tuple[int, int], ...]


def request_run(
    session: Session,
    actor: Actor,
    *,
    week_id: uuid.UUID,
    method: PlanMethod,
    seconds: int,
    seed: int = 0,
    now: datetime,
) -> uuid.UUID:
    """Ask for a week to be planned; returns the run's id, to be submitted once this is committed.

    Raises Conflict when this week is being planned already (two taps make one run), RuleBroken when the
    week is closed.
    """
    actor.require(Permission.PLAN_WEEK)
    if not 1 <= seconds <= LONGEST_SECONDS:
        raise BadInput(
            "Planning needs a time.", {"seconds": f"Choose between 1 and {LONGEST_SECONDS} seconds of planning."}
        )
    # The lock on the week makes two requests at the same moment wait for each other.
    week = session.scalar(select(Week).where(Week.id == week_id).with_for_update())
    if week is None:
        raise NotFound("There is no such week in this network.")
    if week.state is WeekState.CLOSED:
        raise RuleBroken("This week is closed: what happened in it can be read, not planned. Choose a later week.")
    if session.scalar(
        select(SolveRun.id).where(
            SolveRun.week_id == week_id,
            SolveRun.state.in_(OPEN_STATES),
            SolveRun.method != PlanMethod.REPLANNED,  # a running day never waits for the planning of its week
        )
    ):
        raise Conflict("This week is being planned already. Wait for it, or stop it and plan again.")
    run = SolveRun(
        id=uuid.uuid4(),
        week_id=week_id,
        method=method,
        seconds=seconds,
        seed=seed,
        requested_by=actor.account_id,
        requested_at=now,
    )
    session.add(run)
    session.flush()
    return run.id


def request_cancel(session: Session, actor: Actor, run_id: uuid.UUID, *, now: datetime) -> RunState:
    """Stop looking for better routes. One that waits ends at once; one at work ends with the best plan it has.

    A run that has ended stays as it ended: the state returned says so.
    """
    actor.require(Permission.PLAN_WEEK)
    run = _locked(session, run_id)
    if run.state not in OPEN_STATES:
        return run.state
    run.cancel_requested = True
    if run.state is RunState.QUEUED:
        _end(run, RunState.CANCELLED, now=now)
    return run.state


def claim_run(session: Session, run_id: uuid.UUID, *, now: datetime) -> Claim | None:
    """Take a run for one attempt; None when it has ended, or has brought its worker down too often and ends here.

    A run that another attempt holds is taken over: only the queue hands runs out, and that attempt is known to be dead.
    """
    run = _locked(session, run_id)
    if run.state not in OPEN_STATES:
        return None
    if run.attempts >= MAX_ATTEMPTS:
        _end(run, RunState.FAILED, now=now)
        run.error = (
            f"Planning was cut off {run.attempts} times and has been given up. "
            "Plan the week again; if it happens again, tell whoever runs your server."
        )
        return None
    run.state = change(run.state, RunState.RUNNING)
    run.attempts += 1
    run.heartbeat_at = now
    run.started_at = run.started_at or now
    run.phase = "Starting" if run.attempts == 1 else "Starting again after an interruption"
    run.progress_permille = 0
    run.best_cost = run.served = run.unserved = None
    run.cost_curve = []
    return Claim(run_id=run.id, network_id=run.network_id, attempt=run.attempts)


def record_progress(session: Session, claim: Claim, note: ProgressNote | None, *, now: datetime) -> bool:
    """Store a sign of life and what is new; returns whether a cancel was asked for. Raises ClaimLost."""
    run = _held(session, claim)
    run.heartbeat_at = now
    if note is not None:
        _write_down(run, note)
    return run.cancel_requested


def cancel_requested(session: Session, claim: Claim) -> bool:
    """Whether somebody asked to stop. Raises ClaimLost. A plain read: it waits for nobody."""
    row = session.execute(
        select(SolveRun.cancel_requested, SolveRun.attempts, SolveRun.state).where(SolveRun.id == claim.run_id)
    ).one_or_none()
    if row is None or row.attempts != claim.attempt or row.state is not RunState.RUNNING:
        raise ClaimLost("Another worker has taken over this run.")
    return bool(row.cancel_requested)


def finish_run(
    session: Session,
    claim: Claim,
    write: Callable[[Session], uuid.UUID] | None,
    *,
    note: ProgressNote | None = None,
    now: datetime,
) -> RunState:
    """Store the plan and end the run in the same transaction; cancelled where a cancel was asked for, with its plan.

    `write` adds the plan's rows to the session and returns the plan version's id; `note` is the last that was told of
    the run. Raises ClaimLost, before anything is written, when another attempt holds the run.
    """
    run = _held(session, claim)
    plan_id = None if write is None else write(session)
    # The plan's row has to be there before the run refers to it: no relationship tells the session so.
    session.flush()
    if note is not None:
        _write_down(run, note)
    _end(run, RunState.CANCELLED if run.cancel_requested else RunState.FINISHED, now=now)
    run.plan_id = plan_id
    if run.state is RunState.FINISHED:
        run.progress_permille = 1000
    return run.state


def fail_run(session: Session, claim: Claim, sentence: str, *, now: datetime) -> None:
    """End a run with a sentence that tells the dispatcher what to do. Raises ClaimLost."""
    run = _held(session, claim)
    _end(run, RunState.FAILED, now=now)
    run.error = sentence[:500]


def release_run(session: Session, claim: Claim, *, counted: bool, now: datetime) -> None:
    """Give a run back to be done again. Not `counted`: the worker was stopped in good order. Raises ClaimLost."""
    run = _held(session, claim)
    run.state = change(run.state, RunState.QUEUED)
    run.heartbeat_at = now
    run.phase = "Waiting for the planner"
    if not counted:
        # The number comes back with the next claim, which is harmless: its holder has just let go of it.
        run.attempts -= 1


def take_from_the_dead(session: Session, run_id: uuid.UUID, *, seen_at: datetime, now: datetime) -> bool:
    """Put a run without a sign of life back in the queue; False when there was one, or somebody else did it first.

    `seen_at` is the last sign of life that the caller judged by.
    """
    run = _locked(session, run_id)
    if run.state not in OPEN_STATES or (run.heartbeat_at or run.requested_at) != seen_at:
        return False
    run.state = change(run.state, RunState.QUEUED)
    run.heartbeat_at = now
    run.phase = "Waiting for the planner"
    return True


def _locked(session: Session, run_id: uuid.UUID) -> SolveRun:
    run = session.scalar(select(SolveRun).where(SolveRun.id == run_id).with_for_update())
    if run is None:
        raise NotFound("There is no such planning run. Go back to the week and plan it again.")
    return run


def _held(session: Session, claim: Claim) -> SolveRun:
    run = _locked(session, claim.run_id)
    if run.attempts != claim.attempt or run.state is not RunState.RUNNING:
        raise ClaimLost("Another worker has taken over this run.")
    return run


def _write_down(run: SolveRun, note: ProgressNote) -> None:
    run.phase = note.phase[:80]
    run.progress_permille = note.permille
    run.best_cost = note.best_cost
    run.served = note.served
    run.unserved = note.unserved
    run.cost_curve = [list(point) for point in note.curve]


def _end(run: SolveRun, state: RunState, *, now: datetime) -> None:
    run.state = change(run.state, state)
    run.ended_at = now
    run.phase = {
        RunState.FINISHED: "Planned",
        RunState.CANCELLED: "Stopped",
        RunState.FAILED: "Failed",
    }[state]
