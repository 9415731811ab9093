"""What every engine promises: never worse, reproducible, quick to cancel, honest about callbacks."""

import time
from dataclasses import replace

import pytest

from routing import (
    ENGINES,
    AnyOf,
    Breach,
    EngineError,
    MaxIterations,
    MaxSeconds,
    Problem,
    Progress,
    Rule,
    UncheckedError,
    VehicleLimit,
    Window,
    check,
    insert_stop,
    solve,
)
from routing.replay import build_solution, retime
from tests.routing.worlds import KITCHEN, MINUTE, at, car, door, line, meal, tour, world

ALL = sorted(ENGINES)


def street(doors: int = 10, cars: int = 3) -> Problem:
    """Doors up and down a line with lunch and evening windows."""
    stops = tuple(
        door(
            f"s{n}",
            1 + (n * 7) % 11,
            windows=at(30, 90) if n % 3 else at(200, 260),
            needs=(meal(max_ride_s=60 * MINUTE),),
        )
        for n in range(doors)
    )
    return world(*stops, vehicles=tuple(car(f"car{n}", capacity=(4,), end=0, fixed_cost=50) for n in range(cars)))


@pytest.mark.parametrize("engine", ALL)
def test_every_engine_serves_what_can_be_served(engine: str) -> None:
    """All ten doors, and no rule broken."""
    problem = street()
    solution = solve(problem, stop=AnyOf(MaxIterations(60), MaxSeconds(3)), engine=engine)
    assert solution.unserved == ()
    assert check(problem, solution) == ()


@pytest.mark.parametrize("engine", ALL)
def test_the_answer_is_never_worse_than_the_start(engine: str) -> None:
    """Given a good solution and no time, it comes back."""
    problem = street()
    good = solve(problem, stop=MaxIterations(200), seed=5)
    again = solve(problem, stop=MaxIterations(1), engine=engine, initial=good)
    assert again.cost.total <= good.cost.total


@pytest.mark.parametrize("engine", ALL)
def test_the_same_seed_and_iterations_give_the_same_answer(engine: str) -> None:
    """Routes and times are equal, not only costs."""
    first, second = (solve(street(), stop=MaxIterations(40), seed=7, engine=engine) for _ in range(2))
    assert first.routes == second.routes
    assert first.cost == second.cost


@pytest.mark.parametrize("engine", ["portfolio", "ruin_recreate", "ortools"])
def test_cancel_ends_the_search_at_once_with_the_best_so_far(engine: str) -> None:
    """Cancelled after a quarter of a second of sixty."""
    began = time.monotonic()
    solution = solve(
        street(), stop=MaxSeconds(60), engine=engine, should_cancel=lambda: time.monotonic() - began > 0.25
    )
    assert time.monotonic() - began < 5
    assert solution.unserved == ()


@pytest.mark.parametrize("engine", ["portfolio", "ruin_recreate", "ortools"])
def test_what_a_callback_raises_reaches_the_caller(engine: str) -> None:
    """OR-Tools would end the process or go on; we raise it when the search is over."""

    class Broken(RuntimeError):
        pass

    def fail() -> bool:
        raise Broken

    with pytest.raises(Broken):
        solve(street(), stop=MaxSeconds(20), engine=engine, should_cancel=fail)


@pytest.mark.parametrize("engine", ["ruin_recreate", "ortools", "portfolio"])
def test_progress_is_told_while_it_runs(engine: str) -> None:
    """The best cost never rises."""
    told: list[Progress] = []
    solve(street(), stop=MaxSeconds(1.5), engine=engine, on_progress=told.append)
    costs = [progress.best_cost for progress in told]
    assert costs
    assert costs == sorted(costs, reverse=True) or engine == "portfolio"


def test_or_tools_alone_loads_once_for_a_merged_pickup() -> None:
    """Two doors from one kitchen: the model's answer, timed exactly, is the best there is."""
    problem = world(door("a", 1), door("b", 2), vehicles=(car(end=0, cost_per_s=1),))
    solution = solve(problem, stop=MaxSeconds(1), engine="ortools")
    assert [step.id for step in solution.routes[0].steps[1:-1]] in (["kitchen", "a", "b"], ["kitchen", "b", "a"])
    assert solution.routes[0].duration_s == 13 * MINUTE


def test_one_person_with_two_shifts_is_not_in_two_places() -> None:
    """Two vehicles of one person take turns."""
    person = VehicleLimit(id="ann", vehicle_ids=frozenset({"car", "van"}), exclusive=True)
    stops = (door("a", 1, allowed_vehicles=frozenset({"car"})), door("b", 1, allowed_vehicles=frozenset({"van"})))
    problem = world(*stops, vehicles=(car("car"), car("van")), limits=(person,))
    solution = solve(problem, stop=MaxIterations(20))
    assert solution.unserved == ()
    first, second = sorted((route.start_s, route.end_s) for route in solution.routes)
    assert first[1] <= second[0]


def test_hours_of_a_week_are_shared() -> None:
    """Nine minutes for two routes of eight: one is left."""
    week = VehicleLimit(id="ann", vehicle_ids=frozenset({"car", "van"}), max_total_duration_s=9 * MINUTE)
    stops = (door("a", 1, allowed_vehicles=frozenset({"car"})), door("b", 1, allowed_vehicles=frozenset({"van"})))
    solution = solve(world(*stops, vehicles=(car("car"), car("van")), limits=(week,)), stop=MaxIterations(20))
    assert len(solution.unserved) == 1


