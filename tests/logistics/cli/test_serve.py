"""`rounds serve` as a process: what it starts, what it starts again, and that nothing outlives it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from logistics.cli.supervisor import ChildProgram, Supervisor
from logistics.jobs.queue_database import queue_url
from tests.logistics.queues import drop_queue

ROOT = Path(__file__).parents[3]

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="NOT RUN: the processes are read from /proc")


class Served:
    """A `rounds serve` that is running, and its family."""

    def __init__(self, url: str, home: Path, *, workers: int = 1, **settings: str) -> None:
        self.log = home / "serve.log"
        home.mkdir(exist_ok=True)
        environment = {**os.environ, "ROUNDS_DATABASE_URL": url, "ROUNDS_HOME": str(home), **settings}
        command = [sys.executable, "-m", "logistics.cli", "serve", "--bind", "127.0.0.1:0", "--workers", str(workers)]
        with self.log.open("w", encoding="utf-8") as file:
            self.process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=file, stderr=subprocess.STDOUT)
        found = self.wait_for(lambda: re.search(r"served at http://127\.0\.0\.1:(\d+)", self.said()))
        assert found is not None
        self.port = int(found[1])

    def said(self) -> str:
        """All that was printed so far."""
        return self.log.read_text(encoding="utf-8")

    def wait_for[T](self, look: Callable[[], T], within_s: float = 60) -> T:
        """What `look` returns once that is true."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.05)
        raise AssertionError(f"not within {within_s} s; it said:\n{self.said()}")

    def status(self) -> int:
        """The status of the first page."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        connection.request("GET", "/")
        status = connection.getresponse().status
        connection.close()
        return status

    def children(self, program: str = "") -> set[int]:
        """The processes of its family whose command holds this word, itself not counted."""
        family, pids = {self.process.pid}, [int(path.name) for path in Path("/proc").glob("[0-9]*")]
        for pid in sorted(pids):
            if _parent_of(pid) in family:
                family.add(pid)
        return {pid for pid in family - {self.process.pid} if program in _command_of(pid)}

    def close(self) -> None:
        """End it, however it is."""
        family = self.children()
        for pid in {self.process.pid, *family}:
            if _is_alive(pid):
                os.kill(pid, signal.SIGKILL)
        self.process.wait(timeout=10)


def _parent_of(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return 0


def _command_of(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except (FileNotFoundError, ProcessLookupError):
        return ""


def _is_alive(pid: int) -> bool:
    """Whether it still runs; one that has ended and was not waited for has no command any more."""
    return bool(_command_of(pid))


@pytest.fixture
def served(upgraded_url: str, tmp_path: Path) -> Iterator[Served]:
    """The pages and a worker, on SQLite and on PostgreSQL."""
    served = Served(upgraded_url, tmp_path / "home")
    yield served
    served.close()
    drop_queue(queue_url(upgraded_url, tmp_path / "home"))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_stops_everything_in_order(served: Served, number: signal.Signals) -> None:
    """After SIGTERM or Ctrl-C the exit code is 0, no process is left, and the port is free."""
    assert served.status() in (200, 302)
    family = served.children()
    assert len(family) == 3, "a web server, its one process, and a worker"
    served.process.send_signal(number)
    assert served.process.wait(timeout=30) == 0
    assert not [pid for pid in family if _is_alive(pid)]
    with socket.socket() as again:
        again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        again.bind(("127.0.0.1", served.port))


def test_where_failed_sign_ins_are_counted_is_told_at_start(served: Served) -> None:
    """Without Redis, whoever starts it reads that each process counts for itself, and what to set."""
    served.wait_for(lambda: "Failed sign-ins are held in memory: the one web process counts them" in served.said())
    assert "Set ROUNDS_REDIS_URL" in served.said()


def test_a_crashed_child_is_started_again(served: Served) -> None:
    """After kill -9 of the web server and of the worker, both are there again, at the same address."""
    served.wait_for(lambda: "is ready" in served.said())
    killed = served.children()
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    served.wait_for(lambda: len(served.children() - killed) == 3)
    assert served.status() in (200, 302)
    assert "The web server ended (signal SIGKILL); starting it again in 0.5 s." in served.said()
    assert "The worker ended (signal SIGKILL); starting it again in 0.5 s." in served.said()
    served.wait_for(lambda: served.said().count("is ready") == 2)
    names = re.findall(r"Worker (\S+) is ready", served.said())
    assert names[0] == names[1], "the worker got its name back, and with it its unfinished work"


def test_nothing_outlives_a_killed_serve(served: Served) -> None:
    """When `rounds serve` itself is killed with -9, its children end by themselves."""
    family = served.children()
    os.kill(served.process.pid, signal.SIGKILL)
    served.process.wait(timeout=5)
    served.wait_for(lambda: not [pid for pid in family if _is_alive(pid)])


def _run(home: Path, *arguments: str, url: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "ROUNDS_HOME": str(home), "ROUNDS_DATABASE_URL": url}
    command = [sys.executable, "-m", "logistics.cli", "serve", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=30, check=False)


def test_a_taken_address_is_told_in_one_sentence(sqlite_tables: Path, tmp_path: Path) -> None:
    """Nothing is started where somebody else listens; the sentence says what to do."""
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        address = f"127.0.0.1:{other.getsockname()[1]}"
        ended = _run(tmp_path, "--bind", address, url=f"sqlite:///{sqlite_tables}")
    assert ended.returncode == 2
    assert ended.stderr == (
        f"Error: Nothing can be served at {address}: Address already in use. Stop what listens there, or choose another "
        "place with --bind HOST:PORT.\n"
    )


def test_a_wrong_address_is_told_in_one_sentence(sqlite_tables: Path, tmp_path: Path) -> None:
    """A --bind that is no address is refused as ROUNDS_BIND would be."""
    ended = _run(tmp_path, "--bind", "8000", url=f"sqlite:///{sqlite_tables}")
    assert (ended.returncode, ended.stderr) == (2, "Error: --bind must be HOST:PORT, as in 127.0.0.1:8000.\n")


def test_a_database_without_tables_is_told_first(tmp_path: Path) -> None:
    """Nothing is started before the tables are there."""
    ended = _run(tmp_path)
    assert ended.returncode == 1
    assert ended.stderr.startswith("Error: ")
    assert ended.stderr.endswith("Run: rounds db upgrade\n")


def test_a_web_server_that_cannot_start_ends_it_all() -> None:
    """An essential program that crashes three times before it was ready ends the supervisor with 1."""
    said: list[str] = []
    supervisor = Supervisor(
        [ChildProgram(name="web server", command=[sys.executable, "-c", "raise SystemExit(3)"], is_essential=True)],
        environment={},
        tell=said.append,
        is_ready=lambda: False,
        on_ready=lambda: said.append("ready"),
    )
    assert supervisor.run() == 1
    assert said[0] == "The web server ended (exit code 3); starting it again in 0.5 s."
    assert said[-1] == "The web server cannot start: its own message is above."
    assert "ready" not in said
