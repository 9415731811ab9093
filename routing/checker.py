"""An independent judge: replays a solution step by step and reports every rule it breaks.

It shares no code with the engines, the replay or the timing: only the problem's and the solution's values.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from routing.checker_breaks import parked_at, travelled_at, wrong_breaks
from routing.matrix import UNREACHABLE
from routing.problem import MUST_PRIZE, Need, Problem, RideFrom, Stop, StopKind, Vehicle
from routing.rules import Rule
from routing.solution import CostBreakdown, Route, Solution, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Violation:
    """One broken rule, where, and by how much (seconds, metres, units of load, or a count)."""

    rule: Rule
    message: str
    vehicle_id: str | None = None
    stop_id: str | None = None
    amount: int = 0


def check(problem: Problem, solution: Solution) -> tuple[Violation, ...]:
    """Every violation of the solution, in the order of its routes; empty when it keeps all rules."""
    found: list[Violation] = []
    sound: list[Route] = []
    for route in solution.routes:
        broken = list(_structure(problem, route))
        found += broken
        if not broken:
            sound.append(route)
    for route in sound:
        found += _check_route(problem, route)
    found += _served(problem, solution, sound)
    found += _shared(problem, sound)
    found += _supply(problem, sound)
    found += _cost(problem, solution, sound)
    return tuple(found)


def _structure(problem: Problem, route: Route) -> Iterator[Violation]:
    def wrong(message: str) -> Violation:
        return Violation(rule=Rule.STRUCTURE, vehicle_id=route.vehicle_id, message=message)

    if not problem.has_vehicle(route.vehicle_id):
        yield wrong(f"vehicle {route.vehicle_id} is not in the problem")
        return
    car = problem.vehicle(route.vehicle_id)
    if len(route.steps) < 3:
        yield wrong(f"the route of vehicle {car.id} visits nothing")
        return
    first, last, middle = route.steps[0], route.steps[-1], route.steps[1:-1]
    if first.kind is not StepKind.START or first.id != car.id or first.location != car.start:
        yield wrong(f"the route does not begin at the start of vehicle {car.id}")
    home = middle[-1].location if car.end is None else car.end
    if last.kind is not StepKind.END or last.id != car.id or last.location != home:
        yield wrong(f"the route does not end at the end of vehicle {car.id}")
    for step in middle:
        if step.kind is StepKind.STOP and problem.has_stop(step.id):
            place: int | None = problem.stop(step.id).location
        elif step.kind is StepKind.PICKUP and problem.has_pickup(step.id):
            place = problem.pickup(step.id).location
        else:
            yield wrong(f"{step.kind} {step.id} is not in the problem")
            continue
        if step.location != place:
            yield wrong(f"{step.kind} {step.id} is at location {place}, not {step.location}")
    if any(len(step.load) != len(problem.dimensions) for step in route.steps):
        yield wrong(f"a load on the route of vehicle {car.id} has the wrong number of dimensions")


def _check_route(problem: Problem, route: Route) -> Iterator[Violation]:
    car = problem.vehicle(route.vehicle_id)
    for message, amount in wrong_breaks(car, route):
        yield Violation(rule=Rule.BREAK, vehicle_id=car.id, message=message, amount=amount)
    yield from _travel(problem, car, route)
    yield from _service(problem, car, route)
    yield from _loads(problem, car, route)
    for step in route.steps:
        if step.kind is StepKind.STOP:
            yield from _may_serve(problem, car, problem.stop(step.id))
    yield from _limits(problem, car, route)


def _travel(problem: Problem, car: Vehicle, route: Route) -> Iterator[Violation]:
    matrix = problem.matrix(car.profile)
    metres = travel = 0
    for number, (before, after) in enumerate(zip(route.steps, route.steps[1:], strict=False)):
        open_end = after.kind is StepKind.END and car.end is None
        seconds, leg_m = matrix.leg(before.location, after.location)
        if open_end:
            seconds = leg_m = 0
        if UNREACHABLE in (seconds, leg_m):
            yield _broken(Rule.TRAVEL, car, after, f"vehicle {car.id} has no way from {before.id} to {after.id}", 1)
            continue
        seconds = -((-seconds * 100) // car.speed_percent)
        metres, travel = metres + leg_m, travel + seconds
        arrival = travelled_at(route, number, seconds)
        if after.arrival_s != arrival:
            text = f"vehicle {car.id} needs {seconds} s from {before.id} to {after.id}"
            yield _broken(Rule.TRAVEL, car, after, text, arrival - after.arrival_s)
    if metres != route.distance_m:
        text = f"the route of vehicle {car.id} is {metres} m long, not {route.distance_m}"
        yield Violation(rule=Rule.COST, vehicle_id=car.id, message=text, amount=metres - route.distance_m)
    if car.max_distance_m is not None and metres > car.max_distance_m:
        text = f"vehicle {car.id} drives {metres} m, at most {car.max_distance_m} are allowed"
        yield Violation(rule=Rule.MAX_DISTANCE, vehicle_id=car.id, message=text, amount=metres - car.max_distance_m)
    if car.max_travel_s is not None and travel > car.max_travel_s:
        text = f"vehicle {car.id} travels {travel} s, at most {car.max_travel_s} are allowed"
        yield Violation(rule=Rule.MAX_TRAVEL, vehicle_id=car.id, message=text, amount=travel - car.max_travel_s)


def _service(problem: Problem, car: Vehicle, route: Route) -> Iterator[Violation]:
    for number, (before, step) in enumerate(zip(route.steps, route.steps[1:-1], strict=False)):
        parking = 0
        if step.kind is StepKind.STOP:
            stop = problem.stop(step.id)
            service, setup, windows = stop.service_s, stop.setup_s, stop.windows
            same = (
                before.kind is StepKind.STOP
                and stop.building is not None
                and problem.stop(before.id).building == stop.building
            )
            parking = 0 if same else stop.parking_s
        else:
            pickup = problem.pickup(step.id)
            service, setup, windows = pickup.service_s, pickup.setup_s, pickup.windows
        service += setup if before.location != step.location else 0
        if step.departure_s - step.service_start_s != service:
            text = f"service at {step.id} takes {service} s"
            amount = service - (step.departure_s - step.service_start_s)
            yield _broken(Rule.SERVICE, car, step, text, amount)
        early = parked_at(route, number, parking) - step.service_start_s
        if early > 0:
            yield _broken(Rule.SERVICE, car, step, f"service at {step.id} begins before arrival and parking", early)
        if windows and not any(start <= step.service_start_s <= end for start, end in windows):
            off = min(max(start - step.service_start_s, step.service_start_s - end) for start, end in windows)
            yield _broken(Rule.WINDOW, car, step, f"service at {step.id} begins outside its windows", off)
    for step in (route.steps[0], route.steps[-1]):
        if not step.arrival_s == step.service_start_s == step.departure_s:
            yield _broken(Rule.SERVICE, car, step, f"time passes at the {step.kind} of vehicle {car.id}", 1)


def _loads(problem: Problem, car: Vehicle, route: Route) -> Iterator[Violation]:
    true = [[0] * len(problem.dimensions) for _ in route.steps]

    def carry(first: int, last: int, load: tuple[int, ...]) -> None:
        for between in range(first, last):
            for dim, amount in enumerate(load):
                true[between][dim] += amount

    for index, step in enumerate(route.steps):
        if step.kind is not StepKind.STOP:
            continue
        carry(index, len(route.steps), problem.stop(step.id).collects)
        for need in problem.stop(step.id).needs:
            source = _source(route, index, need)
            if source is None:
                text = f"{step.id} needs goods of pickup {need.pickup_id}, which was not visited before"
                yield _broken(Rule.PICKUP_ORDER, car, step, text, 1)
                continue
            carry(source, index, need.load)
            yield from _clocks(car, route.steps[source], step, need)
    for step, load in zip(route.steps, true, strict=True):
        if tuple(load) != step.load:
            text = f"after {step.id} the load is {tuple(load)}, not {step.load}"
            yield _broken(Rule.CAPACITY, car, step, text, max(abs(a - b) for a, b in zip(load, step.load, strict=True)))
        for dim, name in enumerate(problem.dimensions):
            over = load[dim] - car.capacity[dim]
            if over > 0:
                text = f"after {step.id} vehicle {car.id} carries {load[dim]} {name}, it holds {car.capacity[dim]}"
                yield _broken(Rule.CAPACITY, car, step, text, over)


def _source(route: Route, index: int, need: Need) -> int | None:
    if need.pickup_id is None:
        return 0
    for earlier in range(index - 1, 0, -1):
        step = route.steps[earlier]
        if step.kind is StepKind.PICKUP and step.id == need.pickup_id:
            return earlier
    return None


def _clocks(car: Vehicle, pickup: Step, step: Step, need: Need) -> Iterator[Violation]:
    deadlines = []
    if need.latest_start_s is not None:
        deadlines.append(need.latest_start_s)
    if need.max_ride_s is not None:
        clock = pickup.service_start_s if need.ride_from is RideFrom.LOADING else pickup.departure_s
        if need.hold_until_s is not None:
            clock = min(clock, need.hold_until_s)
        deadlines.append(clock + need.max_ride_s)
    late = step.service_start_s - min(deadlines, default=step.service_start_s)
    if late > 0:
        yield _broken(Rule.CLOCK, car, step, f"what {step.id} gets from {need.pickup_id} comes {late} s too late", late)


def _may_serve(problem: Problem, car: Vehicle, stop: Stop) -> Iterator[Violation]:
    def wrong(rule: Rule, message: str, amount: int = 1) -> Violation:
        return Violation(rule=rule, vehicle_id=car.id, stop_id=stop.id, message=message, amount=amount)

    missing = stop.required_skills - car.skills
    if missing:
        yield wrong(Rule.SKILL, f"vehicle {car.id} lacks {', '.join(sorted(missing))} for {stop.id}", len(missing))
    if stop.crew_size > car.crew_size:
        yield wrong(Rule.CREW, f"{stop.id} needs {stop.crew_size} people, vehicle {car.id} has {car.crew_size}")
    if car.id in stop.forbidden_vehicles:
        yield wrong(Rule.BLOCK, f"vehicle {car.id} may not serve {stop.id}")
    elif stop.allowed_vehicles is not None and car.id not in stop.allowed_vehicles:
        yield wrong(Rule.BLOCK, f"vehicle {car.id} is not among those that may serve {stop.id}")
    pinned = problem.pins.get(stop.id, car.id)
    if pinned != car.id:
        yield wrong(Rule.PIN, f"{stop.id} is pinned to vehicle {pinned}")


def _limits(problem: Problem, car: Vehicle, route: Route) -> Iterator[Violation]:
    def wrong(rule: Rule, message: str, amount: int) -> Violation:
        return Violation(rule=rule, vehicle_id=car.id, message=message, amount=amount)

    leaves, ends = route.steps[0].departure_s, route.steps[-1].arrival_s
    if leaves < car.shift.start_s:
        text = f"vehicle {car.id} leaves before its shift begins"
        yield wrong(Rule.SHIFT, text, car.shift.start_s - leaves)
    if ends > car.shift.end_s:
        yield wrong(Rule.SHIFT, f"vehicle {car.id} ends after its shift", ends - car.shift.end_s)
    if route.duration_s != ends - leaves:
        text = f"the route of vehicle {car.id} lasts {ends - leaves} s, not {route.duration_s}"
        yield wrong(Rule.COST, text, ends - leaves - route.duration_s)
    if car.max_duration_s is not None and ends - leaves > car.max_duration_s:
        text = f"vehicle {car.id} is out for {ends - leaves} s, at most {car.max_duration_s} are allowed"
        yield wrong(Rule.MAX_DURATION, text, ends - leaves - car.max_duration_s)
    doors = sum(step.kind is StepKind.STOP and problem.stop(step.id).kind is StopKind.DELIVERY for step in route.steps)
    if car.max_stops is not None and doors > car.max_stops:
        text = f"vehicle {car.id} makes {doors} deliveries, at most {car.max_stops} are allowed"
        yield wrong(Rule.MAX_STOPS, text, doors - car.max_stops)
    fixed = problem.fixed_prefix.get(car.id, ())
    if tuple((step.kind.value, step.id) for step in route.steps[1 : len(fixed) + 1]) != tuple(
        (kind.value, name) for kind, name in fixed
    ):
        yield wrong(Rule.PREFIX, f"the route of vehicle {car.id} does not begin with what is fixed", 1)


def _served(problem: Problem, solution: Solution, routes: list[Route]) -> Iterator[Violation]:
    times = Counter(route.vehicle_id for route in routes)
    for vehicle_id, count in times.items():
        if count > 1:
            text = f"vehicle {vehicle_id} has {count} routes"
            yield Violation(rule=Rule.ONCE, vehicle_id=vehicle_id, message=text, amount=count - 1)
    for vehicle_id in sorted(problem.fixed_prefix):
        if problem.fixed_prefix[vehicle_id] and vehicle_id not in times:
            text = f"vehicle {vehicle_id} has fixed visits but no route"
            yield Violation(rule=Rule.PREFIX, vehicle_id=vehicle_id, message=text, amount=1)
    served = Counter(stop_id for route in routes for stop_id in route.stop_ids)
    for stop_id, count in served.items():
        if count > 1:
            text = f"{stop_id} is served {count} times"
            yield Violation(rule=Rule.ONCE, stop_id=stop_id, message=text, amount=count - 1)
    chosen = Counter(problem.stop(stop_id).choice for stop_id in served)
    for choice, count in chosen.items():
        if choice is not None and count > 1:
            text = f"{count} stops of choice {choice} are served"
            yield Violation(rule=Rule.ONCE, message=text, amount=count - 1)
    missing = {stop.id for stop in _unserved(problem, served)}
    if Counter(missing) != Counter(solution.unserved):
        odd = sorted(missing.symmetric_difference(solution.unserved)) or ["a stop named twice"]
        text = f"the unserved list is wrong about {', '.join(odd[:5])}"
        yield Violation(rule=Rule.UNSERVED_LIST, message=text, amount=len(odd))
    for stop_id in sorted(missing):
        if problem.stop(stop_id).prize is None:
            yield Violation(rule=Rule.MUST, stop_id=stop_id, message=f"{stop_id} must be served", amount=1)


def _unserved(problem: Problem, served: Iterable[str]) -> list[Stop]:
    ids = set(served)
    chosen = {problem.stop(stop_id).choice for stop_id in ids} - {None}
    return [stop for stop in problem.stops if stop.id not in ids and stop.choice not in chosen]


def _shared(problem: Problem, routes: list[Route]) -> Iterator[Violation]:
    for limit in problem.limits:
        mine = sorted(
            (route for route in routes if route.vehicle_id in limit.vehicle_ids),
            key=lambda route: (route.steps[0].departure_s, route.steps[-1].arrival_s),
        )
        total = sum(route.steps[-1].arrival_s - route.steps[0].departure_s for route in mine)
        if limit.max_total_duration_s is not None and total > limit.max_total_duration_s:
            text = f"the routes under {limit.id} last {total} s, at most {limit.max_total_duration_s} are allowed"
            yield Violation(rule=Rule.SHARED_HOURS, message=text, amount=total - limit.max_total_duration_s)
        if not limit.exclusive:
            continue
        for number, first in enumerate(mine):
            for second in mine[number + 1 :]:
                overlap = first.steps[-1].arrival_s - second.steps[0].departure_s
                if overlap > 0:
                    text = f"vehicles {first.vehicle_id} and {second.vehicle_id} overlap, which {limit.id} forbids"
                    yield Violation(rule=Rule.EXCLUSIVE, vehicle_id=second.vehicle_id, message=text, amount=overlap)


def _supply(problem: Problem, routes: list[Route]) -> Iterator[Violation]:
    taken: dict[str, list[int]] = {}
    for route in routes:
        for stop_id in route.stop_ids:
            for need in problem.stop(stop_id).needs:
                if need.pickup_id is None:
                    continue
                sums = taken.setdefault(need.pickup_id, [0] * len(problem.dimensions))
                for dim, amount in enumerate(need.load):
                    sums[dim] += amount
    for pickup_id, sums in taken.items():
        supply = problem.pickup(pickup_id).supply
        for dim, name in enumerate(problem.dimensions):
            if supply is not None and sums[dim] > supply[dim]:
                text = f"{sums[dim]} {name} leave pickup {pickup_id}, which has {supply[dim]}"
                yield Violation(rule=Rule.SUPPLY, message=text, amount=sums[dim] - supply[dim])


def _cost(problem: Problem, solution: Solution, routes: list[Route]) -> Iterator[Violation]:
    fixed = metres = seconds = wishes = longest = 0
    for route in routes:
        car = problem.vehicle(route.vehicle_id)
        lasts = route.steps[-1].arrival_s - route.steps[0].departure_s
        parts = (
            car.fixed_cost,
            car.cost_per_m * route.distance_m + _leg_costs(problem, car, route),
            car.cost_per_s * lasts,
            sum(problem.preferences.get((stop_id, car.id), 0) for stop_id in route.stop_ids),
        )
        fixed, metres, seconds, wishes = (
            fixed + parts[0], metres + parts[1], seconds + parts[2], wishes + parts[3],
        )  # fmt: skip
        longest = max(longest, lasts)
        if sum(parts) != route.cost:
            text = f"the route of vehicle {car.id} costs {sum(parts)}, not {route.cost}"
            yield Violation(rule=Rule.COST, vehicle_id=car.id, message=text, amount=sum(parts) - route.cost)
    left: dict[str, int] = {}
    for stop in _unserved(problem, (stop_id for route in routes for stop_id in route.stop_ids)):
        key = f"stop {stop.id}" if stop.choice is None else f"choice {stop.choice}"
        left[key] = MUST_PRIZE if stop.prize is None else stop.prize
    true = CostBreakdown(
        unserved=sum(left.values()),
        fixed=fixed,
        distance=metres,
        duration=seconds,
        preference=wishes,
        balance=problem.balance_weight * longest,
    )
    if true != solution.cost:
        text = f"the cost is {true}, not {solution.cost}"
        yield Violation(rule=Rule.COST, message=text, amount=true.total - solution.cost.total)


def _leg_costs(problem: Problem, car: Vehicle, route: Route) -> int:
    costs = problem.matrix(car.profile).costs
    if costs is None:
        return 0
    legs = list(zip(route.steps, route.steps[1:], strict=False))
    driven = legs[:-1] if car.end is None else legs
    return sum(int(costs[before.location, after.location]) for before, after in driven)


def _broken(rule: Rule, car: Vehicle, step: Step, message: str, amount: int) -> Violation:
    stop_id = step.id if step.kind is StepKind.STOP else None
    return Violation(rule=rule, vehicle_id=car.id, stop_id=stop_id, message=message, amount=amount)
