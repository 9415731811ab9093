"""The durable queue on both databases, without a worker."""

from __future__ import annotations

import base64
import pickle
import sqlite3
import threading
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import MetaData, create_engine, make_url, select, text

from logistics.jobs.job_queue import JobQueue, JobState
from logistics.jobs.queue_database import QueueOutOfReach, prepare_queue, queue_engine, queue_url
from tests.logistics.queues import drop_queue


@pytest.fixture
def url(database_url: str, tmp_path: Path) -> Iterator[str]:
    """The URL of a queue that is not there yet."""
    url = queue_url(database_url, tmp_path)
    yield url
    drop_queue(url)


@pytest.fixture
def queue(url: str) -> Iterator[JobQueue]:
    """A queue that connects at its first use."""
    queue = JobQueue(url)
    yield queue
    queue.close()


def test_the_queue_has_a_database_of_its_own(tmp_path: Path) -> None:
    """A file in ROUNDS_HOME beside SQLite, a second database beside ours on PostgreSQL; a password stays in it."""
    assert queue_url("sqlite:////srv/rounds.sqlite", tmp_path) == f"sqlite:///{tmp_path}/jobs.sqlite"
    assert (
        queue_url("postgresql+psycopg://me:secret@db.example/rounds", tmp_path)
        == "postgresql+psycopg://me:secret@db.example/rounds_jobs"
    )


def test_a_run_is_queued_once(queue: JobQueue) -> None:
    """The first use makes the queue's tables; putting the same run twice leaves one."""
    run_id, other = uuid.uuid4(), uuid.uuid4()
    assert queue.states([]) == {}
    queue.put(run_id)
    queue.put(run_id)
    assert queue.states([run_id, other]) == {run_id: JobState.WAITING, other: JobState.ABSENT}


def test_a_run_can_be_queued_again_from_any_state(queue: JobQueue) -> None:
    """Whatever became of a run in the queue, putting it again leaves it waiting."""
    run_id = uuid.uuid4()
    queue.put_again(run_id)
    assert queue.states([run_id]) == {run_id: JobState.WAITING}
    for status, state in (("PENDING", JobState.TAKEN), ("SUCCESS", JobState.OVER), ("ERROR", JobState.OVER)):
        _set_status(queue.url, run_id, status)
        assert queue.states([run_id]) == {run_id: state}
        queue.put_again(run_id)
        assert queue.states([run_id]) == {run_id: JobState.WAITING}


def test_processes_that_start_together_make_one_queue(url: str) -> None:
    """Four at once: none fails, and the tables are there."""
    faults: list[Exception] = []

    def prepare() -> None:
        try:
            prepare_queue(url)
        except Exception as error:  # noqa: BLE001 - the test shows whatever it was
            faults.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    queue = JobQueue(url)
    queue.put(uuid.uuid4())
    queue.close()


def test_a_queue_that_cannot_be_made_says_what_to_do() -> None:
    """The sentence names the database and the command that makes it, and no password."""
    url = "postgresql+psycopg://rounds:secret@127.0.0.1:1/rounds_jobs"
    with pytest.raises(
        QueueOutOfReach, match=r"database rounds_jobs cannot be opened .*: createdb rounds_jobs$"
    ) as told:
        prepare_queue(url)
    assert "secret" not in str(told.value)


def test_the_sqlite_queue_is_in_wal_mode(tmp_path: Path) -> None:
    """Readers and the writer must not stop each other: the mode is set before DBOS opens the file."""
    prepare_queue(f"sqlite:///{tmp_path}/new/jobs.sqlite")
    with closing(sqlite3.connect(tmp_path / "new" / "jobs.sqlite")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_rows_are_dated_with_an_old_sqlite_too(tmp_path: Path) -> None:
    """DBOS needs a function of SQLite 3.42; where it is missing ours gives the same: seconds, with milliseconds."""
    engine = queue_engine(f"sqlite:///{tmp_path}/jobs.sqlite")
    assert engine is not None
    with engine.connect() as connection:
        dated, now = connection.execute(text("SELECT unixepoch('subsec'), strftime('%s', 'now')")).one()
    engine.dispose()
    assert isinstance(dated, float)
    assert abs(dated - int(now)) < 2


def test_the_queue_holds_ids_and_nothing_else(queue: JobQueue) -> None:
    """Of a run that waits, the queue's rows hold its id and our own words: no person could be found by them."""
    run_id = uuid.uuid4()
    queue.put(run_id)
    engine = queue_engine(queue.url) or create_engine(queue.url)
    everything = MetaData()
    everything.reflect(engine, schema=None if engine.dialect.name == "sqlite" else "dbos")
    texts: set[str] = set()
    with engine.connect() as connection:
        for each in everything.sorted_tables:
            for row in connection.execute(select(each)).mappings():
                texts |= {value for name, value in row.items() if isinstance(value, str) and name != "creator_xid"}
    engine.dispose()
    arguments = {value for value in texts if value.startswith("gA")}
    assert len(arguments) == 1
    assert pickle.loads(base64.b64decode(arguments.pop())) == {"args": (str(run_id),), "kwargs": {}}  # noqa: S301
    ours = {str(run_id), "ENQUEUED", "plan_week", "plans", "plans-1", "food-rounds"}
    assert {value for value in texts if not value.startswith("gA")} - {"null"} == ours | {"py_pickle"}


def _set_status(url: str, run_id: uuid.UUID, status: str) -> None:
    """As if a worker had done it."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(str(parsed.database))) as connection, connection:
            connection.execute("UPDATE workflow_status SET status = ? WHERE workflow_uuid = ?", (status, str(run_id)))
        return
    server = parsed.set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(server) as connection:
        connection.execute(
            "UPDATE dbos.workflow_status SET status = %s WHERE workflow_uuid = %s", (status, str(run_id))
        )
