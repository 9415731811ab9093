"""Cities of growing size, planned and checked: time, memory of all processes, and who is not served.

Effort is two iterations a stop at any size, so that times can be compared; how much of the machine other work took is in
each row. `python -m benchmarks.city_growth` fits the
exponent of time against size to the rows and draws it.
"""

from __future__ import annotations

import os
import resource
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from benchmarks.city import city
from benchmarks.prove import Proof
from routing.decomposition.engine import Decomposed
from routing.engines.protocol import MaxIterations
from routing.solving import solve

SIZES = (1_000, 3_000, 10_000, 30_000, 50_000)
REDUCED = 700
ITERATIONS_A_STOP = 2
MOST_S, MOST_MB = 1_800, 4_096
LEAST_SERVED, LEAST_IN_A_VILLAGE = 0.95, 0.85
"""Of a thousand orders and more, and of fewer: three dozen shifts leave gaps in a week of seven days."""
OTHERS = 0.25
"""When other work takes more of the machine than this, wall time says nothing, and CPU time alone is judged."""
SAMPLE_S = 0.5


def cases(reduced: bool) -> Sequence[str]:
    """Orders of each city."""
    return [str(REDUCED)] if reduced else [str(size) for size in SIZES]


def run(case: str) -> Mapping[str, Any]:
    """Draw, plan and check one city. Raises AssertionError above the time or the memory, or with too few served."""
    orders = int(case)
    began, cpu, busy, cores = time.monotonic(), _cpu_s(), _busy_s(), Decomposed().processes
    with _peak_memory() as peak:
        problem = city(orders)
        drawn_s = time.monotonic() - began
        solution = solve(problem, stop=MaxIterations(ITERATIONS_A_STOP * orders), engine=Decomposed.name)
    took_s, used_s = time.monotonic() - began, _cpu_s() - cpu
    others = max(0.0, _busy_s() - busy - used_s) / (took_s * (os.cpu_count() or 1))
    figures = {
        "orders": orders,
        "stops": len(problem.stops),
        "shifts": len(problem.vehicles),
        "cores": cores,
        "wall_s": round(took_s, 1),
        "cpu_s": round(used_s, 1),
        "drawn_s": round(drawn_s, 1),
        "peak_mb": peak[0],
        "others_percent": round(100 * others),
        "unserved": len(solution.unserved),
        "routes": len(solution.routes),
        "cost": solution.cost.total,
        "metres": solution.cost.distance,
        "notes": list(solution.notes),
    }
    assert peak[0] <= MOST_MB, f"{peak[0]} MB, at most {MOST_MB}: {figures}"
    assert used_s / cores <= MOST_S, f"{used_s:.0f} CPU seconds, at most {MOST_S} on each core: {figures}"
    assert took_s <= MOST_S or others > OTHERS, f"{took_s:.0f} s, at most {MOST_S}: {figures}"
    least = LEAST_SERVED if orders >= SIZES[0] else LEAST_IN_A_VILLAGE
    assert figures["unserved"] <= (1 - least) * orders, f"too few are served: {figures}"
    return figures


PROOF = Proof(
    claim="A city of 50,000 orders a week and 2,500 shifts is planned and checked within 30 minutes and 4 GB.",
    cases=cases,
    run=run,
)


def _busy_s() -> float:
    """CPU seconds that the whole machine has worked."""
    words = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]
    user, nice, system, _idle, _waiting, *rest = (int(word) for word in words[:8])
    return (user + nice + system + sum(rest)) / os.sysconf("SC_CLK_TCK")


def _cpu_s() -> float:
    """CPU seconds of this process and of those that it has waited for."""
    return sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )


@contextmanager
def _peak_memory() -> Iterator[list[int]]:
    """The largest sum of resident megabytes of this process and all below it, looked at twice a second.

    Pages that processes share count once in each: never too little.
    """
    peak, over = [0], threading.Event()

    def watch() -> None:
        while True:
            peak[0] = max(peak[0], sum(_resident_kb(pid) for pid in _family(os.getpid())) // 1024)
            if over.wait(SAMPLE_S):
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _family(pid: int) -> list[int]:
    found, todo = [], [pid]
    while todo:
        found.append(todo.pop())
        for task in Path(f"/proc/{found[-1]}/task").glob("*/children"):
            try:
                todo += [int(child) for child in task.read_text().split()]
            except OSError:  # it ended while we looked
                continue
    return found


def _resident_kb(pid: int) -> int:
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:  # it ended while we looked
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")), 0)
