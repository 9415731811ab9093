"""Runs a long proof case by case, keeps one row for each, and goes on where it was stopped.

    python -m benchmarks.prove                  lists the proofs
    python -m benchmarks.prove NAME             runs what has not passed yet
    python -m benchmarks.prove NAME --fresh     forgets earlier rows first
    python -m benchmarks.prove NAME --reduced   only the few cases that the tests run too

A proof is a module in `benchmarks/proofs` that holds `PROOF`. Rows go to `benchmarks/rows/NAME.jsonl`.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import benchmarks.proofs

ROWS = Path(__file__).parent / "rows"

type Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """A claim and the cases that would break it.

    `cases(reduced)` names every case, the same names each time; with `reduced` only the few that fit into the tests.
    `run(case)` raises when the claim does not hold, else returns figures worth keeping (JSON values, no personal data).
    """

    claim: str
    cases: Callable[[bool], Sequence[str]]
    run: Callable[[str], Mapping[str, Any]]


def proof_names() -> list[str]:
    """The names that `./dev prove` knows, sorted."""
    return sorted(module.name.replace("_", "-") for module in pkgutil.iter_modules(benchmarks.proofs.__path__))


def load_proof(name: str) -> Proof:
    """The proof of that name. Raises KeyError for a name that `proof_names` does not list."""
    if name not in proof_names():
        raise KeyError(name)
    module = importlib.import_module(f"benchmarks.proofs.{name.replace('-', '_')}")
    proof = module.PROOF
    if not isinstance(proof, Proof):
        raise TypeError(f"{module.__name__}.PROOF is no Proof")
    return proof


def read_rows(path: Path) -> list[Row]:
    """The rows kept so far. A last line torn by a kill is left out; its case runs again."""
    if not path.exists():
        return []
    rows: list[Row] = []
    lines = path.read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines, start=1):
        try:
            rows.append(json.loads(line))
        except json.JSONDecodeError:
            if number < len(lines):
                raise
    return rows


def keep_row(path: Path, row: Row) -> None:
    """Appends one row and waits until the disk has it, so that a kill loses at most the case that was running."""
    path.parent.mkdir(parents=True, exist_ok=True)
    torn = path.exists() and not path.read_bytes().endswith(b"\n") and path.stat().st_size > 0
    with path.open("a", encoding="utf-8") as file:
        file.write(("\n" if torn else "") + json.dumps(row, sort_keys=True) + "\n")
        file.flush()
        os.fsync(file.fileno())


def run_case(proof: Proof, case: str) -> Row:
    """One row: the case, whether the claim held, the seconds it took, and its figures or its error."""
    started = time.monotonic()
    try:
        figures = dict(proof.run(case))
    except Exception as error:  # noqa: BLE001 - whatever goes wrong is what a proof is there to find and keep
        where = traceback.extract_tb(error.__traceback__)[-1]
        message = f"{type(error).__name__} in {Path(where.filename).name}:{where.lineno}: {error}"
        return {"case": case, "ok": False, "seconds": round(time.monotonic() - started, 3), "error": message}
    return {"case": case, "ok": True, "seconds": round(time.monotonic() - started, 3), "figures": figures}


def run_proof(proof: Proof, path: Path, *, reduced: bool, tell: Callable[[str], None]) -> list[Row]:
    """Runs each case whose latest row has not passed; returns the latest row of every case, in the cases' order."""
    latest = {row["case"]: row for row in read_rows(path)}
    cases = list(proof.cases(reduced))
    for number, case in enumerate(cases, start=1):
        if latest.get(case, {}).get("ok"):
            continue
        latest[case] = run_case(proof, case)
        keep_row(path, latest[case])
        verdict = "held" if latest[case]["ok"] else f"BROKEN: {latest[case]['error']}"
        tell(f"{number}/{len(cases)} {case}: {verdict} ({latest[case]['seconds']} s)")
    return [latest[case] for case in cases]


def main(arguments: Sequence[str] | None = None) -> int:
    """The command: 0 when the claim held in every case, 1 when it did not, 2 for a name that is no proof."""
    parser = argparse.ArgumentParser(prog="./dev prove", description="Run a long proof, or list them.")
    parser.add_argument("name", nargs="?")
    parser.add_argument("--fresh", action="store_true", help="forget earlier rows first")
    parser.add_argument("--reduced", action="store_true", help="only the cases that the tests run too")
    options = parser.parse_args(arguments)
    if options.name is None:
        for name in proof_names():
            print(f"{name}: {load_proof(name).claim}")
        return 0
    try:
        proof = load_proof(options.name)
    except KeyError:
        print(f"There is no proof {options.name!r}; there are: {', '.join(proof_names()) or 'none'}", file=sys.stderr)
        return 2
    path = ROWS / f"{options.name}.jsonl"
    if options.fresh:
        path.unlink(missing_ok=True)
    print(proof.claim)
    rows = run_proof(proof, path, reduced=options.reduced, tell=lambda line: print(line, flush=True))
    broken = [row for row in rows if not row["ok"]]
    print(f"{len(rows) - len(broken)} of {len(rows)} cases held; rows in {path}")
    return 1 if broken else 0


if __name__ == "__main__":
    # As __main__ this module holds a second class Proof: the proofs know only the imported one.
    from benchmarks.prove import main as imported_main

    sys.exit(imported_main())
