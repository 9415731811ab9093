"""OSRM in this process: the few calls we make of it, with its traps closed. Points are (latitude, longitude).

- It must be told not to look for shared memory, and how far a point may be from a road: left alone it moves a point 80 km
  without a word.
- It puts a point on the nearest street of the mainland, except when all points of one request lie near the same island of
  streets (a gated close): then the same point gives other times in another company. An *anchor*, a point on the mainland
  that goes with every request, makes the answer a matter of the point alone.
- A journey may turn round at its stops (`continue_straight` off), or its legs are not those of the table.
- What it answers is a tree that makes a Python object of each number when it is read, so rows are packed, not listed.
- Errors are RuntimeError; a call holds the interpreter's lock, so large tables are asked in parts.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from logistics.gateways.roads.port import LatLon

type Engine = Any
"""`osrm.OSRM`, which ships no types."""
type Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Seconds and metres from each source (row) to each destination (column); NaN where there is no way.

    `snapped` and `snap_m`: where each destination was put on a road, and how far from where it is.
    """

    durations_s: Floats
    distances_m: Floats
    snapped: tuple[LatLon, ...]
    snap_m: Floats


def open_engine(graph: Path) -> Engine:
    """The graph's files, mapped into memory. Raises RuntimeError when they cannot be opened."""
    import osrm

    return osrm.OSRM(
        algorithm="CH",
        storage_config=str(graph),
        use_shared_memory=False,
        use_mmap=True,
        max_locations_distance_table=-1,
        max_locations_viaroute=-1,
        verbosity="NONE",
    )


def table(
    engine: Engine,
    points: Sequence[LatLon],
    *,
    radius_m: float | None,
    anchor: LatLon | None = None,
    sources: Sequence[int] | None = None,
    with_snaps: bool = True,
) -> Table:
    """Times and distances from the sources (all points, if none are named) to all points; `radius_m` None: unlimited.

    Raises RuntimeError naming the first coordinate that no road is near.
    """
    import osrm

    coordinates = _coordinates(points, anchor)
    n = len(points)
    parameters = osrm.TableParameters(
        coordinates=coordinates,
        sources=list(range(n) if sources is None else sources),
        destinations=list(range(n)),
        annotations=["duration", "distance"],
        radiuses=[] if radius_m is None else [float(radius_m)] * len(coordinates),
        generate_hints=False,
    )
    parameters.skip_waypoints = not with_snaps
    answer = engine.Table(parameters)
    waypoints = list(answer["destinations"]) if with_snaps else []
    return Table(
        durations_s=_packed(answer["durations"], n),
        distances_m=_packed(answer["distances"], n),
        snapped=tuple((float(w["location"][1]), float(w["location"][0])) for w in waypoints),
        snap_m=np.array([float(w["distance"]) for w in waypoints]),
    )


def snap_distances(engine: Engine, points: Sequence[LatLon], anchor: LatLon) -> Floats:
    """How far each point is from the road that `table` would put it on; however far that is."""
    if not points:
        return np.empty(0)
    return table(engine, points, radius_m=None, anchor=anchor, sources=[len(points)]).snap_m


def route(engine: Engine, points: Sequence[LatLon], *, radius_m: float, anchor: LatLon | None) -> list[Any]:
    """The legs of the journey, as OSRM gives them: `steps` with their lines as polylines of precision 6.

    Raises RuntimeError when there is no way, also from the last point to the anchor.
    """
    import osrm

    coordinates = _coordinates(points, anchor)
    answer = engine.Route(
        osrm.RouteParameters(
            coordinates=coordinates,
            radiuses=[float(radius_m)] * len(coordinates),
            continue_straight=False,
            steps=True,
            geometries="polyline6",
            overview="false",
            generate_hints=False,
        )
    )
    legs = list(answer["routes"][0]["legs"])
    return legs[: len(points) - 1]


def _coordinates(points: Sequence[LatLon], anchor: LatLon | None) -> list[tuple[float, float]]:
    everything = (*points, anchor) if anchor is not None else points
    return [(float(longitude), float(latitude)) for latitude, longitude in everything]


def _packed(matrix: Any, columns: int) -> Floats:
    """An OSRM array of arrays as floats. A row with a gap (None) is read the slow way."""
    packing = struct.Struct(f"{columns}d")
    values = np.empty((len(matrix), columns))
    for at, row in enumerate(matrix):
        try:
            packing.pack_into(values[at], 0, *row)
        except struct.error:
            values[at] = np.array([np.nan if value is None else value for value in row], np.float64)
    return values
