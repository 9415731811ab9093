"""An open line on the real server: it holds no page up, and does not hold up the end."""

from __future__ import annotations

import signal
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from logistics.bootstrap import Services
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock, SystemClock
from logistics.jobs.queue_database import queue_url
from tests.logistics.cli.test_serve import Served
from tests.logistics.queues import drop_queue
from tests.web.dispatch.planned import published_week
from tests.web.dispatch.test_day import DAY
from tests.web.world import World
from web.security.boundary import BoundedApp

pytestmark = pytest.mark.skipif(not Path("/proc").is_dir(), reason="NOT RUN: the processes are read from /proc")


@pytest.fixture
def served(services: Services) -> Iterator[Served]:
    """`rounds serve` on this test's database."""
    settings = services.settings
    served = Served(settings.database_url, settings.home)
    yield served
    served.close()
    drop_queue(queue_url(settings.database_url, settings.home))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_lines_hold_up_neither_pages_nor_the_end(
    app: BoundedApp, world: World, served: Served, clock: FixedClock, number: signal.Signals
) -> None:
    """Ten boards listen, more than the server has threads for pages: a page comes all the same, and a signal ends it at once."""
    published_week(world)
    clock.set(SystemClock().now())
    cookie = world.enter(app, world.account(Role.DISPATCHER)).get_cookie("rounds")
    assert cookie is not None
    lines = []
    for _ in range(10):
        line = HTTPConnection("127.0.0.1", served.port, timeout=30)
        line.request("GET", f"{DAY}/stream", headers={"Cookie": f"rounds={cookie.value}"})
        answer = line.getresponse()
        assert answer.status == 200
        assert answer.getheader("X-Accel-Buffering") == "no"
        lines.append(answer)
    for answer in lines:
        while not answer.readline().startswith(b"data: "):
            pass
    assert served.status() in (200, 302)
    asked_at = time.monotonic()
    served.process.send_signal(number)
    assert served.process.wait(timeout=60) == 0
    assert time.monotonic() - asked_at < 10, "the server waited for its lines"
