"""`rounds worker`: plans what the pages ask for, passes overdue follow-ups on and sends mail, until it is told to stop. Run as many as there are processors to spare."""

from __future__ import annotations

import logging
import os
import signal
import threading
from types import FrameType

import click

from logistics.bootstrap import build_services
from logistics.cli.parent import stop_with_parent
from logistics.gateways.fault_reports import finish_fault_reports, start_fault_reports
from logistics.gateways.logs import start_logging
from logistics.jobs.care_rounds import CareRounds
from logistics.jobs.queue_database import queue_url
from logistics.jobs.warm_planner import warm_planner
from logistics.jobs.week_body import week_body
from logistics.jobs.worker import Worker
from logistics.settings import Settings


@click.command()
@click.option("--concurrency", type=click.IntRange(1, 64), default=1, show_default=True, help="Plans made at once.")
@click.option("--parent", type=int, hidden=True, help="Stop when this process ends.")
def worker(concurrency: int, parent: int | None) -> None:
    """Run a worker that plans, passes overdue follow-ups on and sends mail, until Ctrl-C or SIGTERM. What it has not finished then goes on with the next worker."""
    if parent is not None:
        stop_with_parent(parent)
    settings = Settings.from_environment()
    start_logging(settings)
    start_fault_reports(settings)
    services = build_services(settings)
    planner = Worker(
        services.database,
        body=week_body(services),
        queue_url=queue_url(settings.database_url, settings.home),
        home=settings.home,
        concurrency=concurrency,
        clock=services.clock,
    )
    care = CareRounds(services.database, services.mail, clock=services.clock, base_url=settings.base_url)

    def stop(number: int, frame: FrameType | None) -> None:
        del number, frame
        # In a thread: the one that is interrupted here may hold the very lock that `stop` needs.
        threading.Thread(target=planner.stop).start()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    warm_planner()
    with care.going_round():
        everything_ended = planner.run()
    services.close()
    finish_fault_reports()
    logging.shutdown()
    if not everything_ended:
        # Some work is deaf to the stop. Its run is taken up by the next worker; waiting here would help nobody.
        os._exit(0)
