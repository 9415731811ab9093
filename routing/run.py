"""One sequence of visits being timed: exact, in plain integers.

The schedule is the one of least duration; among those, every service is as early as it can be; then loading is moved
as late as the next step allows, so that goods wait at the pickup, not in the vehicle.

Method: bounds "service k starts no earlier than ..." (travel, windows, and from each ride clock a bound on its
loading) are monotone, so iterating them from below ends in the earliest schedule, and iterating from above, with the
end fixed, in the latest departure. With one window a step, that departure gives the least duration. With several,
the departure is moved on to each point where a later window comes into reach, and the best is kept.
"""

from copy import copy
from dataclasses import dataclass

from routing.compiled import ANY_TIME, Compiled
from routing.matrix import UNREACHABLE
from routing.rules import Rule


@dataclass(slots=True)
class Timing:
    """A feasible schedule: start of service per visit, when the route starts and ends, its metres."""

    starts: list[int]
    depart_s: int
    end_s: int
    distance_m: int
    busy_s: int
    """Travel, parking, service and breaks: the duration without waiting."""
    leg_cost: int = 0
    """What the legs cost."""
    rests: tuple[int, ...] = ()
    """The number of visits made before each of the vehicle's breaks."""

    @property
    def duration_s(self) -> int:
        """From leaving the start to the end."""
        return self.end_s - self.depart_s


@dataclass(slots=True)
class Miss:
    """Why a sequence cannot be driven: the first rule broken, at which position (-1: the whole), by how much."""

    rule: Rule
    position: int
    amount: int


type Pause = tuple[tuple[tuple[int, int], ...], int]
"""The windows of a break, and how long it lasts."""
type Lags = list[tuple[int, int, int]]
"""Position of the loading, position of the service, and the longest time between their starts."""


