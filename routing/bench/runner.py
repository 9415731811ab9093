"""All runs of a benchmark, one at a time: instance by instance, seed by seed, the solvers taking turns."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from routing.bench.one import Order, Outcome
from routing.bench.rows import Row
from routing.formats import Entry

PATIENCE_S = 60.0
"""Besides twice its time, what a run may take for reading, loading and judging before it is ended."""
THREAD_SETTINGS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What to compare, and under which equal terms."""

    entries: tuple[Entry, ...]
    solvers: tuple[str, ...]
    seconds: float
    seeds: int
    threads: int = 1

    def orders(self) -> Iterator[Order]:
        """Every run, whose turn it is to go first changing each time."""
        turn = 0
        for entry in self.entries:
            for seed in range(1, self.seeds + 1):
                first = turn % len(self.solvers)
                for solver in (*self.solvers[first:], *self.solvers[:first]):
                    yield Order(entry=entry, solver=solver, seconds=self.seconds, seed=seed, threads=self.threads)
                turn += 1


@dataclass(slots=True)
class Results:
    """What came out, and who could not take part in what."""

    limit_s: float
    """The wall time each run was given."""
    rows: list[Row] = field(default_factory=list)
    left_out: dict[tuple[str, Entry], str] = field(default_factory=dict)
    """Who could not express what, and why."""


def run_all(plan: Plan, each: Callable[[Order, Outcome, Results], None]) -> Results:
    """Carry out the plan; `each` hears of every run. An instance that a solver cannot express is tried once."""
    results = Results(limit_s=plan.seconds)
    for order in plan.orders():
        if (order.solver, order.entry) in results.left_out:
            continue
        outcome = run_apart(order)
        if outcome.refusal is not None:
            results.left_out[order.solver, order.entry] = outcome.refusal
        else:
            results.rows.append(_row(order, outcome))
        each(order, outcome, results)
    return results


def _row(order: Order, outcome: Outcome) -> Row:
    return Row(
        solver=order.solver,
        version=outcome.version,
        instance=order.entry.name,
        kind=order.entry.kind,
        n=outcome.size,
        seed=order.seed,
        seconds=outcome.seconds,
        cpu_seconds=outcome.cpu_seconds,
        cost=outcome.cost,
        bks=order.entry.best_known,
        gap_percent=outcome.gap_percent,
        feasible=outcome.cost is not None,
    )


def run_apart(order: Order) -> Outcome:
    """One run in a fresh process, ended with all it started when it does not come back; a crash is a failure."""
    with tempfile.TemporaryDirectory(prefix="routing-bench-") as folder:
        told, result = Path(folder) / "order.json", Path(folder) / "result.json"
        order.write(told)
        code, errors = _wait([sys.executable, "-m", "routing.bench.one", str(told), str(result)], order)
        if code == 0 and result.exists():
            return Outcome(**json.loads(result.read_text(encoding="utf-8")))
        last = errors.strip().splitlines()[-1:] or ["no message"]
        why = "did not come back in time" if code is None else f"ended with code {code}: {last[0]}"
        return Outcome(size=0, seconds=order.seconds, failure=why)


def _wait(command: Sequence[str], order: Order) -> tuple[int | None, str]:
    """Its exit code (None: it had to be ended) and what it wrote to stderr."""
    settings = os.environ | dict.fromkeys(THREAD_SETTINGS, str(order.threads))
    with subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        env=settings,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        try:
            _, errors = process.communicate(timeout=2 * order.seconds + PATIENCE_S)
        except BaseException as error:
            os.killpg(process.pid, signal.SIGKILL)
            process.communicate()
            if isinstance(error, subprocess.TimeoutExpired):
                return None, ""
            raise
    return process.returncode, errors
