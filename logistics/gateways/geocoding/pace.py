"""Never faster than a service allows, counted over every process of this machine, and quiet while it asks to be left alone."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

LONGEST_REST_S = 24 * 3600.0
"""A service that asks for more, or a clock that was set back, does not silence us for ever."""


class TooSoon(Exception):
    """The next turn is later than the caller will wait."""

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"{wait_s:.0f} s")
        self.wait_s = wait_s


class Pace(Protocol):
    """Turns at asking a service."""

    def turn(self) -> None:
        """Wait for the next turn and take it. Raises TooSoon when that takes longer than is worth waiting."""
        ...

    def rest(self, rest_s: float) -> None:
        """Take no turn for so long."""
        ...


class FilePace:
    """Turns counted in a file with a lock, so that web processes and commands together keep the pace."""

    def __init__(
        self,
        file: Path,
        *,
        pause_s: float,
        patience_s: float,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._file = file
        self._pause_s = pause_s
        self._patience_s = patience_s
        self._now = now
        self._sleep = sleep

    def turn(self) -> None:
        """Wait for the next turn and take it; nobody else is kept from the file meanwhile."""
        with self._next_turn() as (next_at, keep):
            now = self._now()
            wait_s = max(0.0, next_at - now)
            if wait_s > self._patience_s:
                raise TooSoon(wait_s)
            keep(now + wait_s + self._pause_s)
        if wait_s:
            self._sleep(wait_s)

    def rest(self, rest_s: float) -> None:
        """Take no turn for so long, in any process."""
        with self._next_turn() as (next_at, keep):
            keep(max(next_at, self._now() + min(rest_s, LONGEST_REST_S)))

    @contextmanager
    def _next_turn(self) -> Iterator[tuple[float, Callable[[float], None]]]:
        self._file.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+", encoding="ascii", errors="replace") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            try:
                next_at = float(file.read() or 0)
            except ValueError:
                next_at = 0.0  # damaged, as by a full disk: the next turn writes it again

            def keep(at: float) -> None:
                file.seek(0)
                file.write(f"{at:.3f}\n")
                file.truncate()

            yield min(next_at, self._now() + LONGEST_REST_S), keep
