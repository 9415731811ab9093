"""The whole plan between rounds: routes by vehicle, what they use of what is shared, what is still open."""

from collections.abc import Iterable

from routing.compiled import Compiled
from routing.problem import Visit
from routing.replay import build_solution
from routing.solution import Route, Solution


class State:
    """Routes that keep every rule, with the whole problem's locations. Parts replace some of them at a time."""

    def __init__(self, world: Compiled, routes: Iterable[Route] = ()) -> None:
        self.world = world
        self.routes: dict[int, Route] = {}
        self.where: dict[int, int] = {}
        """Stop to vehicle."""
        self._served: dict[int, int] = {}
        """The first stop of a choice to the stop of it that is served."""
        self._left = sum(world.unserved_cost[node] for node in range(world.stop_count) if self._speaks(node))
        self._moving = 0
        for route in routes:
            self._put(world.vehicle_index[route.vehicle_id], route)

    @property
    def cost(self) -> int:
        """The objective."""
        weight = self.world.problem.balance_weight
        longest = max((route.duration_s for route in self.routes.values()), default=0) if weight else 0
        return self._left + self._moving + weight * longest

    def open_stops(self) -> list[int]:
        """Stops not served, nor any other of their choice."""
        return [node for node in range(self.world.stop_count) if self.world.siblings[node][0] not in self._served]

    def served_sibling(self, node: int) -> int | None:
        """The stop of this stop's choice that is served, itself or another."""
        return self._served.get(self.world.siblings[node][0])

    def sequences(self, vehicles: Iterable[int]) -> dict[str, tuple[Visit, ...]]:
        """The visits of those of these vehicles that are used."""
        return {self.world.cars[v].id: self.routes[v].visits for v in vehicles if v in self.routes}

    def hours(self, vehicles: Iterable[int]) -> int:
        """Seconds that the routes of these vehicles last."""
        return sum(self.routes[vehicle].duration_s for vehicle in vehicles if vehicle in self.routes)

    def taken(self, stops: Iterable[int]) -> dict[int, list[int]]:
        """Per pickup with a bound, what those of these stops that are served take from it."""
        world = self.world
        sums: dict[int, list[int]] = {}
        for node in stops:
            if node in self.where:
                _add(world, sums, node)
        return sums

    def wanted(self, stops: Iterable[int]) -> dict[int, list[int]]:
        """Per pickup with a bound, what those of these stops that are open would take."""
        sums: dict[int, list[int]] = {}
        for node in stops:
            if self.served_sibling(node) is None:
                _add(self.world, sums, node)
        return sums

    def replace(self, vehicles: Iterable[int], routes: Iterable[Route]) -> bool:
        """Put these routes in the place of what these vehicles do; False (nothing changed) when that costs more."""
        before, old = self.cost, {v: self.routes[v] for v in vehicles if v in self.routes}
        new = {self.world.vehicle_index[route.vehicle_id]: route for route in routes}
        self._swap(old, new)
        if self.cost > before:
            self._swap(new, old)
            return False
        return True

    def solution(
        self, *, engine: str, seed: int, iterations: int, elapsed_s: float, notes: tuple[str, ...]
    ) -> Solution:
        """The plan as a solution of the whole problem."""
        return build_solution(
            self.world.problem, self.routes.values(), engine=engine, seed=seed, iterations=iterations,
            elapsed_s=elapsed_s, notes=notes, world=self.world,
        )  # fmt: skip

    def _speaks(self, node: int) -> bool:
        """Whether the stop's prize counts for its choice."""
        return node == self.world.siblings[node][0]

    def _swap(self, old: dict[int, Route], new: dict[int, Route]) -> None:
        for vehicle in old:
            self._drop(vehicle)
        for vehicle, route in new.items():
            self._put(vehicle, route)

    def _put(self, vehicle: int, route: Route) -> None:
        self.routes[vehicle] = route
        self._moving += route.cost
        for name in route.stop_ids:
            node = self.world.stop_node[name]
            first = self.world.siblings[node][0]
            self.where[node], self._served[first] = vehicle, node
            self._left -= self.world.unserved_cost[first]

    def _drop(self, vehicle: int) -> None:
        route = self.routes.pop(vehicle)
        self._moving -= route.cost
        for name in route.stop_ids:
            node = self.world.stop_node[name]
            first = self.world.siblings[node][0]
            del self.where[node], self._served[first]
            self._left += self.world.unserved_cost[first]


def _add(world: Compiled, sums: dict[int, list[int]], node: int) -> None:
    for need in world.needs[node]:
        if need.pickup in world.supply:
            row = sums.setdefault(need.pickup, [0] * world.dims)
            for dim, amount in need.carried:
                row[dim] += amount
