"""Runs in worker processes of their own, on both databases."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

from logistics.domain.states import RunState
from logistics.jobs.job_queue import JobQueue, JobState
from tests.logistics.jobs.conftest import World, kill_9


def test_a_submitted_run_ends_with_its_plan(world: World) -> None:
    """A run that is submitted while a worker lives ends as finished, with one plan and its figures."""
    world.start_worker()
    run = world.wait_for_end(world.submitted())
    assert run.state is RunState.FINISHED
    assert run.plan_id is not None
    assert (run.permille, run.attempts, run.error) == (1000, 1, "")
    assert world.plan_count() == 1


def test_progress_is_seen_from_another_process(world: World) -> None:
    """While the worker is at work, this process sees the phase, the share done and a cost that falls."""
    world.start_worker()
    run_id = world.submitted(seconds=5)
    early = world.wait_for_middle(run_id)
    later = world.wait(run_id, lambda run: run.permille > early.permille)
    assert early.phase == "Looking for better routes"
    assert early.best_cost is not None
    assert later.best_cost is not None
    assert later.best_cost < early.best_cost
    assert later.curve[: len(early.curve)] == early.curve
    assert [cost for _, cost in later.curve] == sorted((cost for _, cost in later.curve), reverse=True)


def test_a_cancel_keeps_the_best_plan(world: World) -> None:
    """A cancel in the middle of the work ends the run soon, as cancelled, with the plan found so far."""
    world.start_worker()
    run_id = world.submitted(seconds=60)
    world.wait(run_id, lambda run: (run.best_cost or 1_000_000) < 1_000_000)
    asked = time.monotonic()
    world.planner.cancel(run_id)
    run = world.wait_for_end(run_id)
    assert time.monotonic() - asked < 30
    assert run.state is RunState.CANCELLED
    assert run.plan_id is not None
    assert world.plan_count() == 1


def test_a_cancel_before_any_worker_looked_ends_the_run(world: World) -> None:
    """A run that is cancelled while it waits never starts."""
    run_id = world.submitted()
    world.planner.cancel(run_id)
    world.start_worker()
    world.wait_for_end(world.submitted(week_id=world.another_week()))
    run = world.progress(run_id)
    assert (run.state, run.attempts, run.plan_id) == (RunState.CANCELLED, 0, None)


def test_killed_workers_runs_end_once(world: World) -> None:
    """Two kills with -9 in the middle of the work: each new worker takes the run up at once, and one plan is stored."""
    run_id = world.submitted(seconds=5)
    worker = world.start_worker()
    for attempt in (1, 2):
        world.wait_for_middle(run_id, attempt=attempt)
        kill_9(worker)
        worker = world.start_worker()
    run = world.wait_for_end(run_id)
    assert (run.state, run.attempts) == (RunState.FINISHED, 3)
    assert world.plan_count() == 1


def test_a_dead_workers_run_is_taken_by_another(world: World, tmp_path: Path) -> None:
    """A worker that will not come back shows no life: a worker with another name takes its run after a while."""
    run_id = world.submitted(seconds=5)
    dead = world.start_worker()
    world.wait_for_middle(run_id)
    kill_9(dead)
    world.start_worker(home=tmp_path / "another-home", silent_after_s=2)
    run = world.wait_for_end(run_id)
    assert (run.state, run.attempts) == (RunState.FINISHED, 2)
    assert world.plan_count() == 1


def test_a_stalled_worker_cannot_store_a_second_plan(world: World, tmp_path: Path) -> None:
    """A worker that stood still, was taken for dead and wakes up again finds its run taken: one plan is stored."""
    run_id = world.submitted(seconds=6)
    stalled = world.start_worker()
    world.wait_for_middle(run_id)
    os.kill(stalled.pid, signal.SIGSTOP)
    world.start_worker(home=tmp_path / "another-home", silent_after_s=1)
    world.wait_for_middle(run_id, attempt=2)
    os.kill(stalled.pid, signal.SIGCONT)
    run = world.wait_for_end(run_id)
    time.sleep(0.5)
    assert (run.state, run.attempts) == (RunState.FINISHED, 2)
    assert world.plan_count() == 1


def test_a_run_that_was_never_queued_is_found(world: World) -> None:
    """A run whose page died between commit and submit is queued by the worker's rounds."""
    world.start_worker()
    run = world.wait_for_end(world.request())
    assert run.state is RunState.FINISHED


