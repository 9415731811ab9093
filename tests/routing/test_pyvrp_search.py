"""PyVRP as one of our engines: what it knows, that it pauses and goes on, and that nothing of it stays behind."""

import threading
import time
from dataclasses import replace

import numpy as np
import pytest

from routing import (
    EngineError,
    Matrix,
    MaxIterations,
    MaxSeconds,
    Need,
    Problem,
    Progress,
    Stop,
    Vehicle,
    Window,
    check,
)
from routing.compiled import Compiled
from routing.engines.pyvrp_search import PyVrp
from routing.engines.relay import knows
from routing.engines.route_pool import RoutePool
from tests.routing.worlds import door, world


def _town(stops: int = 30) -> Problem:
    """Doors strewn over a plane, for vehicles that hold eight."""
    spots = np.random.default_rng(3).integers(0, 1000, (stops + 1, 2))
    legs = np.rint(np.hypot(*(spots[:, None, axis] - spots[None, :, axis] for axis in (0, 1)))).astype(int)
    van = Vehicle(id="van", profile="plane", start=0, end=0, shift=Window(0, 100_000), capacity=(8,))
    return Problem(
        dimensions=("load",),
        matrices=(Matrix(profile="plane", durations_s=legs, distances_m=legs),),
        vehicles=tuple(replace(van, id=f"van{number}") for number in range(stops // 5)),
        stops=tuple(
            Stop(id=f"s{k}", location=k, needs=(Need(pickup_id=None, load=(1,)),)) for k in range(1, stops + 1)
        ),
    )


def test_its_routes_keep_the_rules_and_a_second_turn_goes_on() -> None:
    """The second turn is never worse, and the pool has met the routes of both."""
    problem = _town()
    pool = RoutePool(Compiled(problem))
    with PyVrp(pool=pool) as engine:
        first = engine.solve(problem, stop=MaxIterations(20), seed=1)
        met = len(pool)
        second = engine.solve(problem, stop=MaxIterations(200), seed=1)
    assert check(problem, first) == check(problem, second) == ()
    assert second.cost.total <= first.cost.total
    assert len(pool) >= met > 0


def test_turns_find_what_one_long_turn_finds() -> None:
    """A pause changes nothing: it goes on where it stopped."""
    problem = _town()
    with PyVrp() as parted, PyVrp() as whole:
        for _ in range(3):
            pieces = parted.solve(problem, stop=MaxIterations(40), seed=5)
        assert pieces.routes == whole.solve(problem, stop=MaxIterations(120), seed=5).routes


def test_the_answer_is_never_worse_than_the_start() -> None:
    """Given a good solution and one iteration."""
    problem = _town()
    with PyVrp() as engine, PyVrp() as again:
        good = engine.solve(problem, stop=MaxIterations(300), seed=1)
        assert again.solve(problem, stop=MaxIterations(1), initial=good).cost.total <= good.cost.total


def test_a_cancel_ends_it_and_no_thread_stays() -> None:
    """Cancelled in mid-search, with progress on the way; callbacks come in the caller's thread."""
    problem, told, began = _town(), list[Progress](), time.monotonic()
    heard: set[int] = set()

    def cancel() -> bool:
        heard.add(threading.get_ident())
        return time.monotonic() - began > 0.5

    with PyVrp() as engine:
        found = engine.solve(problem, stop=MaxSeconds(60), on_progress=told.append, should_cancel=cancel)
    assert time.monotonic() - began < 30
    assert check(problem, found) == ()
    assert told
    assert heard == {threading.get_ident()}
    assert not [thread for thread in threading.enumerate() if thread.name == "pyvrp"]


def test_what_it_has_no_words_for_is_refused_by_name() -> None:
    """Several doors share a kitchen, and food has a clock."""
    problem = world(door("a", 1), door("b", 2))
    assert not knows(problem)
    assert knows(_town())
    with PyVrp() as engine, pytest.raises(EngineError, match="pickups that several stops share"):
        engine.solve(problem, stop=MaxIterations(1))
