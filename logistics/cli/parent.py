"""Children that do not outlive the process that started them, however it ends."""

from __future__ import annotations

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1


def stop_with_parent(parent: int) -> None:
    """Have the kernel send this process SIGTERM when `parent` ends, also by kill -9. On Linux; elsewhere nothing happens."""
    if not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if os.getppid() != parent:
        # It ended before we asked.
        os.kill(os.getpid(), signal.SIGTERM)