def test_two_workers_share_the_runs(world: World) -> None:
    """Each run is done by one of two workers, and by one only."""
    first, second = world.start_worker(), world.start_worker()
    runs = [world.submitted(week_id=week_id) for week_id in (world.week_id, world.another_week(), world.another_week())]
    for run_id in runs:
        run = world.wait_for_end(run_id)
        assert (run.state, run.attempts) == (RunState.FINISHED, 1)
    assert world.plan_count() == 3
    for run_id in runs:
        takers = [worker for worker in (first, second) if f"Run {run_id}: attempt 1\n" in world.log_of(worker)]
        assert len(takers) == 1


def test_sigterm_gives_the_run_back(world: World) -> None:
    """SIGTERM in the middle of the work: the worker ends well and soon, its run waits uncounted, and the next one does it."""
    run_id = world.submitted(seconds=5)
    worker = world.start_worker()
    world.wait_for_middle(run_id)
    worker.terminate()
    assert worker.wait(timeout=30) == 0
    waiting = world.progress(run_id)
    assert (waiting.state, waiting.attempts, waiting.plan_id) == (RunState.QUEUED, 0, None)
    queue = JobQueue(world.queue_url)
    assert queue.states([run_id]) == {run_id: JobState.WAITING}
    queue.close()
    world.start_worker()
    run = world.wait_for_end(run_id)
    assert (run.state, run.attempts) == (RunState.FINISHED, 1)
    assert world.plan_count() == 1


def test_work_that_kills_every_worker_is_given_up(world: World) -> None:
    """After twelve attempts that brought the process down, the run fails with a sentence and is not tried again."""
    run_id = world.submitted()
    with world.database.writing(world.network_id) as session:
        from logistics.persistence.tables import SolveRun

        row = session.get(SolveRun, run_id)
        assert row is not None
        row.attempts = 11
    assert world.start_worker("dies_always").wait(timeout=30) == -signal.SIGKILL
    assert world.progress(run_id).attempts == 12
    world.start_worker("dies_always")
    run = world.wait_for_end(run_id)
    assert run.state is RunState.FAILED
    assert "cut off 12 times" in run.error


def test_a_rule_that_forbids_the_plan_is_told(world: World) -> None:
    """An error meant for people ends the run with its own sentence."""
    world.start_worker("breaks_a_rule")
    run = world.wait_for_end(world.submitted())
    assert (run.state, run.error) == (
        RunState.FAILED,
        "No driver has a shift in this week. Add a shift and plan again.",
    )


def test_a_fault_tells_no_personal_data(world: World) -> None:
    """A fault of the program ends the run; neither the row nor the log repeats what the error said."""
    worker = world.start_worker("has_a_fault")
    run_id = world.submitted()
    run = world.wait_for_end(run_id)
    assert run.state is RunState.FAILED
    assert "fault in the program" in run.error
    log = world.log_of(worker)
    assert f"Run {run_id} failed: KeyError at worker_process.py:" in log
    assert "Haddad" not in log + run.error


def test_the_worker_opens_no_door(world: World) -> None:
    """A worker listens on no port, and talks to nothing but its database on this machine."""
    worker = world.start_worker()
    world.wait_for_end(world.submitted())
    inodes = {
        target[8:-1]
        for link in Path(f"/proc/{worker.pid}/fd").iterdir()
        if (target := str(link.readlink())).startswith("socket:[")
    }
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/{worker.pid}/net/{table}").read_text(encoding="ascii").splitlines()[1:]:
            _, _, remote, state, *_, inode = line.split()[:10]
            if inode in inodes:
                assert state != "0A", "it listens"
                assert int(remote.split(":")[1], 16) == 5432, f"it talks to {remote}"
