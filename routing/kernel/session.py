"""One search from the outside: load a plan, fill it, run slices, widen rows, read the best routes."""

import numpy as np

from routing.compiled import Compiled
from routing.engines.plan import Plan
from routing.kernel.chain import ABSENT, BEST, COST, FULL, LOOSE, USED, new_chain, widened
from routing.kernel.compiling import Longs
from routing.kernel.edits import clear_round, load_route, remember_best
from routing.kernel.fits import MAX_NEEDS
from routing.kernel.packing import Fleet, pack
from routing.kernel.search import NO_LIMIT, recreate, search
from routing.kernel.shrink import break_up, press
from routing.kernel.tables import Tables
from routing.problem import MUST_PRIZE, Visit

FIRST_COLUMNS = 48


class Session:
    """A chain that begins with a plan's routes. The plan's world must fit the kernel."""

    def __init__(self, world: Compiled, plan: Plan, seed: int, *, packed: tuple[Tables, Fleet] | None = None) -> None:
        """`packed`: what `pack` made of the same world before; chains may share it."""
        self.world = world
        self.tables, self.fleet = packed or pack(world)
        longest = max((len(built.nodes) for built in plan.routes.values()), default=0)
        fixed = sum(bool(nodes) for nodes in world.prefix.values())
        slots = min(len(world.cars), world.stop_count + fixed)
        counts = [len(members) for members in self.fleet.members]
        self.chain = new_chain(self.tables, slots, max(FIRST_COLUMNS, longest + 16), counts, seed)
        self.links = np.zeros((3, MAX_NEEDS), dtype=np.int64)
        firsts = {min(group) for group in world.siblings}
        self.chain.num[COST] = sum(world.unserved_cost[node] for node in firsts)
        clear_round(self.chain)
        for vehicle, built in plan.routes.items():
            nodes = np.array(built.nodes, dtype=np.int64)
            load_route(self.tables, self.chain, self.fleet.kind_of[vehicle], nodes, len(world.prefix.get(vehicle, ())))
        self._waiting = self._hardest_first()
        self._filled = 0

    def fill(self, count: int) -> bool:
        """Insert up to so many more of the stops that are not served; whether some are still to be tried."""
        chain, last = self.chain, min(self._filled + count, len(self._waiting))
        chain.num[LOOSE] = last - self._filled
        chain.stop["loose"][: last - self._filled] = self._waiting[self._filled : last]
        clear_round(chain)
        recreate(self.tables, chain, 0.0, self.links, NO_LIMIT)
        if chain.num[FULL]:
            self._widen()
        else:
            self._filled = last
        return self._filled < len(self._waiting)

    def settle(self) -> None:
        """Take the current routes as the best."""
        self.chain.num[BEST] = self.chain.num[COST]
        remember_best(self.chain)

    @property
    def may_shrink(self) -> bool:
        """Whether fewer routes are worth a try: vehicles, all alike, cost something each; everybody must be served, and is."""
        tables, chain = self.tables, self.chain
        if (
            tables.kinds != 1
            or tables.fleet["fixed_cost"][0] <= 0
            or tables.groups
            or chain.num[ABSENT]
            or chain.route["fixed"].any()
        ):
            return False
        if (tables.node["prize"][: tables.stops] < MUST_PRIZE).any():
            return False
        room, used = tables.capacity[0], int(chain.num[USED])
        return bool((tables.load.sum(axis=0) <= room * (used - 1)).all() or tables.replayed)

    def break_up(self) -> bool:
        """Take one route apart, to press its stops into the others; False when there is none."""
        return bool(break_up(self.tables, self.chain))

    def press(self, count: int, hot: float) -> int:
        """Up to so many iterations that open no route (`shrink.press`); how many were made."""
        done = press(self.tables, self.chain, self.links, count, hot)
        if self.chain.num[FULL]:
            self._widen()
        if not self.chain.num[ABSENT]:
            self.chain.free[0] = len(self.fleet.members[0]) - int(self.chain.num[USED])
            self.settle()
        return done

    def run(self, first: int, count: int, hot: float, cooling: float, whole: float) -> int:
        """Up to so many iterations (`search`); how many were made."""
        done = search(self.tables, self.chain, self.links, first, count, hot, cooling, whole)
        if self.chain.num[FULL]:
            self._widen()
        return done

    @property
    def leg_cost(self) -> float:
        """What a leg of the current routes costs on average, fixed costs aside; without routes, the way to a stop."""
        chain, tables = self.chain, self.tables
        if not chain.num[USED]:
            return float(max(1.0, tables.fleet["per_m"].max() * tables.node["far"][: tables.stops].mean()))
        slots = chain.route["used"][: int(chain.num[USED])]
        route, fleet = chain.route[slots], tables.fleet[chain.route["kind"][slots]]
        moving = fleet["per_m"] * route["metres"] + fleet["per_s"] * route["seconds"]
        return float(max(1, moving.sum()) / max(1, int(route["length"].sum()) + len(slots)))

    @property
    def best_cost(self) -> int:
        """The objective of the best routes."""
        return int(self.chain.num[BEST])

    @property
    def best_served(self) -> int:
        """Stops in the best routes."""
        return sum(node < self.world.stop_count for nodes in self._rows() for node in nodes[1])

    @property
    def absent(self) -> int:
        """Stops that the current routes do not serve."""
        return int(self.chain.num[ABSENT])

    def best_sequences(self) -> dict[str, tuple[Visit, ...]]:
        """Vehicles' visits in the best routes."""
        return {
            self.world.cars[vehicle].id: tuple(self.world.visit(node) for node in nodes)
            for vehicle, nodes in self.best_routes()
        }

    def best_routes(self) -> list[tuple[int, tuple[int, ...]]]:
        """Vehicle and nodes of each of the best routes."""
        spare = [list(reversed(members)) for members in self.fleet.members]
        return [(spare[kind].pop(), tuple(nodes)) for kind, nodes in self._rows()]

    def _rows(self) -> list[tuple[int, list[int]]]:
        chain = self.chain
        return [
            (int(route["best_kind"]), chain.best_seq[slot, 1 : int(route["best_length"]) + 1].tolist())
            for slot, route in enumerate(chain.route)
            if route["best_kind"] >= 0
        ]

    def _widen(self) -> None:
        self.chain = widened(self.chain, 2 * self.chain.at.shape[1])

    def _hardest_first(self) -> Longs:
        tables = self.tables
        open_stops = np.flatnonzero(self.chain.stop["where"] < 0)
        able = tables.allowed.sum(axis=1, dtype=np.int64)
        stops = tables.node[: tables.stops]
        keys = (-stops["bulk"], stops["close_s"], able, -stops["prize"])
        order = np.lexsort(tuple(key[open_stops] for key in keys))
        found: Longs = open_stops[order]
        return found
