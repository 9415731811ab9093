"""Where a vehicle costs something to send out, few are sent."""

import random

import numpy as np
import pytest

from routing import Matrix, MaxIterations, Need, Problem, Stop, Vehicle, Window, check, solve
from routing.engines.kernel import warm

FIXED_COST = 100_000
HORIZON_S = 800


@pytest.fixture(scope="module", autouse=True)
def _warmed() -> None:
    """Compiled once."""
    warm()


def _town(seed: int, doors: int) -> Problem:
    """Doors with windows of a minute, scattered around a depot; thirty vehicles that are alike and dear."""
    dice = random.Random(seed)
    spots = np.array([(50, 50)] + [(dice.randint(0, 100), dice.randint(0, 100)) for _ in range(doors)])
    away = spots[:, None] - spots[None]
    ways = np.rint(np.hypot(away[..., 0], away[..., 1])).astype(np.int64)
    stops = []
    for number in range(1, doors + 1):
        opens = dice.randint(60, HORIZON_S - 160)
        need = Need(pickup_id=None, load=(dice.randint(5, 20),))
        window = Window(opens, opens + 60)
        stops.append(Stop(id=str(number), location=number, service_s=10, windows=(window,), needs=(need,)))
    shift = Window(0, HORIZON_S)
    cars = (
        Vehicle(id=f"v{n}", profile="p", start=0, end=0, shift=shift, capacity=(200,), fixed_cost=FIXED_COST)
        for n in range(30)
    )
    return Problem(
        dimensions=("load",),
        matrices=(Matrix(profile="p", durations_s=ways, distances_m=ways),),
        vehicles=tuple(cars),
        stops=tuple(stops),
    )


@pytest.mark.parametrize(("seed", "doors", "enough"), [(2, 60, 4), (5, 120, 8)])
def test_a_route_that_can_be_spared_is_broken_up(seed: int, doors: int, enough: int) -> None:
    """Annealing by cost alone ends these two days with one vehicle more: every way to spare it first leaves somebody out."""
    problem = _town(seed, doors)
    found = solve(problem, stop=MaxIterations(16_000), seed=seed, engine="kernel")
    assert check(problem, found) == ()
    assert not found.unserved
    assert len(found.routes) == enough


def test_breaking_up_routes_costs_no_service() -> None:
    """A fleet that is as small as it can be stays, and serves everybody."""
    problem = _town(2, 60)
    few = solve(problem, stop=MaxIterations(16_000), seed=2, engine="kernel")
    again = solve(problem, stop=MaxIterations(400), seed=3, engine="kernel")
    assert not again.unserved
    assert len(again.routes) >= len(few.routes)
    assert check(problem, again) == ()
