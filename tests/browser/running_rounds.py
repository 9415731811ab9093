"""Food Rounds as it runs for a network: pages on a socket, a worker in a process of its own, the demo week, four accounts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Thread

from sqlalchemy import select
from werkzeug.serving import WSGIRequestHandler, make_server

from logistics.bootstrap import Services
from logistics.domain.authority import Actor
from logistics.domain.vocabulary import Role
from logistics.jobs.assembly import build_planning_services
from logistics.persistence.tables import Network, Organisation
from logistics.services.accounts import NewMembership, add_account
from logistics.services.demo_week import load_demo_week
from logistics.services.passwords import hash_password
from logistics.settings import Settings
from tests.browser.moving_clock import MovingClock
from web import create_app

ROOT = Path(__file__).parents[2]
MORNING = datetime(2026, 12, 2, 8, 30, tzinfo=UTC)
"""Wednesday of the demo's week, a day with hot lunches."""
PASSWORD = "plum-kettle-heron-oak"
ACCOUNTS = (
    ("dispatcher@demo.example", Role.DISPATCHER, None),
    ("coordinator@demo.example", Role.COORDINATOR, None),
    ("donor@demo.example", Role.DONOR, "DON01"),
    ("referrer@demo.example", Role.REFERRER, "REF1"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rounds:
    """What the people of a test reach: an address, and the time of day, which a test may move."""

    url: str
    clock: MovingClock


@contextmanager
def running_rounds(home: Path, database_url: str) -> Iterator[Rounds]:
    """Serve the demo week from an empty database with our tables, on the morning of a delivery day; stop everything after."""
    clock = MovingClock.starting(MORNING)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        environment = {"ROUNDS_HOME": str(home), "ROUNDS_DATABASE_URL": database_url, "ROUNDS_BASE_URL": url}
        services = build_planning_services(Settings.from_environment(environment), clock=clock)
        try:
            _fill(services)
            with _worker(environment, clock), _pages(services, listener):
                yield Rounds(url=url, clock=clock)
        finally:
            services.planner.close()  # type: ignore[attr-defined]  # the planner of a process that has a queue
            services.close()


def _fill(services: Services) -> None:
    """The bundled network around today, whom to ring, and somebody for each desk."""
    now = services.clock.now()
    loaded = load_demo_week(services.database, today=now.date(), geocoder=services.geocoder)
    hashed = hash_password(PASSWORD)
    with services.database.writing(loaded.network_id) as session:
        network = session.get_one(Network, loaded.network_id)
        network.on_call_name, network.on_call_phone = "Sam on call", "020 7946 0142"
        for email, role, code in ACCOUNTS:
            organisation_id: uuid.UUID | None = None
            if code is not None:
                organisation_id = session.scalars(select(Organisation.id).where(Organisation.code == code)).one()
            add_account(
                session,
                Actor.system(loaded.network_id),
                NewMembership(email=email, role=role, name=role.value.capitalize(), organisation_id=organisation_id),
                password_hash=hashed,
                now=now,
            )


@contextmanager
def _worker(environment: dict[str, str], clock: MovingClock) -> Iterator[None]:
    ahead = str(clock.ahead.total_seconds())
    command = [sys.executable, "-m", "tests.browser.planning_worker", ahead, str(os.getpid())]
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}
    process = subprocess.Popen(command, cwd=ROOT, env={**inherited, **environment})
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
    assert process.returncode == 0, "the worker did not end well"


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


@contextmanager
def _pages(services: Services, listener: socket.socket) -> Iterator[None]:
    app = create_app(services)
    port = listener.getsockname()[1]
    server = make_server("127.0.0.1", port, app, threaded=True, request_handler=_Quiet, fd=listener.fileno())
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
