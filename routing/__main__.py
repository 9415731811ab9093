"""`python -m routing solve problem.json`, `check problem.json solution.json`, `bench FOLDER`, and `warm`."""

import argparse
import json
import sys
from dataclasses import replace
from pathlib import Path
from time import monotonic

from routing.bench.command import add_bench, run_bench
from routing.engines.kernel import warm
from routing.engines.portfolio import Portfolio
from routing.engines.protocol import AnyOf, MaxIterations, MaxSeconds, StopCriterion
from routing.errors import EngineError, ProblemError
from routing.files import ProblemFile, read_json, read_problem
from routing.kernel.cache import ready
from routing.relaxed_start import relaxed_start
from routing.solution import Solution
from routing.solving import ENGINES, solve

RELAXED_SHARE = 0.4
"""The part of the time spent on a problem's easier half, where the compiled search does not know the whole."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command; 0 done, 1 the solution breaks rules or no engine could solve it, 2 bad input."""
    chosen = _parser().parse_args(arguments)
    try:
        if chosen.command == "solve":
            return _solve(chosen)
        if chosen.command == "bench":
            return run_bench(chosen)
        if chosen.command == "warm":
            return _warm()
        return _check(chosen)
    except (ProblemError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except EngineError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except MemoryError:
        sys.stderr.write("There is not enough memory for a problem of this size: plan it in parts.\n")
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m routing", description="Vehicle routing with food clocks.")
    commands = parser.add_subparsers(dest="command", required=True)
    solving = commands.add_parser(
        "solve", help="solve a problem, ours or VROOM's, and print the solution in its format"
    )
    solving.add_argument("problem", type=Path)
    solving.add_argument("--seconds", type=_seconds, default=10.0, help="wall time (default 10)")
    solving.add_argument("--iterations", type=_count, help="stop after so many iterations instead (reproducible)")
    solving.add_argument("--seed", type=int, default=0)
    solving.add_argument(
        "--threads", type=_count, help="cores to use (default: one, and all where a problem is solved in parts)"
    )
    solving.add_argument("--engine", choices=sorted(ENGINES), default="portfolio")
    solving.add_argument("--output", type=Path, help="write the solution here, not to the screen")
    checking = commands.add_parser("check", help="list every rule that a solution breaks")
    checking.add_argument("problem", type=Path)
    checking.add_argument("solution", type=Path)
    add_bench(commands)
    commands.add_parser(
        "warm", help="compile the search for this machine, once (a minute or two); then it starts at once"
    )
    return parser


def _seconds(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 10**6:
        raise argparse.ArgumentTypeError("must lie between 0 and a million seconds")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 0:
        raise argparse.ArgumentTypeError("must be 0 or more")
    return value


def _start(file: ProblemFile, chosen: argparse.Namespace) -> tuple[Solution | None, float]:
    """Where the default engine begins, and the seconds it took to find: the document's own routes come first."""
    began, start = monotonic(), file.start
    if start is None and chosen.engine == Portfolio.name:
        limit = MaxSeconds(chosen.seconds * RELAXED_SHARE)
        stop: StopCriterion = limit if chosen.iterations is None else MaxIterations(chosen.iterations)
        start = relaxed_start(file.problem, stop=stop, seed=chosen.seed)
    return start, monotonic() - began


def _solve(chosen: argparse.Namespace) -> int:
    file = read_problem(chosen.problem)
    for warning in file.warnings:
        sys.stderr.write(f"{warning}\n")
    start, spent_s = _start(file, chosen)
    stop: StopCriterion = MaxSeconds(max(0.0, chosen.seconds - spent_s))
    if chosen.iterations is not None:
        stop = AnyOf(MaxIterations(chosen.iterations))
    solution = solve(
        file.problem, stop=stop, seed=chosen.seed, engine=chosen.engine, initial=start, threads=chosen.threads
    )
    solution = replace(solution, elapsed_s=solution.elapsed_s + spent_s)
    text = json.dumps(file.written(solution), indent=1) + "\n"
    if chosen.output is not None:
        chosen.output.write_text(text, encoding="utf-8")
    else:
        sys.stdout.write(text)
    return 0


def _warm() -> int:
    if not ready():
        sys.stderr.write("Compiling the planner for this machine: one to two minutes, once per change of it ...\n")
    warm()
    return 0


def _check(chosen: argparse.Namespace) -> int:
    violations = read_problem(chosen.problem).violations(read_json(chosen.solution))
    for violation in violations:
        sys.stdout.write(f"{violation.rule}: {violation.message}\n")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
