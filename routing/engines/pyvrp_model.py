"""A plain problem in PyVRP's words, and its routes in ours, both ways."""

from collections.abc import Mapping, Sequence
from typing import Any

from routing.engines.plain import Job, Kind, Plain, Sequences, window_of
from routing.problem import Visit


class PyVrpModel:
    """`data` is what PyVRP solves. Costs are the objective's own, unserved must-stops aside."""

    def __init__(self, pyvrp: Any, world: Plain) -> None:
        self.pyvrp, self.world = pyvrp, world
        self.clients = [job for job in world.jobs if job.pickup is None]
        self.shipments = [job for job in world.jobs if job.pickup is not None]
        places = world.depots
        self.data = pyvrp.ProblemData(
            locations=[pyvrp.Location(0, 0) for _ in range(len(world.metres))],
            clients=[self._client(job) for job in self.clients],
            depots=[pyvrp.Depot(location=place) for place in places],
            vehicle_types=[self._type(kind, places) for kind in world.kinds],
            distance_matrices=[world.metres.astype("int64")],
            duration_matrices=[world.seconds.astype("int64") if world.timed else 0 * world.seconds.astype("int64")],
            shipments=[self._shipment(job) for job in self.shipments],
        )

    def _client(self, job: Job) -> Any:
        opens, closes = window_of(job.stop)
        times = {"tw_early": opens, "tw_late": closes} if job.stop.windows else {}
        return self.pyvrp.Client(
            location=job.stop.location,
            delivery=list(job.load),
            service_duration=job.stop.service_s,
            **times,
            prize=job.stop.prize or 0,
            required=job.stop.prize is None,
        )

    def _shipment(self, job: Job) -> Any:
        assert job.pickup is not None
        (loads, loads_by), (opens, closes) = window_of(job.pickup), window_of(job.stop)
        return self.pyvrp.Shipment(
            pickup_location=job.pickup.location,
            delivery_location=job.stop.location,
            pickup_tw_early=loads,
            pickup_tw_late=loads_by,
            pickup_service_duration=job.pickup.service_s,
            delivery_tw_early=opens,
            delivery_tw_late=closes,
            delivery_service_duration=job.stop.service_s,
            amount=list(job.load),
            prize=job.stop.prize or 0,
            required=job.stop.prize is None,
        )

    def _type(self, kind: Kind, places: list[int]) -> Any:
        car = kind.car
        assert car.end is not None
        limits: dict[str, int] = {}
        if self.world.timed:
            limits |= {"tw_early": car.shift.start_s, "tw_late": car.shift.end_s}
        if car.max_duration_s is not None:
            limits["shift_duration"] = car.max_duration_s
        if car.max_distance_m is not None:
            limits["max_distance"] = car.max_distance_m
        return self.pyvrp.VehicleType(
            num_available=len(kind.ids),
            capacity=list(car.capacity),
            start_depot=places.index(car.start),
            end_depot=places.index(car.end),
            fixed_cost=car.fixed_cost,
            unit_distance_cost=car.cost_per_m,
            **limits,
        )

    def sequences(self, best: Any) -> Sequences:
        """The routes, each given to the next free vehicle of its type."""
        free = [list(reversed(kind.ids)) for kind in self.world.kinds]
        found: Sequences = {}
        for route in best.routes():
            visits: list[Visit] = []
            for step in route:
                if step.is_client():
                    visits += self.clients[step.idx].visits
                elif step.is_shipment():
                    visits.append(self.shipments[step.idx].visits[0 if step.is_pickup() else 1])
            if visits:
                found[free[route.vehicle_type()].pop()] = visits
        return found

    def solution(self, sequences: Mapping[str, Sequence[Visit]]) -> Any:
        """PyVRP's form of these routes. They must name vehicles and visits of the problem."""
        kind_of = {name: number for number, kind in enumerate(self.world.kinds) for name in kind.ids}
        routes = [
            self.pyvrp.Route(self.data, self._activities(visits), kind_of[name])
            for name, visits in sequences.items()
            if visits
        ]
        return self.pyvrp.Solution(self.data, routes)

    def _activities(self, visits: Sequence[Visit]) -> list[Any]:
        of = self.pyvrp.ActivityType
        known = {job.visits[0]: self.pyvrp.Activity(of.CLIENT, number) for number, job in enumerate(self.clients)}
        for number, job in enumerate(self.shipments):
            known[job.visits[0]] = self.pyvrp.Activity(of.PICKUP, number)
            known[job.visits[1]] = self.pyvrp.Activity(of.DELIVERY, number)
        return [known[visit] for visit in visits]
