"""Each rule that can keep a stop out, and how it is made not to bind."""

from collections.abc import Callable
from copy import copy
from dataclasses import replace

from routing.compiled import ANY_TIME, ON_BOARD, Compiled, NodeNeed
from routing.problem import MAX_TIME_S, Window
from routing.rules import Rule

PLENTY = 10**12
EVER = Window(0, 2 * MAX_TIME_S)


def relaxed(world: Compiled, node: int, rules: tuple[Rule, ...]) -> Compiled:
    """A view of the world in which these rules do not bind the stop (or any vehicle, or its pickups)."""
    view = copy(world)
    for rule in rules:
        RELAXATIONS[rule](view, node)
    if Rule.WINDOW in rules or Rule.CLOCK in rules:
        view.windows = list(view.windows)
        deadline = view.deadline[node]
        view.windows[node] = tuple((a, min(b, deadline)) for a, b in view.opening[node] if a <= deadline)
        view.multi = list(view.multi)
        view.multi[node] = len(view.windows[node]) > 1
    return view


def _window(view: Compiled, node: int) -> None:
    view.opening = list(view.opening)
    view.opening[node] = ANY_TIME


def _pickup_window(view: Compiled, node: int) -> None:
    view.opening, view.windows, view.multi = list(view.opening), list(view.windows), list(view.multi)
    for need in view.needs[node]:
        if need.pickup != ON_BOARD:
            view.opening[need.pickup] = view.windows[need.pickup] = ANY_TIME
            view.multi[need.pickup] = False


def _clock(view: Compiled, node: int) -> None:
    view.deadline, view.needs = list(view.deadline), list(view.needs)
    view.deadline[node] = EVER.end_s
    view.needs[node] = tuple(NodeNeed.of(need.pickup, need.load, None) for need in view.needs[node])


def _cars(**changes: object) -> Callable[[Compiled, int], None]:
    def relax(view: Compiled, node: int) -> None:  # noqa: ARG001 - every vehicle alike
        view.cars = [replace(car, **changes) for car in view.cars]  # type: ignore[arg-type] # by name, from below

    return relax


def _capacity(view: Compiled, node: int) -> None:  # noqa: ARG001 - every vehicle alike
    view.cars = [replace(car, capacity=(PLENTY,) * view.dims) for car in view.cars]


def _stop(**changes: object) -> Callable[[Compiled, int], None]:
    def relax(view: Compiled, node: int) -> None:
        view.stops = list(view.stops)
        view.stops[node] = replace(view.stops[node], **changes)  # type: ignore[arg-type] # by name, from below

    return relax


def _pin(view: Compiled, node: int) -> None:
    view.pin = {other: vehicle for other, vehicle in view.pin.items() if other != node}


def _hours(view: Compiled, node: int) -> None:  # noqa: ARG001 - every vehicle alike
    view.shared = [[] for _ in view.shared]


def _exclusive(view: Compiled, node: int) -> None:  # noqa: ARG001 - every vehicle alike
    view.peers = [[] for _ in view.peers]


def _supply(view: Compiled, node: int) -> None:
    mine = {need.pickup for need in view.needs[node]}
    view.supply = {pickup: supply for pickup, supply in view.supply.items() if pickup not in mine}


RELAXATIONS: dict[Rule, Callable[[Compiled, int], None]] = {
    Rule.SUPPLY: _supply,
    Rule.MAX_STOPS: _cars(max_stops=None),
    Rule.CAPACITY: _capacity,
    Rule.SHARED_HOURS: _hours,
    Rule.EXCLUSIVE: _exclusive,
    Rule.MAX_DURATION: _cars(max_duration_s=None),
    Rule.MAX_DISTANCE: _cars(max_distance_m=None),
    Rule.MAX_TRAVEL: _cars(max_travel_s=None),
    Rule.BREAK: _cars(breaks=()),
    Rule.SHIFT: _cars(shift=EVER),
    Rule.WINDOW: _window,
    Rule.PICKUP_WINDOW: _pickup_window,
    Rule.CLOCK: _clock,
    Rule.CREW: _stop(crew_size=0),
    Rule.SKILL: _stop(required_skills=frozenset()),
    Rule.PIN: _pin,
    Rule.BLOCK: _stop(allowed_vehicles=None, forbidden_vehicles=frozenset()),
}
"""Each rule and how it is made not to bind; in the order they are tried."""
