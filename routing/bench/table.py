"""Gaps to the best known, side by side: per instance, per class, and overall."""

from collections.abc import Iterable
from statistics import fmean

from routing.bench.rows import Row
from routing.bench.runner import Results

NONE = "-"
LATE, LATE_S = 1.1, 0.2
"""A run that takes longer than so many times its time, and so many seconds, is named below the table."""


def mean_gaps(rows: Iterable[Row]) -> dict[tuple[str, str], float]:
    """(instance, solver) to the mean gap over the seeds that gave an answer."""
    found: dict[tuple[str, str], list[float]] = {}
    for row in rows:
        if row.gap_percent is not None:
            found.setdefault((row.instance, row.solver), []).append(row.gap_percent)
    return {key: fmean(gaps) for key, gaps in found.items()}


def class_gaps(rows: list[Row], solver: str, kind: str | None) -> tuple[float | None, int, int]:
    """The mean of a solver's instance gaps in a class (None: all), on how many instances, of how many run."""
    gaps = mean_gaps(rows)
    names = list(dict.fromkeys(row.instance for row in rows if kind is None or row.kind == kind))
    have = [gaps[name, solver] for name in names if (name, solver) in gaps]
    return (fmean(have) if have else None), len(have), len(names)


def table(results: Results, solvers: tuple[str, ...]) -> str:
    """The whole report as text; a star marks the least gap of a line."""
    rows = results.rows
    kind_of = {row.instance: row.kind for row in rows}
    size_of = {row.instance: str(row.n) for row in rows if row.n}
    lines = [["instance", "class", "n", *solvers]]
    lines += [[name, kind, size_of.get(name, NONE), *_cells(rows, solvers, name)] for name, kind in kind_of.items()]
    for kind in [*dict.fromkeys(kind_of.values()), None]:
        figures = [class_gaps(rows, solver, kind) for solver in solvers]
        label = "mean of all" if kind is None else f"mean of {kind}"
        lines.append([label, "", str(figures[0][2]) if figures else "", *_means(figures)])
    lines.append(["mean cpu seconds", "", "", *(_cpu(rows, solver) for solver in solvers)])
    return "\n".join([*_aligned(lines), "", *_notes(results)])


def _cells(rows: list[Row], solvers: tuple[str, ...], instance: str) -> list[str]:
    gaps = mean_gaps(rows)
    best = min((gaps[instance, solver] for solver in solvers if (instance, solver) in gaps), default=None)
    cells = []
    for solver in solvers:
        mine = [row for row in rows if row.instance == instance and row.solver == solver]
        failed = sum(not row.feasible for row in mine)
        text = _figure(gaps.get((instance, solver)), best)
        cells.append(f"{text} ({failed} of {len(mine)} failed)" if failed else text)
    return cells


def _means(figures: list[tuple[float | None, int, int]]) -> list[str]:
    whole = [gap for gap, have, total in figures if gap is not None and have == total]
    best = min(whole, default=None)
    return [
        _figure(gap, best if have == total else None) + ("" if have in (0, total) else f" (on {have})")
        for gap, have, total in figures
    ]


def _figure(gap: float | None, best: float | None) -> str:
    if gap is None:
        return NONE
    return f"{gap:.3f}{'*' if best is not None and gap <= best + 5e-4 else ' '}"


def _cpu(rows: list[Row], solver: str) -> str:
    spent = [row.cpu_seconds for row in rows if row.solver == solver]
    return f"{fmean(spent):.2f} " if spent else NONE


def _aligned(lines: list[list[str]]) -> list[str]:
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    texts = []
    for line in lines:
        left = [cell.ljust(width) for cell, width in zip(line[:2], widths[:2], strict=True)]
        right = [cell.rjust(width) for cell, width in zip(line[2:], widths[2:], strict=True)]
        texts.append("  ".join([*left, *right]).rstrip())
    return texts


def _notes(results: Results) -> list[str]:
    rows = results.rows
    versions = {row.solver: row.version for row in rows if row.version}
    notes = ["Gap to the best known cost in percent, mean over seeds; costs are the checker's. * least of the line."]
    notes += ["Versions: " + ", ".join(f"{solver} {version}" for solver, version in versions.items())]
    reasons: dict[tuple[str, str, str], list[str]] = {}
    for (solver, entry), why in results.left_out.items():
        reasons.setdefault((solver, entry.kind, why), []).append(entry.name)
    notes += [
        f"Left out: {solver} of {kind}: {', '.join(names)} ({why})" for (solver, kind, why), names in reasons.items()
    ]
    notes += [
        f"Late: {row.solver} took {row.seconds:.1f} s on {row.instance}"
        for row in rows
        if row.feasible and row.seconds > LATE * results.limit_s + LATE_S
    ]
    unknown = sorted({row.instance for row in rows if row.bks is None})
    return notes + ([f"No best known cost: {', '.join(unknown)}"] if unknown else [])
