"""Runs are apart, take turns, and come back as rows whatever happens to them."""

import sys
from collections import Counter
from pathlib import Path

import pytest

from routing.bench import runner
from routing.bench.one import Order
from routing.bench.runner import Plan, run_all, run_apart
from tests.routing.bench.folder import CVRP_BEST, make_folder


def plan(folder: Path, *solvers: str, seeds: int = 1) -> Plan:
    """Both instances, a tenth of a second a run."""
    return Plan(entries=make_folder(folder), solvers=solvers, seconds=0.1, seeds=seeds)


def test_solvers_take_turns_to_be_first(tmp_path: Path) -> None:
    """Each goes first equally often, and everybody runs once per instance and seed."""
    orders = list(plan(tmp_path, "a", "b", seeds=2).orders())
    assert [order.solver for order in orders] == ["a", "b", "b", "a", "a", "b", "b", "a"]
    assert set(Counter((o.entry.name, o.solver, o.seed) for o in orders).values()) == {1}


def test_an_order_survives_the_way_to_another_process(tmp_path: Path) -> None:
    """Through a file, without loss."""
    for order in plan(tmp_path, "a").orders():
        order.write(tmp_path / "order.json")
        assert Order.read(tmp_path / "order.json") == order


def test_a_run_gives_cost_time_and_gap_of_a_checked_answer(tmp_path: Path) -> None:
    """Our quickest engine on both instances, in processes of their own."""
    results = run_all(plan(tmp_path, "insertion"), lambda order, outcome, so_far: None)
    cvrp, pairs = results.rows
    assert (cvrp.solver, cvrp.instance, cvrp.kind, cvrp.n, cvrp.seed) == ("insertion", "cvrp", "CVRP", 3, 1)
    assert cvrp.feasible
    assert cvrp.cost is not None
    assert cvrp.gap_percent == pytest.approx(100 * (cvrp.cost - CVRP_BEST) / CVRP_BEST)
    assert cvrp.seconds > 0
    assert cvrp.cpu_seconds >= 0
    assert pairs.gap_percent is None
    assert pairs.feasible


def test_a_crash_is_a_row_without_a_cost(tmp_path: Path) -> None:
    """An instance whose file is gone ends that run, with the reason, and not the benchmark."""
    entries = make_folder(tmp_path)
    (tmp_path / "cvrp.vrp").unlink()
    order = Order(entry=entries[0], solver="insertion", seconds=0.1, seed=1, threads=1)
    outcome = run_apart(order)
    assert outcome.cost is None
    assert "cvrp.vrp" in (outcome.failure or "")


def test_a_run_that_does_not_come_back_is_ended(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Patience is over after twice its time and a while."""
    monkeypatch.setattr(runner, "PATIENCE_S", 0.5)
    order = next(plan(tmp_path, "insertion").orders())
    code, _ = runner._wait([sys.executable, "-c", "import time; time.sleep(60)"], order)
    assert code is None
