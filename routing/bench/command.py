"""`python -m routing bench FOLDER`."""

import argparse
import sys
from pathlib import Path
from typing import Any

from routing.bench.one import Order, Outcome
from routing.bench.peers import find_solver, package
from routing.bench.plot import plot
from routing.bench.rows import write_rows
from routing.bench.runner import Plan, Results, run_all
from routing.bench.table import table
from routing.errors import ProblemError
from routing.formats import Entry, read_index

DEFAULT_SOLVERS = "portfolio,kernel,pyvrp,vroom,ortools"


def add_bench(commands: Any) -> None:
    """The subcommand's arguments."""
    parser = commands.add_parser("bench", help="compare our engines with other solvers on published instances")
    parser.add_argument("folder", type=Path, help="a folder with an index.json")
    parser.add_argument("--solvers", default=DEFAULT_SOLVERS, help=f"names with commas (default {DEFAULT_SOLVERS})")
    parser.add_argument("--instances", help="names with commas (default: all)")
    parser.add_argument("--seconds", type=_positive, default=10.0, help="wall time of each run (default 10)")
    parser.add_argument("--seeds", type=_count, default=3, help="runs with seeds 1 to this (default 3)")
    parser.add_argument("--threads", type=_count, default=1, help="threads of each solver (default 1)")
    parser.add_argument("--json", type=Path, help="write a row for each run here")
    parser.add_argument("--plot", type=Path, help="draw the gaps here (.png, .svg or .pdf)")


def run_bench(chosen: argparse.Namespace) -> int:
    """Run it and print the table. Raises EngineError for a solver that is not there, ProblemError, OSError."""
    solvers = tuple(dict.fromkeys(_words(chosen.solvers)))
    for name in solvers:
        find_solver(name)
    if not solvers:
        raise ProblemError("--solvers", "names nobody")
    if chosen.plot is not None:
        package("matplotlib")
    plan = Plan(
        entries=_chosen(read_index(chosen.folder), chosen.instances),
        solvers=solvers,
        seconds=chosen.seconds,
        seeds=chosen.seeds,
        threads=chosen.threads,
    )

    def each(order: Order, outcome: Outcome, results: Results) -> None:
        sys.stderr.write(_line(order, outcome))
        if chosen.json is not None:
            write_rows(chosen.json, results.rows)

    results = run_all(plan, each)
    sys.stdout.write(table(results, solvers) + "\n")
    if chosen.plot is not None:
        plot(results.rows, solvers, chosen.plot)
    return 0


def _chosen(entries: tuple[Entry, ...], names: str | None) -> tuple[Entry, ...]:
    if names is None:
        return entries
    known = {entry.name: entry for entry in entries}
    for name in _words(names):
        if name not in known:
            raise ProblemError(f"instance {name}", f"is not in the index; there are {', '.join(known)}")
    return tuple(known[name] for name in _words(names))


def _line(order: Order, outcome: Outcome) -> str:
    head = f"{order.entry.name} seed {order.seed} {order.solver}: "
    if outcome.refusal is not None:
        return f"{head}left out of {order.entry.kind}: {outcome.refusal}\n"
    if outcome.cost is None:
        return f"{head}no answer: {outcome.failure}\n"
    gap = "" if outcome.gap_percent is None else f", gap {outcome.gap_percent:.3f}%"
    return f"{head}cost {outcome.cost}{gap}, {outcome.seconds:.2f} s, {outcome.cpu_seconds:.2f} s of cpu\n"


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < 1e6:
        raise argparse.ArgumentTypeError(f"{text} is not a time above 0")
    return value


def _count(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 1000:
        raise argparse.ArgumentTypeError(f"{text} is not a number from 1 to 1000")
    return value
