"""When a vehicle does what, for one sequence of visits: its loads, its schedule, its breaks."""

from routing.breaks import best_with_breaks
from routing.compiled import Compiled
from routing.rules import Rule
from routing.run import Lags, Miss, Run, Timing, no_later

__all__ = ["Lags", "Miss", "Run", "Timing", "load_late", "loads", "rest_starts", "time"]


def loads(world: Compiled, vehicle: int, nodes: list[int]) -> Miss | tuple[Lags, list[list[int]]]:
    """Which visit supplies which need: the ride clocks, and the load after the start and after each visit."""
    dims = world.dims
    flat = [0] * (dims * (len(nodes) + 1))
    latest: dict[int, int] = {}
    lags: Lags = []
    for position, node in enumerate(nodes):
        if node >= world.stop_count:
            latest[node] = position
            continue
        for dim, amount in world.collects[node]:
            flat[(position + 1) * dims + dim] += amount
        for need in world.needs[node]:
            source = -1 if need.pickup < 0 else latest.get(need.pickup, -2)
            if source == -2:
                return Miss(Rule.PICKUP_ORDER, position, 1)
            if need.lag_s is not None:
                setup = _setup(world, vehicle, nodes, source) if need.from_loaded else 0
                lags.append((source, position, need.lag_s + setup))
            up, down = (source + 1) * dims, (position + 1) * dims
            for dim, amount in need.carried:
                flat[up + dim] += amount
                flat[down + dim] -= amount
    capacity = world.cars[vehicle].capacity
    for index in range(dims, len(flat)):
        flat[index] += flat[index - dims]
    for dim, room in enumerate(capacity):
        if max(flat[dim::dims]) > room:
            position = next(k for k, load in enumerate(flat[dim::dims]) if load > room)
            return Miss(Rule.CAPACITY, position - 1, flat[position * dims + dim] - room)
    return lags, [flat[k : k + dims] for k in range(0, len(flat), dims)] if dims else [
        [] for _ in range(len(nodes) + 1)
    ]


def _setup(world: Compiled, vehicle: int, nodes: list[int], position: int) -> int:
    here = world.cars[vehicle].start if position == 0 else world.location[nodes[position - 1]]
    return world.setup[nodes[position]] if here != world.location[nodes[position]] else 0


def time(world: Compiled, vehicle: int, nodes: list[int], begin_s: int, end_s: int) -> Timing | Miss:
    """The schedule of least duration between begin_s and end_s (cut to the shift), or the first rule broken."""
    car = world.cars[vehicle]
    if car.max_stops is not None:
        deliveries = sum(map(world.delivery.__getitem__, nodes))
        if deliveries > car.max_stops:
            return Miss(Rule.MAX_STOPS, -1, deliveries - car.max_stops)
    loaded = loads(world, vehicle, nodes)
    if isinstance(loaded, Miss):
        return loaded
    span = (max(begin_s, car.shift[0]), min(end_s, car.shift[1]))
    run = Run(world, vehicle, nodes, loaded[0], span)
    missed = run.measure()
    if missed is not None:
        return missed
    if car.max_distance_m is not None and run.distance_m > car.max_distance_m:
        return Miss(Rule.MAX_DISTANCE, -1, run.distance_m - car.max_distance_m)
    if car.max_travel_s is not None and run.travel_s > car.max_travel_s:
        return Miss(Rule.MAX_TRAVEL, -1, run.travel_s - car.max_travel_s)
    timing = best_with_breaks(run, loaded[1]) if car.breaks and nodes else run.best()
    if isinstance(timing, Timing) and car.max_duration_s is not None and timing.duration_s > car.max_duration_s:
        return Miss(Rule.MAX_DURATION, -1, timing.duration_s - car.max_duration_s)
    return timing


def load_late(world: Compiled, vehicle: int, nodes: list[int], timing: Timing) -> list[int]:
    """The same schedule with each loading as late as its windows and the next step allow."""
    starts = list(timing.starts)
    run = _rested(world, vehicle, nodes, timing)
    following = run.leave_by(len(nodes), timing.end_s)
    for position in range(len(nodes) - 1, -1, -1):
        node = nodes[position]
        if node >= world.stop_count:
            starts[position] = max(starts[position], no_later(world.windows[node], following - run.stays[position]))
        following = run.leave_by(position, starts[position])
    return starts


def rest_starts(world: Compiled, vehicle: int, nodes: list[int], timing: Timing, starts: list[int]) -> list[int]:
    """When each break begins if the services begin so: as early as it may."""
    if not timing.rests:
        return []
    run = _rested(world, vehicle, nodes, timing)
    leaves = [timing.depart_s, *(start + stay for start, stay in zip(starts, run.stays, strict=True))]
    taken = [run.rests_from(gap, leave) for gap, leave in enumerate(leaves)]
    return [start for rests in taken if rests is not None for start, _ in rests[0]]


def _rested(world: Compiled, vehicle: int, nodes: list[int], timing: Timing) -> Run:
    """The measured run of a feasible schedule, its breaks in their places."""
    run = Run(world, vehicle, nodes, [], (timing.depart_s, timing.end_s))
    run.measure()
    return run.resting(timing.rests) if timing.rests else run
