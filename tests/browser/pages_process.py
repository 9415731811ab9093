"""The pages as a process of their own, at another time than the machine's: what a test may kill with -9.

python -m tests.browser.pages_process PORT SECONDS_AHEAD PARENT_PID
"""

from __future__ import annotations

import sys
from datetime import timedelta

from werkzeug.serving import WSGIRequestHandler, make_server

from logistics.bootstrap import build_services
from logistics.cli.parent import stop_with_parent
from logistics.settings import Settings
from tests.browser.moving_clock import MovingClock
from web import create_app


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


def main() -> None:
    """Serve until killed."""
    port, seconds_ahead, parent = sys.argv[1:]
    stop_with_parent(int(parent))
    clock = MovingClock(timedelta(seconds=float(seconds_ahead)))
    services = build_services(Settings.from_environment(), clock=clock)
    make_server("127.0.0.1", int(port), create_app(services), threaded=True, request_handler=_Quiet).serve_forever()


if __name__ == "__main__":
    main()
