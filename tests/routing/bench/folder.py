"""A folder with an index of two small instances whose best costs are known by trying everything."""

import json
from pathlib import Path

from routing.engines.plain import Sequences
from routing.formats import Entry, read_index
from routing.problem import Visit, VisitKind
from tests.routing.formats.files import LILIM, VRP

CVRP_BEST = 22
"""0-1-2-0 and 0-3-0: 5 + 5 + 10 and 1 + 1 (4 + 5 fit a vehicle of 10, and 6 with neither)."""
INDEX = [
    {"name": "cvrp", "type": "CVRP", "file": "cvrp.vrp", "format": "vrplib", "rounding": "round", "bks": CVRP_BEST},
    {"name": "pairs", "type": "PDPTW", "file": "pairs.txt", "format": "lilim", "rounding": "exact1000"},
]


def make_folder(folder: Path) -> tuple[Entry, ...]:
    """The files and their index."""
    (folder / "cvrp.vrp").write_text(VRP, encoding="utf-8")
    (folder / "pairs.txt").write_text(LILIM, encoding="utf-8")
    (folder / "index.json").write_text(json.dumps(INDEX), encoding="utf-8")
    return read_index(folder)


def routes(**stops: str) -> Sequences:
    """`routes(v1="1 2")`: vehicle 1 visits stops 1 and 2."""
    return {
        vehicle.removeprefix("v"): [Visit(VisitKind.STOP, name) for name in names.split()]
        for vehicle, names in stops.items()
    }
