"""`python -m logistics.gateways.roads.graph_trial GRAPH SOUTH WEST NORTH EAST`: open a new graph and route across it.

Prints {"anchor": [latitude, longitude]} as its last line: the point, of a grid over the map, that reaches and is reached
from the most others. Ends with a code above 0 when the graph cannot be opened or has no two points with a way between.
"""

from __future__ import annotations

import json
import sys
from itertools import product
from pathlib import Path

import numpy as np

from logistics.gateways.roads.osrm_engine import open_engine, table

GRID = 10
"""Points along each side of the map."""


def find_anchor(graph: Path, bounds: tuple[float, float, float, float]) -> tuple[float, float]:
    """(latitude, longitude) on the road network's mainland. Raises RuntimeError when there is none."""
    south, west, north, east = bounds
    engine = open_engine(graph)
    grid = [
        (latitude, longitude)
        for latitude, longitude in product(np.linspace(south, north, GRID), np.linspace(west, east, GRID))
    ]
    answer = table(engine, grid, radius_m=None)
    joined = np.isfinite(answer.durations_s)
    reach = joined.sum(axis=0) + joined.sum(axis=1)
    best = int(np.argmax(reach))
    if reach[best] <= 2:  # itself, there and back
        raise RuntimeError("no two points of the map have a way between them")
    return answer.snapped[best]


def main(arguments: list[str]) -> int:
    """Try the graph."""
    graph, *edges = arguments
    south, west, north, east = (float(edge) for edge in edges)
    try:
        anchor = find_anchor(Path(graph), (south, west, north, east))
    except RuntimeError as error:
        print(f"[error] {error}")  # noqa: T201 - the parent reads it
        return 1
    print(json.dumps({"anchor": anchor}))  # noqa: T201 - the parent reads it
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
