"""The short steps of a run in the database: who may do what when, and that an old attempt can store nothing."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor, Grant
from logistics.domain.errors import BadInput, Conflict, Forbidden, NotFound, RuleBroken
from logistics.domain.states import RunState, WeekState
from logistics.domain.vocabulary import PlanMethod, Role
from logistics.persistence.database import Database, open_database
from logistics.persistence.tables import Network, PlanVersion, SolveRun, Week
from logistics.queries.solve_runs import RunProgress, latest_run, network_of_run, open_runs, run_progress
from logistics.services.solve_runs import (
    MAX_ATTEMPTS,
    Claim,
    ClaimLost,
    ProgressNote,
    cancel_requested,
    claim_run,
    fail_run,
    finish_run,
    record_progress,
    release_run,
    request_cancel,
    request_run,
    take_from_the_dead,
)
from tests.logistics.jobs.worker_process import write_plan

NOW = datetime(2026, 11, 26, 14, 0, tzinfo=UTC)
MONDAY = date(2026, 11, 30)


class Runs:
    """A network with one week, and each step as a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.network_id, self.week_id, self.other_network_id = uuid.uuid4(), uuid.uuid4(), uuid.uuid4()
        with database.unscoped_writing() as session:
            session.add(Network(id=self.network_id, slug="bermondsey", name="Bermondsey"))
            session.add(Network(id=self.other_network_id, slug="clerkenwell", name="Clerkenwell"))
            session.flush()
            session.add(Week(id=self.week_id, network_id=self.network_id, monday=MONDAY))

    def request(self, actor: Actor | None = None, seconds: int = 60, now: datetime = NOW) -> uuid.UUID:
        """Ask for the week to be planned."""
        with self.database.writing(self.network_id) as session:
            return request_run(
                session,
                actor or Actor.system(self.network_id),
                week_id=self.week_id,
                method=PlanMethod.SOLVER,
                seconds=seconds,
                now=now,
            )

    def claim(self, run_id: uuid.UUID) -> Claim:
        """Take the run; it must be there to take."""
        claim = self.try_claim(run_id)
        assert claim is not None
        return claim

    def try_claim(self, run_id: uuid.UUID) -> Claim | None:
        """Take the run if it can be taken."""
        with self.database.writing(self.network_id) as session:
            return claim_run(session, run_id, now=NOW)

    def cancel(self, run_id: uuid.UUID) -> RunState:
        """Ask to stop."""
        with self.database.writing(self.network_id) as session:
            return request_cancel(session, Actor.system(self.network_id), run_id, now=NOW)

    def finish(self, claim: Claim) -> RunState:
        """End the run with a plan."""
        with self.database.writing(self.network_id) as session:
            return finish_run(session, claim, lambda s: self.plan(s, claim.run_id), now=NOW)

    def plan(self, session: Session, run_id: uuid.UUID) -> uuid.UUID:
        """Store a plan version for the run."""
        return write_plan(session, session.scalars(select(SolveRun).where(SolveRun.id == run_id)).one(), cost=7)

    def progress(self, run_id: uuid.UUID) -> RunProgress:
        """The run as a page sees it."""
        with self.database.reading(self.network_id) as session:
            return run_progress(session, run_id)

    def plans(self) -> int:
        """How many plan versions there are."""
        with self.database.reading(self.network_id) as session:
            return session.scalar(select(func.count()).select_from(PlanVersion)) or 0


@pytest.fixture
def runs(upgraded_url: str) -> Iterator[Runs]:
    """On SQLite and on PostgreSQL."""
    database = open_database(upgraded_url)
    yield Runs(database)
    database.close()


def test_a_run_goes_from_wish_to_plan(runs: Runs) -> None:
    """Requested, claimed and finished: each state with its instants, and the plan at the end."""
    run_id = runs.request()
    waiting = runs.progress(run_id)
    assert (waiting.state, waiting.attempts, waiting.phase) == (RunState.QUEUED, 0, "Waiting for the planner")
    assert str(waiting.week.monday) == "2026-11-30"
    claim = runs.claim(run_id)
    assert runs.progress(run_id).state is RunState.RUNNING
    assert runs.finish(claim) is RunState.FINISHED
    ended = runs.progress(run_id)
    assert (ended.state, ended.permille, ended.ended_at) == (RunState.FINISHED, 1000, NOW)
    assert ended.plan_id is not None
    assert not ended.is_open


