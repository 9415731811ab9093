"""Parts of a problem that nothing connects: each can be solved by itself, and exactly."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from routing.compiled import ON_BOARD, Compiled
from routing.decomposition.reach import Reach


@dataclass(frozen=True, slots=True)
class Component:
    """Stops and vehicles, by number, that no stop, vehicle, limit, choice or supply of another component touches."""

    stops: tuple[int, ...]
    vehicles: tuple[int, ...]


def components(world: Compiled, reach: Reach) -> tuple[Component, ...]:
    """All components that hold a stop which some vehicle can serve, the largest first.

    Connected are: a stop and the vehicles that can serve it; stops of one choice; vehicles under a limit that can bind;
    stops that share a supply with too little for all of them.
    """
    stops = world.stop_count
    joined = _Joined(stops + len(world.cars))
    for vehicle in range(len(world.cars)):
        joined.join(np.append(np.flatnonzero(reach.of(vehicle)), stops + vehicle))
    for group in set(world.siblings):
        joined.join(group)
    for tie in (*(members for members, _ in binding_limits(world)), *tied_vehicles(world)):
        joined.join(stops + vehicle for vehicle in tie)
    for pickup in scarce_pickups(world):
        joined.join(
            node for node in range(stops) if any(need.pickup == pickup for need in world.needs[node])
        )  # fmt: skip
    for vehicle, nodes in world.prefix.items():
        joined.join((stops + vehicle, *(node for node in nodes if node < stops)))
    roots = joined.roots()
    served = np.unique(roots[stops:])
    order = np.argsort(roots, kind="stable")
    edges = np.searchsorted(roots[order], served, side="left"), np.searchsorted(roots[order], served, side="right")
    found = []
    for first, last in zip(*edges, strict=True):
        members = order[first:last]
        inside = members[members < stops]
        if len(inside):
            found.append(Component(tuple(inside.tolist()), tuple((members[members >= stops] - stops).tolist())))
    return tuple(sorted(found, key=lambda each: (-len(each.stops), each.stops)))


def binding_limits(world: Compiled) -> list[tuple[list[int], int]]:
    """Each limit whose hours are fewer than its shifts last together: its vehicles, and the seconds they share."""
    found = []
    for limit in world.problem.limits:
        members = sorted(world.vehicle_index[name] for name in limit.vehicle_ids)
        lasting = sum(world.cars[v].shift.end_s - world.cars[v].shift.start_s for v in members)
        if limit.max_total_duration_s is not None and limit.max_total_duration_s < lasting:
            found.append((members, limit.max_total_duration_s))
    return found


def tied_vehicles(world: Compiled) -> list[list[int]]:
    """Pairs of vehicles with overlapping shifts whose routes must not overlap."""
    found = []
    for vehicle, peers in enumerate(world.peers):
        mine = world.cars[vehicle].shift
        for peer in peers:
            other = world.cars[peer].shift
            if vehicle < peer and mine.start_s < other.end_s and other.start_s < mine.end_s:
                found.append([vehicle, peer])
    return found


def joined_sets(pairs: Iterable[Sequence[int]]) -> list[list[int]]:
    """Sets of what pairs connect, over any number of them."""
    found: list[set[int]] = []
    for pair in pairs:
        touched = [group for group in found if group.intersection(pair)]
        found = [group for group in found if group not in touched] + [set(pair).union(*touched)]
    return [sorted(group) for group in found]


def scarce_pickups(world: Compiled) -> list[int]:
    """Pickups that have less than all their stops need."""
    wanted = {pickup: [0] * world.dims for pickup in world.supply}
    for node in range(world.stop_count):
        for need in world.needs[node]:
            if need.pickup != ON_BOARD and need.pickup in wanted:
                wanted[need.pickup] = [a + b for a, b in zip(wanted[need.pickup], need.load, strict=True)]
    return [
        pickup for pickup, sums in wanted.items() if any(a > b for a, b in zip(sums, world.supply[pickup], strict=True))
    ]


class _Joined:
    """Union of sets, with whole arrays at a time."""

    def __init__(self, count: int) -> None:
        self.parent = np.arange(count)

    def join(self, members: Iterable[int]) -> None:
        """Put all these into one set."""
        some = members if isinstance(members, np.ndarray) else np.fromiter(members, dtype=np.int64)
        if len(some) < 2:
            return
        tops = np.unique(self._top(some))
        self.parent[tops] = tops[0]
        self.parent[some] = tops[0]

    def roots(self) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        """The set of each, named by its least member."""
        return self._top(np.arange(len(self.parent)))

    def _top(self, some: np.ndarray[tuple[int], np.dtype[np.int64]]) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
        up = self.parent[some]
        while True:
            further = self.parent[up]
            if np.array_equal(further, up):
                return up
            up = further
