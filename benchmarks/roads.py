"""The road matrix: our port against OSRM's bare `Table` call in one run, and the peak memory of large ones.

    python -m benchmarks.roads FILE.osm.pbf --points 1000 --large 5000

Builds the car's graph of the file in a temporary folder. `call` is `Table` alone, whose answer is a tree that holds no
number Python can use yet; `read` is the same with its numbers taken out into arrays, which is what a matrix is. The three
take turns, and the best of each counts, in wall seconds, since the port shares its work between processes; what its first
large table takes, with the start of those processes, is told apart. The large matrix is made in a process of its own, whose
peak is counted with those of the processes it starts.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.graph_build import build_map
from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.osrm_engine import open_engine
from logistics.gateways.roads.port import LatLon
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMaps


def points_of(maps: RoadMaps, count: int) -> list[LatLon]:
    """Places all over the map, drawn from a fixed seed, that are near a road."""
    (road_map,) = maps.all()
    assert road_map.bounds is not None
    south, west, north, east = road_map.bounds
    dice = np.random.default_rng(1)
    router = EmbeddedOsrmRouter(maps, road_map)
    drawn = list(zip(dice.uniform(south, north, 3 * count), dice.uniform(west, east, 3 * count), strict=True))
    near_m = router.snap_distances_m(drawn, VehicleKind.CAR)
    return [point for point, far_m in zip(drawn, near_m, strict=True) if far_m <= router.snap_limit_m][:count]


def compare(maps: RoadMaps, count: int, repeats: int) -> dict[str, float]:
    """Best wall seconds of the bare call, of the call with its numbers read, and of the port; and of the port's `first`."""
    import osrm

    (road_map,) = maps.all()
    router = EmbeddedOsrmRouter(maps, road_map)
    engine = open_engine(maps.graph_path(road_map, RoadProfile.CAR))
    points = points_of(maps, count)
    parameters = osrm.TableParameters(
        coordinates=[(lon, lat) for lat, lon in points], annotations=["duration", "distance"]
    )

    def read() -> Any:
        answer = engine.Table(parameters)
        return [np.array([list(row) for row in answer[name]], np.float64) for name in ("durations", "distances")]

    ways: dict[str, Callable[[], Any]] = {
        "call": lambda: engine.Table(parameters),
        "read": read,
        "port": lambda: router.matrix(points, VehicleKind.CAR),
    }
    best = dict.fromkeys(ways, float("inf"))
    began = time.perf_counter()
    router.matrix(points, VehicleKind.CAR)
    first_s = time.perf_counter() - began
    for _ in range(repeats):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            best[name] = min(best[name], time.perf_counter() - began)
    router.close()
    return {**best, "first": first_s}


def _peaks_mb() -> list[float]:
    """The highest resident memory so far of this process and of each that it has started and that still runs."""
    pids = [os.getpid(), *(int(each) for each in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())]
    lines = [Path(f"/proc/{pid}/status").read_text().splitlines() for pid in pids]
    return [int(line.split()[1]) / 1024 for each in lines for line in each if line.startswith("VmHWM")]


def _large(folder: str, count: int, answers: Any) -> None:
    maps = RoadMaps(Path(folder))
    (road_map,) = maps.all()
    points = points_of(maps, count)
    before_mb = sum(_peaks_mb())
    router = EmbeddedOsrmRouter(maps, road_map)
    began = time.monotonic()
    matrix = router.matrix(points, VehicleKind.CAR)
    wall_s = time.monotonic() - began
    answers.put((len(points), wall_s, before_mb, sum(_peaks_mb()), int(matrix.distances_m.max())))
    router.close()


def main(arguments: list[str]) -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--points", type=int, default=1000)
    parser.add_argument("--large", type=int, default=5000)
    parser.add_argument("--repeats", type=int, default=7)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        maps = RoadMaps(Path(folder))
        build_map(maps, asked.file, [RoadProfile.CAR], now=datetime.now(UTC))
        best = compare(maps, asked.points, asked.repeats)
        print("| points | call, s | call and read | port | its first | port / call | port / call and read |")
        print("|---:|---:|---:|---:|---:|---:|---:|")
        print(
            f"| {asked.points} | {best['call']:.3f} | {best['read']:.3f} | {best['port']:.3f} | {best['first']:.3f} | "
            f"{best['port'] / best['call']:.2f} | {best['port'] / best['read']:.2f} |"
        )
        context = multiprocessing.get_context("spawn")
        answers = context.Queue()
        child = context.Process(target=_large, args=(folder, asked.large, answers))
        child.start()
        count, wall_s, before_mb, peak_mb, longest_m = answers.get(timeout=3600)
        child.join()
        print(
            f"\n{count} x {count}: {wall_s:.1f} s, peak {peak_mb:,.0f} MB (before it {before_mb:,.0f}), longest {longest_m} m"
        )


if __name__ == "__main__":
    main(sys.argv[1:])
