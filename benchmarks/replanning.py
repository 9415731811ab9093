"""How long a change in a running day takes to plan, how many people it touches, and what it costs beside planning anew.

    python -m benchmarks.replanning --stops 100 1000 --seed 1

A street map of our own making: places at random in a square, kitchens among them, a lunch of three hours. The running plan is
solved first (its time is not counted). Each row is one change, timed from the changed problem to the checked answer, in one
process after one change to warm up; `anew` is the whole plan solved again without regard to anybody, for as long as a minute.
"""

from __future__ import annotations

import argparse
import resource
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

import numpy as np

from routing import (
    ChangeLimit,
    Matrix,
    MaxSeconds,
    Need,
    Pickup,
    Problem,
    Solution,
    Stop,
    Vehicle,
    Window,
    changes_between,
    check,
    replan,
    solve,
    with_stop,
    without_vehicle,
)

LUNCH_S = (11 * 3600, 14 * 3600)
MOVED_S = 15 * 60
STOPS_A_SHIFT = 12


def day(stops: int, seed: int) -> Problem:
    """A lunch with so many doors (and one place more, for an order that comes late), and shifts enough for most."""
    chance = np.random.default_rng(seed)
    kitchens, shifts = max(1, stops // 100), int(np.ceil(stops / STOPS_A_SHIFT * 1.15))
    points = chance.integers(0, int(900 * np.sqrt(stops)), (stops + 1 + kitchens + shifts, 2))
    metres = np.hypot(*(points[:, None] - points[None]).transpose(2, 0, 1)).astype(int)
    doors = [_door(place, chance, metres[place, stops + 1 : stops + 1 + kitchens]) for place in range(stops)]
    pickups = [
        Pickup(id=f"kitchen {k}", location=stops + 1 + k, service_s=300, windows=(Window(LUNCH_S[0], LUNCH_S[1]),))
        for k in range(kitchens)
    ]
    vehicles = [
        Vehicle(
            id=f"shift {v}", profile="car", start=stops + 1 + kitchens + v, capacity=(30,), fixed_cost=500, cost_per_s=1,
            shift=Window(LUNCH_S[0] - 1800, LUNCH_S[1] + 1800), max_duration_s=10_800,
        )
        for v in range(shifts)
    ]  # fmt: skip
    return Problem(
        dimensions=("portions",),
        matrices=(Matrix(profile="car", durations_s=metres // 5, distances_m=metres),),
        vehicles=tuple(vehicles),
        stops=tuple(doors),
        pickups=tuple(pickups),
    )


def _door(place: int, chance: np.random.Generator, kitchens_m: np.ndarray) -> Stop:
    begin = LUNCH_S[0] + int(chance.integers(0, 4)) * 1800
    need = Need(pickup_id=f"kitchen {int(kitchens_m.argmin())}", load=(2,), max_ride_s=5400)
    return Stop(
        id=f"door {place}", location=place, windows=(Window(begin, begin + 5400),), service_s=180, parking_s=60,
        needs=(need,), prize=10**7,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Row:
    """One change."""

    name: str
    wall_s: float
    cpu_s: float
    unserved: int
    forced: int
    changed: int
    cost: int


def measured(problem: Problem, running: Solution, seconds: float) -> list[Row]:
    """The changes of a day, each from the same running plan."""
    spare = len(problem.stops)
    late = _door(
        spare,
        np.random.default_rng(7),
        problem.matrices[0].distances_m[spare, spare + 1 : spare + 1 + len(problem.pickups)],
    )
    busiest = max(running.routes, key=lambda route: len(route.stop_ids)).vehicle_id
    more, fewer = with_stop(problem, late), without_vehicle(problem, busiest)
    held, some = ChangeLimit(most=0, moved_s=MOVED_S), ChangeLimit(most=10, moved_s=MOVED_S)
    weighed = ChangeLimit(moved_s=MOVED_S, weight=2000)
    changes: list[tuple[str, Callable[[], Problem], ChangeLimit | None]] = [
        ("warm up", lambda: with_stop(problem, late), held),
        ("one order more, nobody changed", lambda: with_stop(problem, late), held),
        ("one driver fewer, nobody else changed", lambda: without_vehicle(problem, busiest), held),
        ("one driver fewer, at most 10 others changed", lambda: without_vehicle(problem, busiest), some),
        ("better if it is worth it, weight 2,000 a change", lambda: problem, weighed),
        ("one order more, planned anew", lambda: more, None),
        ("one driver fewer, planned anew", lambda: fewer, None),
    ]
    return [_row(name, make, limit, running, seconds) for name, make, limit in changes][1:]


def _row(name: str, make: Callable[[], Problem], limit: ChangeLimit | None, running: Solution, seconds: float) -> Row:
    began, cpu = monotonic(), resource.getrusage(resource.RUSAGE_SELF)
    problem = make()
    if limit is None:
        solution, forced = solve(problem, stop=MaxSeconds(min(60.0, 10 * seconds)), engine="kernel"), 0
        changed = len(changes_between(problem, running, solution, moved_s=MOVED_S))
    else:
        found = replan(problem, running, stop=MaxSeconds(seconds), limit=limit)
        solution, forced, changed = found.solution, len(found.forced), found.chosen
    wall_s, spent = monotonic() - began, resource.getrusage(resource.RUSAGE_SELF)
    assert not check(problem, solution), "the answer breaks a rule"
    cpu_s = spent.ru_utime + spent.ru_stime - cpu.ru_utime - cpu.ru_stime
    return Row(
        name, wall_s, cpu_s, len(solution.unserved), forced, changed, solution.cost.total - solution.cost.unserved
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.replanning")
    parser.add_argument("--stops", type=int, nargs="+", default=[100, 1000])
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first-seconds", type=float, default=20.0, help="for the running plan")
    options = parser.parse_args(arguments)
    print("| stops | change | wall s | CPU s | unserved | forced | others changed | cost |")
    print("|---:|---|---:|---:|---:|---:|---:|---:|")
    for stops in options.stops:
        problem = day(stops, options.seed)
        running = solve(problem, stop=MaxSeconds(options.first_seconds), engine="kernel")
        costs = running.cost.total - running.cost.unserved
        print(f"| {stops:,} | the running plan | | | {len(running.unserved)} | | | {costs:,} |", flush=True)
        for row in measured(problem, running, 0.7 if stops <= 200 else 2.2):
            print(
                f"| {stops:,} | {row.name} | {row.wall_s:.2f} | {row.cpu_s:.2f} | {row.unserved} | {row.forced} |"
                f" {row.changed} | {row.cost:,} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
