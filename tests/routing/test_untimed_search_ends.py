"""Under an iteration limit alone an engine ends all the same."""

import pytest

from routing import MaxIterations, VehicleLimit, Window, solve
from tests.routing.worlds import MINUTE, car, door, world


@pytest.mark.parametrize("engine", ["ortools", "portfolio"])
def test_hours_shared_by_three_routes_do_not_keep_a_search_for_ever(engine: str) -> None:
    """Five minutes in all, long shifts, six doors: what can be served is, and the call returns."""
    cars = tuple(car(f"v{n}", start=n, end=n, shift=Window(20 * MINUTE, 90 * MINUTE)) for n in range(3))
    doors = tuple(door(f"s{n}", 2 + n, needs=(), parking_s=MINUTE) for n in range(6))
    person = VehicleLimit(id="person", vehicle_ids=frozenset(each.id for each in cars), max_total_duration_s=5 * MINUTE)
    solution = solve(world(*doors, vehicles=cars, limits=(person,)), stop=MaxIterations(20), engine=engine)
    assert sum(route.duration_s for route in solution.routes) <= 5 * MINUTE
    assert solution.served_count == 1
