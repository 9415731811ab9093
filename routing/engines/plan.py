"""A solution under construction: routes by number, with what they use of shared limits and supplies."""

from dataclasses import dataclass, field

from routing.compiled import ON_BOARD, Compiled
from routing.errors import EngineError
from routing.problem import Problem, Visit
from routing.replay import build_route, build_solution, free_times, route_cost
from routing.rules import Rule
from routing.solution import Solution
from routing.timing import Miss, Run, Timing, loads, time

type Memo = dict[tuple[int, object], "Tried"]
"""(stop, state of what else the route depends on) to what trying it gave."""


@dataclass(slots=True)
class Tried:
    """A stop was tried on a route: the best place found, or that there is none that adds less than `below`."""

    below: float
    found: "tuple[int, Built] | Miss"


@dataclass(slots=True)
class Built:
    """One vehicle's feasible route. Never changed once made, so plans share them."""

    nodes: list[int]
    timing: Timing
    cost: int
    quick: tuple[list[int], list[int]] | None = field(default=None, repr=False)
    """What `Plan.bounds` found."""
    columns: list[list[int]] | None = field(default=None, repr=False)
    """What `Plan.columns` found."""
    memo: Memo = field(default_factory=dict, repr=False)
    """What was found when stops were tried on this route."""


class Plan:
    """Routes that keep every rule, and the stops still open; cheap to copy."""

    def __init__(self, world: Compiled) -> None:
        self.world = world
        self.routes: dict[int, Built] = {}
        self.where: dict[int, int] = {}
        self.hours = [0] * len(world.problem.limits)
        self.taken: dict[int, list[int]] = {pickup: [0] * world.dims for pickup in world.supply}
        self.blank: dict[int, Memo] = {}
        """What was found when stops were tried on vehicles not used; shared by all copies."""

    def copy(self) -> "Plan":
        """An independent plan with the same routes."""
        twin = Plan.__new__(Plan)
        twin.world = self.world
        twin.routes = dict(self.routes)
        twin.where = dict(self.where)
        twin.hours = list(self.hours)
        twin.blank = self.blank
        twin.taken = {pickup: list(sums) for pickup, sums in self.taken.items()}
        return twin

    def nodes(self, vehicle: int) -> list[int]:
        """The vehicle's sequence; what is fixed, when it is not used."""
        built = self.routes.get(vehicle)
        return built.nodes if built is not None else self.world.prefix.get(vehicle, [])

    def build(self, vehicle: int, nodes: list[int]) -> Built | Miss:
        """The vehicle's route with this sequence beside the other routes as they are, or the first rule broken."""
        world = self.world
        busy = [
            (self.routes[peer].timing.depart_s, self.routes[peer].timing.end_s)
            for peer in world.peers[vehicle]
            if peer in self.routes
        ]
        best: Timing | Miss | None = None
        for begin_s, end_s in free_times(busy):
            timing = time(world, vehicle, nodes, begin_s, end_s)
            if isinstance(timing, Miss):
                best = best or timing
            elif not isinstance(best, Timing) or timing.duration_s < best.duration_s:
                best = timing
        if isinstance(best, Miss) or best is None:
            if busy and isinstance(time(world, vehicle, nodes, *free_times(())[0]), Timing):
                return Miss(Rule.EXCLUSIVE, -1, 1)
            return best or Miss(Rule.EXCLUSIVE, -1, 1)
        old = self.routes.get(vehicle)
        for index in world.shared[vehicle]:
            allowed = world.problem.limits[index].max_total_duration_s
            total = self.hours[index] + best.duration_s - (old.timing.duration_s if old else 0)
            if allowed is not None and total > allowed:
                return Miss(Rule.SHARED_HOURS, -1, total - allowed)
        return Built(nodes, best, route_cost(world, vehicle, nodes, best))

    def memo(self, vehicle: int) -> Memo:
        """What is known about stops tried on the vehicle's route as it is."""
        built = self.routes.get(vehicle)
        return built.memo if built is not None else self.blank.setdefault(vehicle, {})

    def known_cost(self, vehicle: int, node: int) -> float:
        """What the stop adds on this vehicle's route, as far as that is known; infinite where it is not."""
        known = self.memo(vehicle).get((node, self.surroundings(vehicle)))
        return known.found[0] if known is not None and isinstance(known.found, tuple) else float("inf")

    def surroundings(self, vehicle: int) -> object:
        """What the vehicle's route depends on beside itself: when its peers are out, and hours used by others."""
        world = self.world
        if not world.peers[vehicle] and not world.shared[vehicle]:
            return None
        busy = tuple(
            (self.routes[peer].timing.depart_s, self.routes[peer].timing.end_s)
            for peer in world.peers[vehicle]
            if peer in self.routes
        )
        old = self.routes.get(vehicle)
        own = old.timing.duration_s if old is not None else 0
        return busy, tuple(self.hours[index] - own for index in world.shared[vehicle])

    def supply_miss(self, node: int) -> Miss | None:
        """Whether some pickup has too little left for this stop."""
        for need in self.world.needs[node]:
            supply = self.world.supply.get(need.pickup)
            if supply is None:
                continue
            taken = self.taken[need.pickup]
            over = max((taken[d] + need.load[d] - supply[d] for d in range(self.world.dims)), default=0)
            if over > 0:
                return Miss(Rule.SUPPLY, -1, over)
        return None

    def put(self, vehicle: int, built: Built | None) -> None:
        """Replace the vehicle's route (None or an empty one: not used)."""
        old = self.routes.pop(vehicle, None)
        if old is not None:
            self._count(vehicle, old, -1)
        if built is not None and built.nodes:
            self.routes[vehicle] = built
            self._count(vehicle, built, 1)

    def _count(self, vehicle: int, built: Built, sign: int) -> None:
        world = self.world
        for index in world.shared[vehicle]:
            self.hours[index] += sign * built.timing.duration_s
        for node in built.nodes:
            if node >= world.stop_count:
                continue
            if sign > 0:
                self.where[node] = vehicle
            else:
                del self.where[node]
            for need in world.needs[node]:
                if need.pickup in self.taken:
                    sums = self.taken[need.pickup]
                    for dim, amount in enumerate(need.load):
                        sums[dim] += sign * amount

    def remove(self, vehicle: int, gone: set[int]) -> bool:
        """Take these stops off the vehicle's route; False (nothing changed) when the rest cannot be driven."""
        nodes = self.tidy(vehicle, [node for node in self.routes[vehicle].nodes if node not in gone])
        if not nodes:
            self.put(vehicle, None)
            return True
        built = self.build(vehicle, nodes)
        if isinstance(built, Miss):
            return False
        self.put(vehicle, built)
        return True

    def tidy(self, vehicle: int, nodes: list[int]) -> list[int]:
        """The sequence without pickups that supply nothing (what is fixed stays)."""
        world = self.world
        fixed = len(world.prefix.get(vehicle, ()))
        used: set[int] = set(range(fixed))
        latest: dict[int, int] = {}
        for position, node in enumerate(nodes):
            if node >= world.stop_count:
                latest[node] = position
                continue
            used.add(position)
            used.update(latest.get(need.pickup, 0) for need in world.needs[node] if need.pickup != ON_BOARD)
        kept = [node for position, node in enumerate(nodes) if position in used]
        return kept if any(node < world.stop_count for node in kept) or fixed else []

    def bounds(self, vehicle: int, built: Built | None) -> tuple[list[int], list[int]] | None:
        """Earliest departure after, and latest start of, each visit, ride clocks aside: quick tests of a position.

        The first list begins with the start; the second ends with the latest end of the last visit.
        """
        if built is not None and built.quick is not None:
            return built.quick
        nodes = built.nodes if built is not None else self.world.prefix.get(vehicle, [])
        shift = self.world.cars[vehicle].shift
        run = Run(self.world, vehicle, nodes, [], shift)
        if run.measure() is not None:
            return None
        run.stays = [self.world.service[node] for node in nodes]  # a setup may fall away beside a new neighbour
        starts = run.forward(shift[0], {})
        if isinstance(starts, Miss):
            return None
        last = shift[1] - run.home_s
        leave = [shift[0], *(s + self.world.service[n] for s, n in zip(starts, nodes, strict=True))]
        found = (leave, [*run.latest(last)[1], shift[1]])
        if built is not None:
            built.quick = found
        return found

    def columns(self, vehicle: int) -> list[list[int]]:
        """Per dimension, the load after the start and after each visit of the vehicle's route."""
        built = self.routes.get(vehicle)
        if built is not None and built.columns is not None:
            return built.columns
        loaded = loads(self.world, vehicle, self.nodes(vehicle))
        rows = [] if isinstance(loaded, Miss) else loaded[1]
        found = [[row[dim] for row in rows] for dim in range(self.world.dims)]
        if built is not None:
            built.columns = found
        return found

    def open_stops(self) -> list[int]:
        """Stops that are not served, nor any other of their choice."""
        return [
            node
            for node in range(self.world.stop_count)
            if not any(other in self.where for other in self.world.siblings[node])
        ]

    @property
    def cost(self) -> int:
        """The objective."""
        left = sum(self.world.unserved_cost[node] for node in self.open_stops() if node == self.world.siblings[node][0])
        weight = self.world.problem.balance_weight
        longest = max((built.timing.duration_s for built in self.routes.values()), default=0) if weight else 0
        return left + sum(built.cost for built in self.routes.values()) + weight * longest

    def solution(self, *, engine: str, seed: int, iterations: int, elapsed_s: float) -> Solution:
        """The plan with names, times and costs."""
        routes = [build_route(self.world, v, built.nodes, built.timing) for v, built in self.routes.items()]
        return build_solution(
            self.world.problem,
            routes,
            engine=engine,
            seed=seed,
            iterations=iterations,
            elapsed_s=elapsed_s,
            world=self.world,
        )


