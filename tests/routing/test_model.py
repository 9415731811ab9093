"""The model that people build step by step: it says what the problem says, and each error names its part."""

from collections.abc import Callable
from typing import Any

import pytest

from routing import MaxIterations, Model, Need, Problem, ProblemError, Visit, VisitKind, Window, check, solve
from tests.routing.worlds import car, door, line, meal, world

LEGS = line(3).durations_s.tolist(), line(3).distances_m.tolist()


def street() -> Model:
    """The kitchen, two doors, and one way to travel."""
    return Model("portions").place("kitchen").place("a").place("b").travel("car", *LEGS)


def test_a_model_says_what_a_problem_says() -> None:
    """Said in another order, with names, it is the problem that is written out in full."""
    model = (
        street()
        .vehicle("car", profile="car", start="kitchen", shift=(0, 36_000), capacity=10)
        .need("a", 1, source="kitchen")
        .need("b", {"portions": 1}, source="kitchen")
        .stop("a", at="a", service_s=120, prize=10**6)
        .stop("b", at="b", service_s=120, prize=10**6)
        .pickup("kitchen", at="kitchen", service_s=300)
    )
    assert model.problem() == world(door("a", 1), door("b", 2), matrices=(line(3),))


def test_every_part_of_a_problem_can_be_said() -> None:
    """Estimates, windows, breaks, limits, preferences, pins, beginnings, balance."""
    model = (
        Model("portions", "crates")
        .place("hub", (51.50, -0.06)).place("door", (51.51, -0.07))
        .estimate("foot", speed_kmh=4.8, circuity=1.3)
        .pickup("soup", at="hub", windows=(600, 900), supply={"portions": 9})
        .stop("Ann", at="door", windows=[(900, 1800), (3600, 7200)], collects={"crates": 1}, required_skills={"checked"})
        .need("Ann", {"portions": 2}, source="soup", max_ride_s=3600)
        .vehicle("Bo", profile="foot", start="hub", end="hub", shift=(0, 9000), capacity={"portions": 5, "crates": 2},
                 skills={"checked"}, max_stops=4)
        .vehicle("Cy", profile="foot", start="hub", shift=(0, 9000), capacity={"portions": 5})
        .rest("Bo", "tea", service_s=300, windows=(1000, 9000), max_load={"portions": 0, "crates": 1})
        .limit("one pair of boots", ["Bo", "Cy"], max_total_duration_s=9000, exclusive=True)
        .prefer("Ann", "Bo", -50).pin("Ann", "Bo").begin("Bo", "soup").balance(1)
    )  # fmt: skip
    problem = model.problem()
    assert problem.stop("Ann").windows == (Window(900, 1800), Window(3600, 7200))
    assert problem.stop("Ann").needs == (Need(pickup_id="soup", load=(2, 0), max_ride_s=3600),)
    assert problem.vehicle("Bo").breaks[0].max_load == (0, 1)
    assert problem.fixed_prefix == {"Bo": (Visit(VisitKind.PICKUP, "soup"),)}
    assert (problem.preferences, problem.pins, problem.balance_weight) == ({("Ann", "Bo"): -50}, {"Ann": "Bo"}, 1)
    solution = solve(problem, stop=MaxIterations(5), engine="insertion")
    assert (solution.unserved, check(problem, solution)) == ((), ())


def test_the_example_of_its_page_is_solved() -> None:
    """The first thing that anybody tries works as it stands."""
    import routing.model

    example = str(routing.model.__doc__).split("\n\n")[1]
    names: dict[str, Any] = {"Model": Model}
    exec("\n".join(row[4:] for row in example.splitlines()), names)  # noqa: S102 - the example is the claim
    assert names["solution"].unserved == ()


WRONG: dict[str, tuple[str, Callable[[], Problem]]] = {
    "a stop twice": ("stop a: is there twice", lambda: street().stop("a", at="a").stop("a", at="b").problem()),
    "a stop nowhere": ("stop a: is at 'moon', which is none of the 3", lambda: street().stop("a", at="moon").problem()),
    "a vehicle from nowhere": (
        "vehicle v: is at 'moon'",
        lambda: street().vehicle("v", profile="car", start="moon", shift=(0, 9)).problem(),
    ),
    "a field that is none": ("stop a: has no servise_s", lambda: street().stop("a", at="a", servise_s=3).problem()),
    "a window of one": ("stop a: its window is 'now'", lambda: street().stop("a", at="a", windows=["now"]).problem()),
    "windows that are none": ("stop a: its windows are 7", lambda: street().stop("a", at="a", windows=7).problem()),  # type: ignore[arg-type]
    "a shift of texts": (
        "vehicle v: its window is ('9', '10')",
        lambda: street().vehicle("v", profile="car", start="a", shift=("9", "10")).problem(),  # type: ignore[arg-type]
    ),
    "a quantity that is none": ("stop a: need names 'kg'", lambda: street().need("a", {"kg": 1}).problem()),
    "a quantity of many": (
        "stop a: need must say how much of which of: x, y",
        lambda: Model("x", "y").need("a", 1).problem(),
    ),
    "a need of nobody": ("need of stop zoe: there is no such stop", lambda: street().need("zoe", 1).problem()),
    "a need from nowhere": (
        "stop a: needs pickup soup",
        lambda: street().stop("a", at="a").need("a", 1, source="soup").problem(),
    ),
    "a break of nobody": (
        "break of vehicle v: there is no such",
        lambda: street().rest("v", "t", service_s=1).problem(),
    ),
    "a beginning with nobody": ("beginning of vehicle v: zoe is neither", lambda: street().begin("v", "zoe").problem()),
    "a matrix of another size": (
        "matrix foot: has 2 rows, there are 3 places",
        lambda: street().travel("foot", [[0, 1], [1, 0]], [[0, 1], [1, 0]]).problem(),
    ),
    "a crooked matrix": (
        "matrix foot: its rows differ",
        lambda: street().travel("foot", [[0, 1], [1]], LEGS[1]).problem(),
    ),
    "a matrix twice": ("matrix car: is there twice", lambda: street().estimate("car", speed_kmh=9).problem()),
    "no coordinates": (
        "place kitchen: has no coordinates, and travel by bike",
        lambda: street().estimate("bike", speed_kmh=14).problem(),
    ),
    "a name that is empty": ("place: needs a name", lambda: street().place("").problem()),
    "a service below zero": ("stop a: service_s is -1", lambda: street().stop("a", at="a", service_s=-1).problem()),
    "no travel at all": ("problem: needs at least one matrix", lambda: Model("x").place("a").problem()),
}


@pytest.mark.parametrize("name", WRONG)
def test_each_error_names_the_part_and_the_rule(name: str) -> None:
    """A ProblemError, whatever is wrong."""
    words, make = WRONG[name]
    with pytest.raises(ProblemError) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_worlds_of_these_tests_are_models_too() -> None:
    """What the helpers of other tests build has a capacity, a need and a door, so equality above means something."""
    problem = world(door("a", 1))
    assert (problem.stops[0].needs, problem.vehicles[0]) == ((meal(),), car())
