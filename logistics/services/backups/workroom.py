"""A folder for the length of one backup or restore: its owner's alone, one at a time, and gone afterwards."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from logistics.persistence.copies.port import CopyFailed

_LOCK = "backup.lock"
_FOLDER = "backup-work"


@contextmanager
def workroom(home: Path) -> Iterator[Path]:
    """An empty folder in ROUNDS_HOME. What one that was killed left there is removed. Raises CopyFailed while another runs."""
    home.mkdir(parents=True, exist_ok=True)
    lock = os.open(home / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise CopyFailed("Another backup or restore is running: wait for it, then try again.") from None
        folder = home / _FOLDER
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder)
    finally:
        os.close(lock)
