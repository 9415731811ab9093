"""The parts of a round: at first from days and areas, later from neighbouring routes, cut elsewhere each time."""

from collections.abc import Sequence

import numpy as np

from routing.compiled import Compiled
from routing.decomposition.components import Component, joined_sets, tied_vehicles
from routing.decomposition.fleet import to_parts
from routing.decomposition.master import allot, time_blocks
from routing.decomposition.part import Cut
from routing.decomposition.reach import Reach
from routing.decomposition.sharing import share_out
from routing.decomposition.state import State
from routing.decomposition.terrain import Points, bisect, nearest_group, terrain, turned

TIME_WEIGHTS = (0.0, 4.0, 0.7)
"""How far apart a week's days lie, against the spread of the places: areas over all days, days apart, something between."""


class Cutting:
    """Cuts one component that is too large for one model."""

    def __init__(self, world: Compiled, reach: Reach, whole: Component, part_stops: int, seed: int) -> None:
        self.world, self.reach, self.whole, self.part_stops = world, reach, whole, part_stops
        self.dice = np.random.default_rng(seed)
        places = np.array([*world.location, *(car.start for car in world.cars)], dtype=np.int64)
        points = terrain(world.problem, places)
        self.at = points[: world.stop_count]
        """By stop."""
        self.start = points[world.node_count :]
        """By vehicle."""
        times = [car.shift.start_s for car in world.cars]
        self.spread_s = float(np.std(times)) or 1.0

    def first(self, state: State) -> list[Cut]:
        """Days and areas, orders with a choice allotted by the master, vehicles by the work there is."""
        world = self.world
        blocks = time_blocks(world, self.whole.vehicles)
        allotment = allot(world, self.reach, self.whole, blocks, self.at)
        parts: list[tuple[list[int], list[int]]] = []
        for vehicles, stops in zip(blocks, allotment.blocks, strict=True):
            if not stops:
                continue
            inside = np.array(stops, dtype=np.int64)
            ones = np.ones(len(inside), dtype=np.int64)
            groups = [inside[g].tolist() for g in bisect(self.at[inside], ones, self.part_stops, self.dice)]
            fleets = to_parts(world, self.reach, vehicles, groups, points=self.at, hours=allotment.hours)
            parts += list(zip(groups, fleets, strict=True))
        self._together(state, parts)
        return share_out(world, state, parts, allotment.hours)

    def again(self, state: State, number: int) -> list[Cut]:
        """Routes that lie near each other, with the vehicles at rest and the open stops around them."""
        world = self.world
        far = TIME_WEIGHTS[number % len(TIME_WEIGHTS)]
        used = [vehicle for vehicle in self.whole.vehicles if vehicle in state.routes]
        if not used:
            return self.first(state)
        at = turned(self.at, self.dice)
        doors = [[world.stop_node[name] for name in state.routes[v].stop_ids] for v in used]
        middles = np.array(
            [at[nodes].mean(axis=0) if nodes else self.start[v] for v, nodes in zip(used, doors, strict=True)]
        )
        shifts = [world.cars[v].shift.start_s for v in used]
        points = np.column_stack((middles, np.array(shifts) * (far / self.spread_s)))
        weights = np.array([max(1, len(nodes)) for nodes in doors], dtype=np.int64)
        groups = bisect(points, weights, self.part_stops, self.dice)
        parts = [
            ([node for k in group for node in doors[k]], [used[k] for k in group]) for group in groups
        ]  # fmt: skip
        heres = [middles[group] for group in groups]
        self._add_open(state, parts, at, heres, number)
        self._add_idle(state, parts, [points[group] for group in groups], far)
        self._together(state, parts)
        return share_out(world, state, parts, {})

    def _add_open(
        self, state: State, parts: list[tuple[list[int], list[int]]], at: Points, heres: Sequence[Points], number: int
    ) -> None:
        """Each open stop in a part near it, another one each round, in which some vehicle can serve it."""
        reach, seen = self.reach, set[int]()
        waiting = [node for node in self.whole.stops if state.served_sibling(node) is None]
        if not waiting:
            return
        ranks = nearest_group(at[waiting], heres)
        masks = [np.isin(np.arange(len(self.world.cars)), vehicles) for _, vehicles in parts]
        for node, order in zip(waiting, ranks, strict=True):
            if self.world.siblings[node][0] in seen:
                continue
            seen.add(self.world.siblings[node][0])
            who = reach.who(node)
            good = [int(part) for part in order if (who & masks[part]).any()]
            if good:
                parts[good[(number // 2) % min(2, len(good))]][0].append(node)

    def _add_idle(
        self, state: State, parts: list[tuple[list[int], list[int]]], groups: Sequence[Points], far: float
    ) -> None:
        """Each vehicle at rest where it can serve most open stops, else where it is at home."""
        idle = [vehicle for vehicle in self.whole.vehicles if vehicle not in state.routes]
        if not idle:
            return
        shifts = np.array([self.world.cars[v].shift.start_s for v in idle]) * (far / self.spread_s)
        ranks = nearest_group(np.column_stack((self.start[idle], shifts)), groups)
        open_stops = [[n for n in stops if state.served_sibling(n) is None] for stops, _ in parts]
        for vehicle, order in zip(idle, ranks, strict=True):
            may = self.reach.of(vehicle)
            able = [int(may[nodes].sum()) if nodes else 0 for nodes in open_stops]
            parts[max(order.tolist(), key=lambda part: able[part])][1].append(vehicle)

    def _together(self, state: State, parts: list[tuple[list[int], list[int]]]) -> None:
        """Bring into one part what must not be apart: tied vehicles, a route and its stops, a choice, pins."""
        world = self.world
        by_vehicle = {vehicle: part for part, (_, vehicles) in enumerate(parts) for vehicle in vehicles}
        for tie in joined_sets(tied_vehicles(world)):
            inside = [vehicle for vehicle in tie if vehicle in by_vehicle]
            by_vehicle.update(dict.fromkeys(inside, by_vehicle[inside[0]]))
        by_stop = {node: part for part, (stops, _) in enumerate(parts) for node in stops}
        for node, vehicle in world.pin.items():
            if vehicle in by_vehicle and node in by_stop:
                by_stop[node] = by_vehicle[vehicle]
        for node in list(by_stop):
            for sibling in world.siblings[node]:
                by_stop.setdefault(sibling, by_stop[node])
        for node, vehicle in state.where.items():
            for sibling in world.siblings[node]:
                by_stop.pop(sibling, None)
                if vehicle in by_vehicle:
                    by_stop[sibling] = by_vehicle[vehicle]
        for part, (stops, vehicles) in enumerate(parts):
            stops[:] = sorted(node for node, its in by_stop.items() if its == part)
            vehicles[:] = sorted(vehicle for vehicle, its in by_vehicle.items() if its == part)
