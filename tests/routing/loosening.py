"""A problem with some rules made not to bind one stop, in the problem's own words: apart from how explanations do it."""

from dataclasses import replace
from typing import Any

from routing import Problem, Rule, Window

NO_CLOCK = {"latest_start_s": None, "max_ride_s": None, "hold_until_s": None}
VEHICLES: dict[Rule, dict[str, Any]] = {
    Rule.CAPACITY: {"capacity": 10**9},
    Rule.SHIFT: {"shift": Window(0, 60 * 86_400)},
    Rule.NO_VEHICLE: {"shift": Window(0, 60 * 86_400)},
    Rule.MAX_STOPS: {"max_stops": None},
    Rule.MAX_DISTANCE: {"max_distance_m": None},
    Rule.MAX_DURATION: {"max_duration_s": None},
    Rule.MAX_TRAVEL: {"max_travel_s": None},
    Rule.BREAK: {"breaks": ()},
}
STOPS: dict[Rule, dict[str, Any]] = {
    Rule.WINDOW: {"windows": ()},
    Rule.SKILL: {"required_skills": frozenset()},
    Rule.CREW: {"crew_size": 0},
    Rule.BLOCK: {"allowed_vehicles": None, "forbidden_vehicles": frozenset()},
}
LIMITS: dict[Rule, dict[str, Any]] = {
    Rule.SHARED_HOURS: {"max_total_duration_s": None},
    Rule.EXCLUSIVE: {"exclusive": False},
}
PICKUPS: dict[Rule, dict[str, Any]] = {Rule.SUPPLY: {"supply": None}, Rule.PICKUP_WINDOW: {"windows": ()}}
ALL = (
    *VEHICLES.keys() - {Rule.NO_VEHICLE}, *STOPS, *LIMITS, *PICKUPS, Rule.CLOCK, Rule.PIN,
)  # fmt: skip


def merged(table: dict[Rule, dict[str, Any]], rules: tuple[Rule, ...]) -> dict[str, Any]:
    """What these rules change, by that table."""
    return {name: value for rule in rules for name, value in table.get(rule, {}).items()}


def loosened(problem: Problem, stop_id: str, rules: tuple[Rule, ...], vehicle_id: str) -> Problem:
    """The problem with these rules relaxed, and a prize for the stop that pays any way.

    Rules of vehicles are relaxed for one only: with another shift the others would be about at other times.
    """
    problem = eager(problem, stop_id)
    target = problem.stop(stop_id)
    sources = {need.pickup_id for need in target.needs}
    needs = tuple(replace(need, **NO_CLOCK) for need in target.needs) if Rule.CLOCK in rules else target.needs
    easier = replace(target, needs=needs, **merged(STOPS, rules))
    cars = merged(VEHICLES, rules)
    if "capacity" in cars:
        cars["capacity"] = (cars["capacity"],) * len(problem.dimensions)
    return replace(
        problem,
        vehicles=tuple(replace(each, **cars) if each.id == vehicle_id else each for each in problem.vehicles),
        stops=tuple(easier if each.id == stop_id else each for each in problem.stops),
        pickups=tuple(
            replace(each, **merged(PICKUPS, rules)) if each.id in sources else each for each in problem.pickups
        ),
        limits=tuple(replace(each, **merged(LIMITS, rules)) for each in problem.limits),
        pins={stop: car for stop, car in problem.pins.items() if Rule.PIN not in rules or stop != stop_id},
    )


def eager(problem: Problem, stop_id: str) -> Problem:
    """The problem with a prize for the stop (and the others of its choice) that pays any way."""
    target = problem.stop(stop_id)
    same = {stop_id} | {stop.id for stop in problem.stops if target.choice is not None and stop.choice == target.choice}
    stops = tuple(replace(each, prize=10**11) if each.id in same else each for each in problem.stops)
    return replace(problem, stops=stops)
