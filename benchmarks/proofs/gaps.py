"""Published instances: the portfolio beside PyVRP, VROOM and OR-Tools, one thread and equal wall time, taking turns.

The folder of instances with its `index.json` is named by ROUTING_INSTANCES. One case is one instance: each solver with
each seed, every cost recomputed. The means of the classes are in `python -m benchmarks.gaps_table`.
"""

from __future__ import annotations

import os
import random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import fmean
from typing import Any

from benchmarks.prove import Proof
from routing.bench.runner import Plan, Results, run_all
from routing.formats import Entry, Rounding, read_index

FOLDER = "ROUTING_INSTANCES"
OURS, PEERS = "portfolio", ("pyvrp", "vroom", "ortools")
SECONDS, SEEDS = 10.0, 3
MOST_BEHIND = 0.2
"""Points of the gap that the portfolio's mean may be behind the best peer's on any instance."""
SMALL_STOPS = 25
SMALL = f"a drawn instance of {SMALL_STOPS} stops"
SMALL_SECONDS = 2.0


def _cases(reduced: bool) -> Sequence[str]:
    """Every instance of the folder; in small one that is drawn here."""
    if reduced:
        return [SMALL]
    folder = os.environ.get(FOLDER)
    if folder is None:
        raise LookupError(f"{FOLDER} is not set: name a folder of instances with an index.json")
    return [entry.name for entry in read_index(Path(folder))]


def _run(case: str) -> Mapping[str, Any]:
    with _entry(case) as entry:
        small = case == SMALL
        plan = Plan(
            entries=(entry,),
            solvers=(OURS, *PEERS),
            seconds=SMALL_SECONDS if small else SECONDS,
            seeds=1 if small else SEEDS,
        )
        results = run_all(plan, lambda _order, _outcome, _results: None)
    costs = _mean_costs(results)
    assert OURS in costs, "the portfolio has no answer that holds"
    gaps = {solver: _gap(cost, entry.best_known or min(costs.values())) for solver, cost in costs.items()}
    best = min((gaps[solver] for solver in PEERS if solver in gaps), default=None)
    # A claim that is missed is a figure of its row, so that a table has every row; the table judges.
    behind = None if best is None else round(gaps[OURS] - best, 4)
    assert not small or behind is None or behind <= MOST_BEHIND, f"{behind} points behind the best peer"
    return {
        "class": entry.kind,
        "gaps": {solver: round(gap, 4) for solver, gap in gaps.items()},
        "behind": behind,
        "left out": sorted({solver for solver, _ in results.left_out}),
        "rows": [row.as_json() for row in results.rows],
    }


@contextmanager
def _entry(case: str) -> Iterator[Entry]:
    """The instance of that name."""
    if case != SMALL:
        (entry,) = (each for each in read_index(Path(os.environ[FOLDER])) if each.name == case)
        yield entry
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "drawn.vrp"
        path.write_text(_drawn(SMALL_STOPS), encoding="utf-8")
        yield Entry(name=case, kind="CVRP", path=path, format="vrplib", rounding=Rounding.ROUND, best_known=None)


def _drawn(stops: int) -> str:
    """A CVRP of that many stops in a square, the same each time."""
    dice = random.Random(stops)
    places = [f"{n} {dice.randrange(1000)} {dice.randrange(1000)}" for n in range(1, stops + 2)]
    demands = ["1 0", *(f"{n} {dice.randrange(1, 40)}" for n in range(2, stops + 2))]
    head = ["NAME : drawn", "TYPE : CVRP", f"DIMENSION : {stops + 1}", "EDGE_WEIGHT_TYPE : EUC_2D", "CAPACITY : 200"]
    return "\n".join(
        [*head, "NODE_COORD_SECTION", *places, "DEMAND_SECTION", *demands, "DEPOT_SECTION", "1", "-1", "EOF", ""]
    )


def _mean_costs(results: Results) -> dict[str, float]:
    """The mean over the seeds of each solver that answered with every seed."""
    found: dict[str, list[float | None]] = {}
    for row in results.rows:
        found.setdefault(row.solver, []).append(row.cost)
    answered = {solver: [cost for cost in costs if cost is not None] for solver, costs in found.items()}
    return {solver: fmean(costs) for solver, costs in answered.items() if len(costs) == len(found[solver])}


def _gap(cost: float, best: float) -> float:
    return 100.0 * (cost - best) / best


PROOF = Proof(
    claim=(
        "Given the same time, the portfolio's mean gap is not above any peer's in any class, and on no instance more than"
        f" {MOST_BEHIND} points behind the best of them."
    ),
    cases=_cases,
    run=_run,
)