def test_two_taps_make_one_run(runs: Runs) -> None:
    """A week that is being planned cannot be planned again until that run has ended."""
    first = runs.request()
    with pytest.raises(Conflict, match="being planned already"):
        runs.request()
    runs.finish(runs.claim(first))
    assert runs.request() != first


def test_two_taps_at_the_same_moment_make_one_run(runs: Runs) -> None:
    """Of eight requests that start together, one makes a run and seven are told so."""
    start, outcomes = threading.Barrier(8), list[str]()

    def tap() -> None:
        start.wait()
        try:
            runs.request()
            outcomes.append("made")
        except Conflict:
            outcomes.append("told")

    threads = [threading.Thread(target=tap) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["made"] + 7 * ["told"]


def test_a_closed_week_is_not_planned(runs: Runs) -> None:
    """What happened can be read, not planned."""
    with runs.database.writing(runs.network_id) as session:
        session.get_one(Week, runs.week_id).state = WeekState.CLOSED
    with pytest.raises(RuleBroken, match="closed"):
        runs.request()


@pytest.mark.parametrize("seconds", [0, -1, 86_401])
def test_a_senseless_time_is_refused(runs: Runs, seconds: int) -> None:
    """The field is named, so that the form can show the sentence beside it."""
    with pytest.raises(BadInput) as refused:
        runs.request(seconds=seconds)
    assert list(refused.value.fields) == ["seconds"]


def test_only_planners_may_ask_and_stop(runs: Runs) -> None:
    """A driver can neither start nor stop planning; a dispatcher can do both."""
    driver = Actor(network_id=runs.network_id, account_id=uuid.uuid4(), grants=(Grant(role=Role.DRIVER),))
    dispatcher = Actor(network_id=runs.network_id, account_id=uuid.uuid4(), grants=(Grant(role=Role.DISPATCHER),))
    with pytest.raises(Forbidden):
        runs.request(driver)
    run_id = runs.request(dispatcher)
    with runs.database.writing(runs.network_id) as session, pytest.raises(Forbidden):
        request_cancel(session, driver, run_id, now=NOW)
    with runs.database.writing(runs.network_id) as session:
        assert request_cancel(session, dispatcher, run_id, now=NOW) is RunState.CANCELLED


def test_another_network_sees_no_run(runs: Runs) -> None:
    """Neither progress nor claim nor cancel reaches a run of another network."""
    run_id = runs.request()
    with runs.database.reading(runs.other_network_id) as session:
        with pytest.raises(NotFound):
            run_progress(session, run_id)
        assert open_runs(session) == ()
        assert latest_run(session, runs.week_id) is None
    with runs.database.writing(runs.other_network_id) as session:
        with pytest.raises(NotFound):
            claim_run(session, run_id, now=NOW)
        with pytest.raises(NotFound):
            request_cancel(session, Actor.system(runs.other_network_id), run_id, now=NOW)


def test_a_job_finds_the_network_of_its_run(runs: Runs) -> None:
    """The queue holds the run's id only; an unscoped session tells whose it is, or that it is nobody's."""
    run_id = runs.request()
    with runs.database.unscoped_reading() as session:
        assert network_of_run(session, run_id) == runs.network_id
        with pytest.raises(NotFound):
            network_of_run(session, uuid.uuid4())


def test_an_old_attempt_can_store_nothing(runs: Runs) -> None:
    """Once another worker has claimed the run, every write with the earlier claim is refused and leaves nothing."""
    run_id = runs.request()
    old, new = runs.claim(run_id), runs.claim(run_id)
    note = ProgressNote(phase="Old", permille=9, best_cost=1, served=1, unserved=1, curve=())
    with runs.database.writing(runs.network_id) as session, pytest.raises(ClaimLost):
        record_progress(session, old, note, now=NOW)
    with runs.database.reading(runs.network_id) as session, pytest.raises(ClaimLost):
        cancel_requested(session, old)
    with runs.database.writing(runs.network_id) as session, pytest.raises(ClaimLost):
        fail_run(session, old, "Old", now=NOW)
    with runs.database.writing(runs.network_id) as session, pytest.raises(ClaimLost):
        release_run(session, old, counted=True, now=NOW)
    with pytest.raises(ClaimLost):
        runs.finish(old)
    assert runs.plans() == 0
    assert runs.finish(new) is RunState.FINISHED
    with pytest.raises(ClaimLost):
        runs.finish(new)
    assert runs.plans() == 1


def test_a_number_given_back_is_no_way_in_for_an_older_attempt(runs: Runs) -> None:
    """An uncounted release lowers the number again; the attempt that bore it has let go, and older ones stay out."""
    run_id = runs.request()
    first, second = runs.claim(run_id), runs.claim(run_id)
    with runs.database.writing(runs.network_id) as session:
        release_run(session, second, counted=False, now=NOW)
    assert runs.progress(run_id).attempts == 1
    with pytest.raises(ClaimLost):
        runs.finish(first)
    third = runs.claim(run_id)
    assert third.attempt == 2
    with pytest.raises(ClaimLost):
        runs.finish(first)


def test_a_plan_that_cannot_be_stored_ends_nothing(runs: Runs) -> None:
    """The plan's rows and the run's end are one transaction: a fault in storing leaves the run at work, and no rows."""
    claim = runs.claim(runs.request())

    def breaks(session: Session) -> uuid.UUID:
        runs.plan(session, claim.run_id)
        session.flush()
        raise RuleBroken("The checker objects.")

    with pytest.raises(RuleBroken), runs.database.writing(runs.network_id) as session:
        finish_run(session, claim, breaks, now=NOW)
    assert runs.plans() == 0
    assert runs.progress(claim.run_id).state is RunState.RUNNING


def test_progress_is_read_back_as_told(runs: Runs) -> None:
    """Everything a worker tells is on the page, and the answer says whether to stop."""
    run_id = runs.request()
    claim = runs.claim(run_id)
    note = ProgressNote(
        phase="Planning Wednesday", permille=420, best_cost=900, served=31, unserved=2, curve=((10, 1000), (2500, 900))
    )
    with runs.database.writing(runs.network_id) as session:
        assert not record_progress(session, claim, note, now=NOW)
    run = runs.progress(run_id)
    assert (run.phase, run.permille, run.best_cost, run.served, run.unserved) == ("Planning Wednesday", 420, 900, 31, 2)
    assert run.curve == ((10, 1000), (2500, 900))
    assert runs.cancel(run_id) is RunState.RUNNING
    with runs.database.writing(runs.network_id) as session:
        assert record_progress(session, claim, None, now=NOW)
    assert runs.progress(run_id).phase == "Planning Wednesday"
    assert runs.finish(claim) is RunState.CANCELLED
    assert runs.progress(run_id).plan_id is not None


def test_a_cancel_after_the_end_changes_nothing(runs: Runs) -> None:
    """The answer is how it ended."""
    run_id = runs.request()
    runs.finish(runs.claim(run_id))
    assert runs.cancel(run_id) is RunState.FINISHED
    assert not runs.progress(run_id).cancel_requested


def test_a_run_that_brings_workers_down_is_given_up(runs: Runs) -> None:
    """Twelve attempts are made, so ten kills are survived; the thirteenth claim fails the run with a sentence."""
    run_id = runs.request()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        assert runs.claim(run_id).attempt == attempt
    assert runs.try_claim(run_id) is None
    run = runs.progress(run_id)
    assert run.state is RunState.FAILED
    assert run.error.startswith("Planning was cut off 12 times and has been given up.")
    assert runs.try_claim(run_id) is None


def test_a_silent_run_is_taken_once(runs: Runs) -> None:
    """Of two rounds that saw the same last sign of life one takes the run; one that saw an older one takes nothing."""
    run_id = runs.request()
    runs.claim(run_id)
    later = NOW + timedelta(minutes=1)
    taken = []
    for seen_at in (NOW - timedelta(seconds=5), NOW, NOW):
        with runs.database.writing(runs.network_id) as session:
            taken.append(take_from_the_dead(session, run_id, seen_at=seen_at, now=later))
    assert taken == [False, True, False]
    assert runs.progress(run_id).state is RunState.QUEUED


def test_the_latest_run_is_the_one_the_board_shows(runs: Runs) -> None:
    """The run asked for last, whatever its state; None for a week that was never planned."""
    with runs.database.reading(runs.network_id) as session:
        assert latest_run(session, runs.week_id) is None
    first = runs.request()
    runs.cancel(first)
    second = runs.request(now=NOW + timedelta(minutes=5))
    with runs.database.reading(runs.network_id) as session:
        latest = latest_run(session, runs.week_id)
    assert latest is not None
    assert latest.run_id == second
