"""Large tables by processes of their own: the same figures, and what happens when one of them, or their parent, is killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from logistics.gateways.roads import RoadsUnavailable
from logistics.gateways.roads.osrm_engine import Engine, open_engine
from logistics.gateways.roads.port import LatLon
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from logistics.gateways.roads.table_blocks import Rows, TableBlocks
from tests.logistics.gateways.roads.helsinki import some_points

type Case = tuple[Path, Engine, tuple[LatLon, ...], LatLon]

PARENT = """
import sys
from pathlib import Path
from logistics.gateways.roads.osrm_engine import open_engine
from logistics.gateways.roads.table_blocks import TableBlocks
if __name__ == "__main__":
    graph, latitude, longitude = Path(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    blocks = TableBlocks(2, alone_cells=0)
    place = (latitude, longitude)
    list(blocks.of(graph, open_engine(graph), (place, place), place))
    print("made", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def case(helsinki: tuple[RoadMaps, RoadMap]) -> Case:
    """620 places of the car's graph, in three blocks of rows at least."""
    maps, road_map = helsinki
    graph = maps.graph_path(road_map, RoadProfile.CAR)
    return graph, open_engine(graph), tuple(some_points(620)), road_map.graphs[RoadProfile.CAR].anchor


@pytest.fixture
def elsewhere() -> Iterator[TableBlocks]:
    """Two processes, for tables of any size."""
    blocks = TableBlocks(2, alone_cells=0)
    yield blocks
    blocks.close()


def joined(blocks: list[Rows]) -> tuple[np.ndarray, np.ndarray]:
    """The whole tables."""
    assert [at for block in blocks for at in block.rows] == list(range(blocks[-1].rows.stop))
    return np.vstack([block.durations_s for block in blocks]), np.vstack([block.distances_m for block in blocks])


def children_of(pid: int) -> list[int]:
    """Its processes that make tables, without the one that counts what they share."""
    of_it = [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return [each for each in of_it if b"spawn_main" in Path(f"/proc/{each}/cmdline").read_bytes()]


def make_many(blocks: TableBlocks, case: Case) -> None:
    """Until the loss is seen: the pool learns of it a moment after."""
    for _ in range(50):
        list(blocks.of(*case))


def test_processes_make_the_table_that_this_one_makes(case: Case, elsewhere: TableBlocks) -> None:
    """Row for row; the first block alone says how far places are from their roads."""
    here = list(TableBlocks(1).of(*case))
    there = list(elsewhere.of(*case))
    assert len(there) > 1
    for ours, theirs in zip(joined(here), joined(there), strict=True):
        assert np.array_equal(ours, theirs)
    assert np.array_equal(here[0].snap_m, there[0].snap_m)
    assert there[0].snap_m.size == 620
    assert there[1].snap_m.size == 0


def test_a_small_table_starts_no_process(case: Case) -> None:
    """Starting one takes longer than asking."""
    graph, engine, places, anchor = case
    before = children_of(os.getpid())
    list(TableBlocks(2).of(graph, engine, places[:50], anchor))
    assert children_of(os.getpid()) == before


def test_a_process_that_is_killed_is_an_error_and_the_next_table_is_whole(case: Case, elsewhere: TableBlocks) -> None:
    """Nothing of a broken table is used, and nobody has to start anything again."""
    before = set(children_of(os.getpid()))
    whole = joined(list(elsewhere.of(*case)))
    ours = [pid for pid in children_of(os.getpid()) if pid not in before]
    assert ours
    os.kill(ours[0], signal.SIGKILL)
    with pytest.raises(RoadsUnavailable, match="ended from outside"):
        make_many(elsewhere, case)
    again = joined(list(elsewhere.of(*case)))
    assert np.array_equal(again[0], whole[0])
    assert np.array_equal(again[1], whole[1])


def test_nobody_is_left_when_the_parent_is_killed(case: Case, tmp_path: Path) -> None:
    """A process that waits for work for ever would hold a graph in memory until the machine is started again."""
    script = tmp_path / "parent.py"
    script.write_text(PARENT, encoding="utf-8")
    graph, _, _, anchor = case
    parent = subprocess.Popen(
        [sys.executable, script, graph, *map(str, anchor)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )
    assert parent.stdout is not None
    assert parent.stdout.readline() == b"made\n"
    children = children_of(parent.pid)
    assert children
    parent.kill()
    parent.communicate()
    end = time.monotonic() + 60
    while left := [pid for pid in children if Path(f"/proc/{pid}").exists()]:
        assert time.monotonic() < end, f"still there: {left}"
        time.sleep(0.05)
