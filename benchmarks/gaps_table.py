"""The rows of `./dev prove gaps` as tables: a line for each class, then one for each instance, and what misses the claim.

python -m benchmarks.gaps_table
"""

from __future__ import annotations

import sys
from statistics import fmean

from benchmarks.proofs.gaps import MOST_BEHIND, OURS, PEERS
from benchmarks.prove import ROWS, Row, read_rows

SOLVERS = (OURS, *PEERS)


def main() -> int:
    """Print them; 1 where something misses the claim."""
    latest = {row["case"]: row for row in read_rows(ROWS / "gaps.jsonl") if row["ok"]}
    rows = [row for row in latest.values() if not row["case"].startswith("a drawn")]
    print(f"| class | instances | {' | '.join(SOLVERS)} |\n|---|---:|{'---:|' * len(SOLVERS)}")
    missed = []
    for kind in dict.fromkeys(row["figures"]["class"] for row in rows):
        means = {solver: _mean(rows, kind, solver) for solver in SOLVERS}
        some = [row for row in rows if row["figures"]["class"] == kind]
        print(f"| {kind} | {len(some)} | {' | '.join(_figure(means[solver]) for solver in SOLVERS)} |")
        best = min((mean for solver, mean in means.items() if solver != OURS and mean is not None), default=None)
        ours = means[OURS]
        if ours is None or (best is not None and (ours > best or (best > 0.05 and ours == best))):
            missed.append(f"{kind}: {_figure(ours)}, best peer {_figure(best)}")
    print(f"\n| instance | class | {' | '.join(SOLVERS)} |\n|---|---|{'---:|' * len(SOLVERS)}")
    for row in rows:
        gaps = row["figures"]["gaps"]
        print(f"| {row['case']} | {row['figures']['class']} | {' | '.join(_figure(gaps.get(s)) for s in SOLVERS)} |")
        behind = row["figures"]["behind"]
        if behind is not None and behind > MOST_BEHIND:
            missed.append(f"{row['case']}: {behind} points behind the best peer")
    print("\n" + ("Missed: " + "; ".join(missed) if missed else "Nothing misses the claim."))
    return int(bool(missed))


def _mean(rows: list[Row], kind: str, solver: str) -> float | None:
    """Over the class, of a solver that answered on all of it."""
    gaps = [row["figures"]["gaps"].get(solver) for row in rows if row["figures"]["class"] == kind]
    known = [gap for gap in gaps if gap is not None]
    return fmean(known) if len(known) == len(gaps) else None


def _figure(gap: float | None) -> str:
    return "-" if gap is None else f"{gap:.3f}"


if __name__ == "__main__":
    sys.exit(main())
