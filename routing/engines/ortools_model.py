"""The problem as an OR-Tools routing model: a pickup node and a delivery node for every need.

Breaks, setups, limits on travel alone, and goods that stops hand over are not in it: its answers are timed and loaded exactly
afterwards, and what then does not fit is inserted again.

Merged loading: going from one copy of a pickup to another of the same pickup takes no time, and leaving the last
copy takes the service time. Ride clocks bound the time between a copy and its stop. Balance is not in the model.
"""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from ortools.constraint_solver import pywrapcp

from routing.compiled import ON_BOARD, Compiled
from routing.engines.insertion import Candidates
from routing.matrix import UNREACHABLE

NO_WAY = 10**9
"""What an unreachable leg takes in the model: more than its time axis holds."""


@dataclass(slots=True)
class Task:
    """A node of the model: a stop, or the copy of a pickup that loads for one stop."""

    stop: int
    pickup: int | None = None
    load: tuple[int, ...] = ()
    lag_s: int | None = None


@dataclass(slots=True)
class Model:
    """The routing model, its numbering, and the constant that its objective leaves out."""

    manager: Any
    routing: Any
    tasks: list[Task]
    vehicles: list[int]
    offset: int
    time: Any
    copies: dict[tuple[int, int], int] = field(default_factory=dict)
    """(stop, pickup) to the task that loads for it."""
    stop_task: dict[int, int] = field(default_factory=dict)

    def routes(self, sequences: dict[int, list[int]], world: Compiled) -> list[list[int]]:
        """Solver indices of these sequences, in the order of the model's vehicles."""
        return [
            [self.manager.NodeToIndex(task) for task in self._tasks(sequences.get(vehicle, []), world)]
            for vehicle in self.vehicles
        ]

    def _tasks(self, nodes: list[int], world: Compiled) -> list[int]:
        source: dict[int, int] = {}
        loading: dict[int, list[int]] = {}
        for position, node in enumerate(nodes):
            if node >= world.stop_count:
                source[node] = position
                continue
            for need in world.needs[node]:
                if need.pickup != ON_BOARD:
                    loading.setdefault(source[need.pickup], []).append(self.copies[node, need.pickup])
        return [
            task
            for position, node in enumerate(nodes)
            for task in ([self.stop_task[node]] if node < world.stop_count else loading.get(position, []))
        ]

    def sequence(self, number: int, following: Any) -> list[int]:
        """The nodes that the model's vehicle visits, its merged loadings made one."""
        nodes: list[int] = []
        index = self.routing.Start(number)
        while True:
            index = following(index)
            if self.routing.IsEnd(index):
                return nodes
            task = self.tasks[self.manager.IndexToNode(index)]
            node = task.stop if task.pickup is None else task.pickup
            if task.pickup is None or not nodes or nodes[-1] != node:
                nodes.append(node)


def build_model(world: Compiled, able: Candidates, vehicles: list[int], stops: list[int]) -> Model:
    """The model of these stops and vehicles. Each stop must have a vehicle among them that may serve it."""
    tasks: list[Task] = [Task(stop) for stop in stops]
    for stop in stops:
        tasks += [Task(stop, n.pickup, n.load, n.lag_s) for n in world.needs[stop] if n.pickup != ON_BOARD]
    depots: dict[int, int] = {}
    starts, ends = [], []
    for vehicle in vehicles:
        car = world.cars[vehicle]
        starts.append(depots.setdefault(car.start, len(tasks) + len(depots)))
        ends.append(depots.setdefault(-1 if car.end is None else car.end, len(tasks) + len(depots)))
    manager = pywrapcp.RoutingIndexManager(len(tasks) + len(depots), len(vehicles), starts, ends)
    routing = pywrapcp.RoutingModel(manager)
    model = Model(manager, routing, tasks, vehicles, 0, None)
    for number, task in enumerate(tasks):
        if task.pickup is None:
            model.stop_task[task.stop] = number
        else:
            model.copies[task.stop, task.pickup] = number
    builder = _Builder(world, able, model, depots)
    builder.travel()
    builder.loads()
    builder.counts()
    builder.visits()
    builder.clocks()
    builder.wishes()
    builder.limits()
    return model


