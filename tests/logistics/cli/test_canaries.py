"""Marked people from the spreadsheets to a published plan: no mark in the worker's log, nor in the tables of its jobs."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select, table
from sqlalchemy.sql import column

from logistics.domain.authority import Actor
from logistics.domain.states import RunState
from logistics.domain.vocabulary import PlanMethod
from logistics.domain.week import IsoWeek
from logistics.gateways.sealing import FieldKeys
from logistics.jobs.dbos_planner import DbosPlanner
from logistics.jobs.job_queue import JobQueue
from logistics.jobs.queue_database import queue_url
from logistics.persistence.database import open_database
from logistics.persistence.row_security import of_every_network
from logistics.persistence.tables import Household, HouseholdNeeds, Network, SolveRun
from logistics.queries.solve_runs import run_progress
from logistics.services.freeze_demand import open_week
from logistics.services.solve_runs import request_run
from tests.databases import everything_written
from tests.logistics.imports.conftest import FILES
from tests.logistics.queues import drop_queue

ROOT = Path(__file__).parents[3]
WEEK = "2026-W49"
NAME, ADDRESS, PHONE, DOOR, PAUSE = "Zanaryname", "Qanaryroad", "07700 900613", "keysafe 80815", "Vanaryward"
DIET = "peanuts"
IN_CLEAR = (NAME, ADDRESS, PHONE)
SEALED = (DOOR, "keysafe", PAUSE, DIET, "sesame", "no_beef")
MARKS = (*IN_CLEAR, *SEALED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """A home, a database, and the commands there, as processes of their own with the fullest log."""

    home: Path
    url: str

    @property
    def environment(self) -> dict[str, str]:
        """What a process is told."""
        own = {"ROUNDS_HOME": str(self.home), "ROUNDS_DATABASE_URL": self.url, "ROUNDS_LOG_LEVEL": "debug"}
        return os.environ | own

    def rounds(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command; all that it said."""
        command = [sys.executable, "-m", "logistics.cli", *words]
        return subprocess.run(command, env=self.environment, cwd=ROOT, capture_output=True, text=True, check=False)

    @contextmanager
    def worker(self, log: Path) -> Iterator[None]:
        """A worker that plans, its log in a file."""
        with log.open("wb") as said:
            process = subprocess.Popen(
                [sys.executable, "-m", "logistics.cli", "worker"],
                env=self.environment,
                cwd=ROOT,
                stdout=said,
                stderr=said,
            )
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def marked_folder(folder: Path) -> Path:
    """The smallest network, its second household marked."""
    folder.mkdir()
    for name, text in FILES.items():
        marked = text.replace(
            "H2,GRP1,REF1,Bea,1,1,80,SE17 2FT,Ring twice,07700 900564",
            f"H2,GRP1,REF1,{NAME},1,1,{ADDRESS},SE17 2FT,{DOOR},{PHONE}",
        )
        (folder / name).write_text(marked.replace("2026-12-13,away", f"2026-12-13,{PAUSE}"))
    return folder


def found(text: bytes | str, marks: tuple[str, ...] = MARKS) -> list[str]:
    """Which marks stand there."""
    whole = text.encode() if isinstance(text, str) else text
    return [mark for mark in marks if mark.encode() in whole]


def test_from_spreadsheets_to_a_published_plan(upgraded_url: str, tmp_path: Path) -> None:
    """A bad import, a good one, an export, a planned week, a run that fails: 0 hits in output, log and job tables, and 0 of what is sealed in the database."""
    server = Server(home=tmp_path / "home", url=upgraded_url)
    folder = marked_folder(tmp_path / "network")
    good = (folder / "households.csv").read_text()
    (folder / "households.csv").write_text(good.replace("peanuts|sesame,5", "peanuts|sesame,2"))
    bad = server.rounds("import", str(folder))
    assert bad.returncode == 2
    (folder / "households.csv").write_text(good)
    done = server.rounds("import", str(folder))
    assert done.returncode == 0, done.stderr
    taken = server.rounds("export", str(tmp_path / "taken"), "--with-confidential")
    assert taken.returncode == 0, taken.stderr
    assert found((tmp_path / "taken" / "households.csv").read_bytes(), (NAME,)) == [NAME], "the file itself holds them"

    keys = FieldKeys(file=server.home / "field-keys")
    queue = queue_url(upgraded_url, server.home)
    try:
        with closing(open_database(upgraded_url, keys=keys)) as database, database.unscoped_reading() as session:
            network_id = session.scalars(select(Network.id)).one()
            assert session.scalars(select(Household.contact_name).where(Household.ref == "H2")).one() == NAME
        with server.worker(tmp_path / "worker.log"):
            first = planned(server, keys, network_id, queue, RunState.FINISHED)
            published = server.rounds("publish", WEEK)
            assert published.returncode == 0, published.stderr
            damage_what_is_sealed(server, keys)
            second = planned(server, keys, network_id, queue, RunState.FAILED)
        jobs = everything_written(queue)
    finally:
        drop_queue(queue)
    log = (tmp_path / "worker.log").read_text()
    assert str(second) in log
    assert "FieldKeyMissing" in log
    assert all(str(run).encode() in jobs for run in (first, second)), "these are the tables of its jobs"
    said = "".join(part for each in (bad, done, taken, published) for part in (each.stdout, each.stderr))
    assert found(said) == []
    assert found(log) == []
    assert found(jobs) == []
    written = everything_written(upgraded_url)
    assert found(written, IN_CLEAR) == list(IN_CLEAR), "the search finds what is not sealed"
    assert found(written, SEALED) == []


def planned(server: Server, keys: FieldKeys, network_id: uuid.UUID, queue: str, state: RunState) -> uuid.UUID:
    """Ask for the week to be planned and wait until the run ended so; its id."""
    with closing(open_database(server.url, keys=keys)) as database:
        with database.writing(network_id) as session:
            run_id = request_run(
                session,
                Actor.system(network_id),
                week_id=open_week(session, IsoWeek.parse(WEEK)).id,
                method=PlanMethod.SOLVER,
                seconds=1,
                now=datetime.now(UTC),
            )
        planner = DbosPlanner(database, JobQueue(queue))
        planner.submit(run_id)
        planner.close()
        ends = time.monotonic() + 120
        while True:
            with database.reading(network_id) as session:
                progress = run_progress(session, run_id)
                if not progress.is_open:
                    error = session.get_one(SolveRun, run_id).error
                    break
            assert time.monotonic() < ends, progress
            time.sleep(0.2)
    assert progress.state is state, error
    assert found(error) == []
    return run_id


def damage_what_is_sealed(server: Server, keys: FieldKeys) -> None:
    """As somebody might who writes past us: planning falls over it."""
    raw = table(HouseholdNeeds.__tablename__, column("diets"))
    with (
        closing(open_database(server.url, keys=keys)) as database,
        of_every_network(database.engine).begin() as connection,
    ):
        token = connection.execute(select(raw.c.diets).limit(1)).scalar_one()
        connection.execute(raw.update().values(diets=token[:-6] + "AAAA=="))
