"""A driver's thumb against a bad line and a dying server: as many events as taps, in their order, and the states right.

Each case drives the real page in Chromium through a proxy that drops requests and answers, delays, repeats and reorders
lists of taps. `kill` cases also kill the server with -9 again and again while the thumb goes on. `line-SEED-TAPS`,
`kill-SEED-TAPS`.
"""

from __future__ import annotations

import os
import random
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import TYPE_CHECKING, Any

from benchmarks.prove import Proof
from logistics.bootstrap import build_services
from logistics.domain.states import StopState
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import DeliveryEvent, Stop
from logistics.settings import Settings
from tests.browser.bad_line import BadLine, bad_line
from tests.browser.moving_clock import MovingClock
from tests.chromium import FLAGS, find_chromium
from tests.web.drive.route_world import PHONE_END, RouteWorld, at
from tests.web.pages import PHONE
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
BADNESS = 0.3
PATIENCE_S = 120.0
DOORS = {"ada": "Ada", "brook": "Mrs Brook", "carlos": "Carlos", "refuge": "Resident 0118", "empty": "Farah"}
END = "Every stop is done"


def cases(reduced: bool) -> Sequence[str]:
    """A few taps for the tests; a thousand on the line, and a hundred kills, for the proof."""
    if find_chromium() is None:
        return []
    return ["kill-0-12"] if reduced else ["line-0-1000", *(f"kill-{seed}-120" for seed in range(4))]


def run(case: str) -> Mapping[str, Any]:
    """Tap, wait until all is sent, and look at the rows; raises AssertionError when one is lost, doubled or out of order."""
    kind, seed, taps = case.split("-")
    # A thread of its own: Playwright takes one whole thread, and the tests have one already.
    with ThreadPoolExecutor(1) as alone:
        return alone.submit(_run, kind, random.Random(f"{kind}-{seed}"), int(taps)).result()


PROOF = Proof(
    claim="Whatever the line does and however often the server is killed, each tap is one event, in order, with its time.",
    cases=cases,
    run=run,
)


def _run(kind: str, chance: random.Random, taps: int) -> Mapping[str, Any]:
    with tempfile.TemporaryDirectory(prefix="rounds-taps-") as folder:
        environment = {"ROUNDS_HOME": folder}
        settings = Settings.from_environment(environment)
        upgrade_schema(settings.database_url)
        clock = MovingClock.starting(at(11, 45))
        services = build_services(settings, clock=clock)
        try:
            world = World(services=services)
            route = RouteWorld(world=world)
            with (
                _Server(environment, clock).running() as server,
                bad_line(server.url) as line,
                _phone(line, clock) as page,
            ):
                thumb = _Thumb(page=page, chance=chance, line=line)
                thumb.open(route.link())
                line.chance, line.badness = random.Random(chance.random()), BADNESS
                if kind == "kill":
                    server.attack(random.Random(chance.random()))
                thumb.tap(taps)
                server.spare()
                waited_s = thumb.wait_until_sent()
                line.let_go()
            figures = _look_at(world, route, thumb)
            return {
                **figures,
                "line": dict(line.happened),
                "kills": server.kills,
                "last_sent_after_s": round(waited_s, 1),
            }
        finally:
            services.close()


def _look_at(world: World, route: RouteWorld, thumb: _Thumb) -> dict[str, Any]:
    with world.session() as session:
        rows = session.query(DeliveryEvent).order_by(DeliveryEvent.received_at).all()
        names = {stop_id: name for name, stop_id in route.stops.items()}
        told = [
            (row.kind.value, names[row.stop_id])
            for row in rows
            if row.stop_id is not None and names[row.stop_id] in DOORS
        ]
        assert told == thumb.tapped, f"{len(told)} events of {len(thumb.tapped)} taps"
        assert len({row.id for row in rows}) == len(rows) == len(told) + 3
        times = [row.happened_at for row in rows]
        assert times == sorted(times), "the times of action are not in order"
        for name, state in thumb.states.items():
            assert session.get_one(Stop, route.stops[name]).state is state, name
    return {"taps": len(thumb.tapped), "events": len(told)}


