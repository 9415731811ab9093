"""The web server as a child of `rounds serve`: gunicorn with our settings, on a socket that is already bound.

    python -m logistics.cli.web_server LISTENING_FD READY_FD PARENT_PID WORKERS LINES

The pages are named, not imported: `logistics` does not know `web`.
"""

from __future__ import annotations

import os
import signal
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn ships no types

from logistics.cli.parent import stop_with_parent
from logistics.gateways.metrics import VARIABLE, forget_process

PAGES = "web.wsgi"
THREADS = 4
"""Threads that serve pages. Each open line to a board sleeps in one more; `web.security.boundary` lets no more than four work."""
GRACE_S = 10


class WebServer(BaseApplication):  # type: ignore[misc]  # see above
    """gunicorn without its command line and configuration file."""

    def __init__(self, *, listening_fd: int, ready_fd: int, parent: int, workers: int, lines: int) -> None:
        self._options: dict[str, Any] = {
            "bind": [f"fd://{listening_fd}"],
            "workers": workers,
            "worker_class": "gthread",
            "threads": THREADS + lines,
            "graceful_timeout": GRACE_S,
            "proc_name": "food-rounds",
            "loglevel": "warning",
            # Access logs would hold addresses of people and pages of households.
            "accesslog": None,
            "control_socket_disable": True,
            # The pages decide by ROUNDS_TRUSTED_PROXIES whom to believe; gunicorn must not guess before them.
            "forwarded_allow_ips": "",
            "on_starting": lambda _server: stop_with_parent(parent),
            "child_exit": lambda _server, worker: _forget(worker.pid),
            "post_worker_init": lambda worker: _begin(worker, ready_fd),
        }
        if Path("/dev/shm").is_dir():  # noqa: S108 - gunicorn makes files of its own there
            # A disk that stalls would let gunicorn take a healthy process for a hanging one.
            self._options["worker_tmp_dir"] = "/dev/shm"  # noqa: S108
        super().__init__()

    def load_config(self) -> None:
        """Every option by its own name; gunicorn refuses unknown ones."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """The WSGI application, made in each web process."""
        return import_module(PAGES).app


def _begin(worker: Any, ready_fd: int) -> None:
    """Say that pages can be asked for; and end the open lines first when the process is told to stop, for it waits for them."""
    for number in (signal.SIGTERM, signal.SIGQUIT, signal.SIGINT):
        stop: Any = signal.getsignal(number)

        def end_lines_first(caught: int, frame: Any, stop: Any = stop) -> None:
            worker.wsgi.end_lines()
            stop(caught, frame)

        signal.signal(number, end_lines_first)
    os.write(ready_fd, b".")


def _forget(pid: int) -> None:
    """A web process has ended, however: the boards that it held open are no longer counted."""
    if VARIABLE in os.environ:
        forget_process(pid)


def main() -> None:
    """Serve until SIGTERM."""
    listening_fd, ready_fd, parent, workers, lines = (int(argument) for argument in sys.argv[1:])
    # gunicorn reads the command line as well unless it is empty.
    sys.argv = sys.argv[:1]
    WebServer(listening_fd=listening_fd, ready_fd=ready_fd, parent=parent, workers=workers, lines=lines).run()


if __name__ == "__main__":
    main()
