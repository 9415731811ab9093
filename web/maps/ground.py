"""What lies below the routes: tiles where their address is set, else the base map of our own, else plain ground."""

from __future__ import annotations

import gzip
import json
import math
from dataclasses import dataclass
from typing import Any

from flask import Response, abort, url_for

from logistics.gateways.base_map import BaseMap, CellId, open_base_map
from logistics.gateways.base_map.cells import Bounds, cells_within
from web.context import services
from web.maps.assets import kept_for_a_year, map_assets, takes_gzip
from web.security.access import public

_EMPTY = gzip.compress(b"null", mtime=0)
MOST_INLINE_BYTES = 3_000_000
"""A map file carries at most so much of the base map, compressed: the near levels are left out of a larger one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """`tile_url` with its `credit`, or `streets` (what `roundsStreets` is told) with its `credit`, or neither."""

    tile_url: str | None = None
    streets: dict[str, Any] | None = None
    credit: str = ""


def current_ground(*, is_secret: bool = False) -> Ground:
    """The ground of this server's maps, as its settings and its home have it.

    A map of a secret address (`is_secret`) has no tiles: whoever serves them would learn where it is.
    """
    settings = services().settings
    if settings.tile_url and not is_secret:
        return Ground(tile_url=settings.tile_url, credit=settings.tile_attribution)
    base_map = open_base_map(settings.home)
    if base_map is None:
        return Ground()
    address = url_for("map_assets.cell", version=base_map.version, zoom=0, x=0, y=0)
    streets = {**_told(base_map), "url": address.removesuffix("0/0/0.json") + "{z}/{x}/{y}.json"}
    return Ground(streets=streets, credit=base_map.credit)


def ground_in_a_file(base_map: BaseMap | None, bounds: Bounds) -> Ground:
    """The base map around these bounds with its cells inside, for a document that opens with no network."""
    if base_map is None:
        return Ground()
    cells: dict[str, Any] = {}
    levels: list[int] = []
    left = MOST_INLINE_BYTES
    for level in base_map.levels:
        around = {cell: base_map.cell(cell) for cell in cells_within(_wider(bounds), level)}
        left -= sum(len(written) for written in around.values() if written is not None)
        if left < 0:
            break
        levels.append(level)
        for cell, written in around.items():
            if written is not None:
                cells[f"{cell.zoom}/{cell.x}/{cell.y}"] = json.loads(gzip.decompress(written))
    if not cells:
        return Ground()
    return Ground(streets={**_told(base_map), "levels": levels, "cells": cells}, credit=base_map.credit)


def _told(base_map: BaseMap) -> dict[str, Any]:
    return {"levels": list(base_map.levels), "bounds": list(base_map.bounds)}


def _wider(bounds: Bounds) -> Bounds:
    """A kilometre more on each side: a map is looked at with its surroundings."""
    west, south, east, north = bounds
    up = 1 / 111.3
    aside = up / max(0.1, math.cos(math.radians((south + north) / 2)))
    return (west - aside, south - up, east + aside, north + up)


@map_assets.get("/streets/<version>/<int:zoom>/<int:x>/<int:y>.json")
@public("streets and parks of OpenStreetMap: nothing about anybody")
def cell(version: str, zoom: int, x: int, y: int) -> Response:
    """A cell of the base map as JSON, `null` where it has nothing. An old version is 404: its cells may have changed."""
    base_map = open_base_map(services().settings.home)
    if base_map is None or base_map.version != version or zoom not in base_map.levels:
        abort(404)
    written = base_map.cell(CellId(zoom, x, y)) or _EMPTY
    packs = takes_gzip()
    response = Response(written if packs else gzip.decompress(written), content_type="application/json")
    if packs:
        response.headers["Content-Encoding"] = "gzip"
    return kept_for_a_year(response)
