"""A start for problems with rules that the compiled search does not know: its answer without them, as far as it holds.

Breaks become a shorter shift, a setup is spent at every visit, goods that stops hand over are weighed apart from those they receive,
costs of legs stand in for metres, and limits that are then without a measure are left out. What of the routes breaks a rule of the
true problem is left open, for the search that follows.
"""

from dataclasses import replace

from routing.compiled import Compiled
from routing.engines.kernel import Kernel
from routing.engines.plan import plan_from
from routing.engines.protocol import StopCriterion
from routing.errors import EngineError
from routing.kernel import fits
from routing.kernel.cache import ready
from routing.matrix import Matrix
from routing.problem import Need, Pickup, Problem, Stop, Vehicle, Window
from routing.solution import Solution


def relaxed_start(problem: Problem, *, stop: StopCriterion, seed: int = 0) -> Solution | None:
    """Routes of the problem that keep its rules, from the compiled search of what it knows of it.

    None where that search knows the whole problem, is not compiled on this machine, or knows too little.
    """
    if fits(problem) is None or not ready() or problem.fixed_prefix:
        return None
    easier = relaxed(problem)
    if fits(easier) is not None:
        return None
    try:
        found = Kernel().solve(easier, stop=stop, seed=seed)
    except EngineError:
        return None
    plan, _ = plan_from(Compiled(problem), found.sequences)
    return plan.solution(engine=Kernel.name, seed=seed, iterations=found.iterations, elapsed_s=found.elapsed_s)


def relaxed(problem: Problem) -> Problem:
    """The problem without what the compiled search does not know, of the same stops and vehicles."""
    priced = {matrix.profile for matrix in problem.matrices if matrix.costs is not None}
    handed = any(any(stop.collects) for stop in problem.stops)
    return replace(
        problem,
        dimensions=problem.dimensions + (tuple(f"{name} back" for name in problem.dimensions) if handed else ()),
        matrices=tuple(
            Matrix(profile=matrix.profile, durations_s=matrix.durations_s, distances_m=matrix.costs)
            if matrix.costs is not None
            else matrix
            for matrix in problem.matrices
        ),
        vehicles=tuple(
            _vehicle(vehicle, priced=vehicle.profile in priced, handed=handed) for vehicle in problem.vehicles
        ),
        stops=tuple(_stop(stop, len(problem.dimensions), handed=handed) for stop in problem.stops),
        pickups=tuple(_pickup(pickup, handed=handed) for pickup in problem.pickups),
        balance_weight=0,
    )


def _vehicle(vehicle: Vehicle, *, priced: bool, handed: bool) -> Vehicle:
    rests_s = sum(rest.service_s for rest in vehicle.breaks)
    return replace(
        vehicle,
        breaks=(),
        max_travel_s=None,
        max_distance_m=None if priced else vehicle.max_distance_m,
        cost_per_m=1 if priced else vehicle.cost_per_m,
        shift=Window(vehicle.shift.start_s, max(vehicle.shift.start_s, vehicle.shift.end_s - rests_s)),
        capacity=vehicle.capacity * 2 if handed else vehicle.capacity,
    )


def _stop(stop: Stop, dims: int, *, handed: bool) -> Stop:
    """Its needs; what it hands over is a load of its own, on board from the start in dimensions of its own."""
    none = (0,) * dims
    needs = tuple(replace(need, load=need.load + none) for need in stop.needs) if handed else stop.needs
    if any(stop.collects):
        aboard = next((need for need in needs if need.pickup_id is None), Need(pickup_id=None, load=none + none))
        load = (*aboard.load[:dims], *stop.collects)
        needs = (*(need for need in needs if need.pickup_id is not None), replace(aboard, load=load))
    return replace(stop, service_s=stop.service_s + stop.setup_s, setup_s=0, needs=needs, collects=())


def _pickup(pickup: Pickup, *, handed: bool) -> Pickup:
    supply = pickup.supply
    if supply is not None and handed:
        supply += (0,) * len(supply)
    return replace(pickup, service_s=pickup.service_s + pickup.setup_s, setup_s=0, supply=supply)
