"""Travel computed from coordinates agrees with its tables, and needs none of them."""

import json

import numpy as np
import pytest
from geopy.distance import great_circle
from hypothesis import given, settings
from hypothesis import strategies as st

from routing import CoordinateMatrix, Metric, ProblemError, Window, check, replay, solve
from routing.compiled import Compiled
from routing.engines.protocol import MaxIterations
from routing.replay import Breach, build_solution
from routing.wire import problem_from_json, problem_to_json
from tests.routing.worlds import MINUTE, at, car, door, meal, tour, world

PLACES = [(51.49, -0.08), (51.5, -0.06), (51.47, -0.1), (51.52, 0.01), (51.49, -0.08)]


def london(**more: object) -> CoordinateMatrix:
    """Five places in London, by car; the last is the first again."""
    values: dict[str, object] = {"coordinates": PLACES, "circuity": 1.45, "speed_kmh": 18, **more}
    return CoordinateMatrix(**{"profile": "car", **values})  # type: ignore[arg-type]


def test_legs_are_the_great_circle_times_circuity() -> None:
    """Within a metre of geopy; seconds are rounded up; nothing from a place to itself."""
    matrix = london()
    for a, here in enumerate(PLACES):
        for b, there in enumerate(PLACES):
            seconds, metres = matrix.leg(a, b)
            straight = great_circle(here, there).m * 1.45
            assert abs(metres - straight) <= 1
            assert straight / 5 - 0.5 <= seconds <= straight / 5 + 1.5
    assert matrix.leg(0, 0) == matrix.leg(0, 4) == (0, 0)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-20, 20), st.floats(-20, 20)), min_size=1, max_size=12), st.booleans())
def test_a_leg_is_the_same_however_it_is_asked_for(places: list[tuple[float, float]], planar: bool) -> None:
    """Alone, in a block, in a part's matrix, and in the whole table."""
    metric = Metric.PLANAR if planar else Metric.GREAT_CIRCLE
    matrix = CoordinateMatrix(profile="car", coordinates=np.array(places), metric=metric, speed_kmh=30)
    order = list(reversed(range(len(places))))
    part = matrix.submatrix(order)
    for row, a in enumerate(order):
        for column, b in enumerate(order):
            leg = matrix.leg(a, b)
            assert leg == matrix.leg(b, a) == part.leg(row, column)
            assert leg == (matrix.durations_s[a, b], matrix.distances_m[a, b])


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"coordinates": []}, "pairs"),
        ({"coordinates": [(51.0, 181.0)]}, "location 0"),
        ({"coordinates": [(51.0, 0.0), (float("nan"), 0.0)]}, "location 1"),
        ({"circuity": 0.5}, "circuity"),
        ({"speed_kmh": 0}, "speed_kmh"),
        ({"coordinates": [(89.0, 0.0), (-89.0, 170.0)]}, "far apart"),
    ],
)
def test_what_is_no_place_is_refused_by_name(more: dict[str, object], says: str) -> None:
    """One error that names the profile and the fault."""
    with pytest.raises(ProblemError, match=says):
        london(**more)


def test_a_matrix_too_large_for_a_table_says_so() -> None:
    """Fifty thousand places: any leg and any part, but no table of 10 GB."""
    many = np.random.default_rng(1).uniform((51.3, -0.5), (51.7, 0.3), (50_000, 2))
    matrix = london(coordinates=many)
    assert matrix.submatrix([49_999, 7]).leg(0, 1) == matrix.leg(49_999, 7)
    with pytest.raises(ProblemError, match="decomposed"):
        _ = matrix.durations_s


def test_replay_and_checker_need_no_table() -> None:
    """A route through a few of ten thousand places is timed, checked, and refused when a leg is made up."""
    many = np.random.default_rng(1).uniform((51.3, -0.5), (51.7, 0.3), (10_000, 2))
    problem = world(
        door("a", 9_000, needs=(meal(max_ride_s=600 * MINUTE),)),
        door("b", 20),
        door("late", 30, windows=at(1, 2)),
        vehicles=(car(end=0, speed_percent=50, shift=Window(0, 6000 * MINUTE)),),
        matrices=(london(coordinates=many),),
    )
    compiled = Compiled(problem)
    route = replay(problem, "car", tour("KITCHEN a b"), world=compiled)
    assert not isinstance(route, Breach)
    assert isinstance(replay(problem, "car", tour("KITCHEN a late"), world=compiled), Breach)
    solution = build_solution(problem, [route], engine="by hand", world=compiled)
    assert check(problem, solution) == ()
    assert route.steps[1].departure_s + 2 * problem.matrix("car").leg(0, 9_000)[0] == route.steps[2].arrival_s


def test_a_small_problem_on_coordinates_is_solved_like_any_other() -> None:
    """The default engine reads the tables of a small one."""
    problem = world(*(door(f"s{n}", n) for n in range(1, 5)), matrices=(london(),))
    assert solve(problem, stop=MaxIterations(20)).unserved == ()


def test_matrices_of_two_sizes_are_refused() -> None:
    """Two profiles, one with two places fewer."""
    with pytest.raises(ProblemError, match="differ in size"):
        world(door(), matrices=(london(), london(profile="bike", coordinates=PLACES[:3])), vehicles=(
            car(shift=Window(0, 100)),
        ))  # fmt: skip


def test_coordinates_travel_as_a_document() -> None:
    """Written and read again without loss; a pair of three and a metric nobody knows are named."""
    problem = world(door("a", 2), matrices=(london(),))
    document = json.loads(json.dumps(problem_to_json(problem)))
    assert problem_from_json(document) == problem
    for key, value, says in (
        ("coordinates", [[1, 2, 3]], "pairs"), ("metric", "leagues", "metric"), ("speed_kmh", None, "speed_kmh"),
        ("costs", [[0]], "costs"),
    ):  # fmt: skip
        broken = json.loads(json.dumps(document))
        broken["matrices"][0][key] = value
        with pytest.raises(ProblemError, match=says):
            problem_from_json(broken)
