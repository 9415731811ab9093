"""What plans in the tests of a running day, and what they read off its pages."""

from __future__ import annotations

import threading
import uuid

from logistics.bootstrap import Services
from logistics.jobs.run_context import RunContext
from logistics.jobs.week_body import week_body
from logistics.queries.solve_runs import network_of_run
from logistics.services.solve_runs import claim_run

DAY = "/day/2026-11-30"
LOOKS = [("laptop", False, True), ("phone", True, True), ("phone", False, False)]
"""Size, dark, with a script."""


class PlannerAtOnce:
    """Does the real work of a run where it stands: the worker without its queue. `waits` keeps runs until `work`."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self.waits = False
        self.queue: list[uuid.UUID] = []
        self.urgent: list[bool] = []

    def submit(self, run_id: uuid.UUID, *, urgent: bool = False) -> None:
        """Do it, unless told to wait."""
        self.urgent.append(urgent)
        self.queue.append(run_id)
        if not self.waits:
            self.work()

    def cancel(self, run_id: uuid.UUID) -> None:
        """The run's row says so already."""

    def work(self) -> None:
        """What a worker would do now."""
        database, clock = self._services.database, self._services.clock
        while self.queue:
            run_id = self.queue.pop()
            with database.unscoped_reading() as session:
                network_id = network_of_run(session, run_id)
            with database.writing(network_id) as session:
                claim = claim_run(session, run_id, now=clock.now())
            assert claim is not None
            context = RunContext(database, claim, clock=clock, worker_stopping=threading.Event())
            week_body(self._services)(run_id, network_id, context)


def proposal_ids(page: str) -> list[str]:
    """The proposals that can be accepted, in order."""
    return [part.split('"')[0] for part in page.split('name="proposal" value="')[1:]]
