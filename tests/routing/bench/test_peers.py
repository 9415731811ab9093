"""Each peer solves the small instances to their best cost, as our judge counts; unknown names are refused."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from routing import EngineError, Matrix, Need, Problem, Stop, Vehicle, Window
from routing.bench import peers
from routing.bench.judge import judge
from routing.bench.one import sample
from routing.bench.peers import find_solver, package
from routing.formats import read_lilim, read_vrplib
from tests.routing.bench.folder import CVRP_BEST
from tests.routing.formats.files import LILIM, VRP, write

PEERS = ["pyvrp", "vroom", "ortools"]
PACKAGES = {"pyvrp": "pyvrp", "vroom": "vroom", "ortools": "ortools"}


def mixed() -> Problem:
    """Two stops of 6, 8 and 9 away on one road, for two small vehicles or a big one that costs twice as much to drive."""
    metres = np.array([[0, 8, 9], [8, 0, 1], [9, 1, 0]])
    small = Vehicle(
        id="a", profile="plane", start=0, end=0, shift=Window(0, 1000), capacity=(6,), fixed_cost=5, max_distance_m=100
    )
    stops = tuple(Stop(id=str(k), location=k, needs=(Need(pickup_id=None, load=(6,)),)) for k in (1, 2))
    return Problem(
        dimensions=("load",),
        matrices=(Matrix(profile="plane", durations_s=metres, distances_m=metres),),
        vehicles=(small, replace(small, id="b"), replace(small, id="big", capacity=(12,), fixed_cost=7, cost_per_m=2)),
        stops=stops,
    )


def cost_of(name: str, problem: Problem) -> int | None:
    """The judge's cost of what the solver finds in half a second."""
    if name in PACKAGES:
        pytest.importorskip(PACKAGES[name])
    solver = find_solver(name)
    assert solver.refusal(problem) is None
    verdict = judge(problem, solver.solve(problem, seconds=0.5, seed=1, threads=1))
    assert verdict.broken is None
    return verdict.cost


@pytest.mark.parametrize("name", [*PEERS, "portfolio", "engine:ortools"])
def test_loads_are_kept_apart(name: str, tmp_path: Path) -> None:
    """Two routes, the best known."""
    assert cost_of(name, read_vrplib(write(tmp_path, "a.vrp", VRP)).problem) == CVRP_BEST


@pytest.mark.parametrize("name", [*PEERS, "portfolio"])
def test_shipments_come_with_their_pickups(name: str, tmp_path: Path) -> None:
    """One pair after the other on one tour: they do not fit the vehicle together, and two tours are longer."""
    problem = read_lilim(write(tmp_path, "a.txt", LILIM)).problem
    legs = problem.matrices[0].distances_m
    assert cost_of(name, problem) == legs[0, 1] + legs[1, 3] + legs[3, 2] + legs[2, 4] + legs[4, 0]


@pytest.mark.parametrize("name", [*PEERS, "portfolio"])
def test_fixed_costs_and_costs_per_metre_decide(name: str) -> None:
    """The big vehicle costs 7 + 2 x 18 = 43, the small ones 5 + 16 + 5 + 18 = 44."""
    assert cost_of(name, mixed()) == 43


@pytest.mark.parametrize("name", ["pyvrp", "ortools", "portfolio"])
def test_a_stop_is_left_when_its_prize_is_less_than_its_way(name: str) -> None:
    """Two prizes of 9 are lost rather than 43 spent."""
    problem = mixed()
    poor = tuple(replace(stop, prize=9) for stop in problem.stops)
    assert cost_of(name, replace(problem, stops=poor)) == 18


def test_vroom_names_what_it_cannot_say() -> None:
    """Prizes and limits on duration are not in its language."""
    pytest.importorskip("vroom")
    problem, vroom = mixed(), find_solver("vroom")
    prized = replace(problem, stops=tuple(replace(stop, prize=9) for stop in problem.stops))
    limited = replace(problem, vehicles=tuple(replace(car, max_duration_s=50) for car in problem.vehicles))
    assert "prizes" in (vroom.refusal(prized) or "")
    assert "duration" in (vroom.refusal(limited) or "")


@pytest.mark.parametrize(
    "change",
    [
        lambda stop: replace(stop, parking_s=60),
        lambda stop: replace(stop, required_skills=frozenset({"lift"})),
        lambda stop: replace(stop, windows=(Window(0, 5), Window(7, 9))),
        lambda stop: replace(stop, needs=(Need(pickup_id=None, load=(1,), latest_start_s=9),)),
    ],
)
def test_no_peer_is_given_a_rule_it_does_not_know(change: Any) -> None:
    """A dropped rule would make a peer's answer look better than it is."""
    problem = mixed()
    problem = replace(problem, stops=(change(problem.stops[0]), problem.stops[1]))
    assert find_solver("ortools").refusal(problem) is not None
    assert find_solver("portfolio").refusal(problem) is None


def test_unknown_solvers_and_missing_packages_are_said_plainly(monkeypatch: pytest.MonkeyPatch) -> None:
    """The names there are, or how to install what is missing."""
    with pytest.raises(EngineError, match="there is no solver kernal; there are portfolio"):
        find_solver("kernal")
    with pytest.raises(EngineError, match=r"no_such_peer is not installed: pip install food-rounds\[bench\]"):
        package("no_such_peer")

    def missing(name: str) -> Any:
        raise ImportError(name)

    monkeypatch.setattr(peers, "importlib", SimpleNamespace(import_module=missing))
    with pytest.raises(EngineError, match=r"pyvroom is not installed"):
        find_solver("vroom")


def test_the_sample_is_small_and_of_the_same_kind(tmp_path: Path) -> None:
    """What is loaded before the clock is what the instance needs."""
    small = sample(read_lilim(write(tmp_path, "a.txt", LILIM)).problem)
    assert small.pickups
    assert len(small.vehicles) == 2
