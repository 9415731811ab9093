"""Small random problems of the classes that need no pickups."""

import numpy as np
from hypothesis import strategies as st

from routing import Matrix, Need, Problem, Stop, Vehicle, Window


@st.composite
def plain_problems(draw: st.DrawFn, most_stops: int = 6, timed: bool = True) -> Problem:
    """Customers in a plane with goods on board: capacities, windows, service, prizes, several kinds of vehicles."""
    count = draw(st.integers(1, most_stops))
    spots = np.array(
        draw(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=count + 1, max_size=count + 1))
    )
    ways = np.abs(spots[:, None] - spots[None, :]).sum(axis=2)
    stops = tuple(_stop(draw, number, timed) for number in range(1, count + 1))
    vehicles = tuple(_vehicle(draw, number, timed) for number in range(draw(st.integers(1, 3))))
    return Problem(
        dimensions=("load",),
        matrices=(Matrix(profile="plane", durations_s=ways, distances_m=ways),),
        vehicles=vehicles,
        stops=stops,
    )


def _stop(draw: st.DrawFn, number: int, timed: bool) -> Stop:
    windows: tuple[Window, ...] = ()
    if timed and draw(st.booleans()):
        begin = draw(st.integers(0, 150))
        windows = (Window(begin, begin + draw(st.integers(0, 100))),)
    return Stop(
        id=str(number),
        location=number,
        windows=windows,
        service_s=draw(st.integers(0, 10)) if timed else 0,
        needs=(Need(pickup_id=None, load=(draw(st.integers(0, 5)),)),),
        prize=draw(st.sampled_from([10, 40, 10_000])),
    )


def _vehicle(draw: st.DrawFn, number: int, timed: bool) -> Vehicle:
    return Vehicle(
        id=f"v{number}",
        profile="plane",
        start=0,
        end=draw(st.sampled_from([0, 0, None])),
        shift=Window(0, draw(st.integers(60, 300)) if timed else 100_000),
        capacity=(draw(st.integers(3, 12)),),
        fixed_cost=draw(st.sampled_from([0, 0, 15])),
        cost_per_s=draw(st.sampled_from([0, 0, 1])) if timed else 0,
        max_stops=draw(st.sampled_from([None, None, 3])),
        max_duration_s=draw(st.sampled_from([None, None, 120])) if timed else None,
        max_distance_m=draw(st.sampled_from([None, None, 90])),
    )