def start_plan(world: Compiled) -> Plan:
    """A plan with what is fixed and nothing else. Raises EngineError when that breaks a rule."""
    plan = Plan(world)
    for vehicle in sorted(world.prefix):
        nodes = world.prefix[vehicle]
        if nodes:
            _place(plan, vehicle, nodes)
    return plan


def _place(plan: Plan, vehicle: int, nodes: list[int]) -> None:
    world = plan.world
    name = world.cars[vehicle].id
    stops = [node for node in nodes if node < world.stop_count]
    refused = next((rule for node in stops if (rule := world.refusal(node, vehicle)) is not None), None)
    built = plan.build(vehicle, list(nodes))
    if refused is not None or isinstance(built, Miss):
        rule = refused or (built.rule if isinstance(built, Miss) else None)
        raise EngineError(f"what is fixed for vehicle {name} breaks the rule {rule}")
    plan.put(vehicle, built)


def plan_from(world: Compiled, sequences: dict[str, tuple[Visit, ...]]) -> tuple[Plan, list[int]]:
    """A plan with as much of these sequences as keeps the rules, in order, and the stops that had to be left out.

    Names that are not in the problem are passed over; a missing pickup is not invented here.
    """
    plan = start_plan(world)
    dropped: list[int] = []
    for name, visits in sequences.items():
        vehicle = world.vehicle_index.get(name)
        nodes = [world.node(visit) for visit in visits if _known(world.problem, visit)]
        if vehicle is None:
            dropped += [node for node in nodes if node < world.stop_count]
            continue
        dropped += _follow(plan, vehicle, nodes)
    return plan, [node for node in dropped if node not in plan.where]


