"""The cheapest place for one stop in one vehicle's route, with the pickups it needs: bounds first, then exact timing."""

from itertools import pairwise, permutations, product

from routing.compiled import ON_BOARD, Compiled
from routing.engines.plan import Built, Plan, Tried
from routing.matrix import UNREACHABLE
from routing.rules import Rule
from routing.timing import Miss

MAX_MEMO = 5_000
"""Tries remembered per route."""
MAX_TRIES = 40
"""Exact timings per stop and vehicle; candidates come cheapest first."""

type Candidate = tuple[int, list[int]]
"""A lower bound on the cost it adds, and the sequence."""
type Option = tuple[int, int, list[int]]
"""The metres (or costs of legs) a sequence adds, the seconds of travel and service it adds (or fewer), and the sequence."""


def best_place(plan: Plan, node: int, vehicle: int, below: float) -> tuple[int, Built] | Miss:
    """The least added cost (if under `below`) and the route with the stop in it; else the last rule met.

    The caller has made sure that the vehicle may serve the stop (`Compiled.refusal`).
    """
    short = plan.supply_miss(node)
    if short is not None:
        return short
    memo, key = plan.memo(vehicle), (node, plan.surroundings(vehicle))
    known = memo.get(key)
    if known is None or (isinstance(known.found, Miss) and known.below < below):
        if len(memo) > MAX_MEMO:
            memo.clear()
        known = memo[key] = _search_place(plan, node, vehicle, below)
    if isinstance(known.found, tuple) and known.found[0] >= below:
        return Miss(Rule.PRIZE, -1, known.found[0])
    return known.found


def _search_place(plan: Plan, node: int, vehicle: int, below: float) -> Tried:
    never = float("inf")
    world = plan.world
    car = world.cars[vehicle]
    old = plan.routes.get(vehicle)
    nodes = plan.nodes(vehicle)
    if world.delivery[node] and car.max_stops is not None:
        doors = sum(map(world.delivery.__getitem__, nodes))
        if doors >= car.max_stops:
            return Tried(never, Miss(Rule.MAX_STOPS, -1, doors + 1 - car.max_stops))
    bounds = plan.bounds(vehicle, old)
    if bounds is None:
        return Tried(never, Miss(Rule.SHIFT, -1, 1))
    before = old.cost if old is not None else 0
    extra = (car.fixed_cost if old is None else 0) + world.preference[vehicle].get(node, 0)
    search, rate = _Search(plan, node, vehicle, nodes, bounds), world.leg_costs[vehicle][1]
    best: tuple[int, Built] | Miss = Miss(Rule.WINDOW, -1, 1)
    for again in (False, True):
        candidates = [
            (extra + rate * legs + search.least_duration_cost(seconds), order)
            for legs, seconds, order in search.candidates(again=again)
        ]
        candidates.sort(key=lambda candidate: candidate[0])
        found, misses = _try(plan, vehicle, candidates, (before, below), again=again)
        if found is not None:
            return Tried(below, found)
        if candidates and candidates[-1][0] >= below:
            never = below
        best = misses[-1] if misses else best
        if search.full and not misses:
            best = Miss(Rule.CAPACITY, -1, 1)
        if not search.full and not {Rule.CAPACITY, Rule.CLOCK}.intersection(miss.rule for miss in misses):
            break
    return Tried(never, best)


def _try(
    plan: Plan, vehicle: int, candidates: list[Candidate], costs: tuple[int, float], *, again: bool
) -> tuple[tuple[int, Built] | None, list[Miss]]:
    """Time the candidates, cheapest bound first: the best one under `below`, and what the others broke."""
    before, below = costs
    best: tuple[int, Built] | None = None
    misses: list[Miss] = []
    for bound, sequence in candidates[:MAX_TRIES]:
        if bound >= below:
            break
        # A second visit to a pickup may take over all that the first one supplied: then the first is not made.
        built = plan.build(vehicle, plan.tidy(vehicle, sequence) if again else sequence)
        if isinstance(built, Miss):
            misses.append(built)
        elif built.cost - before < below:
            below = built.cost - before
            best = (built.cost - before, built)
    return best, misses


