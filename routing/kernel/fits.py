"""Which problems the kernel can express."""

from itertools import combinations

import numpy as np

from routing.matrix import UNREACHABLE
from routing.matrix_on_demand import AnyMatrix
from routing.problem import Pickup, Problem, Stop

MAX_NEEDS = 8
"""Needs of one stop."""
MAX_STOPS = 60_000
MAX_PAIRS = 200_000_000
"""Stops times vehicles: who may go where is kept as one byte each."""


def fits(problem: Problem) -> str | None:
    """None when the kernel can express the problem, else the reason why it cannot."""
    if problem.balance_weight:
        return "the longest route counts in the objective (balance_weight)"
    if len(problem.stops) > MAX_STOPS or len(problem.stops) * len(problem.vehicles) > MAX_PAIRS:
        return f"it has more than {MAX_STOPS} stops, or than {MAX_PAIRS} pairs of stop and vehicle"
    for matrix in problem.matrices:
        reason = _why_not_priced(problem, matrix)
        if reason is not None:
            return reason
    for vehicle in problem.vehicles:
        if vehicle.breaks or vehicle.max_travel_s is not None:
            return f"vehicle {vehicle.id} has breaks, or a limit on its travel alone (max_travel_s)"
    places: list[Stop | Pickup] = [*problem.stops, *problem.pickups]
    for place in places:
        if place.setup_s:
            return f"{place.id} has a setup that the same place does not repeat (setup_s)"
    for stop in problem.stops:
        if any(stop.collects):
            return f"stop {stop.id} hands goods over to the vehicle (collects)"
        if len(stop.needs) > MAX_NEEDS:
            return f"stop {stop.id} has more than {MAX_NEEDS} needs"
    for limit in problem.limits:
        if not limit.exclusive:
            continue
        for one, other in combinations(sorted(limit.vehicle_ids), 2):
            a, b = problem.vehicle(one).shift, problem.vehicle(other).shift
            if a.start_s < b.end_s and b.start_s < a.end_s:
                return f"shifts {one} and {other} overlap, and limit {limit.id} forbids their routes to"
    return None


def _why_not_priced(problem: Problem, matrix: AnyMatrix) -> str | None:
    """Costs of legs take the place of metres, so metres must then mean nothing else, and all must pay them alike."""
    if matrix.costs is None:
        return None
    cars = [vehicle for vehicle in problem.vehicles if vehicle.profile == matrix.profile]
    if any(vehicle.max_distance_m is not None for vehicle in cars):
        return f"legs of {matrix.profile} have costs of their own (Matrix.costs), and its metres are bounded"
    rates = {vehicle.cost_per_m for vehicle in cars}
    if len(rates) > 1:
        return (
            f"legs of {matrix.profile} have costs of their own (Matrix.costs), and vehicles pay differently for metres"
        )
    dearest = np.where(
        matrix.costs == UNREACHABLE, 0, matrix.costs + max(rates, default=0) * matrix.distances_m.astype(np.int64)
    )
    if int(dearest.max()) >= UNREACHABLE:
        return f"legs of {matrix.profile} have costs of their own (Matrix.costs) that are too large to count"
    return None