def _known(problem: Problem, visit: Visit) -> bool:
    return problem.has_stop(visit.id) if visit.kind.value == "stop" else problem.has_pickup(visit.id)


def _follow(plan: Plan, vehicle: int, nodes: list[int]) -> list[int]:
    world = plan.world
    fixed = world.prefix.get(vehicle, [])
    if nodes[: len(fixed)] == fixed:
        nodes = nodes[len(fixed) :]
    taken: set[int] = set(plan.where)
    wanted, dropped = [], []
    for node in nodes:
        if node >= world.stop_count:
            wanted.append(node)
        elif taken.intersection(world.siblings[node]) or world.refusal(node, vehicle) is not None:
            dropped.append(node)
        else:
            taken.add(node)
            wanted.append(node)
    whole = plan.tidy(vehicle, [*fixed, *wanted])
    enough = _enough(plan, wanted)
    if whole and enough and isinstance(built := plan.build(vehicle, whole), Built):
        plan.put(vehicle, built)
        return dropped
    return dropped + _follow_one_by_one(plan, vehicle, wanted)


def _enough(plan: Plan, nodes: list[int]) -> bool:
    sums = {pickup: list(taken) for pickup, taken in plan.taken.items()}
    for node in nodes:
        for need in plan.world.needs[node] if node < plan.world.stop_count else ():
            if need.pickup in sums:
                sums[need.pickup] = [a + b for a, b in zip(sums[need.pickup], need.load, strict=True)]
    return all(
        total <= most
        for pickup, row in sums.items()
        for total, most in zip(row, plan.world.supply[pickup], strict=True)
    )


def _follow_one_by_one(plan: Plan, vehicle: int, wanted: list[int]) -> list[int]:
    """Append stop after stop with the pickups before it, leaving out each stop that breaks a rule."""
    world, dropped = plan.world, []
    trail = list(plan.nodes(vehicle))
    for node in wanted:
        if node >= world.stop_count:
            trail.append(node)
            continue
        nodes = plan.tidy(vehicle, [*trail, node])
        built = plan.build(vehicle, nodes) if plan.supply_miss(node) is None else Miss(Rule.SUPPLY, -1, 1)
        if isinstance(built, Built):
            plan.put(vehicle, built)
            trail.append(node)
        else:
            dropped.append(node)
    return dropped
