"""The door of the problem: each rule of shape is refused with its subject named."""

import pickle
from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any

import numpy as np
import pytest

from routing import Break, Matrix, Need, Pickup, Problem, ProblemError, Vehicle, VehicleLimit, Window
from tests.routing.worlds import KITCHEN, car, door, line, meal, tour, world

REFUSED: dict[str, tuple[str, Callable[[], object]]] = {
    "no matrix": ("problem: needs", lambda: world(matrices=())),
    "matrices of two sizes": ("problem: its matrices", lambda: world(matrices=(line(), line(3, "foot")))),
    "a profile twice": ("matrix car", lambda: world(matrices=(line(), line()))),
    "a stop twice": ("stop a: is there twice", lambda: world(door("a"), door("a"))),
    "a vehicle twice": ("vehicle car: is there twice", lambda: world(vehicles=(car(), car()))),
    "a pickup twice": ("pickup kitchen: is there twice", lambda: world(pickups=(KITCHEN, KITCHEN))),
    "a name that is empty": ("stop: needs a name", lambda: world(door(""))),
    "a place outside": ("stop a: its location 12", lambda: world(door(place=12))),
    "a place below": ("stop a: its location -1", lambda: world(door(place=-1))),
    "a vehicle from nowhere": ("vehicle car: its location", lambda: world(vehicles=(car(start=99),))),
    "a vehicle to nowhere": ("vehicle car: its location", lambda: world(vehicles=(car(end=99),))),
    "a window that ends first": ("stop a: its window ends", lambda: world(door(windows=(Window(5, 4),)))),
    "windows that overlap": (
        "stop a: its windows must be sorted",
        lambda: world(door(windows=(Window(0, 9), Window(9, 12)))),
    ),
    "a window before the axis": ("stop a: window start", lambda: world(door(windows=(Window(-1, 4),)))),
    "a fraction": ("stop a: service_s", lambda: world(door(service_s=1.5))),
    "a truth value": ("stop a: service_s", lambda: world(door(service_s=True))),
    "a negative load": ("stop a: load", lambda: world(door(needs=(meal(portions=-1),)))),
    "a load of two dimensions": (
        "stop a: load has 2",
        lambda: world(door(needs=(Need(pickup_id="kitchen", load=(1, 1)),))),
    ),
    "a capacity of no dimension": ("vehicle car: capacity has 0", lambda: world(vehicles=(car(capacity=()),))),
    "a supply of two": ("pickup k: supply has 2", lambda: world(pickups=(Pickup(id="k", location=0, supply=(1, 1)),))),
    "an unknown pickup": ("stop a: needs pickup bakery", lambda: world(door(needs=(meal("bakery"),)))),
    "one pickup needed twice": ("stop a: has two needs", lambda: world(door(needs=(meal(), meal())))),
    "holding without a ride": ("stop a: has hold_until_s", lambda: world(door(needs=(meal(hold_until_s=5),)))),
    "a ride of what is on board": ("stop a: has max_ride_s", lambda: world(door(needs=(meal(None, max_ride_s=5),)))),
    "an unknown vehicle forbidden": (
        "stop a: names vehicle x",
        lambda: world(door(forbidden_vehicles=frozenset({"x"}))),
    ),
    "no matrix for a profile": ("vehicle car: travels by boat", lambda: world(vehicles=(car(profile="boat"),))),
    "a speed of nothing": ("vehicle car: speed_percent", lambda: world(vehicles=(car(speed_percent=0),))),
    "a cost out of range": ("vehicle car: costs per metre", lambda: world(vehicles=(car(cost_per_m=10_001),))),
    "a prize out of range": ("stop a: prize", lambda: world(door(prize=10**12))),
    "an unknown vehicle limited": (
        "limit l: names vehicle x",
        lambda: world(limits=(VehicleLimit(id="l", vehicle_ids=frozenset({"x"})),)),
    ),
    "two prizes of one choice": (
        "stop b: has another prize",
        lambda: world(door("a", choice="c"), door("b", choice="c", prize=1)),
    ),
    "a preference for nobody": ("preference a x x", lambda: world(door(), preferences={("a", "x"): 1})),
    "a pin of nobody": ("pin x to car", lambda: world(pins={"x": "car"})),
    "a prefix of nobody": ("prefix of vehicle x", lambda: world(fixed_prefix={"x": ()})),
    "a prefix with nobody": ("prefix of vehicle car: names stop x", lambda: world(fixed_prefix={"car": tour("x")})),
    "a stop fixed twice": (
        "prefix of vehicle car: stop a is fixed twice",
        lambda: world(door(), fixed_prefix={"car": tour("a a")}),
    ),
    "fixed here, pinned there": (
        "prefix of vehicle car: stop a is pinned",
        lambda: world(door(), vehicles=(car(), car("van")), pins={"a": "van"}, fixed_prefix={"car": tour("a")}),
    ),
    "a matrix that is not square": (
        "matrix car: durations_s must be square",
        lambda: Matrix(profile="car", durations_s=np.zeros((2, 3), int), distances_m=np.zeros((2, 2), int)),
    ),
    "a matrix of fractions": (
        "matrix car: durations_s must hold integers",
        lambda: Matrix(profile="car", durations_s=np.zeros((2, 2)), distances_m=np.zeros((2, 2), int)),
    ),
    "a negative leg": (
        "matrix car: durations_s must lie",
        lambda: Matrix(profile="car", durations_s=-np.ones((2, 2), int), distances_m=np.zeros((2, 2), int)),
    ),
    "a way to itself": (
        "matrix car: durations_s must be 0",
        lambda: Matrix(profile="car", durations_s=np.ones((1, 1), int), distances_m=np.zeros((1, 1), int)),
    ),
    "unreachable in time only": (
        "matrix car: a leg is unreachable",
        lambda: Matrix(
            profile="car", durations_s=(1 - np.eye(2, dtype=int)) * (2**31 - 1), distances_m=np.zeros((2, 2), int)
        ),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_broken_shape_is_refused_by_name(name: str) -> None:
    """The message begins with the subject."""
    words, make = REFUSED[name]
    with pytest.raises(ProblemError) as caught:
        make()
    assert str(caught.value).startswith(words)


def test_the_arrays_cannot_be_changed_and_are_copies() -> None:
    """A problem is closed: what made it may change, it does not."""
    source = np.zeros((2, 2), int)
    matrix = Matrix(profile="car", durations_s=source, distances_m=source)
    source[0, 1] = 5
    assert matrix.durations_s[0, 1] == 0
    with pytest.raises(ValueError, match="read-only"):
        matrix.durations_s[0, 1] = 5


def test_a_problem_travels_between_processes() -> None:
    """Pickled and back it is equal, and finds its parts."""
    problem = world(door(), preferences={("a", "car"): 1}, pins={"a": "car"})
    again: Problem = pickle.loads(pickle.dumps(problem))  # noqa: S301 - our own bytes
    assert again == problem
    assert again.stop("a") == problem.stop("a")
    assert isinstance(again.vehicle("car"), Vehicle)


def test_an_error_travels_between_processes() -> None:
    """Its subject and rule too."""
    error: ProblemError = pickle.loads(pickle.dumps(ProblemError("stop a", "is odd")))  # noqa: S301 - our own bytes
    assert (error.subject, error.rule, str(error)) == ("stop a", "is odd", "stop a: is odd")


def test_asking_for_what_is_not_there_is_an_error() -> None:
    """Not a KeyError."""
    with pytest.raises(ProblemError, match="stop zoe: is not in the problem"):
        world().stop("zoe")


def test_ten_million_metres_are_allowed_and_more_are_not() -> None:
    """The limits are stated."""
    far = (1 - np.eye(2, dtype=int)) * 10_000_000
    assert replace(world(), matrices=(Matrix(profile="car", durations_s=far, distances_m=far),), pickups=()).size == 2
    with pytest.raises(ProblemError, match="10000000"):
        Matrix(profile="car", durations_s=far + far, distances_m=far)


JUNK = [None, True, 7, -1, 1.5, "x", b"x", (), (7,), ("x",), ((1, 2),), [1], {"x": 1}, frozenset({7}), object(), 10**30]


@pytest.mark.parametrize("kind", ["stop", "need", "pickup", "vehicle", "break", "limit", "problem"])
def test_a_value_of_another_type_is_refused_by_name_and_never_crashes(kind: str) -> None:
    """Each field of each class, with each of many odd values: a problem, or a ProblemError."""
    whole: dict[str, Any] = {
        "stop": door("a"), "need": meal(), "pickup": KITCHEN, "vehicle": car(), "break": Break(id="tea"),
        "limit": VehicleLimit(id="l", vehicle_ids=frozenset({"car"})), "problem": world(door("a")),
    }  # fmt: skip
    build: dict[str, Callable[[Any], Problem]] = {
        "stop": world,
        "need": lambda need: world(door("a", needs=(need,))),
        "pickup": lambda pickup: world(pickups=(pickup,)),
        "vehicle": lambda vehicle: world(vehicles=(vehicle,)),
        "break": lambda rest: world(vehicles=(car(breaks=(rest,)),)),
        "limit": lambda limit: world(limits=(limit,)),
        "problem": lambda problem: problem,
    }
    refused = []
    for field in (field.name for field in fields(whole[kind]) if field.init):
        for junk in JUNK:
            try:
                build[kind](replace(whole[kind], **{field: junk}))
            except ProblemError as error:
                refused.append(error.subject.split()[0])
    assert len(refused) > 20
    assert set(refused) <= {
        "problem", "stop", "vehicle", "pickup", "limit", "preference", "pin", "prefix", "break", "dimension", "matrix",
    }  # fmt: skip


def test_the_error_of_a_wrong_type_says_what_to_write() -> None:
    """Subject, field, value, and the type."""
    with pytest.raises(ProblemError, match="stop a: windows is 'noon'; it must be a tuple of Window"):
        world(door("a", windows="noon"))
    with pytest.raises(ProblemError, match=r"vehicle car: skills is .*; it must be a frozenset of str"):
        world(vehicles=(car(skills={"checked"}),))
    with pytest.raises(ProblemError, match=r"stops\[0\] is 7"):
        world(7)  # type: ignore[arg-type]


def test_the_sizes_of_a_problem_are_bounded() -> None:
    """Stops, breaks and dimensions: the limits are stated, and checked."""
    with pytest.raises(ProblemError, match="vehicle car: has 9 breaks, at most 8"):
        world(vehicles=(car(breaks=tuple(Break(id=str(number)) for number in range(9))),))
    with pytest.raises(ProblemError, match="problem: has 100001 stops; 100000 at most"):
        world(*(door("a") for _ in range(100_001)))
    with pytest.raises(ProblemError, match="problem: has 33 dimensions"):
        Problem(dimensions=tuple(map(str, range(33))), matrices=(line(),), vehicles=(), stops=())
