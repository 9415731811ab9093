"""The parts of a process that plans or has planned: `bootstrap` with the durable planner in its place."""

from __future__ import annotations

from logistics.bootstrap import Services, build_services
from logistics.gateways.clock import Clock
from logistics.gateways.sealing import FieldKeys
from logistics.jobs.dbos_planner import DbosPlanner
from logistics.jobs.job_queue import JobQueue
from logistics.jobs.queue_database import queue_url
from logistics.persistence.database import open_database
from logistics.settings import Settings


def build_planning_services(settings: Settings, *, clock: Clock | None = None) -> Services:
    """The real parts, with a planner that hands runs to the workers. It connects to the queue at its first use.

    Raises SettingError, and SchemaBehind when the database needs an upgrade.
    """
    database = open_database(settings.database_url, keys=FieldKeys.of(settings))
    planner = DbosPlanner(database, JobQueue(queue_url(settings.database_url, settings.home)), clock=clock)
    return build_services(settings, planner=planner, clock=clock, database=database)
