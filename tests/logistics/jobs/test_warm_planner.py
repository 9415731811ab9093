"""A worker loads the compiled planner when it starts, so that nobody's first re-plan waits for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from routing.kernel.cache import ready

ROOT = Path(__file__).parents[3]

PROGRAM = """
import logging, pkgutil
from importlib import import_module

logging.basicConfig(level="INFO")
from logistics.jobs.warm_planner import warm_planner

warm_planner().join()

import routing.kernel

def loaded():
    found = {}
    for module in pkgutil.iter_modules(routing.kernel.__path__):
        for name, value in vars(import_module(f"routing.kernel.{module.name}")).items():
            if hasattr(value, "signatures"):
                found[f"{value.py_func.__module__}.{name}"] = len(value.signatures)
    return found

before = loaded()
from benchmarks.replanning import MOVED_S, day
from routing import ChangeLimit, MaxIterations, replan, solve, without_vehicle

problem = day(24, 1)
running = solve(problem, stop=MaxIterations(50), engine="kernel")
busiest = max(running.routes, key=lambda route: len(route.stop_ids)).vehicle_id
replan(without_vehicle(problem, busiest), running, stop=MaxIterations(50), limit=ChangeLimit(most=10, moved_s=MOVED_S))
after = loaded()
assert before.get("routing.kernel.search.search"), before
assert before == after, {name: (before.get(name), count) for name, count in after.items() if before.get(name) != count}
print("nothing more was loaded")
"""


def in_a_process(program: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run it in a process that has loaded nothing yet."""
    return subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={**os.environ, "ROUNDS_HOME": str(folder), **environment},
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )


@pytest.mark.skipif(not ready(), reason="the planner is not compiled on this machine")
def test_the_first_replan_of_a_warm_process_loads_no_compiled_code(tmp_path: Path) -> None:
    """After the thread has ended, a solve and a re-plan call only what is there."""
    done = in_a_process(PROGRAM, tmp_path)
    assert done.returncode == 0, done.stderr[-2000:]
    assert "nothing more was loaded" in done.stdout
    assert "The planner is loaded" in done.stderr


def test_where_nothing_is_compiled_nothing_is_compiled_by_the_way(tmp_path: Path) -> None:
    """An empty cache stays empty: the worker says what to run, and begins at once."""
    program = (
        "import logging; logging.basicConfig(level='INFO')\n"
        "from logistics.jobs.warm_planner import warm_planner\n"
        "warm_planner().join()\n"
    )
    done = in_a_process(program, tmp_path, NUMBA_CACHE_DIR=str(tmp_path / "none"))
    assert done.returncode == 0, done.stderr[-2000:]
    assert "not compiled for this machine" in done.stderr
    assert not list((tmp_path / "none").rglob("*.nb*"))