def test_of_a_choice_one_is_served_and_its_prize_counts_once() -> None:
    """Today or tomorrow; when neither can be, one prize is lost."""
    days = tuple(door(f"day{n}", n, choice="parcel", prize=900) for n in (1, 2))
    solution = solve(world(*days), stop=MaxIterations(20))
    assert (solution.served_count, solution.unserved, solution.cost.unserved) == (1, (), 0)
    closed = solve(world(*days, pickups=(replace(KITCHEN, supply=(0,)),)), stop=MaxIterations(20))
    assert (closed.unserved, closed.cost.unserved) == (("day1", "day2"), 900)


def test_a_stop_that_is_not_worth_its_prize_is_left() -> None:
    """500 m for a prize of 100."""
    assert solve(world(door(place=5, prize=100)), stop=MaxIterations(20)).unserved == ("a",)


def test_a_familiar_driver_is_preferred_when_the_way_is_equal() -> None:
    """A discount decides; a larger detour overrules it."""
    pair = (car("ann"), car("bob"))
    solution = solve(world(door(), vehicles=pair, preferences={("a", "bob"): -10}), stop=MaxIterations(20))
    assert solution.routes[0].vehicle_id == "bob"
    far = (car("ann"), car("bob", start=5))
    solution = solve(world(door(), vehicles=far, preferences={("a", "bob"): -10}), stop=MaxIterations(20))
    assert solution.routes[0].vehicle_id == "ann"


def test_a_pin_decides_who_goes() -> None:
    """However far they are."""
    pair = (car("ann"), car("bob", start=5))
    solution = solve(world(door(), vehicles=pair, pins={"a": "bob"}), stop=MaxIterations(20))
    assert solution.routes[0].vehicle_id == "bob"


@pytest.mark.parametrize("engine", ALL)
def test_what_is_fixed_stays_first_and_the_rest_follows(engine: str) -> None:
    """The far door was done first; the near one comes after it."""
    problem = world(door("near", 1), door("far", 5), fixed_prefix={"car": tour("KITCHEN far")})
    solution = solve(problem, stop=AnyOf(MaxIterations(20), MaxSeconds(2)), engine=engine)
    assert solution.routes[0].stop_ids == ("far", "near")


def test_an_impossible_fixed_part_is_an_error_that_names_the_vehicle() -> None:
    """The door closed before it could be reached."""
    problem = world(door("a", 1, windows=at(0, 1)), fixed_prefix={"car": tour("KITCHEN a")})
    with pytest.raises(EngineError, match=r"car.*window"):
        solve(problem, stop=MaxIterations(5))


def test_a_must_stop_that_cannot_be_served_is_raised_with_the_routes_found() -> None:
    """The caller can still show what was possible."""
    problem = world(door("a", 1), door("b", 1, prize=None, crew_size=9))
    with pytest.raises(UncheckedError) as caught:
        solve(problem, stop=MaxIterations(5))
    assert caught.value.only_must
    assert caught.value.solution.served_count == 1


def test_an_unknown_engine_is_an_error_that_lists_the_known_ones() -> None:
    """Not a KeyError."""
    with pytest.raises(EngineError, match="portfolio"):
        solve(world(door()), stop=MaxIterations(1), engine="oracle")


@pytest.mark.parametrize(
    "problem",
    [
        world(),
        world(door(), vehicles=(car(shift=Window(0, 0)),)),
        replace(world(door()), vehicles=()),
        world(door(windows=at(0))),
        world(door(), pickups=(replace(KITCHEN, windows=at(0)),), vehicles=(car(start=5),)),
        replace(world(), matrices=(line(1),), pickups=()),
    ],
    ids=["no stops", "no time", "no vehicles", "closed door", "closed kitchen", "one place"],
)
@pytest.mark.parametrize("engine", ALL)
def test_problems_at_the_edge_are_answered(engine: str, problem: Problem) -> None:
    """Everything unserved is an answer."""
    solution = solve(problem, stop=AnyOf(MaxIterations(5), MaxSeconds(1)), engine=engine)
    assert len(solution.unserved) == len(problem.stops)


def test_time_out_zero_still_gives_a_first_plan() -> None:
    """Insertion always runs."""
    assert solve(street(), stop=MaxSeconds(0)).unserved == ()


def test_last_weeks_rounds_are_the_start_and_what_changed_is_put_in() -> None:
    """A door that is gone is passed over, a new one is inserted, the order of the rest is kept."""
    last = world(door("a", 3), door("b", 1), door("gone", 2))
    rounds, _ = retime(last, {"car": tour("KITCHEN a b gone")})
    start = build_solution(last, rounds, engine="last week")
    today = world(door("a", 3), door("b", 1), door("new", 2))
    solution = solve(today, stop=MaxIterations(9), engine="insertion", initial=start)
    order = solution.routes[0].stop_ids
    assert set(order) == {"a", "b", "new"}
    assert order.index("a") < order.index("b")


def test_a_stop_is_inserted_by_hand_without_moving_the_others() -> None:
    """The other stops keep their order; a vehicle that may not go is refused with the rule."""
    problem = world(
        door("a", 3), door("b", 1), door("c", 2, forbidden_vehicles=frozenset({"van"})), vehicles=(car(), car("van"))
    )
    routes, _ = retime(problem, {"car": tour("KITCHEN a b")})
    start = build_solution(problem, routes, engine="by hand")
    done = insert_stop(problem, start, "c")
    assert not isinstance(done, Breach)
    assert [stop for stop in done.routes[0].stop_ids if stop != "c"] == ["a", "b"]
    refused = insert_stop(problem, start, "c", vehicle_id="van")
    assert isinstance(refused, Breach)
    assert refused.rule is Rule.BLOCK
