"""`python -m routing bench`, from the folder to the table and the rows."""

import json
from pathlib import Path

import pytest

from routing.__main__ import main
from tests.routing.bench.folder import make_folder

KEYS = [
    "solver", "version", "instance", "class", "n", "seed", "seconds", "cpu_seconds", "cost", "bks", "gap_percent",
    "feasible",
]  # fmt: skip


def test_the_command_prints_a_table_and_writes_a_row_for_each_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Two engines, one instance, two seeds."""
    make_folder(tmp_path)
    wanted = ["--solvers", "insertion,engine:ortools", "--instances", "cvrp", "--seconds", "0.2", "--seeds", "2"]
    assert main(["bench", str(tmp_path), *wanted, "--json", str(tmp_path / "rows.json")]) == 0
    rows = json.loads((tmp_path / "rows.json").read_text(encoding="utf-8"))
    assert [list(row) for row in rows] == [KEYS] * 4
    assert {(row["solver"], row["seed"]) for row in rows} == {
        ("insertion", 1), ("insertion", 2), ("engine:ortools", 1), ("engine:ortools", 2),
    }  # fmt: skip
    assert "mean of CVRP" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("wanted", "code", "says"),
    [
        (["--solvers", "magic"], 1, "there is no solver magic"),
        (["--solvers", ","], 2, "names nobody"),
        (["--solvers", "insertion", "--instances", "nowhere"], 2, "instance nowhere: is not in the index"),
    ],
)
def test_a_wrong_name_is_said_before_anything_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], wanted: list[str], code: int, says: str
) -> None:
    """One line on stderr, and a code that is not 0."""
    make_folder(tmp_path)
    assert main(["bench", str(tmp_path), *wanted]) == code
    assert says in capsys.readouterr().err


@pytest.mark.parametrize("wanted", [["--seconds", "0"], ["--seconds", "nan"], ["--seeds", "0"], ["--threads", "x"]])
def test_numbers_out_of_range_are_refused(tmp_path: Path, wanted: list[str]) -> None:
    """By the command line itself."""
    with pytest.raises(SystemExit) as raised:
        main(["bench", str(tmp_path), *wanted])
    assert raised.value.code == 2
