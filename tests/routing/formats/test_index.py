"""The index says what each file is; a wrong entry is named."""

import json
from pathlib import Path
from typing import Any

import pytest

from routing import ProblemError
from routing.formats import read_index
from tests.routing.formats.files import VRP, write

ENTRY = {"name": "t", "type": "CVRP", "file": "a.vrp", "format": "vrplib", "rounding": "round", "bks": 20}


def test_an_entry_is_read_under_its_own_name_with_its_best_cost(tmp_path: Path) -> None:
    """The gap is counted in the file's units."""
    write(tmp_path, "a.vrp", VRP)
    write(tmp_path, "index.json", json.dumps([ENTRY | {"rounding": "dimacs"}]))
    instance = read_index(tmp_path)[0].read()
    assert (instance.name, instance.kind, instance.best_known, instance.size) == ("t", "CVRP", 20.0, 3)
    assert instance.gap_percent(210) == pytest.approx(5.0)


@pytest.mark.parametrize(
    ("listed", "says"),
    [
        ({"name": "t"}, "list"),
        ([ENTRY, ENTRY], "lists t twice"),
        ([{**ENTRY, "format": "csv"}], "entry 1: there is no format csv"),
        ([ENTRY, {**ENTRY, "name": "u", "rounding": "up"}], "entry 2: there is no rounding up"),
        ([{**ENTRY, "bks": "20"}], "bks"),
        (["t"], "needs the texts"),
    ],
)
def test_a_wrong_index_is_refused(tmp_path: Path, listed: Any, says: str) -> None:
    """One ProblemError, naming the entry."""
    write(tmp_path, "index.json", json.dumps(listed))
    with pytest.raises(ProblemError, match=says):
        read_index(tmp_path)


def test_a_folder_without_an_index_is_a_missing_file(tmp_path: Path) -> None:
    """The error names the file that is looked for."""
    with pytest.raises(FileNotFoundError, match=r"index\.json"):
        read_index(tmp_path)
