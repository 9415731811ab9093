"""A week's days, reduced to what VROOM and PyVRP have words for, handed to all three: who serves more, who drives less.

    python -m benchmarks.reduced_weeks FOLDER [FOLDER ...] --seconds 10

What is left of a day: one way of travelling, shifts that end where they begin, capacities, a window and a service time for
each door, and a pickup of its own for each (peers cannot share one). What goes: clocks, skills, crews, blocks, hours, limits on
doors, continuity, several sources for one door. Two tables: every door has a prize (VROOM knows none and is left out), and only
the doors that ours served, all of which must be served. Costs are metres, by the judge of `python -m routing bench`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from benchmarks.week_stages import STAGES, read_week
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.persistence.database import open_database
from logistics.persistence.schema import upgrade_schema
from logistics.planning.day_plan import allot_day, route_problem, set_up_day
from logistics.planning.travel import travel_of_week
from logistics.planning.visits import visits_of
from routing.bench.judge import judge
from routing.bench.peers import NoAnswerError, Solver, find_solver
from routing.engines.plain import Sequences
from routing.problem import Need, Pickup, Problem, Stop, Vehicle

SOLVERS = ("portfolio", "pyvrp", "vroom")
PRIZE = 1_000_000
"""More than any route of a day costs in metres."""


def days_of(folder: Path) -> Iterator[tuple[str, Problem]]:
    """Every day with doors of the week in that folder, its food shared out, as the planner would state it."""
    with tempfile.TemporaryDirectory() as home:
        url = f"sqlite:///{home}/rounds.sqlite"
        upgrade_schema(url)
        database = open_database(url)
        STAGES["import"](database, folder, 0.0)
        week_input = read_week(database, folder)
        database.close()
    travel = travel_of_week(week_input, StraightLineRouter())
    hours = {volunteer.id: volunteer.max_week_s for volunteer in week_input.volunteers.values()}
    for day in week_input.week.days:
        setting = set_up_day(week_input, travel, day, hours, usual={})
        problem = route_problem(setting, visits_of(allot_day(setting).allotted, week_input, setting.midnight_s)).problem
        if problem.stops and problem.vehicles:
            yield day.isoformat(), reduced(problem)


def reduced(problem: Problem) -> Problem:
    """What peers have words for."""
    way = problem.matrices[0]
    pickups, stops = [], []
    for stop in problem.stops:
        need = stop.needs[0]
        source = problem.pickup(need.pickup_id) if need.pickup_id is not None else None
        if source is not None:
            own = Pickup(id=f"for {stop.id}", location=source.location, windows=source.windows, service_s=0)
            pickups.append(own)
            need = Need(pickup_id=own.id, load=need.load)
        stops.append(
            Stop(
                id=stop.id,
                location=stop.location,
                windows=stop.windows,
                service_s=stop.service_s + stop.parking_s,
                needs=(need,),
                prize=PRIZE,
            )
        )
    vehicles = tuple(
        Vehicle(
            id=car.id,
            profile=way.profile,
            start=car.start,
            end=car.start,
            shift=car.shift,
            capacity=car.capacity,
            cost_per_m=1,
        )
        for car in problem.vehicles
    )
    return Problem(
        dimensions=problem.dimensions, matrices=(way,), vehicles=vehicles, stops=tuple(stops), pickups=tuple(pickups)
    )


def all_must(problem: Problem, served: frozenset[str]) -> Problem:
    """Only these doors, and all of them."""
    stops = tuple(replace(stop, prize=None) for stop in problem.stops if stop.id in served)
    used = {need.pickup_id for stop in stops for need in stop.needs}
    return replace(problem, stops=stops, pickups=tuple(each for each in problem.pickups if each.id in used))


def _answer(solver: Solver, problem: Problem, seconds: float) -> tuple[Sequences | None, int | None]:
    """Its routes, and what they cost by the judge: nothing where it found none that keep the rules."""
    if solver.refusal(problem) is not None:
        return None, None
    try:
        found = solver.solve(problem, seconds=seconds, seed=1, threads=1)
    except NoAnswerError:
        return None, None
    return found, judge(problem, found).cost


def _served(problem: Problem, found: Sequences | None) -> frozenset[str]:
    names = {stop.id for stop in problem.stops}
    return frozenset(visit.id for visits in (found or {}).values() for visit in visits if visit.id in names)


def compare(network: str, day: str, problem: Problem, seconds: float) -> Iterator[str]:
    """Two rows of the table for one day."""
    solvers = [find_solver(name) for name in SOLVERS]
    ours: frozenset[str] = frozenset()
    cells = []
    for solver in solvers:
        found, cost = _answer(solver, problem, seconds)
        served = _served(problem, found)
        ours = ours or served
        metres = None if cost is None else cost - PRIZE * (len(problem.stops) - len(served))
        cells.append("-" if metres is None else f"{len(served)}, {metres / 1000:.2f}")
    yield f"| {network} | {day} | prizes | {len(problem.stops)} | {' | '.join(cells)} |"
    must = all_must(problem, ours)
    costs = [_answer(solver, must, seconds)[1] for solver in solvers]
    cells = ["none" if cost is None else f"{len(ours)}, {cost / 1000:.2f}" for cost in costs]
    yield f"| {network} | {day} | all must | {len(must.stops)} | {' | '.join(cells)} |"


def main(arguments: list[str]) -> int:
    """Print the table as Markdown; a cell is doors served, kilometres."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--seconds", type=float, default=10.0)
    chosen = parser.parse_args(arguments)
    print(f"| network | day | doors | of | {' | '.join(SOLVERS)} |\n|---|---|---|---:|{'---:|' * len(SOLVERS)}")
    for folder in chosen.folders:
        for day, problem in days_of(folder):
            for line in compare(folder.name, day, problem, chosen.seconds):
                print(line, flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