class _Search:
    """Sequences with the stop inserted that pass the quick tests."""

    def __init__(
        self, plan: Plan, node: int, vehicle: int, nodes: list[int], bounds: tuple[list[int], list[int]]
    ) -> None:
        world: Compiled = plan.world
        self.world, self.node, self.nodes = world, node, nodes
        self.fixed = len(world.prefix.get(vehicle, ()))
        self.seconds, self.metres = world.travel[vehicle][0], world.leg_costs[vehicle][0]
        self.leave, self.latest = bounds
        car = world.cars[vehicle]
        places = [world.location[n] for n in nodes]
        self.before = [car.start, *places]
        self.after: list[int | None] = [*places, car.end]
        self.first: dict[int, int] = {}
        for position, known in enumerate(nodes):
            self.first.setdefault(known, position)
        self.room = self._room(plan, vehicle)
        self.full = False
        """Whether some position was passed over because the vehicle is full there."""
        built = plan.routes.get(vehicle)
        self.cost_per_s = car.cost_per_s
        self.waiting = 0
        if built is not None and self.cost_per_s:
            self.waiting = built.timing.duration_s - built.timing.busy_s
        elif self.cost_per_s:
            self.waiting = -self._busy(nodes)

    def least_duration_cost(self, seconds: int) -> int:
        """What more seconds of travel and service cost at least: waiting may take them up."""
        return self.cost_per_s * max(0, seconds - self.waiting)

    def candidates(self, *, again: bool) -> list[Option]:
        """Sequences with the stop. `again`: with a fresh visit of each pickup, though one may come earlier."""
        needed = [need.pickup for need in self.world.needs[self.node] if need.pickup != ON_BOARD]
        if again and not any(pickup in self.first for pickup in needed):
            return []
        found: list[Option] = []
        there, end = self.world.location[self.node], len(self.nodes)
        seen: dict[int, int] = {known: place for place, known in enumerate(self.nodes[: max(0, self.fixed - 1)])}
        for position in range(self.fixed, end + 1):
            if position:
                seen[self.nodes[position - 1]] = position - 1
            if not self._fits(self.node, position, self.leave[position], self.before[position]):
                continue
            missing = [p for p in needed if again or self.first.get(p, end) >= position]
            if not again and not self._has_room(seen, position):
                self.full = True
            elif not missing:
                metres, seconds = self._detour(position, there)
                seconds += self._stay(position)
                found.append((metres, seconds, [*self.nodes[:position], self.node, *self.nodes[position:]]))
            elif len(missing) == 1:
                found += self._with_pickup(missing[0], position)
            else:
                found += self._with_pickups(missing, position)
        return found

    def _room(self, plan: Plan, vehicle: int) -> list[tuple[int, list[int]]]:
        """Per dimension that the stop fills: the dimension, and what is free after the start and after each visit."""
        filled = {dim for need in self.world.needs[self.node] for dim, _ in need.carried}
        filled.update(dim for dim, _ in self.world.collects[self.node])
        columns = plan.columns(vehicle)
        capacity = self.world.cars[vehicle].capacity
        return [(dim, [capacity[dim] - load for load in columns[dim]]) for dim in sorted(filled)]

    def _has_room(self, seen: dict[int, int], position: int) -> bool:
        """Whether what the stop needs fits from its loading to this position; a loading that is to come: just before."""
        for need in self.world.needs[self.node]:
            since = 0 if need.pickup == ON_BOARD else seen.get(need.pickup, position - 1) + 1
            for dim, amount in need.carried:
                free = next(column for known, column in self.room if known == dim)
                if min(free[since : position + 1]) < amount:
                    return False
        for dim, amount in self.world.collects[self.node]:
            free = next(column for known, column in self.room if known == dim)
            if min(free[position:]) < amount:
                return False
        return True

    def _busy(self, nodes: list[int]) -> int:
        """Travel, service and parking of a sequence: what it takes without any waiting."""
        world = self.world
        places = [self.before[0], *(world.location[node] for node in nodes)]
        if self.after[-1] is not None:
            places.append(self.after[-1])
        parked = sum(
            world.parking[node]
            for k, node in enumerate(nodes)
            if k == 0 or world.building[node] < 0 or world.building[node] != world.building[nodes[k - 1]]
        )
        travel = sum(self.seconds[a][b] for a, b in pairwise(places))
        return travel + parked + sum(map(world.service.__getitem__, nodes))

    def _stay(self, position: int) -> int:
        """Service of the stop, less the parking that the next one in its building would be spared."""
        world = self.world
        spared = 0
        if position < len(self.nodes) and world.building[self.node] >= 0:
            following = self.nodes[position]
            spared = world.parking[following] if world.building[following] == world.building[self.node] else 0
        if position < len(self.nodes) and world.location[self.nodes[position]] == world.location[self.node]:
            spared += world.setup[self.nodes[position]]
        return world.service[self.node] - spared

    def _detour(self, position: int, there: int) -> tuple[int, int]:
        """Metres and seconds that a visit there adds."""
        here, onward = self.before[position], self.after[position]
        metres, seconds = self.metres[here], self.seconds[here]
        if onward is None:
            return metres[there], seconds[there]
        return (
            metres[there] + self.metres[there][onward] - metres[onward],
            seconds[there] + self.seconds[there][onward] - seconds[onward],
        )

    def _fits(self, node: int, position: int, leave_s: int, here: int) -> bool:
        """Whether the node can be served here by its windows and still leave the rest on time (a bound)."""
        there = self.world.location[node]
        at = leave_s + self.seconds[here][there]
        for begin, end in self.world.windows[node]:
            if at <= end:
                at = max(at, begin) + self.world.service[node]
                break
        else:
            return False
        onward = self.after[position]
        limit = self.latest[position]
        return at + (self.seconds[there][onward] if onward is not None else 0) <= limit

    def _with_pickup(self, pickup: int, position: int) -> list[Option]:
        found: list[Option] = []
        world = self.world
        source, there = world.location[pickup], world.location[self.node]
        stays = self._stay(position) + world.service[pickup]
        metres, seconds = self._detour(position, there)
        for earlier in range(self.fixed, position):
            if self._fits(pickup, earlier, self.leave[earlier], self.before[earlier]):
                more = self._detour(earlier, source)
                order = [
                    *self.nodes[:earlier], pickup, *self.nodes[earlier:position], self.node, *self.nodes[position:],
                ]  # fmt: skip
                found.append((metres + more[0], seconds + more[1] + stays, order))
        here, onward = self.before[position], self.after[position]
        at = self.leave[position] + self.seconds[here][source]
        opened = next((max(at, a) for a, b in world.windows[pickup] if at <= b), None)
        if opened is None or not self._fits(self.node, position, opened + world.service[pickup], source):
            return found
        metres = self.metres[here][source] + self.metres[source][there]
        seconds = self.seconds[here][source] + self.seconds[source][there]
        if onward is not None:
            metres += self.metres[there][onward] - self.metres[here][onward]
            seconds += self.seconds[there][onward] - self.seconds[here][onward]
        found.append((metres, seconds + stays, [*self.nodes[:position], pickup, self.node, *self.nodes[position:]]))
        return found

    def _with_pickups(self, missing: list[int], position: int) -> list[Option]:
        """Several pickups: all just before the stop in every order, and each at its three nearest places before."""
        chosen: list[list[int]] = []
        for pickup in missing:
            source = self.world.location[pickup]
            spots = sorted(range(self.fixed, position + 1), key=lambda spot: self._detour(spot, source)[0])
            chosen.append(sorted({*spots[:3], position}))
        found: list[Option] = []
        before = self._length(self.nodes), self._busy(self.nodes)
        everyone = tuple(range(len(missing)))
        orders = list(permutations(everyone)) if len(missing) <= 3 else [everyone]
        for combination in list(product(*chosen))[:64]:
            for order in orders:
                sequence = list(self.nodes)
                sequence.insert(position, self.node)
                for index in sorted(order, key=lambda i, at=combination: -at[i]):  # type: ignore[misc]
                    sequence.insert(combination[index], missing[index])
                metres = self._length(sequence) - before[0]
                found.append((metres, self._busy(sequence) - before[1], sequence))
        return [option for option in found if option[0] < UNREACHABLE]

    def _length(self, nodes: list[int]) -> int:
        places = [self.before[0], *(self.world.location[node] for node in nodes)]
        if self.after[-1] is not None:
            places.append(self.after[-1])
        return sum(self.metres[a][b] for a, b in pairwise(places))
