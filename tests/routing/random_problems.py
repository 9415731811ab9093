"""Random small problems with every rule of the model: those of `worlds`, with pins, fixed beginnings, musts, low prizes."""

from dataclasses import replace

import numpy as np
from hypothesis import strategies as st

from routing import ENGINES, Matrix, MaxIterations, Problem
from tests.routing.worlds import MINUTE, problems


@st.composite
def rich_problems(draw: st.DrawFn, most_stops: int = 6, most_vehicles: int = 3) -> Problem:
    """A problem of up to so many stops and vehicles in which any rule may bind; what is fixed can be driven."""
    whole = draw(st.integers(0, 2)) == 0  # a third has breaks, setups, goods collected, tolls
    problem = draw(problems(most_stops=most_stops, most_vehicles=most_vehicles, whole=whole))
    if draw(st.booleans()):  # half of the days are longer, so that more can be served
        hours = draw(st.integers(60, 240)) * MINUTE
        vehicles = (replace(car, shift=car.shift._replace(end_s=car.shift.end_s + hours)) for car in problem.vehicles)
        problem = replace(problem, vehicles=tuple(vehicles))
    names = [vehicle.id for vehicle in problem.vehicles]
    stops = []
    for stop in problem.stops:
        if stop.choice is None and draw(st.integers(0, 4)) == 0:
            stop = replace(stop, prize=draw(st.sampled_from([None, 0, 500, 2500])))  # noqa: PLW2901
        if draw(st.integers(0, 7)) == 0:
            allowed = frozenset(draw(st.lists(st.sampled_from(names), max_size=2)))
            stop = replace(stop, allowed_vehicles=allowed)  # noqa: PLW2901
        stops.append(stop)
    pins = {stop.id: draw(st.sampled_from(names)) for stop in stops if draw(st.integers(0, 7)) == 0}
    problem = replace(problem, stops=tuple(stops), pins=pins)
    if draw(st.integers(0, 4)) == 0:
        problem = begun(problem, draw(st.integers(1, 3)))
    return problem


def begun(problem: Problem, visits: int) -> Problem:
    """The problem later in the day: the first vehicle of an insertion plan has made so many visits of its route."""
    solution = ENGINES["insertion"]().solve(problem, stop=MaxIterations(100))
    if not solution.routes:
        return problem
    route = solution.routes[0]
    return replace(problem, fixed_prefix={route.vehicle_id: route.visits[:visits]})


def shortest_ways(problem: Problem) -> Problem:
    """The problem with every leg the shortest way there is, so that the triangle inequality holds."""
    matrices = []
    for matrix in problem.matrices:
        seconds = np.array(matrix.durations_s)
        for middle in range(len(seconds)):
            seconds = np.minimum(seconds, seconds[:, [middle]] + seconds[[middle], :])
        matrices.append(
            Matrix(profile=matrix.profile, durations_s=seconds, distances_m=seconds * 2, costs=matrix.costs)
        )
    return replace(problem, matrices=tuple(matrices))
