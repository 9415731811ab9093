"""Time and peak memory of each step of a week: import, snapshot, reading, allocation, problem, solve, store and check.

    python -m benchmarks.week_stages FOLDER [FOLDER ...] --seconds 15

Each folder is a network as `rounds import` reads it. Every step runs in a process of its own (so that its peak memory is
its own) on a database that the steps before it left; the table says seconds, CPU seconds and megabytes. Wall time depends
on the machine: compare steps within one run.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from logistics.domain.authority import Actor
from logistics.domain.week import IsoWeek
from logistics.gateways.clock import SystemClock
from logistics.gateways.geocoding.chain import ChainedGeocoder, gazetteer_provider
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import Database, open_database
from logistics.persistence.geocodes import DatabaseGeocodeCache
from logistics.persistence.schema import upgrade_schema
from logistics.planning.day_plan import allot_day, route_problem, set_up_day
from logistics.planning.travel import travel_of_week
from logistics.planning.visits import visits_of
from logistics.planning.week_input import WeekInput
from logistics.queries.network import NetworkRow, list_networks
from logistics.queries.plan_summary import plan_summary
from logistics.queries.week_input import read_week_input
from logistics.services.freeze_demand import freeze_demand
from logistics.services.imports import import_network
from logistics.services.plan_week import PlanOrder, plan_week


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRow:
    """One step of one network."""

    network: str
    stage: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    figures: dict[str, Any]


def _network(database: Database) -> NetworkRow:
    with database.unscoped_reading() as session:
        return list_networks(session)[0]


def _import(database: Database, folder: Path, seconds: float) -> dict[str, Any]:
    del seconds
    geocoder = ChainedGeocoder(cache=DatabaseGeocodeCache(database, SystemClock()), providers=[gazetteer_provider()])
    report = import_network(database, folder, dry_run=False, now=datetime.now(UTC), geocoder=geocoder)
    return {"rows": sum(counts.created for counts in report.tables.values())}


def _snapshot(database: Database, folder: Path, seconds: float) -> dict[str, Any]:
    del seconds
    network = _network(database)
    with database.writing(network.id) as session:
        frozen = freeze_demand(session, Actor.system(network.id), _week(folder), now=datetime.now(UTC))
    return {"lines": frozen.lines}


def _week(folder: Path) -> IsoWeek:
    return IsoWeek.parse(json.loads((folder / "network.json").read_text(encoding="utf-8"))["week"])


def read_week(database: Database, folder: Path) -> WeekInput:
    """What the planner reads of the folder's week, its demand frozen."""
    network, week = _network(database), _week(folder)
    with database.writing(network.id) as session:
        frozen = freeze_demand(session, Actor.system(network.id), week, now=datetime.now(UTC))
    with database.reading(network.id) as session:
        return read_week_input(session, network_id=network.id, week=week, snapshot_id=frozen.snapshot_id)


def _allocation(database: Database, folder: Path, seconds: float) -> dict[str, Any]:
    del seconds
    week_input = read_week(database, folder)
    travel = travel_of_week(week_input, StraightLineRouter())
    hours = {volunteer.id: volunteer.max_week_s for volunteer in week_input.volunteers.values()}
    portions, slowest_s = 0, 0.0
    for day in week_input.week.days:
        began = time.perf_counter()
        meals = allot_day(set_up_day(week_input, travel, day, hours, usual={}))
        slowest_s = max(slowest_s, time.perf_counter() - began)
        portions += sum(item.quantity for item in meals.allotted)
    return {"portions": portions, "slowest_day_s": round(slowest_s, 2)}


def _problem(database: Database, folder: Path, seconds: float) -> dict[str, Any]:
    del seconds
    week_input = read_week(database, folder)
    travel = travel_of_week(week_input, StraightLineRouter())
    hours = {volunteer.id: volunteer.max_week_s for volunteer in week_input.volunteers.values()}
    largest, build_s = 0, 0.0
    for day in week_input.week.days:
        setting = set_up_day(week_input, travel, day, hours, usual={})
        visits = visits_of(allot_day(setting).allotted, week_input, setting.midnight_s)
        began = time.perf_counter()
        largest = max(largest, len(route_problem(setting, visits).problem.stops))
        build_s += time.perf_counter() - began
    return {"largest_day_stops": largest, "build_alone_s": round(build_s, 2)}


def _solve(database: Database, folder: Path, seconds: float) -> dict[str, Any]:
    network = _network(database)
    plan_id = plan_week(
        database,
        network.id,
        PlanOrder(week=_week(folder), seconds=seconds),
        roads=StraightLineRouter(),
        now=datetime.now(UTC),
    )
    with database.reading(network.id) as session:
        summary = plan_summary(session, plan_id)
    return {
        "served": sum(summary.served.values()),
        "unserved": sum(summary.unserved.values()),
        "routes": summary.routes,
        "km": round(summary.distance_m / 1000, 1),
        "hours": round(summary.duration_s / 3600, 1),
        "faults": summary.violations,
    }


STAGES: dict[str, Callable[[Database, Path, float], dict[str, Any]]] = {
    "import": _import,
    "snapshot": _snapshot,
    "allocation (with reading)": _allocation,
    "problem (with allocation)": _problem,
    "plan, store, check": _solve,
}


def _one(url: str, folder: Path, stage: str, seconds: float, answers: Any) -> None:
    database = open_database(url)
    began, cpu = time.perf_counter(), time.process_time()
    figures = STAGES[stage](database, folder, seconds)
    row = StageRow(
        network=folder.name,
        stage=stage,
        wall_s=round(time.perf_counter() - began, 2),
        cpu_s=round(time.process_time() - cpu, 2),
        peak_mb=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 0),
        figures=figures,
    )
    database.close()
    answers.put(asdict(row))


def measure(folder: Path, seconds: float) -> list[dict[str, Any]]:
    """A row for each stage of one network. Raises RuntimeError when a stage's process fails."""
    spawn = multiprocessing.get_context("spawn")
    rows = []
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/rounds.sqlite"
        upgrade_schema(url)
        for stage in STAGES:
            answers = spawn.Queue()
            process = spawn.Process(target=_one, args=(url, folder, stage, seconds, answers))
            process.start()
            process.join()
            if process.exitcode:
                raise RuntimeError(f"{folder.name}: {stage} failed")
            rows.append(answers.get(timeout=10))
    return rows


def main(arguments: list[str]) -> int:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=15.0)
    chosen = parser.parse_args(arguments)
    print("| network | step | wall s | CPU s | peak MB | figures |\n|---|---|---:|---:|---:|---|")
    for folder in chosen.folders:
        for row in measure(folder, chosen.seconds):
            figures = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in row["figures"].items())
            print(
                f"| {row['network']} | {row['stage']} | {row['wall_s']} | {row['cpu_s']} | {row['peak_mb']:.0f} | {figures} |"
            )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
