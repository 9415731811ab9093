"""Time against size, from the rows of `./dev prove city`: the fitted exponent, and a picture.

python -m benchmarks.city_growth [PICTURE]
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.prove import ROWS, Row, read_rows


def exponent(sizes: Sequence[float], seconds: Sequence[float]) -> tuple[float, float]:
    """The e and the factor of the best `factor * size ** e`, by least squares of the logarithms."""
    slope, height = np.polyfit(np.log(sizes), np.log(seconds), 1)
    return float(slope), math.exp(float(height))


def latest(rows: Sequence[Row]) -> list[Row]:
    """The figures of each size that held, the last of each, by size."""
    found = {row["figures"]["orders"]: row["figures"] for row in rows if row["ok"]}
    return [found[orders] for orders in sorted(found)]


def draw(rows: Sequence[Row], path: Path) -> None:
    """CPU and wall seconds against orders, on logarithmic axes; the ending of the path chooses the format."""
    import matplotlib as mpl

    mpl.use("agg")
    from matplotlib import pyplot as plt

    sizes = [row["orders"] for row in rows]
    figure, axes = plt.subplots(figsize=(7, 4.5), layout="constrained")
    for name, label, mark in (("cpu_s", "CPU seconds, all processes", "o"), ("wall_s", "wall seconds", "s")):
        seconds = [row[name] for row in rows]
        power, factor = exponent(sizes, seconds)
        axes.plot(sizes, seconds, mark, label=f"{label}: n to the {power:.2f}")
        axes.plot(sizes, [factor * size**power for size in sizes], "-", color="0.6", linewidth=1)
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.set_xlabel("orders in the week")
    axes.set_ylabel("seconds to a checked plan, two iterations a stop")
    axes.grid(alpha=0.4)
    axes.legend(frameon=False)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main(arguments: Sequence[str]) -> int:
    """Print a line for each size and the exponents; draw them where a path is given. 1: fewer than two sizes held."""
    rows = latest(read_rows(ROWS / "city.jsonl"))
    for row in rows:
        print(
            f"{row['orders']:>7} orders {row['shifts']:>5} shifts {row['wall_s']:>8.1f} s {row['cpu_s']:>8.1f} CPU s "
            f"{row['peak_mb']:>6} MB {row['unserved']:>5} unserved  others {row['others_percent']}%"
        )
    if len(rows) < 2:
        print("Run ./dev prove city first: an exponent needs two sizes at least.")
        return 1
    for name in ("cpu_s", "wall_s"):
        print(f"{name}: n to the {exponent([r['orders'] for r in rows], [r[name] for r in rows])[0]:.2f}")
    if arguments:
        draw(rows, Path(arguments[0]))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
