"""The checker's part about breaks: whether each is taken as it must be, and what travel and parking lose to them."""

from collections.abc import Iterator

from routing.problem import Break, Vehicle
from routing.solution import Rest, Route, StepKind

type Wrong = tuple[str, int]
"""A message, and by how much."""


def wrong_breaks(car: Vehicle, route: Route) -> Iterator[Wrong]:
    """What is wrong with the breaks of a route of sound structure."""
    if [rest.break_id for rest in route.rests] != [rule.id for rule in car.breaks]:
        yield f"vehicle {car.id} does not take each of its breaks, once and in their order", 1
        return
    step, free_s = 0, route.steps[0].departure_s
    for rest, rule in zip(route.rests, car.breaks, strict=True):
        if not step <= rest.after_step < len(route.steps) - 1:
            yield f"vehicle {car.id} takes break {rule.id} at no step of its route", 1
            return
        step, free_s = rest.after_step, max(free_s, route.steps[rest.after_step].departure_s)
        yield from _wrong_break(car, route, rest, rule=rule, free_s=free_s)
        free_s = rest.end_s


def _wrong_break(car: Vehicle, route: Route, rest: Rest, *, rule: Break, free_s: int) -> Iterator[Wrong]:
    begin, name = rest.start_s, f"break {rule.id}"
    if rest.end_s - begin != rule.service_s:
        yield f"vehicle {car.id} rests {rest.end_s - begin} s in {name}, not {rule.service_s}", 1
    if begin < free_s or rest.end_s > route.steps[rest.after_step + 1].service_start_s:
        yield f"vehicle {car.id} does something else during {name}", 1
    if rule.windows and not any(start <= begin <= end for start, end in rule.windows):
        off = min(max(start - begin, begin - end) for start, end in rule.windows)
        yield f"vehicle {car.id} begins {name} outside its windows", off
    for most, load in zip(rule.max_load or (), route.steps[rest.after_step].load, strict=False):
        if load > most:
            yield f"vehicle {car.id} has {load} on board in {name}, which allows {most}", load - most


def travelled_at(route: Route, number: int, seconds: int) -> int:
    """When so many seconds of travel after the step of that number are over; an end waits for the last break."""
    at = route.steps[number].departure_s + seconds
    for rest in route.rests:
        if rest.after_step == number:
            at += rest.end_s - rest.start_s if rest.start_s < at else 0
            if route.steps[number + 1].kind is StepKind.END:
                at = max(at, rest.end_s)
    return at


def parked_at(route: Route, number: int, parking_s: int) -> int:
    """When the vehicle is parked after the leg that follows the step of that number."""
    arrival_s = route.steps[number + 1].arrival_s
    at = arrival_s + parking_s
    for rest in route.rests:
        if rest.after_step == number and arrival_s <= rest.start_s < at:
            at += rest.end_s - rest.start_s
    return at