class _Builder:
    def __init__(self, world: Compiled, able: Candidates, model: Model, depots: dict[int, int]) -> None:
        self.world, self.able, self.model = world, able, model
        self.routing, self.manager, self.tasks = model.routing, model.manager, model.tasks
        self.solver = model.routing.solver()
        self.cars = [world.cars[vehicle] for vehicle in model.vehicles]
        self.size = len(model.tasks) + len(depots)
        ordered = sorted(depots, key=lambda place: depots[place])
        self.open_end = next((depots[place] for place in ordered if place == -1), None)
        nodes = [task.stop if task.pickup is None else task.pickup for task in model.tasks]
        self.nodes = nodes
        self.places = np.array([*(world.location[node] for node in nodes), *(max(0, place) for place in ordered)])

    def index(self, task: int) -> int:
        return int(self.manager.NodeToIndex(task))

    def travel(self) -> None:
        """Arc costs, and the dimensions of time and distance."""
        times: dict[tuple[str, int], int] = {}
        lengths: dict[str, int] = {}
        costs: dict[tuple[str, int], int] = {}
        for number, car in enumerate(self.cars):
            key = (car.profile, car.speed_percent)
            if key not in times:
                times[key] = self.routing.RegisterTransitMatrix(self._seconds(self.model.vehicles[number]).tolist())
            if car.profile not in lengths:
                metres = self._matrix(self.world.problem.matrix(car.profile).distances_m)
                lengths[car.profile] = self.routing.RegisterTransitMatrix(metres.tolist())
            if (car.profile, car.cost_per_m) not in costs:
                rows, rate = self.world.leg_costs[self.model.vehicles[number]]
                legs = self._matrix(np.array(rows, dtype=np.int64)) * rate
                costs[car.profile, car.cost_per_m] = self.routing.RegisterTransitMatrix(legs.tolist())
            self.routing.SetArcCostEvaluatorOfVehicle(costs[car.profile, car.cost_per_m], number)
            self.routing.SetFixedCostOfVehicle(car.fixed_cost, number)
        horizon = max(car.shift[1] for car in self.cars)
        per_car = [times[car.profile, car.speed_percent] for car in self.cars]
        self.routing.AddDimensionWithVehicleTransits(per_car, horizon, horizon, False, "time")
        self.model.time = self.routing.GetDimensionOrDie("time")
        for number, car in enumerate(self.cars):
            self._shift(number, car.shift, car.max_duration_s, car.cost_per_s)
        if any(car.max_distance_m is not None for car in self.cars):
            most = [car.max_distance_m if car.max_distance_m is not None else 10**12 for car in self.cars]
            ways = [lengths[car.profile] for car in self.cars]
            self.routing.AddDimensionWithVehicleTransitAndCapacity(ways, 0, most, True, "distance")

    def _shift(self, number: int, shift: tuple[int, int], longest_s: int | None, cost_per_s: int) -> None:
        time = self.model.time
        for index in (self.routing.Start(number), self.routing.End(number)):
            time.CumulVar(index).SetRange(shift[0], shift[1])
        if longest_s is not None:
            time.SetSpanUpperBoundForVehicle(longest_s, number)
        if cost_per_s:
            time.SetSpanCostCoefficientForVehicle(cost_per_s, number)
        self.routing.AddVariableMinimizedByFinalizer(time.CumulVar(self.routing.End(number)))
        self.routing.AddVariableMaximizedByFinalizer(time.CumulVar(self.routing.Start(number)))

    def _matrix(self, source: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        matrix = source.astype(np.int64)[np.ix_(self.places, self.places)]
        matrix[matrix >= UNREACHABLE] = NO_WAY
        if self.open_end is not None:
            matrix[:, self.open_end] = 0
        return matrix

    def _seconds(self, vehicle: int) -> npt.NDArray[np.int64]:
        """Travel, with the service of where one comes from and the parking of where one goes."""
        world = self.world
        matrix = self._matrix(np.array(world.travel[vehicle][0], dtype=np.int64))
        count = len(self.tasks)
        service = np.array([world.service[node] for node in self.nodes], dtype=np.int64)
        parking = np.array([world.parking[node] for node in self.nodes], dtype=np.int64)
        building = np.array([world.building[node] for node in self.nodes], dtype=np.int64)
        pickup = np.array([-1 if task.pickup is None else task.pickup for task in self.tasks], dtype=np.int64)
        matrix[:count, :] += service[:, None]
        matrix[:, :count] += parking[None, :]
        same = (building[:, None] == building[None, :]) & (building[:, None] >= 0)
        matrix[:count, :count] -= np.where(same, parking[None, :], 0)
        merged = (pickup[:, None] == pickup[None, :]) & (pickup[:, None] >= 0)
        matrix[:count, :count] = np.where(merged, 0, matrix[:count, :count])
        return matrix

    def loads(self) -> None:
        """One dimension of load per capacity; what is on board from the start is a free start load, all of it used."""
        world = self.world
        pads = [0] * (self.size - len(self.tasks))
        for dim in range(world.dims):
            change = [
                -sum(need.load[dim] for need in world.needs[task.stop]) if task.pickup is None else task.load[dim]
                for task in self.tasks
            ]
            if not any(change):
                continue
            evaluator = self.routing.RegisterUnaryTransitVector([*change, *pads])
            most = [car.capacity[dim] for car in self.cars]
            name = f"load{dim}"
            self.routing.AddDimensionWithVehicleCapacity(evaluator, 0, most, False, name)
            dimension = self.routing.GetDimensionOrDie(name)
            on_board = any(n.pickup == ON_BOARD and n.load[dim] for task in self.tasks for n in world.needs[task.stop])
            for number in range(len(self.cars)):
                dimension.CumulVar(self.routing.End(number)).SetValue(0)
                if not on_board:
                    dimension.CumulVar(self.routing.Start(number)).SetValue(0)

    def counts(self) -> None:
        """At most so many deliveries a route."""
        if all(car.max_stops is None for car in self.cars):
            return
        ones = [int(task.pickup is None and self.world.delivery[task.stop]) for task in self.tasks]
        evaluator = self.routing.RegisterUnaryTransitVector([*ones, *([0] * (self.size - len(self.tasks)))])
        most = [car.max_stops if car.max_stops is not None else len(ones) for car in self.cars]
        self.routing.AddDimensionWithVehicleCapacity(evaluator, 0, most, True, "stops")

    def visits(self) -> None:
        """Windows, allowed vehicles, and prizes."""
        number_of = {vehicle: number for number, vehicle in enumerate(self.model.vehicles)}
        for task, node in enumerate(self.nodes):
            index = self.index(task)
            self._window(index, node)
            stop = self.tasks[task].stop
            allowed = [number_of[v] for v in self.able.vehicles[stop] if v in number_of]
            self.routing.VehicleVar(index).SetValues([-1, *allowed])  # the typed setter cannot be called from Python
            if self.tasks[task].pickup is not None:
                self.routing.AddDisjunction([index], 0)
        done: set[int] = set()
        for stop in self.model.stop_task:
            if stop in done:
                continue
            group = [other for other in self.world.siblings[stop] if other in self.model.stop_task]
            done.update(group)
            indices = [self.index(self.model.stop_task[other]) for other in group]
            least = self._least_preference(group)
            self.model.offset += least
            self.routing.AddDisjunction(indices, self.world.unserved_cost[stop] - least, 1)

    def _window(self, index: int, node: int) -> None:
        cumul = self.model.time.CumulVar(index)
        windows = self.world.windows[node]
        horizon = cumul.Max()
        last = windows[0][0] - 1
        cumul.SetMin(windows[0][0])
        for begin, end in windows:
            if begin > last + 1 and last >= windows[0][0]:
                cumul.RemoveInterval(last + 1, begin - 1)
            last = end
        cumul.SetMax(min(last, horizon))

    def clocks(self) -> None:
        """Pickups before their stops, on the same vehicle, within the ride."""
        paired: set[int] = set()
        for number, task in enumerate(self.tasks):
            if task.pickup is None:
                continue
            source, target = self.index(number), self.index(self.model.stop_task[task.stop])
            if task.stop not in paired:
                self.routing.AddPickupAndDelivery(source, target)
                paired.add(task.stop)
            cumul = self.model.time.CumulVar
            self.solver.Add(self.routing.VehicleVar(source) == self.routing.VehicleVar(target))
            self.solver.Add(cumul(source) <= cumul(target))
            if task.lag_s is not None:
                self.solver.Add(cumul(target) - cumul(source) <= task.lag_s)

    def _least_preference(self, group: list[int]) -> int:
        """The largest discount, and 0 at most, that the group may get: the model's costs are counted from it."""
        found = [self.world.preference[v].get(stop, 0) for stop in group for v in self.model.vehicles]
        return min(0, *found) if found else 0

    def wishes(self) -> None:
        """The preferences as a dimension whose span costs 1 a unit."""
        if not any(self.world.preference[vehicle] for vehicle in self.model.vehicles):
            return
        least = {
            stop: self._least_preference([o for o in self.world.siblings[stop] if o in self.model.stop_task])
            for stop in self.model.stop_task
        }
        pads = [0] * (self.size - len(self.tasks))
        evaluators = []
        for vehicle in self.model.vehicles:
            wishes = self.world.preference[vehicle]
            costs = [wishes.get(t.stop, 0) - least[t.stop] if t.pickup is None else 0 for t in self.tasks]
            evaluators.append(self.routing.RegisterUnaryTransitVector([*costs, *pads]))
        self.routing.AddDimensionWithVehicleTransits(evaluators, 0, 10**15, True, "wishes")
        dimension = self.routing.GetDimensionOrDie("wishes")
        for number in range(len(self.cars)):
            dimension.SetSpanCostCoefficientForVehicle(1, number)

    def limits(self) -> None:
        """Hours shared by several vehicles, routes that must not overlap, and supplies."""
        world, solver, time = self.world, self.solver, self.model.time
        number_of = {vehicle: number for number, vehicle in enumerate(self.model.vehicles)}
        begin = {v: time.CumulVar(self.routing.Start(n)) for v, n in number_of.items()}
        finish = {v: time.CumulVar(self.routing.End(n)) for v, n in number_of.items()}
        for limit in world.problem.limits:
            members = sorted(world.vehicle_index[name] for name in limit.vehicle_ids)
            spans = [finish[v] - begin[v] for v in members if v in number_of]
            if limit.max_total_duration_s is not None and spans:
                solver.Add(solver.Sum(spans) <= limit.max_total_duration_s)
        for first, number in number_of.items():
            for second in world.peers[first]:
                if second not in number_of or second < first:
                    continue
                idle = [1 - self.routing.ActiveVehicleVar(n) for n in (number, number_of[second])]
                order = [finish[first] <= begin[second], finish[second] <= begin[first]]
                solver.Add(solver.Sum([*idle, *order]) >= 1)
        for pickup, supply in world.supply.items():
            taken = [t for t in self.tasks if t.pickup == pickup]
            for dim, most in enumerate(supply):
                parts = [
                    self.routing.ActiveVar(self.index(self.model.stop_task[t.stop])) * t.load[dim]
                    for t in taken
                    if t.load[dim]
                ]
                if parts and sum(t.load[dim] for t in taken) > most:
                    solver.Add(solver.Sum(parts) <= most)
