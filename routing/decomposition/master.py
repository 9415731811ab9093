"""The master model: before anything is routed, which day takes an order that has a choice of days, and who works when.

A linear programme over classes of orders that are alike (the same days, the same area), so that it does not grow with
their number. Work is seconds at the door plus a typical leg; what is left over is spread over days and areas.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from ortools.linear_solver import pywraplp

from routing.compiled import Compiled
from routing.decomposition import PART_STOPS
from routing.decomposition.components import Component, binding_limits, scarce_pickups
from routing.decomposition.reach import Flags, Ints, Reach
from routing.decomposition.terrain import Points, bisect

MOST_AREAS = 16
SAMPLE = 256
STEPS = ((0.7, 0.0), (0.15, 1.0), (0.15, 3.0), (float("inf"), 20.0))
"""Parts of the time that a day and area has, and what a second of work in each costs: evenly filled is best."""
SHORT = 10_000.0
"""What a unit costs that a pickup does not have."""

type Option = tuple[int, int]
"""A stop, and the block of time it would be served in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotment:
    """The master's answer: each block's stops (one option of each order), and the seconds it wishes of a vehicle."""

    blocks: tuple[tuple[int, ...], ...]
    hours: dict[int, int] = field(default_factory=dict)


def time_blocks(world: Compiled, vehicles: Sequence[int]) -> list[list[int]]:
    """Vehicles whose shifts overlap, or are chained by overlaps: the shifts of one day, mostly."""
    found: list[list[int]] = []
    until = -1
    for vehicle in sorted(vehicles, key=lambda v: (world.cars[v].shift, v)):
        shift = world.cars[vehicle].shift
        if shift.start_s >= until:
            found.append([])
        found[-1].append(vehicle)
        until = max(until, shift.end_s)
    return found