class Run:
    """One sequence being timed."""

    __slots__ = (
        "begin_s", "busy_s", "distance_m", "end_s", "gaps", "home_s", "lags", "leg_cost", "nodes", "pauses", "placed",
        "stays", "travel_s", "vehicle", "world",
    )  # fmt: skip

    def __init__(self, world: Compiled, vehicle: int, nodes: list[int], lags: Lags, span: tuple[int, int]) -> None:
        self.world, self.vehicle, self.nodes, self.lags = world, vehicle, nodes, lags
        self.begin_s, self.end_s = span
        self.gaps: list[int] = []
        self.stays: list[int] = []
        self.home_s = self.distance_m = self.busy_s = self.travel_s = self.leg_cost = 0
        self.pauses: dict[int, list[Pause]] = {}
        """The breaks after so many visits."""
        self.placed: tuple[int, ...] = ()

    def resting(self, rests: tuple[int, ...]) -> "Run":
        """The same measured run with each break of the vehicle taken after so many visits (not falling)."""
        twin = copy(self)
        twin.placed, twin.pauses = rests, {}
        for gap, rest in zip(rests, self.world.cars[self.vehicle].breaks, strict=bool(rests)):
            twin.pauses.setdefault(gap, []).append((tuple(rest.windows) or ANY_TIME, rest.service_s))
            twin.busy_s += rest.service_s
        return twin

    def rests_from(self, gap: int, leave_s: int) -> tuple[list[tuple[int, int]], int] | None:
        """Start and end of the gap's breaks, each as early as it may, and their seconds; None: one has no window left."""
        found, now, spent = [], leave_s, 0
        for windows, lasts in self.pauses.get(gap, ()):
            begin = next((max(now, a) for a, b in windows if now <= b), None)
            if begin is None:
                return None
            now, spent = begin + lasts, spent + lasts
            found.append((begin, now))
        return found, spent

    def leave_by(self, gap: int, start_s: int) -> int:
        """The latest departure before a gap that ends with a start of service (or the end of the route) at start_s."""
        work = self.gaps[gap] if gap < len(self.gaps) else self.home_s
        if gap not in self.pauses:
            return start_s - work
        limit = start_s
        for windows, lasts in reversed(self.pauses[gap]):
            limit, work = no_later(windows, limit - lasts), work + lasts
        return min(limit, start_s - work)

    def end_of(self, last_s: int) -> int | None:
        """When the route ends if the last service ends at last_s; None: a break has no window left."""
        if len(self.nodes) not in self.pauses:
            return last_s + self.home_s
        rests = self.rests_from(len(self.nodes), last_s)
        return None if rests is None else max(rests[0][-1][1], last_s + self.home_s + rests[1])

    def measure(self) -> Miss | None:
        """Travel plus parking before each visit, the way home, the metres; and clocks that travel alone breaks."""
        world = self.world
        car = world.cars[self.vehicle]
        seconds, metres = world.travel[self.vehicle]
        costs, rate = world.leg_costs[self.vehicle]
        places, buildings, parking, setup = world.location, world.building, world.parking, world.setup
        here, building, distance, reached, cost, travel = car.start, -1, 0, 0, 0, 0
        gaps, reach, stays = self.gaps, [], self.stays
        for position, node in enumerate(self.nodes):
            there = places[node]
            gap = seconds[here][there]
            if gap >= UNREACHABLE:
                return Miss(Rule.REACH, position, 1)
            distance += metres[here][there]
            cost += costs[here][there]
            travel += gap
            if buildings[node] < 0 or buildings[node] != building:
                gap += parking[node]
            gaps.append(gap)
            reached += gap
            reach.append(reached)
            stays.append(world.service[node] + (setup[node] if there != here else 0))
            reached += stays[position]
            here, building = there, buildings[node]
        if car.end is not None and seconds[here][car.end] >= UNREACHABLE:
            return Miss(Rule.REACH, len(self.nodes) - 1, 1)
        self.home_s = 0 if car.end is None else seconds[here][car.end]
        self.distance_m = distance + (0 if car.end is None else metres[here][car.end])
        self.leg_cost = rate * (cost + (0 if car.end is None else costs[here][car.end]))
        self.busy_s = reached + self.home_s
        self.travel_s = travel + self.home_s
        for loading, serving, lag in self.lags:
            if reach[serving] - reach[loading] > lag:
                return Miss(Rule.CLOCK, serving, reach[serving] - reach[loading] - lag)
        return None

    def best(self) -> Timing | Miss:
        """The schedule of least duration."""
        starts = self.earliest(self.begin_s)
        if isinstance(starts, Miss):
            return starts
        best = self._compressed(starts)
        if not self.pauses and not any(map(self.world.multi.__getitem__, self.nodes)):
            return best
        current = best
        while True:
            step = self._next_window(current)
            if step is None:
                return best
            later = self.earliest(current.depart_s + step)
            if isinstance(later, Miss):
                return best
            current = self._compressed(later)
            if current.duration_s < best.duration_s:
                best = current

    def earliest(self, depart_s: int) -> list[int] | Miss:
        """Earliest start of each service when the vehicle leaves no earlier than depart_s."""
        bounds: dict[int, int] = {}
        while True:
            starts = self.forward(depart_s, bounds)
            if isinstance(starts, Miss) or not self.lags:
                return starts
            late = [(loading, starts[serving] - lag) for loading, serving, lag in self.lags
                    if starts[serving] - lag > starts[loading]]  # fmt: skip
            if not late:
                return starts
            for loading, bound in late:
                bounds[loading] = max(bounds.get(loading, 0), bound)

    def forward(self, depart_s: int, bounds: dict[int, int]) -> list[int] | Miss:
        """One pass in order: each service as early as travel, windows and the bounds by position allow."""
        world, now = self.world, depart_s
        starts = []
        windows, stays = world.windows, self.stays
        for position, node in enumerate(self.nodes):
            if position in self.pauses:
                rests = self.rests_from(position, now)
                if rests is None:
                    return Miss(Rule.BREAK, position, 1)
                now = max(rests[0][-1][1], now + self.gaps[position] + rests[1])
            else:
                now += self.gaps[position]
            if bounds and bounds.get(position, 0) > now:
                now = bounds[position]
            for begin, end in windows[node]:
                if now <= end:
                    now = max(now, begin)
                    break
            else:
                return self._closed(position, now, bounds)
            starts.append(now)
            now += stays[position]
        ends = self.end_of(now)
        if ends is None:
            return Miss(Rule.BREAK, len(self.nodes) - 1, 1)
        if ends > self.end_s:
            return Miss(Rule.SHIFT, len(self.nodes) - 1, ends - self.end_s)
        return starts

    def _closed(self, position: int, now: int, bounds: dict[int, int]) -> Miss:
        node = self.nodes[position]
        stated, deadline = self.world.opening[node], self.world.deadline[node]
        opened = next((max(now, begin) for begin, end in stated if now <= end), None)
        if opened is not None and opened > deadline:
            return Miss(Rule.CLOCK, position, opened - deadline)
        if bounds:  # some loading was put off for a door further on: without its clock there was time
            return Miss(Rule.CLOCK, position, 1)
        return Miss(Rule.WINDOW, position, max(1, now - stated[-1][1]))

    def _compressed(self, starts: list[int]) -> Timing:
        """The same end with the latest departure, then everything as early as that departure allows."""
        last = starts[-1] + self.stays[-1] if starts else self.begin_s
        if not starts:
            return Timing([], last, last + self.home_s, self.distance_m, self.busy_s, self.leg_cost)
        ends = self.end_of(last)
        assert ends is not None, "a schedule was found, so its last breaks have their windows"
        depart = self.latest(self.leave_by(len(self.nodes), ends))[0]
        moved = self.earliest(depart)
        assert isinstance(moved, list), "the latest schedule is feasible, so its departure is"
        return Timing(moved, depart, ends, self.distance_m, self.busy_s, self.leg_cost, self.placed)

    def latest(self, last_s: int) -> tuple[int, list[int]]:
        """The latest departure, and latest start of each service, when the last service ends by last_s."""
        world = self.world
        bounds: dict[int, int] = {}
        latest = [0] * len(self.nodes)
        while True:
            leave = last_s
            for position in range(len(self.nodes) - 1, -1, -1):
                node = self.nodes[position]
                limit = leave - self.stays[position]
                if position in bounds:
                    limit = min(limit, bounds[position])
                latest[position] = no_later(world.windows[node], limit)
                leave = self.leave_by(position, latest[position])
            over = [(serving, latest[loading] + lag) for loading, serving, lag in self.lags
                    if latest[serving] > latest[loading] + lag]  # fmt: skip
            if not over:
                return leave, latest
            for serving, bound in over:
                bounds[serving] = min(bounds.get(serving, bound), bound)

    def _next_window(self, timing: Timing) -> int | None:
        """The least delay after which some service would fall into its next window."""
        steps = []
        for start, node in zip(timing.starts, self.nodes, strict=True):
            ahead = [end for _, end in self.world.windows[node] if end >= start]
            if len(ahead) > 1:
                steps.append(ahead[0] - start + 1)
        if self.pauses:
            leaves = [timing.depart_s, *(start + s for start, s in zip(timing.starts, self.stays, strict=True))]
            for gap, pauses in self.pauses.items():
                rests = self.rests_from(gap, leaves[gap])
                for (begin, _), (windows, _) in zip(rests[0] if rests else (), pauses, strict=False):
                    ahead = [end for _, end in windows if end >= begin]
                    if len(ahead) > 1:
                        steps.append(ahead[0] - begin + 1)
        return min(steps, default=None)


def no_later(windows: tuple[tuple[int, int], ...], limit_s: int) -> int:
    """The latest second inside a window that is not after limit_s; below every window: a second before the first."""
    for begin, end in reversed(windows):
        if begin <= limit_s:
            return min(end, limit_s)
    return windows[0][0] - 1
