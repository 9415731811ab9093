"""At the edges of what a problem may be, every engine answers or says clearly why not; none crashes."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from routing import (
    ENGINES,
    UNREACHABLE,
    AnyOf,
    EngineError,
    Matrix,
    MaxIterations,
    MaxSeconds,
    Problem,
    Solution,
    UncheckedError,
    Window,
    check,
    explain,
    solve,
)
from routing.matrix import MAX_LEG
from routing.problem import MAX_COST, MAX_TIME_S
from routing.rules import Rule
from tests.routing.worlds import KITCHEN, SHIFT, at, car, door, line, meal, world

ALL = sorted(ENGINES)
BRIEF = AnyOf(MaxIterations(20), MaxSeconds(2))


def cut_off() -> Matrix:
    """The line, with no way to or from place 5."""
    seconds, metres = (np.array(values) for values in (line().durations_s, line().distances_m))
    for values in (seconds, metres):
        values[5, :] = values[:, 5] = UNREACHABLE
        values[5, 5] = 0
    return Matrix(profile="car", durations_s=seconds, distances_m=metres)


def far(leg: int = MAX_LEG) -> Matrix:
    """Places 10 million metres and seconds apart."""
    legs = (1 - np.eye(12, dtype=int)) * leg
    return Matrix(profile="car", durations_s=legs, distances_m=legs)


LONG = Window(0, MAX_TIME_S)
WORLDS: dict[str, tuple[Callable[[], Problem], tuple[str, ...]]] = {
    "nothing to do": (world, ()),
    "no vehicles": (lambda: bare(vehicles=()), ("a", "b")),
    "no vehicles and nothing to do": (lambda: bare(vehicles=(), stops=()), ()),
    "an unreachable stop": (lambda: world(door("a", 5), door("b", 2), matrices=(cut_off(),)), ("a",)),
    "an unreachable pickup": (
        lambda: world(door("a", 1), pickups=(at_five(),), matrices=(cut_off(),)),
        ("a",),
    ),
    "a vehicle that cannot come home": (
        lambda: world(door("a", 1), vehicles=(car(end=5),), matrices=(cut_off(),)),
        ("a",),
    ),
    "all windows closed before the shift": (
        lambda: world(
            door("a", windows=at(0, 9)), door("b", windows=at(5, 9)), vehicles=(car(shift=Window(600, 9000)),)
        ),
        ("a", "b"),
    ),
    "a shift of no length": (lambda: world(door("a"), vehicles=(car(shift=Window(60, 60)),)), ("a",)),
    "a vehicle without room": (lambda: world(door("a"), vehicles=(car(capacity=(0,)),)), ("a",)),
    "a stop for nobody": (lambda: world(door("a", allowed_vehicles=frozenset())), ("a",)),
    "a supply of nothing": (
        lambda: world(door("a"), pickups=(type(KITCHEN)(id="kitchen", location=0, supply=(0,)),)),
        ("a",),
    ),
    "a prize of nothing": (lambda: world(door("a", 1, prize=0)), ("a",)),
    "legs of ten million metres": (
        lambda: world(door("a", 1, prize=MAX_COST), vehicles=(car(shift=LONG),), matrices=(far(),)),
        (),
    ),
    "legs of ten million metres at the dearest rate": (
        lambda: world(door("a", 1, prize=MAX_COST), vehicles=(car(shift=LONG, cost_per_m=10_000),), matrices=(far(),)),
        ("a",),
    ),
    "a window of a second": (lambda: world(door("a", 2, windows=(Window(600, 600),))), ()),
    "no dimensions": (lambda: bare(dimensions=(), weightless=True), ()),
    "every door at one place": (lambda: world(*(door(f"d{n}", 0) for n in range(8))), ()),
}


def at_five() -> Any:
    """The kitchen where no road leads."""
    return type(KITCHEN)(id="kitchen", location=5)


def bare(weightless: bool = False, **more: Any) -> Problem:
    """A problem stated in full, so that any part may be empty."""
    needs = () if weightless else (meal(None),)
    values: dict[str, Any] = {
        "dimensions": ("portions",),
        "matrices": (line(),),
        "vehicles": (car(capacity=() if weightless else (9,)),),
        "stops": (door("a", 1, needs=needs), door("b", 2, needs=needs)),
    }
    return Problem(**{**values, **more})


@pytest.mark.parametrize("engine", ALL)
@pytest.mark.parametrize("name", WORLDS)
def test_the_edges_of_a_problem_are_answered(name: str, engine: str) -> None:
    """What can be served is, the rest is listed, and the answer keeps every rule (`solve` raises if it does not)."""
    make, unserved = WORLDS[name]
    assert solve(make(), stop=BRIEF, engine=engine, seed=1).unserved == unserved


@pytest.mark.parametrize("engine", ALL)
@pytest.mark.parametrize("stop", [MaxSeconds(0), MaxIterations(0), AnyOf(MaxSeconds(0), MaxIterations(0))])
def test_no_time_at_all_gives_a_checked_answer(engine: str, stop: MaxSeconds | MaxIterations | AnyOf) -> None:
    """It may be empty; it is never wrong, and never worse than the one it was given."""
    problem = world(*(door(f"d{n}", 1 + n) for n in range(6)))
    answer = solve(problem, stop=stop, engine=engine)
    assert check(problem, answer) == ()
    good = solve(problem, stop=BRIEF, engine="insertion")
    assert solve(problem, stop=stop, engine=engine, initial=good).cost.total <= good.cost.total


@pytest.mark.parametrize("engine", ALL)
def test_a_must_that_nobody_can_serve_is_named(engine: str) -> None:
    """The error says which stop, and the rest of the answer comes with it."""
    problem = world(door("a", 5, prize=None), door("b", 2), matrices=(cut_off(),))
    with pytest.raises(UncheckedError, match="a must be served") as caught:
        solve(problem, stop=BRIEF, engine=engine)
    assert caught.value.only_must
    assert [route.stop_ids for route in caught.value.solution.routes] == [("b",)]


@pytest.mark.parametrize("engine", ALL)
def test_something_fixed_that_cannot_be_driven_is_a_clear_error(engine: str) -> None:
    """It names the vehicle and the rule."""
    from tests.routing.worlds import tour

    problem = world(door("a", 5), matrices=(cut_off(),), fixed_prefix={"car": tour("KITCHEN a")})
    with pytest.raises(EngineError, match=r"vehicle car .*reach"):
        solve(problem, stop=BRIEF, engine=engine)


def test_what_cannot_be_reached_is_explained_so() -> None:
    """An unreachable stop has no remedy but a road."""
    problem = world(door("a", 5), matrices=(cut_off(),))
    assert [reason.rules for reason in explain(problem, empty(problem), seconds=1)] == [(Rule.REACH,)]


def empty(problem: Problem) -> Solution:
    """Nobody served."""
    return solve(problem, stop=MaxIterations(0), engine="insertion")


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not bound a process's memory so")
def test_a_document_that_needs_too_much_memory_ends_with_one_line(tmp_path: Path) -> None:
    """A process with 150 MB to spare reads 5,000 places: code 1, no stack trace."""
    places = [[-0.5 + (n % 71) / 71, 51.2 + (n // 71) / 71] for n in range(5_000)]
    jobs = [{"id": number, "location": place} for number, place in enumerate(places)]
    path = tmp_path / "problem.json"
    path.write_text(json.dumps({"vehicles": [{"id": 1, "start": places[0]}], "jobs": jobs}), encoding="utf-8")
    script = (
        "import resource, sys; from pathlib import Path; from routing.__main__ import main\n"
        "pages = int(Path('/proc/self/statm').read_text().split()[0]) * resource.getpagesize()\n"
        "resource.setrlimit(resource.RLIMIT_AS, (pages + 150_000_000,) * 2)\n"
        "sys.exit(main(sys.argv[1:]))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, "solve", str(path), "--seconds", "0"],
        capture_output=True, text=True, check=False, cwd=Path(__file__).parents[2],
    )  # fmt: skip
    assert ended.returncode == 1, ended.stderr
    assert ended.stderr.splitlines() == ["There is not enough memory for a problem of this size: plan it in parts."]


def test_shifts_are_where_the_worlds_say() -> None:
    """The long shift really is longer than a leg of ten million seconds."""
    assert LONG.end_s > MAX_LEG
    assert SHIFT.end_s < MAX_LEG
