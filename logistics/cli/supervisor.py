"""Keeps child processes running: starts one that crashed again, with pauses that grow, and stops all of them in order."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from types import FrameType

LOOK_EVERY_S = 0.2
STEADY_AFTER_S = 60.0
LONGEST_PAUSE_S = 30.0
GIVE_UP_AFTER = 3
"""A child that must be ready once gives up the whole when it crashes this often before that."""

STOP_WITHIN_S = 25.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ChildProgram:
    """What to run. `pass_fds` stay open in it. One that `is_essential` must not crash on its first starts."""

    name: str
    command: Sequence[str]
    pass_fds: tuple[int, ...] = ()
    is_essential: bool = False


class Child:
    """One program and the process that runs it now, if any."""

    def __init__(self, program: ChildProgram, environment: Mapping[str, str], tell: Callable[[str], None]) -> None:
        self.program = program
        self.crashes_in_a_row = 0
        self._environment = environment
        self._tell = tell
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_at = 0.0

    def look_after(self) -> None:
        """Start it when it is due; notice a crash and set the time of the next start."""
        now = time.monotonic()
        if self._process is None:
            if now >= self._start_at:
                self._start()
            return
        status = self._process.poll()
        if status is None:
            if now - self._started_at > STEADY_AFTER_S:
                self.crashes_in_a_row = 0
            return
        self._end_group()
        self.crashes_in_a_row += 1
        pause_s = min(LONGEST_PAUSE_S, 2.0 ** (self.crashes_in_a_row - 1) / 2)
        self._start_at = now + pause_s
        self._tell(f"The {self.program.name} ended ({_said(status)}); starting it again in {pause_s:g} s.")

    def ask_to_stop(self) -> None:
        """Send SIGTERM, if it runs."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()

    def wait(self, deadline: float) -> None:
        """Until it has ended, at the latest at `deadline` (monotonic); then it and its own children are killed."""
        if self._process is None:
            return
        try:
            self._process.wait(timeout=max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._tell(f"The {self.program.name} did not stop in time and is ended.")
        self._end_group()

    def _start(self) -> None:
        # A session of its own: Ctrl-C reaches the supervisor alone, which then stops its children in order.
        self._process = subprocess.Popen(  # noqa: S603 - our own programs
            list(self.program.command),
            env={**os.environ, **self._environment},
            pass_fds=self.program.pass_fds,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
        self._started_at = time.monotonic()

    def _end_group(self) -> None:
        """Nothing the child started may outlive it."""
        assert self._process is not None
        # Nobody is left in the group, as a rule; macOS says it with the second error.
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = None


class Supervisor:
    """Runs programs until a signal, or until an essential one cannot even start."""

    def __init__(
        self,
        programs: Sequence[ChildProgram],
        *,
        environment: Mapping[str, str],
        tell: Callable[[str], None],
        is_ready: Callable[[], bool],
        on_ready: Callable[[], None],
    ) -> None:
        self._children = [Child(program, environment, tell) for program in programs]
        self._tell = tell
        self._is_ready = is_ready
        self._on_ready = on_ready
        self._signals = 0

    def run(self) -> int:
        """The exit code: 0 after SIGTERM or SIGINT, 1 when an essential program could not start."""
        before = {number: signal.signal(number, self._note_signal) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            code = self._watch()
        finally:
            self._stop_all()
            for number, handler in before.items():
                signal.signal(number, handler)
        return code

    def _watch(self) -> int:
        ready = False
        while not self._signals:
            for child in self._children:
                child.look_after()
                if not ready and child.program.is_essential and child.crashes_in_a_row >= GIVE_UP_AFTER:
                    self._tell(f"The {child.program.name} cannot start: its own message is above.")
                    return 1
            if not ready and self._is_ready():
                ready = True
                self._on_ready()
            time.sleep(LOOK_EVERY_S)
        return 0

    def _stop_all(self) -> None:
        for child in self._children:
            child.ask_to_stop()
        deadline = time.monotonic() + STOP_WITHIN_S
        for child in self._children:
            child.wait(deadline)

    def _note_signal(self, number: int, frame: FrameType | None) -> None:
        del number, frame
        self._signals += 1


def _said(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit code {status}"
