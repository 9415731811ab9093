"""`rounds worker` as a process of its own, at another time than the machine's.

python -m tests.browser.planning_worker SECONDS_AHEAD PARENT_PID
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta

from logistics.bootstrap import build_services
from logistics.cli.parent import stop_with_parent
from logistics.jobs.queue_database import queue_url
from logistics.jobs.week_body import week_body
from logistics.jobs.worker import Worker
from logistics.settings import Settings
from tests.browser.moving_clock import MovingClock


def main() -> None:
    """Plan what is queued until SIGTERM, or until the tests end."""
    seconds_ahead, parent = sys.argv[1:]
    stop_with_parent(int(parent))
    settings = Settings.from_environment()
    services = build_services(settings, clock=MovingClock(timedelta(seconds=float(seconds_ahead))))
    worker = Worker(
        services.database,
        body=week_body(services),
        queue_url=queue_url(settings.database_url, settings.home),
        home=settings.home,
        clock=services.clock,
    )
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=worker.stop).start())
    ended = worker.run()
    services.close()
    os._exit(0 if ended else 3)


if __name__ == "__main__":
    main()
