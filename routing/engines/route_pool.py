"""Good routes met on the way, from which a better whole may be put together."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from routing.compiled import Compiled
from routing.problem import Visit

MOST_ROUTES = 5_000
"""Routes kept; the oldest go first. Above this, choosing among them takes longer than searching on."""


class RoutePool:
    """Routes by what drives them and in which order, each once, the newest last."""

    def __init__(self, world: Compiled) -> None:
        self.world = world
        self.kind_of = alike(world)
        """Per vehicle: a number it shares with the vehicles that could take over any of its routes."""
        self._routes: dict[tuple[int, tuple[int, ...]], int] = {}

    def __len__(self) -> int:
        return len(self._routes)

    def add(self, routes: Iterable[tuple[int, tuple[int, ...]]]) -> None:
        """Keep these routes, each a vehicle's number and its nodes."""
        for vehicle, nodes in routes:
            key = (self.kind_of[vehicle], nodes)
            self._routes.pop(key, None)
            self._routes[key] = vehicle
        while len(self._routes) > MOST_ROUTES:
            del self._routes[next(iter(self._routes))]

    def add_visits(self, sequences: Iterable[tuple[str, Iterable[Visit]]]) -> None:
        """The same from ids of vehicles and visits."""
        world = self.world
        self.add(
            (world.vehicle_index[name], tuple(world.node(visit) for visit in visits)) for name, visits in sequences
        )

    def newest_first(self) -> Iterator[tuple[int, tuple[int, ...]]]:
        """Every route, as `add` took it; the vehicle is one of those that are alike."""
        for key in reversed(list(self._routes)):
            yield self._routes[key], key[1]


def alike(world: Compiled) -> list[int]:
    """Per vehicle a number, equal for vehicles between which no rule, cost or wish tells a difference."""
    named: list[list[tuple[str, int]]] = [[] for _ in world.cars]
    for node, stop in enumerate(world.stops):
        for name in stop.allowed_vehicles or ():
            named[world.vehicle_index[name]].append(("allowed", node))
        for name in stop.forbidden_vehicles:
            named[world.vehicle_index[name]].append(("forbidden", node))
    for node, vehicle in world.pin.items():
        named[vehicle].append(("pinned", node))
    numbers: dict[object, int] = {}
    found = []
    for vehicle, car in enumerate(world.cars):
        own = vehicle if world.prefix.get(vehicle) or world.peers[vehicle] else -1
        key = (
            replace(car, id="any"),
            tuple(named[vehicle]),
            tuple(sorted(world.preference[vehicle].items())),
            tuple(world.shared[vehicle]),
            own,
        )
        found.append(numbers.setdefault(key, len(numbers)))
    return found
