"""Building a base map from an extract: simplified, cut into cells, bounded in size, and swapped in when it is complete.

The bounds: a cell weighs at most `MOST_CELL_BYTES` compressed (what is least important is left out of a denser one), and a
level that would need more than `MOST_CELLS` cells is left out whole, so that an extract of a country makes a coarser map
and not a full disk.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.gateways.base_map.cells import AREAS, LEVELS, LINES, MARGIN, UNITS, CellId, Level, cells_within
from logistics.gateways.base_map.extract import Extract, Progress, Shapes, read_extract
from logistics.gateways.base_map.store import (
    ATTRIBUTION,
    FORMAT,
    MANIFEST,
    BaseMap,
    cell_file,
    digest_of,
    read_base_map,
)

if TYPE_CHECKING:
    from shapely import STRtree

MOST_CELL_BYTES = 48_000
MOST_CELLS = 40_000
_LEAST_IMPORTANT = ("path", "service", "stream", "street", "link")
"""What a cell that is too heavy does without, the first first."""


def build_base_map(pbf: Path, target: Path, progress: Progress | None = None) -> BaseMap:
    """Build the base map of `pbf` (an .osm.pbf file) in the folder `target`, in place of the one that may be there.

    The old map stays in use until the new one is complete: a build that fails or is killed changes nothing but a folder
    beside `target` whose name begins with a dot, which the next build removes. `progress` is told what is being done and
    how far it is. Raises BadInput for a file that cannot be used and OSError where the disk refuses.
    """
    tell = progress or (lambda _what, _done: None)
    tell("Reading the extract", 0.0)
    extract = read_extract(pbf)
    levels = [level for level in LEVELS if len(cells_within(extract.bounds, level.zoom)) <= MOST_CELLS]
    if not levels:
        raise BadInput(f"{pbf.name} covers too much for one map. Choose an extract of a region or a city.")
    target.parent.mkdir(parents=True, exist_ok=True)
    _sweep(target)
    draft = target.with_name(f".{target.name}.{os.getpid()}.{uuid4().hex[:8]}")
    try:
        draft.mkdir()
        for n, level in enumerate(levels):
            tell(f"Drawing level {n + 1} of {len(levels)}", 0.3 + 0.7 * n / len(levels))
            _write_level(extract, level, draft)
        _write_manifest(extract, levels, draft)
        made = read_base_map(draft)
        _swap(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    tell("Base map is ready", 1.0)
    return BaseMap(folder=target, manifest=made.manifest)


def _write_level(extract: Extract, level: Level, draft: Path) -> None:
    import shapely

    scale = UNITS * 2**level.zoom
    lines = _merged(_kept(extract.lines, level.lines), named=level.named)
    lines.geometries = shapely.simplify(shapely.transform(lines.geometries, lambda xy: xy * scale), 6)
    areas = _kept(extract.areas, frozenset(AREAS))
    areas.geometries = shapely.simplify(shapely.transform(areas.geometries, lambda xy: xy * scale), 6)
    big = shapely.area(areas.geometries) >= level.least_area
    areas = _where(areas, big)
    line_tree, area_tree = shapely.STRtree(lines.geometries), shapely.STRtree(areas.geometries)
    for cell in cells_within(extract.bounds, level.zoom):
        written = _encoded(
            list(_lines_of(cell, lines, line_tree, level)), list(_areas_of(cell, areas, area_tree)), MOST_CELL_BYTES
        )
        if written is not None:
            file = cell_file(draft, cell)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(written)


def _kept(shapes: Shapes, kinds: frozenset[str]) -> Shapes:
    return _where(shapes, np.array([kind in kinds for kind in shapes.kinds], bool))


def _where(shapes: Shapes, keep: NDArray[np.bool_]) -> Shapes:
    at = np.flatnonzero(keep)
    return Shapes(
        geometries=shapes.geometries[at],
        kinds=[shapes.kinds[i] for i in at],
        names=[shapes.names[i] for i in at],
    )


def _merged(lines: Shapes, *, named: frozenset[str]) -> Shapes:
    """One geometry for each kind and name: ways that follow each other become one line, smaller and better to label."""
    import shapely

    groups: dict[tuple[str, str], list[int]] = {}
    for i, (kind, name) in enumerate(zip(lines.kinds, lines.names, strict=True)):
        groups.setdefault((kind, name if kind in named else ""), []).append(i)
    geometries: list[Any] = []
    kinds: list[str] = []
    names: list[str] = []
    for (kind, name), members in groups.items():
        whole = shapely.line_merge(shapely.union_all(lines.geometries[members]) if name else _many(lines, members))
        parts = shapely.get_parts(whole)
        geometries.extend(parts)
        kinds.extend([kind] * len(parts))
        names.extend([name] * len(parts))
    return Shapes(geometries=np.array(geometries, object), kinds=kinds, names=names)


def _many(lines: Shapes, members: list[int]) -> Any:
    import shapely

    return shapely.multilinestrings(lines.geometries[members])


def _lines_of(
    cell: CellId, lines: Shapes, tree: STRtree, level: Level
) -> Iterator[tuple[str, str, list[NDArray[np.int64]]]]:
    """Kind, name and pieces of what lies in the cell, clipped, in the order of painting."""
    for i in sorted(tree.query(_frame(cell)), key=lambda i: (LINES.index(lines.kinds[i]), i)):
        pieces = [_whole(piece, cell) for piece in _clipped(lines.geometries[i], cell)]
        kept = [piece for piece in pieces if len(piece) > 1]
        if kept:
            yield lines.kinds[i], lines.names[i] if lines.kinds[i] in level.named else "", kept


def _areas_of(cell: CellId, areas: Shapes, tree: STRtree) -> Iterator[tuple[str, list[list[NDArray[np.int64]]]]]:
    """Kind and polygons (outer ring, then holes) of what lies in the cell."""
    for i in sorted(tree.query(_frame(cell)), key=lambda i: (AREAS.index(areas.kinds[i]), i)):
        polygons = []
        for polygon in _clipped(areas.geometries[i], cell):
            rings = [_whole(ring, cell) for ring in (polygon.exterior, *polygon.interiors)]
            if len(rings[0]) > 3:
                polygons.append([ring for ring in rings if len(ring) > 3])
        if polygons:
            yield areas.kinds[i], polygons


def _frame(cell: CellId) -> Any:
    import shapely

    x, y = cell.x * UNITS, cell.y * UNITS
    return shapely.box(x - MARGIN, y - MARGIN, x + UNITS + MARGIN, y + UNITS + MARGIN)


def _clipped(geometry: Any, cell: CellId) -> list[Any]:
    """The parts inside the cell and its margin, of the dimension that they had: touching points are dropped."""
    import shapely

    inside = shapely.clip_by_rect(geometry, *_frame(cell).bounds)
    kind = 2 if shapely.get_dimensions(geometry) == 2 else 1
    parts = shapely.get_parts(shapely.get_parts(inside))
    return [part for part in parts if shapely.get_dimensions(part) == kind and not shapely.is_empty(part)]


def _whole(geometry: Any, cell: CellId) -> NDArray[np.int64]:
    """Whole units from the cell's corner, without repeats."""
    import shapely

    points = np.rint(shapely.get_coordinates(geometry) - (cell.x * UNITS, cell.y * UNITS)).astype(np.int64)
    moved = np.any(points[1:] != points[:-1], axis=1)
    kept: NDArray[np.int64] = points[np.concatenate(([True], moved))]
    return kept


