"""The table's means are means of instances, and what is missing is said."""

from pathlib import Path

import pytest

from routing.bench.plot import plot
from routing.bench.rows import Row
from routing.bench.runner import Results
from routing.bench.table import class_gaps, mean_gaps, table
from tests.routing.bench.folder import make_folder


def row(solver: str, instance: str, gap: float | None, seed: int = 1, kind: str = "CVRP") -> Row:
    """A row of 10 customers with best known cost 100."""
    return Row(
        solver=solver, version="1.0", instance=instance, kind=kind, n=10, seed=seed, seconds=1.0, cpu_seconds=0.5,
        cost=None if gap is None else 100 + gap, bks=100.0, gap_percent=gap, feasible=gap is not None,
    )  # fmt: skip


ROWS = [
    row("ours", "x", 1.0), row("ours", "x", 3.0, seed=2), row("peer", "x", 4.0), row("peer", "x", None, seed=2),
    row("ours", "y", 5.0), row("peer", "y", 1.0),
    row("ours", "z", 0.5, kind="VRPTW"), row("peer", "z", None, kind="VRPTW"),
]  # fmt: skip


def test_an_instance_counts_once_however_many_seeds_it_had() -> None:
    """Seeds are averaged first."""
    assert mean_gaps(ROWS)["x", "ours"] == pytest.approx(2.0)
    assert class_gaps(ROWS, "ours", "CVRP") == (pytest.approx(3.5), 2, 2)
    assert class_gaps(ROWS, "peer", None) == (pytest.approx(2.5), 2, 3)


def test_the_table_marks_the_best_and_names_who_failed_or_was_left_out(tmp_path: Path) -> None:
    """A mean over fewer instances than the others' is no winner."""
    entry = make_folder(tmp_path)[1]
    text = table(Results(limit_s=0.5, rows=ROWS, left_out={("peer", entry): "prizes"}), ("ours", "peer"))
    lines = {line.split("  ")[0]: " ".join(line.split()) for line in text.splitlines() if line}
    assert lines["x"] == "x CVRP 10 2.000* 4.000 (1 of 2 failed)"
    assert lines["y"] == "y CVRP 10 5.000 1.000*"
    assert lines["z"] == "z VRPTW 10 0.500* - (1 of 1 failed)"
    assert lines["mean of CVRP"] == "mean of CVRP 2 3.500 2.500*"
    assert lines["mean of all"] == "mean of all 3 2.500* 2.500 (on 2)"
    assert "Left out: peer of PDPTW: pairs (prizes)" in text
    assert text.count("Late: ours took 1.0 s on x") == 2


def test_the_picture_is_drawn_even_where_answers_are_missing(tmp_path: Path) -> None:
    """A picture of every instance, with a mark for whoever has an answer."""
    pytest.importorskip("matplotlib")
    plot(ROWS, ("ours", "peer"), tmp_path / "gaps.svg")
    drawn = (tmp_path / "gaps.svg").read_text(encoding="utf-8")
    assert drawn.rstrip().endswith("</svg>")