def allot(world: Compiled, reach: Reach, part: Component, blocks: Sequence[Sequence[int]], points: Points) -> Allotment:
    """Give every order of the component that some vehicle can serve to one block."""
    inside = np.array(part.stops, dtype=np.int64)
    able = np.zeros((len(blocks), len(inside)), dtype=np.bool_)
    for number, vehicles in enumerate(blocks):
        for vehicle in vehicles:
            able[number] |= reach.of(vehicle)[inside]
    if len(blocks) == 1:
        return Allotment(blocks=(tuple(order[0][0] for order in _orders(world, inside, able)),))
    areas = min(MOST_AREAS, max(1, len(inside) // (len(blocks) * PART_STOPS)))
    area = np.zeros(len(inside), dtype=np.int64)
    cuts = bisect(
        points[inside], np.ones(len(inside), dtype=np.int64), -(-len(inside) // areas), np.random.default_rng(0)
    )
    for number, members in enumerate(cuts):
        area[members] = number
    model = _Master(world, reach, blocks, inside=inside, area=area, areas=len(cuts))
    return model.solve(_orders(world, inside, able))


def _orders(world: Compiled, inside: Ints, able: Flags) -> list[list[Option]]:
    """Per order (stops of one choice), its options."""
    orders: dict[int, list[Option]] = {}
    for column, node in enumerate(inside.tolist()):
        options = [(node, int(block)) for block in np.flatnonzero(able[:, column])]
        if options:
            orders.setdefault(world.siblings[node][0], []).extend(options)
    return list(orders.values())


class _Master:
    """One linear programme."""

    def __init__(
        self, world: Compiled, reach: Reach, blocks: Sequence[Sequence[int]], *, inside: Ints, area: Ints, areas: int
    ) -> None:
        self.world, self.reach, self.blocks, self.inside, self.areas = world, reach, blocks, inside, areas
        self.area = dict(zip(inside.tolist(), area.tolist(), strict=True))
        self.area_of = area
        self.scarce = set(scarce_pickups(world))
        self.leg_s = _typical_leg(world, inside, len(blocks))
        self.model = pywraplp.Solver.CreateSolver("GLOP")
        self.model.SetTimeLimit(60_000)
        self.infinity = self.model.infinity()

    def solve(self, orders: list[list[Option]]) -> Allotment:
        """Variables, rows, and whole orders from what they say."""
        classes: dict[tuple[object, ...], list[list[Option]]] = {}
        for order in orders:
            classes.setdefault(tuple(self._kind(option) for option in order), []).append(order)
        groups = list(classes.values())
        amounts = [[self.model.NumVar(0, len(group), "") for _ in group[0]] for group in groups]
        for group, row in zip(groups, amounts, strict=True):
            self.model.Add(sum(row) == len(group))
        hours = self._hours()
        self._even(groups, amounts, hours)
        self._supply(groups, amounts)
        self.model.Objective().SetMinimization()
        if self.model.Solve() not in (pywraplp.Solver.OPTIMAL, pywraplp.Solver.FEASIBLE):
            return self._whole(groups, [[float(len(group))] + [0.0] * (len(group[0]) - 1) for group in groups], {})
        values = [[variable.solution_value() for variable in row] for row in amounts]
        return self._whole(groups, values, self._all_hours({v: h.solution_value() for v, h in hours.items()}))

    def _kind(self, option: Option) -> tuple[object, ...]:
        stop, block = option
        pickups = tuple(need.pickup for need in self.world.needs[stop] if need.pickup in self.scarce)
        return (block, self.area[stop], pickups)

    def _hours(self) -> dict[int, pywraplp.Variable]:
        """Seconds of each vehicle under a limit that binds."""
        hours: dict[int, pywraplp.Variable] = {}
        inside = {vehicle for block in self.blocks for vehicle in block}
        for members, most_s in binding_limits(self.world):
            if not inside.issuperset(members):
                continue  # another component's
            for vehicle in members:
                hours.setdefault(vehicle, self.model.NumVar(0, self._lasts(vehicle), ""))
            self.model.Add(sum(hours[vehicle] for vehicle in members) <= most_s)
        return hours

    def _all_hours(self, asked: dict[int, float]) -> dict[int, int]:
        """What the model asks of each vehicle under a limit, and its share of the hours that nobody asks for."""
        hours: dict[int, int] = {}
        for members, most_s in binding_limits(self.world):
            if not all(vehicle in asked for vehicle in members):
                continue
            left = max(0.0, most_s - sum(asked[vehicle] for vehicle in members))
            room = {vehicle: self._lasts(vehicle) - asked[vehicle] for vehicle in members}
            share = min(1.0, left / max(1.0, sum(room.values())))
            hours |= {vehicle: int(asked[vehicle] + room[vehicle] * share) for vehicle in members}
        return hours

    def _lasts(self, vehicle: int) -> int:
        car = self.world.cars[vehicle]
        lasts = car.shift.end_s - car.shift.start_s
        return lasts if car.max_duration_s is None else min(lasts, car.max_duration_s)

    def _even(
        self, groups: list[list[list[Option]]], amounts: list[list[pywraplp.Variable]],
        hours: dict[int, pywraplp.Variable],
    ) -> None:  # fmt: skip
        """Work of each block and area, in steps of the time that its vehicles have."""
        cells = len(self.blocks) * self.areas
        time: list[list[object]] = [[] for _ in range(cells)]
        fixed = np.zeros(cells)
        for block, vehicles in enumerate(self.blocks):
            for vehicle in vehicles:
                near = np.bincount(self.area_of[self.reach.of(vehicle)[self.inside]], minlength=self.areas)
                share = near / max(1, int(near.sum()))
                for area in np.flatnonzero(share):
                    cell = block * self.areas + int(area)
                    if vehicle in hours:
                        time[cell].append(float(share[area]) * hours[vehicle])
                    else:
                        fixed[cell] += share[area] * self._lasts(vehicle)
        work: list[list[object]] = [[] for _ in range(cells)]
        for group, row in zip(groups, amounts, strict=True):
            for rank, variable in enumerate(row):
                _, block = group[0][rank]
                mean = sum(self._work(order[rank][0]) for order in group) / len(group)
                work[block * self.areas + self.area[group[0][rank][0]]].append(mean * variable)
        for cell in range(cells):
            if not work[cell]:
                continue
            steps = []
            for part, cost in STEPS:
                steps.append(self.model.NumVar(0, self.infinity, ""))
                if part < float("inf"):
                    self.model.Add(steps[-1] - part * sum(time[cell]) <= part * float(fixed[cell]))  # type: ignore[arg-type]
                self.model.Objective().SetCoefficient(steps[-1], cost)
            self.model.Add(sum(steps) == sum(work[cell]))  # type: ignore[arg-type]

    def _work(self, stop: int) -> float:
        return self.world.service[stop] + self.world.parking[stop] + self.leg_s

    def _supply(self, groups: list[list[list[Option]]], amounts: list[list[pywraplp.Variable]]) -> None:
        """What leaves a pickup that has too little, with a price on what is lacking."""
        rows: dict[tuple[int, int], list[object]] = {}
        for group, row in zip(groups, amounts, strict=True):
            for rank, variable in enumerate(row):
                for order in group:
                    for need in self.world.needs[order[rank][0]]:
                        for dim, amount in need.carried if need.pickup in self.scarce else ():
                            rows.setdefault((need.pickup, dim), []).append(amount / len(group) * variable)
        for (pickup, dim), parts in rows.items():
            lacking = self.model.NumVar(0, self.infinity, "")
            self.model.Objective().SetCoefficient(lacking, SHORT)
            self.model.Add(sum(parts) - lacking <= self.world.supply[pickup][dim])  # type: ignore[arg-type]

    def _whole(
        self, groups: list[list[list[Option]]], values: list[list[float]], hours: dict[int, int]
    ) -> Allotment:  # fmt: skip
        """Whole orders: neighbours in a row get the same day."""
        given: list[list[int]] = [[] for _ in self.blocks]
        for group, row in zip(groups, values, strict=True):
            ends = np.rint(np.cumsum(row) / max(1e-9, sum(row)) * len(group)).astype(int)
            for number, order in enumerate(group):
                stop, block = order[min(int(np.searchsorted(ends, number, side="right")), len(order) - 1)]
                given[block].append(stop)
        return Allotment(blocks=tuple(tuple(sorted(stops)) for stops in given), hours=hours)


def _typical_leg(world: Compiled, inside: Ints, blocks: int) -> float:
    """Seconds from a stop to the nearest of its day, from a sample."""
    some = inside[:: max(1, len(inside) // SAMPLE)]
    places = [world.location[node] for node in some]
    legs = world.problem.matrices[0].block(places, places)[0].astype(np.float64)
    np.fill_diagonal(legs, np.inf)
    nearest = float(np.median(legs.min(axis=1))) if len(places) > 1 else 0.0
    return min(nearest, 7_200.0) * float(np.sqrt(len(some) / max(1.0, len(inside) / blocks)))
