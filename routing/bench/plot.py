"""The gaps as a picture: a line for each instance, a mark for each solver, a bar from its best seed to its worst."""

from pathlib import Path
from statistics import fmean

from routing.bench.peers import package
from routing.bench.rows import Row

MARKS = "osD^vPX*"
LINE_INCHES = 0.28


def plot(rows: list[Row], solvers: tuple[str, ...], path: Path) -> None:
    """Write the picture; the ending of `path` chooses its format. Raises EngineError without matplotlib, OSError."""
    matplotlib, _ = package("matplotlib")
    matplotlib.use("agg")
    pyplot, _ = package("matplotlib.pyplot", distribution="matplotlib")
    instances = list(dict.fromkeys((row.kind, row.instance) for row in rows))
    figure, axes = pyplot.subplots(figsize=(9, 1.6 + LINE_INCHES * len(instances)), layout="constrained")
    for number, solver in enumerate(solvers):
        shift = (number - (len(solvers) - 1) / 2) * 0.7 / max(1, len(solvers))
        places, means, down, up = [], [], [], []
        for line, (_, instance) in enumerate(instances):
            gaps = [r.gap_percent for r in rows if r.solver == solver and r.instance == instance]
            have = [gap for gap in gaps if gap is not None]
            if have:
                places.append(line + shift)
                means.append(fmean(have))
                down.append(fmean(have) - min(have))
                up.append(max(have) - fmean(have))
        axes.errorbar(
            means, places, xerr=(down, up), fmt=MARKS[number % len(MARKS)], label=solver, markersize=5, elinewidth=1
        )
    axes.set_yticks(range(len(instances)), [f"{kind}  {name}" for kind, name in instances], fontsize=8)
    axes.set_ylim(len(instances) - 0.5, -0.5)
    axes.set_xscale("symlog", linthresh=0.1, linscale=0.4)
    axes.xaxis.set_major_formatter(lambda gap, _: f"{gap:g}")
    axes.set_xlim(left=min([-0.02, *(1.2 * row.gap_percent for row in rows if row.gap_percent is not None)]))
    axes.grid(axis="x", alpha=0.4)
    axes.set_xlabel("gap to the best known cost, percent (linear below 0.1)")
    axes.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=min(len(solvers), 5), frameon=False)
    figure.savefig(path, dpi=150)
    pyplot.close(figure)
