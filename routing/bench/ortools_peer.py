"""OR-Tools' routing library as its guide recommends it: parallel cheapest insertion, then guided local search.

Above a size, where insertion does not end in time, it begins with the cheapest arcs, the guide's own example.
Our own engine on the same library (with clocks, reloads and everything else) is `engine:ortools`.
"""

import time
from typing import Any

import numpy as np

from routing.bench.peers import NoAnswerError, package, plainly
from routing.engines.plain import Job, Plain, Sequences, plain, window_of
from routing.problem import Pickup, Problem, Stop, Vehicle, Visit

LARGE_NODES = 1500


class OrToolsPeer:
    """The routing model, no more than a problem needs of it."""

    name = "ortools"

    def __init__(self) -> None:
        _, self.version = package("ortools")

    def refusal(self, problem: Problem) -> str | None:
        """Whatever is not plain."""
        return plainly(problem)

    def solve(self, problem: Problem, *, seconds: float, seed: int, threads: int) -> Sequences:  # noqa: ARG002 - it has neither
        """Its best answer. Raises NoAnswerError, CannotExpressError."""
        from ortools.constraint_solver import pywrapcp, routing_enums_pb2

        deadline = time.perf_counter() + seconds
        model = _Model(plain(problem))
        search = pywrapcp.DefaultRoutingSearchParameters()
        strategies = routing_enums_pb2.FirstSolutionStrategy
        large = len(model.nodes) > LARGE_NODES
        search.first_solution_strategy = (
            strategies.PATH_CHEAPEST_ARC if large else strategies.PARALLEL_CHEAPEST_INSERTION
        )
        search.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
        search.time_limit.FromMilliseconds(max(1, int(1000 * (deadline - time.perf_counter()))))
        answer = model.routing.SolveWithParameters(search)
        if answer is None:
            raise NoAnswerError("it found no first solution in its time")
        return model.sequences(answer)


class _Model:
    def __init__(self, world: Plain) -> None:
        from ortools.constraint_solver import pywrapcp

        self.world = world
        self.cars: list[tuple[str, Vehicle]] = [(name, kind.car) for kind in world.kinds for name in kind.ids]
        depots = world.depots
        self.nodes: list[tuple[Stop | Pickup, Visit, Job] | None] = [None] * len(depots)
        for job in world.jobs:
            ends: list[Stop | Pickup] = [job.stop] if job.pickup is None else [job.pickup, job.stop]
            self.nodes += [(place, visit, job) for place, visit in zip(ends, job.visits, strict=True)]
        self.places = np.array([*depots, *(node[0].location for node in self.nodes if node)])
        starts = [depots.index(car.start) for _, car in self.cars]
        ends_at = [depots.index(car.end) for _, car in self.cars if car.end is not None]
        self.manager = pywrapcp.RoutingIndexManager(len(self.nodes), len(self.cars), starts, ends_at)
        self.routing: Any = pywrapcp.RoutingModel(self.manager)
        self.metres = world.metres.astype(np.int64)[np.ix_(self.places, self.places)]
        self._costs()
        self._loads()
        if world.timed:
            self._times()
        self._shipments()

    def _costs(self) -> None:
        evaluators: dict[int, Any] = {}
        for number, (_, car) in enumerate(self.cars):
            if car.cost_per_m not in evaluators:
                matrix = (self.metres * car.cost_per_m).tolist()
                evaluators[car.cost_per_m] = self.routing.RegisterTransitMatrix(matrix)
            self.routing.SetArcCostEvaluatorOfVehicle(evaluators[car.cost_per_m], number)
            self.routing.SetFixedCostOfVehicle(car.fixed_cost, number)
        if any(car.max_distance_m is not None for _, car in self.cars):
            lengths = self.routing.RegisterTransitMatrix(self.metres.tolist())
            most = [10**12 if car.max_distance_m is None else car.max_distance_m for _, car in self.cars]
            self.routing.AddDimensionWithVehicleCapacity(lengths, 0, most, True, "distance")
        for index, node in enumerate(self.nodes):
            if node is not None and node[2].stop.prize is not None and node[2].pickup is None:
                self.routing.AddDisjunction([self.manager.NodeToIndex(index)], node[2].stop.prize)

    def _loads(self) -> None:
        for dim in range(len(self.cars[0][1].capacity)):
            change = [0 if node is None else self._change(node, dim) for node in self.nodes]
            evaluator = self.routing.RegisterUnaryTransitVector(change)
            most = [car.capacity[dim] for _, car in self.cars]
            self.routing.AddDimensionWithVehicleCapacity(evaluator, 0, most, True, f"load{dim}")

    @staticmethod
    def _change(node: tuple[Stop | Pickup, Visit, Job], dim: int) -> int:
        """What a visit adds; goods on board from the start are counted as if collected, which bounds them alike."""
        place, _, job = node
        return -job.load[dim] if job.pickup is not None and place is job.stop else job.load[dim]

    def _times(self) -> None:
        seconds = self.world.seconds.astype(np.int64)[np.ix_(self.places, self.places)]
        seconds += np.array([0 if node is None else node[0].service_s for node in self.nodes])[:, None]
        evaluator = self.routing.RegisterTransitMatrix(seconds.tolist())
        horizon = max(car.shift.end_s for _, car in self.cars)
        self.routing.AddDimension(evaluator, horizon, horizon, False, "time")
        clock = self.routing.GetDimensionOrDie("time")
        for index, node in enumerate(self.nodes):
            if node is not None:
                opens, closes = window_of(node[0])
                clock.CumulVar(self.manager.NodeToIndex(index)).SetRange(opens, min(closes, horizon))
        for number, (_, car) in enumerate(self.cars):
            for index in (self.routing.Start(number), self.routing.End(number)):
                clock.CumulVar(index).SetRange(*car.shift)
            if car.max_duration_s is not None:
                clock.SetSpanUpperBoundForVehicle(car.max_duration_s, number)
                self.routing.AddVariableMaximizedByFinalizer(clock.CumulVar(self.routing.Start(number)))

    def _shipments(self) -> None:
        solver = self.routing.solver()
        for number, node in enumerate(self.nodes):
            if node is None or node[2].pickup is None or node[0] is not node[2].stop:
                continue
            pair = (self.manager.NodeToIndex(number - 1), self.manager.NodeToIndex(number))
            self.routing.AddPickupAndDelivery(*pair)
            solver.Add(self.routing.VehicleVar(pair[0]) == self.routing.VehicleVar(pair[1]))
            clock = self.routing.GetDimensionOrDie("time")
            solver.Add(clock.CumulVar(pair[0]) <= clock.CumulVar(pair[1]))
            if node[2].stop.prize is not None:
                self.routing.AddDisjunction([pair[0]], node[2].stop.prize)
                self.routing.AddDisjunction([pair[1]], 0)

    def sequences(self, answer: Any) -> Sequences:
        """Each used vehicle's visits in order."""
        found: Sequences = {}
        for number, (name, _) in enumerate(self.cars):
            index = answer.Value(self.routing.NextVar(self.routing.Start(number)))
            while not self.routing.IsEnd(index):
                node = self.nodes[self.manager.IndexToNode(index)]
                assert node is not None
                found.setdefault(name, []).append(node[1])
                index = answer.Value(self.routing.NextVar(index))
        return found
