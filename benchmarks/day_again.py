"""A volunteer drops out at midday: how long the first proposal takes, whom it touches, and that nobody else's page changes.

    python -m benchmarks.day_again FOLDER WEEK INSTANT --home HOME

Imports a network's folder, plans the week, sends it out and drives it up to the instant (as `2026-12-02T12:15`), once for a home.
Then route after route of that day loses its volunteer; every time the first proposal is accepted, checked, and taken back with
the copy of the database made before. SQLite only: the copy is a file.
"""

from __future__ import annotations

import argparse
import shutil
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import func, select

from benchmarks.running_day import drive_until, published_plan
from logistics.bootstrap import Services, build_services
from logistics.domain.authority import Actor
from logistics.domain.replanning import SETTLED_STOPS, ReplanReason
from logistics.domain.week import LONDON, IsoWeek
from logistics.gateways.clock import FixedClock
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Network, ReplanProposal, Route, RouteCrew, Stop
from logistics.planning.replan_draft import Draft, draft_of
from logistics.queries.driver_route import driver_route
from logistics.services.accept_replan import accept_proposal
from logistics.services.check_plan import check_plan
from logistics.services.imports import import_network
from logistics.services.plan_week import PlanOrder, plan_week
from logistics.services.publish_plan import publish_plan
from logistics.services.replans import RouteTrouble, ask_replan_of_route
from logistics.services.work_out_replan import work_out_replan
from logistics.settings import Settings

BEFORE = "before.sqlite"


@dataclass(frozen=True, slots=True)
class Row:
    """One drop-out."""

    letter: str
    open_doors: int
    first_s: float
    all_s: float
    cpu_s: float
    kinds: str
    served: str
    touched: int
    accept_s: float
    unchanged_pages: int
    faults: int


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.day_again")
    parser.add_argument("folder", type=Path)
    parser.add_argument("week", type=IsoWeek.parse)
    parser.add_argument("instant", type=datetime.fromisoformat)
    parser.add_argument("--home", type=Path, required=True)
    parser.add_argument("--plan-seconds", type=float, default=60.0)
    parser.add_argument("--routes", nargs="*", help="letters; else every route of the day that has something done")
    options = parser.parse_args(arguments)
    now = options.instant.replace(tzinfo=LONDON)
    settings = Settings.from_environment({"ROUNDS_HOME": str(options.home)})
    file = options.home / "rounds.sqlite"
    if not (options.home / BEFORE).exists():
        _prepare(settings, options.folder, options.week, now, options.plan_seconds)
        shutil.copyfile(file, options.home / BEFORE)
    print(
        "| route | open doors | first s | all s | CPU s | proposals | doors served | touched | accept s | same pages | faults |"
    )
    print("|---|---:|---:|---:|---:|---|---|---:|---:|---:|---:|")
    for letter in options.routes or _letters(settings, options.home, now):
        _restore(options.home)
        services = build_services(settings, clock=FixedClock(now))
        try:
            row = _DropOut(services, now, letter).measure()
        finally:
            services.close()
        figures = (
            row.letter,
            row.open_doors,
            f"{row.first_s:.2f}",
            f"{row.all_s:.2f}",
            f"{row.cpu_s:.2f}",
            row.kinds,
            row.served,
            row.touched,
            f"{row.accept_s:.2f}",
            row.unchanged_pages,
            row.faults,
        )
        print("| " + " | ".join(map(str, figures)) + " |", flush=True)


def _prepare(settings: Settings, folder: Path, week: IsoWeek, now: datetime, seconds: float) -> None:
    upgrade_schema(settings.database_url)
    services = build_services(settings, clock=FixedClock(now))
    made = now - timedelta(days=6)
    report = import_network(services.database, folder, dry_run=False, now=made, geocoder=services.geocoder)
    assert report.is_good, report.problems[:3]
    with services.database.unscoped_reading() as session:
        network_id = session.scalars(select(Network.id)).one()
    order = PlanOrder(week=week, seconds=seconds)
    plan_id = plan_week(services.database, network_id, order, roads=services.roads, now=made)
    with services.database.writing(network_id) as session:
        publish_plan(session, Actor.system(network_id), plan_id, now=made)
    drive_until(services.database, network_id, now.date(), now)
    services.close()


def _restore(home: Path) -> None:
    for leftover in home.glob("rounds.sqlite-*"):
        leftover.unlink()
    shutil.copyfile(home / BEFORE, home / "rounds.sqlite")


def _letters(settings: Settings, home: Path, now: datetime) -> list[str]:
    _restore(home)
    services = build_services(settings)
    with services.database.unscoped_reading() as session:
        rows = session.execute(
            select(Route.letter)
            .join(Stop, Stop.route_id == Route.id)
            .where(Route.service_date == now.date(), Stop.state.in_(SETTLED_STOPS))
            .where(Route.id.in_(select(Stop.route_id).where(Stop.state.not_in(SETTLED_STOPS))))
            .distinct()
        )
        letters = sorted((row.letter for row in rows), key=lambda letter: (len(letter), letter))
    services.close()
    return letters


