"""Planning in parts: the same promises as every engine, whatever ties the parts together."""

import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import repeat

import numpy as np
import pytest
from hypothesis import given, settings

import routing.decomposition
from benchmarks.city import city
from routing import (
    Matrix,
    MaxIterations,
    MaxSeconds,
    Pickup,
    Problem,
    Progress,
    VehicleLimit,
    Window,
    check,
    solve,
)
from routing.decomposition.crew import Crew, CrewLostError, Task
from routing.decomposition.engine import Decomposed
from routing.engines.insertion import Insertion
from tests.routing.worlds import MINUTE, car, door, meal, problems, tour, world

SMALL = 12
"""Stops of a part in these tests."""


def town(stops: int = 60, seed: int = 1, **more: object) -> Problem:
    """Doors and cars on a square, with little time for each car."""
    dice = np.random.default_rng(seed)
    spots = dice.uniform(0, 4000, (stops + 1, 2))
    metres = np.rint(np.hypot(*(spots[:, None] - spots[None]).transpose(2, 0, 1))).astype(np.int64)
    doors = tuple(door(f"s{n}", n, needs=(meal(portions=int(dice.integers(1, 4))),)) for n in range(1, stops + 1))
    cars = tuple(
        car(f"car{n}", start=int(dice.integers(stops)), shift=Window(0, 90 * MINUTE), fixed_cost=500)
        for n in range(stops // 4)
    )
    matrix = Matrix(profile="car", durations_s=metres // 5, distances_m=metres)
    return world(*doors, vehicles=cars, matrices=(matrix,), **more)  # type: ignore[arg-type]


@settings(max_examples=60, deadline=None)
@given(problem=problems(most_stops=6, most_vehicles=4))
def test_parts_of_two_stops_still_keep_every_rule(problem: Problem) -> None:
    """Choices, hours, supplies, exclusive shifts and balance over many tiny parts."""
    solution = Decomposed(1, part_stops=2).solve(problem, stop=MaxIterations(20), seed=3)
    assert check(problem, solution) == ()


def test_a_town_is_served_and_cut_again() -> None:
    """Every door; and rounds after the first gain something."""
    problem = town()
    short = Decomposed(1, part_stops=SMALL).solve(problem, stop=MaxIterations(1))
    solution = Decomposed(1, part_stops=SMALL).solve(problem, stop=MaxIterations(2400))
    assert check(problem, solution) == ()
    assert solution.unserved == ()
    assert solution.cost.total < 0.9 * short.cost.total
    assert len([note for note in solution.notes if note.startswith("round")]) == 4


def test_processes_change_nothing_but_the_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """One or two: the same routes under an iteration limit."""
    monkeypatch.setattr("routing.decomposition.engine.ALONE_STOPS", 0)
    one, two = (Decomposed(n, part_stops=20).solve(town(), stop=MaxIterations(120), seed=2) for n in (1, 2))
    assert one.routes == two.routes


def test_the_answer_is_never_worse_than_the_start() -> None:
    """A good plan comes back, a broken one is mended."""
    problem = town()
    good = solve(problem, stop=MaxIterations(2000), engine="kernel")
    again = Decomposed(1, part_stops=SMALL).solve(problem, stop=MaxIterations(20), initial=good)
    assert again.cost.total <= good.cost.total
    assert check(problem, again) == ()


def test_a_supply_for_half_the_town_is_used_up_and_not_overdrawn() -> None:
    """Sixty portions of about a hundred and twenty that are wanted."""
    problem = town(pickups=(Pickup(id="kitchen", location=0, supply=(60,)),))
    solution = Decomposed(1, part_stops=SMALL).solve(problem, stop=MaxIterations(1200))
    assert check(problem, solution) == ()
    served = {stop_id for route in solution.routes for stop_id in route.stop_ids}
    assert sum(problem.stop(name).needs[0].load[0] for name in served) >= 57


def test_hours_over_several_days_go_where_doors_are_open() -> None:
    """One person, two days, hours for one of them, and doors on the second only."""
    shifts = tuple(car(f"day{n}", shift=Window(n * 1440 * MINUTE, (n * 1440 + 300) * MINUTE)) for n in range(2))
    limit = VehicleLimit(id="ann", vehicle_ids=frozenset({"day0", "day1"}), max_total_duration_s=60 * MINUTE)
    late = (Window(1440 * MINUTE, 1800 * MINUTE),)
    early = (Window(0, 300 * MINUTE),)
    doors = [door(f"late{n}", 1, windows=late) for n in range(8)]
    problem = world(door("early", 1, windows=early, prize=1), *doors, vehicles=shifts, limits=(limit,))
    solution = Decomposed(1, part_stops=3).solve(problem, stop=MaxIterations(400))
    assert check(problem, solution) == ()
    assert set(solution.unserved) <= {"early"}


def test_what_must_not_be_apart_is_not() -> None:
    """Vans of one key on the road at once, fixed beginnings, pins, and orders from either of two places."""
    plain = town(24)
    names = [vehicle.id for vehicle in plain.vehicles]
    stops = tuple(
        replace(stop, choice=f"order{10 + number % 9}") if number >= 10 else stop
        for number, stop in enumerate(plain.stops)
    )
    limits = tuple(
        VehicleLimit(id=f"key{n}", vehicle_ids=frozenset((names[n], names[-1 - n], names[5])), exclusive=True)
        for n in range(2)
    )
    fixed = {names[3]: tour("KITCHEN s21"), names[2]: tour("KITCHEN s2")}
    problem = replace(plain, stops=stops, limits=limits, fixed_prefix=fixed, pins={"s5": names[4], "s6": names[0]})
    for seed in range(2):
        solution = Decomposed(1, part_stops=6).solve(problem, stop=MaxIterations(40), seed=seed)
        assert check(problem, solution) == ()


def test_a_city_with_no_tables_is_planned_by_the_front_door(monkeypatch: pytest.MonkeyPatch) -> None:
    """The default engine hands over what is too large for one model."""
    monkeypatch.setattr(routing.decomposition, "ONE_MODEL_STOPS", 100)
    solution = solve(city(200), stop=MaxIterations(200))
    assert solution.engine == "decomposed"
    assert "components" in solution.notes[0]


def test_cancel_ends_it_with_what_there_is_and_progress_is_told() -> None:
    """Told while it runs, ended soon after."""
    told: list[Progress] = []
    began = time.monotonic()
    solution = Decomposed(1, part_stops=SMALL).solve(
        town(), stop=MaxSeconds(300), on_progress=told.append, should_cancel=lambda: time.monotonic() - began > 2
    )
    assert time.monotonic() - began < 60
    assert check(town(), solution) == ()
    assert told
    assert told[-1].best_cost <= told[0].best_cost


def test_a_process_that_dies_is_an_error_with_a_cause_not_a_hang() -> None:
    """Killed while it solves: the caller is told what to look at."""

    def tasks() -> Iterator[Task]:
        for key in repeat(1):
            yield Task(key=key, problem=town(20), sequences={}, seconds=None, iterations=30_000_000, seed=1)

    with Crew(2) as crew:

        def kill() -> bool:
            for process in (crew._pool._processes if crew._pool else {}).values():
                process.kill()
            return False

        with pytest.raises(CrewLostError, match="memory"):
            list(crew.work(tasks(), kill))


def test_nothing_to_do_is_done() -> None:
    """No stops, or no vehicles."""
    empty = Problem(dimensions=("portions",), matrices=town(4).matrices, vehicles=(), stops=())
    assert Decomposed().solve(empty, stop=MaxIterations(5)).routes == ()
    nobody = world(door(), vehicles=())
    assert Insertion().solve(nobody, stop=MaxIterations(5)).cost == solve(
        nobody, stop=MaxIterations(5), engine="decomposed"
    ).cost  # fmt: skip
