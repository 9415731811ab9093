"""The table of the embedded OSRM in blocks of rows: small ones here, large ones by processes of their own, one for each core.

A call of OSRM holds the interpreter's lock, and taking two million numbers out of the tree that it answers takes as long again.
Processes share that work between the cores, and pages of this process are answered meanwhile. They map the same files, so
that a graph is in memory once.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from logistics.gateways.roads import osrm_engine
from logistics.gateways.roads.asked_points import whole
from logistics.gateways.roads.port import LatLon, RoadsUnavailable

ALONE_CELLS = 600_000
"""Up to so many pairs are asked for in this process: starting others takes longer."""
_MOST_PROCESSES = 4
_CELLS_HERE = 500_000
"""A call for so many pairs takes about a tenth of a second, in which nothing else of this process runs."""
_CELLS_ELSEWHERE = 2_000_000
"""Bounds the memory of one answer, which is 80 bytes a pair until its numbers are taken out."""
_LEAST_ROWS = 250
"""Each call searches once from every destination, so calls for a few sources each would search again and again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Rows `rows` of the table of these places. `with_snaps`: also how far each place is from its road."""

    graph: Path
    places: tuple[LatLon, ...]
    anchor: LatLon
    rows: range
    with_snaps: bool


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Rows:
    """Whole seconds and metres as in a RoadMatrix; `snap_m` is empty when it was not asked for."""

    rows: range
    durations_s: NDArray[np.int32]
    distances_m: NDArray[np.int32]
    snap_m: NDArray[np.float64]


class TableBlocks:
    """Makes tables block by block. Its processes start with the first large table and stay. Safe to share between threads."""

    def __init__(self, processes: int | None = None, *, alone_cells: int = ALONE_CELLS) -> None:
        self._alone_cells = alone_cells
        self._processes = min(_MOST_PROCESSES, len(os.sched_getaffinity(0))) if processes is None else processes
        self._pool: ProcessPoolExecutor | None = None
        self._starting = threading.Lock()

    def of(self, graph: Path, engine: osrm_engine.Engine, places: tuple[LatLon, ...], anchor: LatLon) -> Iterator[Rows]:
        """All rows in order, the first with the snap distances. Raises RuntimeError from OSRM, RoadsUnavailable for a lost process."""
        n = len(places)
        alone = n * n <= self._alone_cells or self._processes == 1
        most = _CELLS_HERE if alone else min(_CELLS_ELSEWHERE, n * -(-n // self._processes))
        step = max(_LEAST_ROWS, most // max(1, n))
        asked = [
            Asked(
                graph=graph,
                places=places,
                anchor=anchor,
                rows=range(start, min(n, start + step)),
                with_snaps=start == 0,
            )
            for start in range(0, n, step)
        ]
        if alone:
            return (rows_of(engine, each) for each in asked)
        return self._elsewhere(asked)

    def close(self) -> None:
        """End the processes. Not needed where the interpreter ends by itself, only in a child of multiprocessing."""
        with self._starting:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, cancel_futures=True)

    def _elsewhere(self, asked: Sequence[Asked]) -> Iterator[Rows]:
        pool = self._started()
        waiting: deque[Future[Rows]] = deque()
        try:
            waiting.extend(pool.submit(_rows_here, each) for each in asked)
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            self._give_up(pool)
            raise RoadsUnavailable(
                "A process that looks up roads was ended from outside, most likely for want of memory. Try again; if it "
                "happens again, close other programs or plan fewer places at a time."
            ) from error
        finally:
            for each in waiting:
                each.cancel()

    def _give_up(self, pool: ProcessPoolExecutor) -> None:
        """The next table starts processes anew."""
        with self._starting:
            if self._pool is pool:
                self._pool = None

    def _started(self) -> ProcessPoolExecutor:
        """A fresh interpreter for each process: forks of a process with threads may hang."""
        with self._starting:
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    self._processes, mp_context=multiprocessing.get_context("spawn"), initializer=_begin
                )
            return self._pool


def rows_of(engine: osrm_engine.Engine, asked: Asked) -> Rows:
    """One block, by this engine. No limit on how far a place may be from its road: the caller looks at `snap_m`."""
    answer = osrm_engine.table(
        engine, asked.places, radius_m=None, anchor=asked.anchor, sources=asked.rows, with_snaps=asked.with_snaps
    )
    durations_s, distances_m = whole(answer.durations_s, answer.distances_m)
    return Rows(rows=asked.rows, durations_s=durations_s, distances_m=distances_m, snap_m=answer.snap_m)


def _begin() -> None:
    # The binding complains on the screen of an engine that is still open when the interpreter ends.
    atexit.register(_engine_here.cache_clear)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """A killed parent leaves nobody behind who waits for work for ever."""
    parent = multiprocessing.parent_process()
    assert parent is not None, "a process of the pool is started by another"
    parent.join()
    os._exit(1)


@lru_cache(maxsize=8)
def _engine_here(graph: Path) -> osrm_engine.Engine:
    return osrm_engine.open_engine(graph)


def _rows_here(asked: Asked) -> Rows:
    return rows_of(_engine_here(asked.graph), asked)