class _DropOut:
    """One volunteer who drops out."""

    def __init__(self, services: Services, now: datetime, letter: str) -> None:
        self.services, self.now, self.letter = services, now, letter
        with services.database.unscoped_reading() as session:
            self.network_id = session.scalars(select(Network.id)).one()

    def measure(self) -> Row:
        """Ask, work out, accept the first, look."""
        database, actor = self.services.database, Actor.system(self.network_id)
        with database.writing(self.network_id) as session:
            plan_id = published_plan(session).id
            route = session.scalars(
                select(Route).where(
                    Route.plan_id == plan_id, Route.service_date == self.now.date(), Route.letter == self.letter
                )
            ).one()
            open_doors = sum(stop.household_id is not None and stop.state not in SETTLED_STOPS for stop in route.stops)
            trouble = RouteTrouble(reason=ReplanReason.VOLUNTEER_OUT)
            began, cpu = time.monotonic(), time.process_time()
            asked = ask_replan_of_route(session, actor, route.id, trouble, now=self.now)
        watch = _Watch(self.services, self.network_id, asked.replan_id, began)
        end = work_out_replan(
            database, self.network_id, asked.run_id, roads=self.services.roads, clock=self.services.clock
        )
        with database.writing(self.network_id) as session:
            end(session)
        all_s, cpu_s = time.monotonic() - began, time.process_time() - cpu
        first_s = watch.stop()
        drafts = self._drafts(asked.replan_id)
        named = {route.route_id for route in drafts[0][1].routes}
        before, done = self._pages(named), self._done()
        began = time.monotonic()
        with database.writing(self.network_id) as session:
            accepted = accept_proposal(session, actor, drafts[0][0], roads=self.services.roads, now=self.now)
        accept_s = time.monotonic() - began
        after = self._pages(named)
        assert {member: after[member] for member in before} == before, "somebody else's page changed"
        assert self._done() == done, "a stop that was done changed"
        with database.reading(self.network_id) as session:
            faults = len(check_plan(session, accepted.plan_id, roads=self.services.roads))
        return Row(
            letter=self.letter, open_doors=open_doors, first_s=first_s, all_s=all_s, cpu_s=cpu_s,
            kinds=", ".join(draft.kind.value for _, draft in drafts),
            served=", ".join(str(draft.doors_served) for _, draft in drafts),
            touched=len(named), accept_s=accept_s, unchanged_pages=len(before), faults=faults,
        )  # fmt: skip

    def _drafts(self, replan_id: uuid.UUID) -> list[tuple[uuid.UUID, Draft]]:
        with self.services.database.reading(self.network_id) as session:
            rows = session.scalars(
                select(ReplanProposal).where(ReplanProposal.replan_id == replan_id).order_by(ReplanProposal.number)
            )
            return [(row.id, draft_of(row.draft)) for row in rows]

    def _pages(self, named: set[uuid.UUID | None]) -> Mapping[uuid.UUID, Any]:
        """What everybody sees whose route the proposal does not name."""
        with self.services.database.reading(self.network_id) as session:
            plan_id = published_plan(session).id
            crew = session.execute(
                select(Route.id, RouteCrew.volunteer_id, RouteCrew.id.label("member"))
                .join(RouteCrew, RouteCrew.route_id == Route.id)
                .where(Route.plan_id == plan_id, Route.service_date == self.now.date())
            )
            return {
                row.member: driver_route(session, row.id, row.volunteer_id, now=self.now)
                for row in crew
                if row.id not in named
            }

    def _done(self) -> list[tuple[Any, ...]]:
        """The rows of all stops of the day that are done."""
        with self.services.database.reading(self.network_id) as session:
            rows = session.execute(
                select(Stop.id, Stop.route_id, Stop.state, Stop.service_at, Stop.departs_at)
                .join(Route, Route.id == Stop.route_id)
                .where(
                    Route.plan_id == published_plan(session).id,
                    Route.service_date == self.now.date(),
                    Stop.state.in_(SETTLED_STOPS),
                )
                .order_by(Stop.id)
            )
            # What a proposal leaves out is called off: new among them, and no stop that was done.
            return [tuple(row) for row in rows if row.state.value != "cancelled"]


class _Watch:
    """Looks for the first proposal, as a page would."""

    def __init__(self, services: Services, network_id: uuid.UUID, replan_id: uuid.UUID, began: float) -> None:
        self._services, self._network_id, self._replan_id, self._began = services, network_id, replan_id, began
        self._seen_s: float | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def stop(self) -> float:
        """Seconds from the tap to the first proposal."""
        self._over.set()
        self._thread.join()
        return time.monotonic() - self._began if self._seen_s is None else self._seen_s

    def _look(self) -> None:
        while self._seen_s is None and not self._over.wait(0.1):
            with self._services.database.reading(self._network_id) as session:
                count = session.scalar(
                    select(func.count()).select_from(ReplanProposal).where(ReplanProposal.replan_id == self._replan_id)
                )
            if count:
                self._seen_s = time.monotonic() - self._began


if __name__ == "__main__":
    main()
