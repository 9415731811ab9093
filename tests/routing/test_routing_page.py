"""The drawings of docs/routing.md are routes that the library really makes, and the page names every rule."""

from pathlib import Path
from typing import Any

import pytest

from routing import Break, Pickup, Problem, ProblemError, RideFrom, Rule, VehicleLimit, Window, check, retime
from routing.replay import build_solution
from routing.timeline import draw
from routing.validation import MAX_BREAKS, MAX_DIMENSIONS, MAX_ITEMS
from tests.routing.worlds import KITCHEN, MINUTE, at, car, door, meal, tour, world

PAGE = (Path(__file__).parents[2] / "docs/routing.md").read_text(encoding="utf-8")
UNTIL_40 = {"until_s": 40 * MINUTE}


def shift(first: int, last: int, **more: Any) -> Any:
    """A car whose shift lasts from one minute to another."""
    return car(shift=Window(first * MINUTE, last * MINUTE), **more)


def bus() -> Problem:
    """Two shifts of one van."""
    vehicles = (shift(0, 40), car("van", shift=Window(0, 40 * MINUTE)))
    van = VehicleLimit(id="one van", vehicle_ids=frozenset({"car", "van"}), exclusive=True)
    return world(door("a", 2), door("b", 2), vehicles=vehicles, limits=(van,))


SCENES: dict[str, tuple[Problem, dict[str, str], dict[str, Any]]] = {
    "a window": (world(door("a", 3, windows=at(12, 20)), door("b", 5, windows=at(20, 30))), {"car": "KITCHEN a b"}, UNTIL_40),
    "several windows": (world(door("a", 3, windows=(*at(2, 6), *at(20, 25)))), {"car": "KITCHEN a"}, UNTIL_40),
    "a clock from loading": (
        world(door("a", 3), door("b", 6, needs=(meal(max_ride_s=18 * MINUTE),))),
        {"car": "KITCHEN a b"},
        UNTIL_40,
    ),
    "a clock and a window": (
        world(door("a", 3, windows=at(30, 35), needs=(meal(max_ride_s=10 * MINUTE),))),
        {"car": "KITCHEN a"},
        UNTIL_40,
    ),
    "a clock from loaded": (
        world(door("a", 3, windows=at(30, 35), needs=(meal(max_ride_s=10 * MINUTE, ride_from=RideFrom.LOADED),))),
        {"car": "KITCHEN a"},
        UNTIL_40,
    ),
    "goods that are held": (
        world(
            door("a", 3, needs=(meal(max_ride_s=20 * MINUTE, hold_until_s=6 * MINUTE),)),
            pickups=(Pickup(id="kitchen", location=0, service_s=5 * MINUTE, windows=at(10, 20)),),
        ),
        {"car": "KITCHEN a"},
        UNTIL_40,
    ),
    "a reload": (
        world(door("a", 1, needs=(meal(portions=2),)), door("b", 2, needs=(meal(portions=2),)), vehicles=(car(capacity=(2,)),)),
        {"car": "KITCHEN a KITCHEN b"},
        {**UNTIL_40, "loads": True},
    ),
    "goods taken along": (
        world(door("a", 1, needs=(meal(None, 2),)), door("b", 2, collects=(3,), needs=()), vehicles=(shift(0, 20, end=0),)),
        {"car": "a b"},
        {"loads": True},
    ),
    "one building": (
        world(*(door(name, 2, building="tower", parking_s=3 * MINUTE) for name in "ab"), door("c", 5, parking_s=3 * MINUTE)),
        {"car": "KITCHEN a b c"},
        UNTIL_40,
    ),
    "a setup": (
        world(*(door(name, 2, setup_s=4 * MINUTE) for name in "ab"), door("c", 5, setup_s=4 * MINUTE)),
        {"car": "KITCHEN a b c"},
        UNTIL_40,
    ),
    "a break": (
        world(door("a", 8), vehicles=(shift(0, 21, breaks=(Break(id="tea", windows=at(8, 9), service_s=6 * MINUTE),)),)),
        {"car": "KITCHEN a"},
        UNTIL_40,
    ),
    "a late departure": (world(door("a", 3, windows=at(25, 30)), vehicles=(shift(0, 40, end=0),)), {"car": "KITCHEN a"}, UNTIL_40),
    "one van": (bus(), {"car": "KITCHEN a", "van": "KITCHEN b"}, UNTIL_40),
}  # fmt: skip


def drawings(name: str) -> str:
    """The routes of a scene, one below the other; each keeps every rule."""
    problem, tours, how = SCENES[name]
    routes, breaches = retime(problem, {vehicle: tour(text) for vehicle, text in tours.items()})
    assert breaches == []
    assert check(problem, build_solution(problem, routes, engine="by hand")) == ()
    return "\n\n".join(draw(problem, route, **how) for route in routes)


@pytest.mark.parametrize("name", SCENES)
def test_each_drawing_is_a_route_that_keeps_the_rules(name: str) -> None:
    """What the page shows is what comes out."""
    assert f"```\n{drawings(name)}\n```" in PAGE, drawings(name)


def test_the_page_draws_nothing_else_and_names_every_rule() -> None:
    """No drawing is left from an older library; no rule is forgotten; the limits are those that are checked."""
    assert PAGE.count("```\nminute") == len(SCENES)
    assert [rule for rule in Rule if f"`{rule}`" not in PAGE] == []
    for limit in (MAX_ITEMS, MAX_BREAKS, MAX_DIMENSIONS):
        assert f" {limit:,} " in PAGE


def test_a_drawing_has_bounds() -> None:
    """A day in seconds is refused with a way out."""
    problem = world(door("a", 3), vehicles=(shift(0, 40),))
    (route,) = retime(problem, {"car": tour("KITCHEN a")})[0]
    with pytest.raises(ProblemError, match="drawing of vehicle car: is 600 characters wide: widen its step"):
        draw(problem, route, step_s=1)
    assert KITCHEN.service_s == 5 * MINUTE
