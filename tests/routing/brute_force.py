"""Answers by exhaustion, written apart from the product: the truth for small problems.

One sequence is judged by difference constraints (Bellman and Ford) over every choice of windows; a problem by every
sequence of every vehicle. Nothing of `routing.timing`, `routing.compiled` or the engines is used.
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement, pairwise, permutations, product

from routing import Problem, RideFrom, Stop, StopKind, Vehicle, Visit, VisitKind
from routing.problem import MAX_TIME_S

INFINITE = 10**15


def least_duration(problem: Problem, vehicle: Vehicle, visits: tuple[Visit, ...]) -> int | None:
    """The least duration of a route that makes these visits and keeps the vehicle's rules, or None."""
    sources = sources_of(problem, vehicle, visits)
    if sources is None or not loads_fit(problem, vehicle, visits, sources):
        return None
    places = [vehicle.start, *(place_of(problem, visit) for visit in visits)]
    if vehicle.end is not None:
        places.append(vehicle.end)
    matrix = problem.matrix(vehicle.profile)
    legs = [int(matrix.durations_s[a, b]) for a, b in pairwise(places)]
    metres = sum(int(matrix.distances_m[a, b]) for a, b in pairwise(places))
    if vehicle.max_distance_m is not None and metres > vehicle.max_distance_m:
        return None
    legs = [-(-leg * 100 // vehicle.speed_percent) for leg in legs]
    if vehicle.max_travel_s is not None and sum(legs) > vehicle.max_travel_s:
        return None
    options = [windows_of(problem, visit) for visit in visits]
    options += [[tuple(window) for window in rest.windows] or [(0, MAX_TIME_S)] for rest in vehicle.breaks]
    spans = [
        _span(problem, vehicle, visits, legs=legs, sources=sources, choice=choice, gaps=gaps)
        for gaps in _gaps(problem, vehicle, visits, sources)
        for choice in product(*options)
    ]
    found = min((span for span in spans if span is not None), default=None)
    if found is not None and vehicle.max_duration_s is not None and found > vehicle.max_duration_s:
        return None
    return found


def _gaps(
    problem: Problem, vehicle: Vehicle, visits: tuple[Visit, ...], sources: list[tuple[int, int, int]]
) -> Iterator[tuple[int, ...]]:
    """After how many visits each break comes: every way that keeps their order and what may be on board."""
    for gaps in combinations_with_replacement(range(len(visits) + 1), len(vehicle.breaks)):
        aboard = [_aboard(problem, visits, sources, gap - 1) for gap in gaps]
        if all(
            rest.max_load is None or all(a <= b for a, b in zip(load, rest.max_load, strict=True))
            for rest, load in zip(vehicle.breaks, aboard, strict=True)
        ):
            yield gaps


def _span(
    problem: Problem,
    vehicle: Vehicle,
    visits: tuple[Visit, ...],
    *,
    legs: list[int],
    sources: list[tuple[int, int, int]],
    choice: tuple[tuple[int, int], ...],
    gaps: tuple[int, ...],
) -> int | None:
    """Least end minus start when visit k begins inside choice[k]: the shortest way from end to start, negated.

    Variables: 0 is the axis, 1 the departure, 2 + k service k, then the end, then break b, taken after gaps[b] visits.
    An edge (a, b, w): x_b - x_a <= w.
    """
    count = len(visits)
    end = count + 2
    edges = [(1, 0, -vehicle.shift.start_s), (0, end, vehicle.shift.end_s)]
    for number in range(count + 1):
        before, after = 1 + number, 2 + number
        stay = stay_at(problem, vehicle, visits, number - 1) if number else 0
        work = legs[number] if number < len(legs) else 0
        if number < count:
            begin, close = choice[number]
            edges += [(after, 0, -begin), (0, after, close)]
            work += parking_at(problem, visits, number)
        for index in (index for index, gap in enumerate(gaps) if gap == number):
            begin, close = choice[count + index]
            rest, lasts = end + 1 + index, vehicle.breaks[index].service_s
            edges += [(rest, 0, -begin), (0, rest, close), (rest, 1 + number, -stay), (after, rest, -lasts)]
            edges += [(rest, other, -vehicle.breaks[other - end - 1].service_s) for other in range(end + 1, rest)]
            work += lasts
        edges.append((after, before, -work - stay))
    for loading, serving, limit in sources:
        if limit < INFINITE:
            edges.append((2 + loading, 2 + serving, limit))
    total = end + 1 + len(gaps)
    if _distances(edges, total, 0) is None:
        return None
    back = _distances(edges, total, end)
    return None if back is None else -back[1]


def _distances(edges: list[tuple[int, int, int]], count: int, root: int) -> list[int] | None:
    """Shortest ways from the root; None when a negative cycle shows that the constraints cannot hold."""
    ways = [INFINITE] * count
    ways[root] = 0
    for _ in range(count + 1):
        changed = False
        for a, b, weight in edges:
            if ways[a] < INFINITE and ways[a] + weight < ways[b]:
                ways[b], changed = ways[a] + weight, True
        if not changed:
            return ways
    return None


def windows_of(problem: Problem, visit: Visit) -> list[tuple[int, int]]:
    """When service may begin, cut at the fixed clocks."""
    if visit.kind is VisitKind.PICKUP:
        return [tuple(window) for window in problem.pickup(visit.id).windows] or [(0, MAX_TIME_S)]
    stop = problem.stop(visit.id)
    latest = MAX_TIME_S
    for need in stop.needs:
        if need.latest_start_s is not None:
            latest = min(latest, need.latest_start_s)
        if need.hold_until_s is not None and need.max_ride_s is not None:
            latest = min(latest, need.hold_until_s + need.max_ride_s)
    stated = [tuple(window) for window in stop.windows] or [(0, MAX_TIME_S)]
    return [(begin, min(end, latest)) for begin, end in stated if begin <= latest]


def place_of(problem: Problem, visit: Visit) -> int:
    """Its location."""
    return problem.pickup(visit.id).location if visit.kind is VisitKind.PICKUP else problem.stop(visit.id).location


def stay_at(problem: Problem, vehicle: Vehicle, visits: tuple[Visit, ...], number: int) -> int:
    """Service, and the setup where the place before was another one."""
    visit = visits[number]
    before = vehicle.start if number == 0 else place_of(problem, visits[number - 1])
    place = problem.pickup(visit.id) if visit.kind is VisitKind.PICKUP else problem.stop(visit.id)
    return place.service_s + (place.setup_s if before != place.location else 0)


def parking_at(problem: Problem, visits: tuple[Visit, ...], number: int) -> int:
    """The seconds of parking before a visit: none from door to door in one building."""
    if visits[number].kind is VisitKind.PICKUP:
        return 0
    stop = problem.stop(visits[number].id)
    before = visits[number - 1] if number else None
    if before is None or before.kind is VisitKind.PICKUP or stop.building is None:
        return stop.parking_s
    return 0 if problem.stop(before.id).building == stop.building else stop.parking_s


def sources_of(problem: Problem, vehicle: Vehicle, visits: tuple[Visit, ...]) -> list[tuple[int, int, int]] | None:
    """(loading position, serving position, longest ride) of every need from a pickup; None when one was not visited."""
    found = []
    for number, visit in enumerate(visits):
        if visit.kind is VisitKind.PICKUP:
            continue
        for need in problem.stop(visit.id).needs:
            if need.pickup_id is None:
                continue
            earlier = [k for k in range(number) if visits[k] == (VisitKind.PICKUP, need.pickup_id)]
            if not earlier:
                return None
            ride = INFINITE
            if need.max_ride_s is not None:
                ride = need.max_ride_s
                if need.ride_from is RideFrom.LOADED:
                    ride += stay_at(problem, vehicle, visits, earlier[-1])
            found.append((earlier[-1], number, ride))
    return found


def loads_fit(
    problem: Problem, vehicle: Vehicle, visits: tuple[Visit, ...], sources: list[tuple[int, int, int]]
) -> bool:
    """Whether the vehicle is never too full, and makes no more deliveries than it may."""
    for moment in range(-1, len(visits)):
        if any(a > b for a, b in zip(_aboard(problem, visits, sources, moment), vehicle.capacity, strict=True)):
            return False
    doors = sum(v.kind is VisitKind.STOP and problem.stop(v.id).kind is StopKind.DELIVERY for v in visits)
    return vehicle.max_stops is None or doors <= vehicle.max_stops


def _aboard(problem: Problem, visits: tuple[Visit, ...], sources: list[tuple[int, int, int]], moment: int) -> list[int]:
    """The load after visit `moment` (-1: the start)."""
    pairs = {(serving, visits[loading].id): loading for loading, serving, _ in sources}
    load = [0] * len(problem.dimensions)
    for number, visit in enumerate(visits):
        if visit.kind is VisitKind.PICKUP:
            continue
        stop = problem.stop(visit.id)
        parts = [stop.collects] if number <= moment and stop.collects else []
        for need in stop.needs if number > moment else ():
            since = -1 if need.pickup_id is None else pairs[number, need.pickup_id]
            parts += [need.load] if since <= moment else []
        for part in parts:
            load = [a + b for a, b in zip(load, part, strict=True)]
    return load


def can_serve_all(problem: Problem, vehicle: Vehicle, stops: tuple[Stop, ...]) -> bool:
    """Whether some sequence of this vehicle alone, with any useful pickups, serves these stops."""
    return any(least_duration(problem, vehicle, visits) is not None for visits in sequences(problem, stops))


def sequences(problem: Problem, stops: tuple[Stop, ...]) -> Iterator[tuple[Visit, ...]]:
    """Every order of the stops with every useful set of pickup visits before each."""
    for order in permutations(stops):
        later = [{n.pickup_id for stop in order[k:] for n in stop.needs if n.pickup_id} for k in range(len(order))]
        before = [[p for size in range(len(some) + 1) for p in permutations(sorted(some), size)] for some in later]
        for chosen in product(*before):
            visits: list[Visit] = []
            for stop, pickups in zip(order, chosen, strict=True):
                visits += [Visit(VisitKind.PICKUP, name) for name in pickups]
                visits.append(Visit(VisitKind.STOP, stop.id))
            yield tuple(visits)
