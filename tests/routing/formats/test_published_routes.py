"""The best published routes, read as solutions, keep every rule and cost exactly what is published.

The instances are public, but not ours to copy: they are looked for in a folder beside the checkout.
"""

from pathlib import Path

import pytest

from routing import ProblemError, check
from routing.formats import Entry, read_index, read_routes, read_vrplib, solution_of
from tests.routing.formats.files import VRP, write

FOLDER = Path(__file__).resolve().parents[4] / "shared" / "benchmarks"
ENTRIES = read_index(FOLDER) if (FOLDER / "index.json").exists() else ()
SOLVED = [entry for entry in ENTRIES if entry.path.with_suffix(".sol").exists()]


@pytest.mark.skipif(not SOLVED, reason="there is no folder shared/benchmarks beside this checkout")
@pytest.mark.parametrize("entry", SOLVED, ids=lambda entry: entry.name)
def test_published_routes_cost_what_is_published(entry: Entry) -> None:
    """No violation, and the best known cost to the last digit: readers, rounding and scale are right."""
    instance = entry.read()
    solution = solution_of(instance, read_routes(entry.path.with_suffix(".sol")))
    assert check(instance.problem, solution) == ()
    assert solution.cost.total / instance.scale == pytest.approx(instance.best_known, rel=1e-12)


@pytest.mark.skipif(not ENTRIES, reason="there is no folder shared/benchmarks beside this checkout")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_every_instance_has_the_size_of_the_index(entry: Entry) -> None:
    """Each file of the folder is read, with nothing left out."""
    instance = entry.read()
    assert instance.size == len(instance.problem.stops) + len(instance.problem.pickups)
    assert instance.problem.vehicles


def test_routes_are_vehicles_in_order_and_empty_ones_are_skipped(tmp_path: Path) -> None:
    """Route #3 is vehicle 3."""
    instance = read_vrplib(write(tmp_path, "a.vrp", VRP))
    routes = read_routes(write(tmp_path, "a.sol", "Route #1: 1 2\nRoute #2:\nRoute #3: 3\nCost 22\n"))
    solution = solution_of(instance, routes)
    assert {route.vehicle_id: route.stop_ids for route in solution.routes} == {"1": ("1", "2"), "3": ("3",)}
    assert solution.cost.total == 22


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Cost 22", "no line"),
        ("Route #1: 9", "location 9"),
        ("Route #1: 1 2 3", "capacity"),
        ("Route #1:\nRoute #2:\nRoute #3:\nRoute #4: 1", "vehicle 4"),
    ],
)
def test_routes_that_do_not_hold_are_refused(tmp_path: Path, text: str, says: str) -> None:
    """One ProblemError, naming the route or the place."""
    instance = read_vrplib(write(tmp_path, "a.vrp", VRP))
    with pytest.raises(ProblemError, match=says):
        solution_of(instance, read_routes(write(tmp_path, "a.sol", text)))
