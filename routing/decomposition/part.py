"""A part of a problem as a problem of its own, dense and small, and its routes brought back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from routing.problem import Problem, Stop
from routing.solution import Route


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """What a part holds, by number, and what it may use of what is shared.

    `hours` maps a limit's number to seconds, `supply` a pickup's id to units; what is not in them is the part's alone.
    """

    stops: tuple[int, ...]
    vehicles: tuple[int, ...]
    hours: Mapping[int, int] = field(default_factory=dict)
    supply: Mapping[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A cut's problem; `locations` are the whole problem's, in the order of the part's."""

    problem: Problem
    locations: tuple[int, ...]

    def home(self, route: Route) -> Route:
        """The route with the whole problem's locations."""
        steps = tuple(replace(step, location=self.locations[step.location]) for step in route.steps)
        return replace(route, steps=steps)


def part_of(problem: Problem, cut: Cut) -> Part:
    """The problem of a cut: only what it holds, matrices of its own places, names as they are.

    Balance is left out: the longest route of a part is not the longest of all.
    """
    stops = [problem.stops[number] for number in cut.stops]
    vehicles = [problem.vehicles[number] for number in cut.vehicles]
    names = frozenset(vehicle.id for vehicle in vehicles)
    inside = {stop.id for stop in stops}
    used = dict.fromkeys(need.pickup_id for stop in stops for need in stop.needs if need.pickup_id is not None)
    for name in names & problem.fixed_prefix.keys():
        used.update(dict.fromkeys(visit.id for visit in problem.fixed_prefix[name] if problem.has_pickup(visit.id)))
    pickups = [problem.pickup(name) for name in used]
    places = [stop.location for stop in stops] + [pickup.location for pickup in pickups]
    places += [vehicle.start for vehicle in vehicles]
    places += [vehicle.end for vehicle in vehicles if vehicle.end is not None]
    locations = tuple(sorted(set(places))) or (0,)
    at = {location: number for number, location in enumerate(locations)}
    profiles = {vehicle.profile for vehicle in vehicles}
    return Part(
        locations=locations,
        problem=Problem(
            dimensions=problem.dimensions,
            matrices=tuple(m.submatrix(locations) for m in problem.matrices if m.profile in profiles or not profiles),
            vehicles=tuple(
                replace(each, start=at[each.start], end=None if each.end is None else at[each.end]) for each in vehicles
            ),
            stops=tuple(_moved(each, at[each.location], names) for each in stops),
            pickups=tuple(
                replace(each, location=at[each.location], supply=cut.supply.get(each.id, each.supply))
                for each in pickups
            ),
            limits=tuple(
                replace(
                    limit,
                    vehicle_ids=limit.vehicle_ids & names,
                    max_total_duration_s=cut.hours.get(number, limit.max_total_duration_s),
                )
                for number, limit in enumerate(problem.limits)
                if limit.vehicle_ids & names
            ),
            preferences=_liked(problem, inside, names),
            pins={stop: vehicle for stop, vehicle in problem.pins.items() if stop in inside and vehicle in names},
            fixed_prefix={name: problem.fixed_prefix[name] for name in names & problem.fixed_prefix.keys()},
        ),
    )


def _moved(stop: Stop, location: int, names: frozenset[str]) -> Stop:
    allowed = stop.allowed_vehicles
    return replace(
        stop,
        location=location,
        allowed_vehicles=None if allowed is None else allowed & names,
        forbidden_vehicles=stop.forbidden_vehicles & names,
    )


def _liked(problem: Problem, inside: set[str], names: frozenset[str]) -> dict[tuple[str, str], int]:
    return {
        (stop, vehicle): cost
        for (stop, vehicle), cost in problem.preferences.items()
        if stop in inside and vehicle in names
    }


def shared_out(total: Sequence[int], weights: Sequence[int]) -> list[tuple[int, ...]]:
    """A vector in whole units, by these weights; nothing is lost, the heaviest gets what rounding leaves."""
    whole = sum(weights)
    if not whole:
        return [tuple(total)] + [(0,) * len(total) for _ in weights[1:]]
    given = [[amount * weight // whole for amount in total] for weight in weights]
    first = max(range(len(weights)), key=weights.__getitem__)
    for dim, amount in enumerate(total):
        given[first][dim] += amount - sum(row[dim] for row in given)
    return [tuple(row) for row in given]
