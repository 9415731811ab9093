"""Who works in which part, for the first cut: a linear programme over the shifts of one block of time."""

from collections.abc import Mapping, Sequence

import numpy as np
from ortools.linear_solver import pywraplp

from routing.compiled import Compiled
from routing.decomposition.reach import Ints, Reach
from routing.decomposition.terrain import Points

SHORT = 100.0
"""What a second of lacking time in a part costs, against a second on the way there."""
CLASSES = 6
"""Kinds of asking (skills, people) that are counted apart in each part."""


def to_parts(
    world: Compiled, reach: Reach, vehicles: Sequence[int], parts: Sequence[Sequence[int]], *, points: Points,
    hours: Mapping[int, int],
) -> list[list[int]]:  # fmt: skip
    """The vehicles of each part: as much time everywhere, by the work there is, and short ways to it."""
    if len(parts) == 1:
        return [list(vehicles)]
    model = pywraplp.Solver.CreateSolver("GLOP")
    model.SetTimeLimit(60_000)
    ways, share = _ways(world, vehicles, parts, points), _share(reach, vehicles, parts)
    lasts = np.array([hours.get(v, world.cars[v].shift.end_s - world.cars[v].shift.start_s) for v in vehicles])
    worth = np.maximum(0.05, 1 - 2 * ways / np.maximum(1, lasts)[:, None]) * share * lasts[:, None]
    likes = _likes(world, vehicles, parts)
    goal = model.Objective()
    given = [[model.NumVar(0, 1, "") for _ in parts] for _ in vehicles]
    for row, each in enumerate(given):
        model.Add(sum(each) == 1)
        for column, variable in enumerate(each):
            goal.SetCoefficient(variable, float(ways[row, column] + likes[row, column]))
    for asked, able in _askings(world, vehicles, parts):
        time = float((lasts * able).sum())
        total = max(1, int(asked.sum()))
        for column, amount in enumerate(asked):
            if not amount:
                continue
            lacking = model.NumVar(0, model.infinity(), "")
            goal.SetCoefficient(lacking, SHORT)
            mine = sum(float(worth[row, column]) * each[column] for row, each in enumerate(given) if able[row])
            model.Add(mine + lacking >= 0.8 * time * float(amount) / total)
    goal.SetMinimization()
    solved = model.Solve() in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE)
    found: list[list[int]] = [[] for _ in parts]
    for row, vehicle in enumerate(vehicles):
        best = int(np.argmax([v.solution_value() for v in given[row]]) if solved else np.argmin(ways[row]))
        found[best].append(vehicle)
    return found


def _ways(world: Compiled, vehicles: Sequence[int], parts: Sequence[Sequence[int]], points: Points) -> Points:
    """Seconds from each vehicle's start to the middle stop of each part."""
    middles = []
    for stops in parts:
        mine = points[list(stops)]
        nearest = int(((mine - mine.mean(axis=0)) ** 2).sum(axis=1).argmin())
        middles.append(world.location[stops[nearest]])
    ways = np.zeros((len(vehicles), len(parts)))
    for row, vehicle in enumerate(vehicles):
        car = world.cars[vehicle]
        seconds = world.problem.matrix(car.profile).block([car.start], middles)[0][0].astype(np.float64)
        ways[row] = np.minimum(seconds * 100 / car.speed_percent, 1e6)
    return ways


def _share(reach: Reach, vehicles: Sequence[int], parts: Sequence[Sequence[int]]) -> Points:
    """The part of each part's stops that each vehicle can serve, its root: a few are worth something too."""
    share = np.zeros((len(vehicles), len(parts)))
    stops = np.concatenate([np.array(each, dtype=np.int64) for each in parts])
    part = np.repeat(np.arange(len(parts)), [len(each) for each in parts])
    sizes = np.maximum(1, np.bincount(part, minlength=len(parts)))
    for row, vehicle in enumerate(vehicles):
        share[row] = np.sqrt(np.bincount(part[reach.of(vehicle)[stops]], minlength=len(parts)) / sizes)
    return share


def _likes(world: Compiled, vehicles: Sequence[int], parts: Sequence[Sequence[int]]) -> Points:
    """What is felt about each vehicle in each part; pins and fixed beginnings decide."""
    part_of = {stop: number for number, stops in enumerate(parts) for stop in stops}
    likes = np.zeros((len(vehicles), len(parts)))
    for row, vehicle in enumerate(vehicles):
        for node, cost in world.preference[vehicle].items():
            if node in part_of:
                likes[row, part_of[node]] += cost / 5
        for node in world.prefix.get(vehicle, ()):
            if node in part_of:
                likes[row, part_of[node]] -= 1e7
    row_of = {vehicle: row for row, vehicle in enumerate(vehicles)}
    for node, vehicle in world.pin.items():
        if node in part_of and vehicle in row_of:
            likes[row_of[vehicle], part_of[node]] -= 1e6
    return likes


def _askings(world: Compiled, vehicles: Sequence[int], parts: Sequence[Sequence[int]]) -> list[tuple[Ints, Ints]]:
    """Seconds at doors per part, and who can be there: of all stops, then of those that ask for skills or people."""
    kinds: dict[tuple[frozenset[str], int], Ints] = {(frozenset(), 1): np.zeros(len(parts), dtype=np.int64)}
    for number, stops in enumerate(parts):
        for node in stops:
            stop = world.stops[node]
            work = 1 + stop.service_s + stop.parking_s
            for key in {(frozenset[str](), 1), (stop.required_skills, stop.crew_size)}:
                kinds.setdefault(key, np.zeros(len(parts), dtype=np.int64))[number] += work
    most = sorted(kinds.items(), key=lambda item: (-int(item[1].sum()), sorted(item[0][0]), item[0][1]))[:CLASSES]
    return [
        (
            asked,
            np.array([skills <= world.cars[v].skills and people <= world.cars[v].crew_size for v in vehicles]).astype(
                np.int64
            ),
        )
        for (skills, people), asked in most
    ]
