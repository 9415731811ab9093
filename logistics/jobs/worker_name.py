"""A name for each worker that is its own while it lives and that it gets again after a crash.

DBOS hands the unfinished work of an executor to whoever starts under the same name. So no two live workers may share
one, and a restarted worker must find its old one. Names are kept in `ROUNDS_HOME/workers`, one file for each; the file is
locked by the worker that bears the name, and the kernel lets go of the lock when it dies, however it dies.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path


@contextmanager
def worker_name(home: Path) -> Iterator[str]:
    """The first name of this home that no live worker bears; it is borne while the block runs."""
    folder = home / "workers"
    folder.mkdir(parents=True, exist_ok=True)
    for number in count(1):
        descriptor = os.open(folder / f"{number}.name", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield _name_in(descriptor, number)
            return
        finally:
            os.close(descriptor)


def _name_in(descriptor: int, number: int) -> str:
    """The name the file holds; made at first use, unlike that of any other home that shares the queue."""
    name = os.pread(descriptor, 100, 0).decode("ascii").strip()
    if not name:
        name = f"worker-{number}-{uuid.uuid4().hex[:12]}"
        os.pwrite(descriptor, f"{name}\n".encode("ascii"), 0)
        os.fsync(descriptor)
    return name