@dataclass(kw_only=True)
class _Thumb:
    """Presses what a driver presses, and knows what should have come of it."""

    page: Page
    chance: random.Random
    line: BadLine
    tapped: list[tuple[str, str]] = field(default_factory=list)
    states: dict[str, StopState] = field(default_factory=lambda: dict.fromkeys(DOORS, StopState.PLANNED))

    def open(self, token: str) -> None:
        """On a good line: the link, the check, the load."""
        self.page.goto(f"/d#{token}")
        self.page.get_by_label("The last 3 digits").fill(PHONE_END)
        self._press("Open my route")
        self._press("Accept the route")
        self._see("Tanner Street Kitchen")
        self._wait(
            "import('/d/static/kept.js').then(({ openStore }) => openStore()).then((store) => store.route()).then(Boolean)"
        )
        self._press("Loaded")
        self._see("Drummond Road hub")
        self._press("Loaded")
        self._see("Ada")
        self.wait_until_sent()

    def tap(self, count: int) -> None:
        """So many taps: delivered, no reply, undone."""
        while len(self.tapped) < count:
            done = [name for name, state in self.states.items() if state is not StopState.PLANNED]
            current = next((name for name, state in self.states.items() if state is StopState.PLANNED), None)
            if current is None or (done and self.chance.random() < 0.4):
                name = self.chance.choice(done)
                self._press(f"Undo stop {list(DOORS).index(name) + 1}")
                self._told("stop_reopened", name, StopState.PLANNED)
            elif self.chance.random() < 0.5:
                self._press("Delivered")
                self._told("stop_delivered", current, StopState.COMPLETED)
            else:
                self.page.locator("summary", has_text="No reply").click()
                self._press("Report no reply")
                self._told("stop_failed", current, StopState.FAILED)

    def wait_until_sent(self) -> float:
        """Until nothing waits any more; how many seconds it took."""
        began = time.monotonic()
        self._finds_a_signal()
        self._wait("document.getElementById('sending').hidden")
        return time.monotonic() - began

    def _told(self, kind: str, name: str, state: StopState) -> None:
        self.tapped.append((kind, name))
        self.states[name] = state
        self._see(next((DOORS[n] for n, state in self.states.items() if state is StopState.PLANNED), END))

    def _press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def _see(self, heading: str) -> None:
        """Wait for a heading. An address that was wiped needs a contact: the phone finds a signal now and then."""
        wanted = self.page.get_by_role("heading", name=heading, exact=True)
        ends = time.monotonic() + PATIENCE_S
        looked = 0
        while not wanted.is_visible():
            assert time.monotonic() < ends, f"never saw {heading}; {self._state()}"
            looked += 1
            if looked % 20 == 0:
                self._finds_a_signal()
            self.page.wait_for_timeout(25)

    def _finds_a_signal(self) -> None:
        self.page.evaluate("dispatchEvent(new Event('online'))")

    def _wait(self, condition: str) -> None:
        ends = time.monotonic() + PATIENCE_S
        while not self.page.evaluate(condition):
            assert time.monotonic() < ends, f"never came true: {condition}; {self._state()}"
            self.page.wait_for_timeout(25)

    def _state(self) -> str:
        """What the phone says, and what became of its lists, for whoever reads a failure."""
        said = self.page.locator("#sending-words").inner_text()
        refused = self.page.locator("#refused").inner_text()
        return f"the page says {said!r} {refused!r}; the line {dict(self.line.happened)}, {self.line.statuses}"


@dataclass(kw_only=True)
class _Running:
    url: str
    start: Callable[[], subprocess.Popen[bytes]]
    process: subprocess.Popen[bytes]
    kills: int = 0
    spared: Event = field(default_factory=Event)
    killer: Thread | None = None
    failure: BaseException | None = None

    def attack(self, moments: random.Random) -> None:
        """From now on, kill the server at moments that chance draws, and start it again."""

        def kill() -> None:
            while not self.spared.wait(moments.uniform(0.2, 3.0)):
                self.process.kill()
                self.process.wait()
                self.kills += 1
                try:
                    self.process = self.start()
                except AssertionError as error:
                    self.failure = error
                    return

        self.killer = Thread(target=kill, daemon=True)
        self.killer.start()

    def spare(self) -> None:
        """Kill no more, but this once. Raises AssertionError when the server could not be started again.

        A child is ended by the system when the thread that started it ends, and the killer's has: one of this thread stays.
        """
        if self.killer is None:
            return
        self.leave_alone()
        if self.failure is not None:
            raise self.failure
        self.process.kill()
        self.process.wait()
        self.process = self.start()

    def leave_alone(self) -> None:
        """Kill no more, whatever happened."""
        self.spared.set()
        if self.killer is not None:
            self.killer.join()


class _Server:
    """The pages in a process of their own, on one port however often it is started."""

    def __init__(self, environment: Mapping[str, str], clock: MovingClock) -> None:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("ROUNDS_")}
        self._environment = {**inherited, **environment}
        self._ahead = str(clock.ahead.total_seconds())
        with socket.create_server(("127.0.0.1", 0)) as found:
            self._port = found.getsockname()[1]

    @contextmanager
    def running(self) -> Iterator[_Running]:
        """Serve, and stop at the end."""
        running = _Running(url=f"http://127.0.0.1:{self._port}", start=self._start, process=self._start())
        try:
            yield running
        finally:
            running.leave_alone()
            running.process.kill()
            running.process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "tests.browser.pages_process", str(self._port), self._ahead, str(os.getpid())]
        process = subprocess.Popen(command, cwd=ROOT, env=self._environment)
        ends = time.monotonic() + PATIENCE_S
        while time.monotonic() < ends:
            assert process.poll() is None, "the pages did not start"
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/d/worker.js", timeout=5):
                    return process
            except OSError:
                time.sleep(0.05)
        raise AssertionError("the pages did not answer")


@contextmanager
def _phone(line: BadLine, clock: MovingClock) -> Iterator[Page]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(FLAGS))
        context = browser.new_context(viewport=PHONE, base_url=line.url, timezone_id="Europe/London")  # type: ignore[arg-type]  # a width and a height
        context.set_default_timeout(PATIENCE_S * 1000)
        # The phone knows the time: what is tried here is the line, not its clock.
        context.clock.install(time=clock.now())
        yield context.new_page()
        context.close()
        browser.close()