def _encoded(
    lines: list[tuple[str, str, list[NDArray[np.int64]]]],
    areas: list[tuple[str, list[list[NDArray[np.int64]]]]],
    most_bytes: int,
) -> bytes | None:
    """The cell's file, compressed; None where there is nothing in it."""
    if not lines and not areas:
        return None
    left_out: set[str] = set()
    for kind in (None, *_LEAST_IMPORTANT):
        left_out |= {kind} if kind else set()
        drawn = [line for line in lines if line[0] not in left_out]
        names = sorted({name for _, name, _ in drawn if name})
        places = {name: place for place, name in enumerate(names)}
        cell = {
            "names": names,
            "areas": [[AREAS.index(kind), *map(_deltas, polygon)] for kind, polygons in areas for polygon in polygons],
            "lines": [
                [LINES.index(kind), places.get(name, -1), _deltas(piece)]
                for kind, name, pieces in drawn
                for piece in pieces
            ],
        }
        text = json.dumps(cell, separators=(",", ":"), ensure_ascii=False)
        # No time of making in the file: the same extract gives the same bytes.
        written = gzip.compress(text.encode(), mtime=0)
        if len(written) <= most_bytes:
            break
    return written


def _deltas(points: NDArray[np.int64]) -> list[int]:
    steps = np.concatenate((points[:1], np.diff(points, axis=0)))
    flat: list[int] = steps.ravel().tolist()
    return flat


def _write_manifest(extract: Extract, levels: list[Level], draft: Path) -> None:
    files = sorted(draft.rglob("*.gz"))
    manifest = {
        "format": FORMAT,
        "bounds": [round(part, 6) for part in extract.bounds],
        "levels": [level.zoom for level in levels],
        "data_date": extract.data_date.isoformat() if extract.data_date else None,
        "attribution": ATTRIBUTION,
        "cells": len(files),
        "bytes": sum(file.stat().st_size for file in files),
        "version": digest_of(files),
    }
    (draft / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")


def _swap(draft: Path, target: Path) -> None:
    """The new map in the place of the old one; for an instant between two renames there is none, never half of one."""
    old = target.with_name(f".{target.name}.old.{uuid4().hex[:8]}")
    if target.exists():
        target.rename(old)
    draft.rename(target)
    shutil.rmtree(old, ignore_errors=True)


def _sweep(target: Path) -> None:
    """Remove what builds that were killed have left."""
    for left in target.parent.glob(f".{target.name}.*"):
        shutil.rmtree(left, ignore_errors=True)
