"""A map with no internet: roads, water and parks of an OpenStreetMap extract, as small files that our own pages draw.

Importing this imports no OSM library: only `build_base_map` does, when it is called.
"""

from __future__ import annotations

from logistics.gateways.base_map.build import build_base_map
from logistics.gateways.base_map.cells import AREAS, LEVELS, LINES, CellId
from logistics.gateways.base_map.store import BaseMap, base_map_folder, open_base_map

__all__ = [
    "AREAS",
    "LEVELS",
    "LINES",
    "BaseMap",
    "CellId",
    "base_map_folder",
    "build_base_map",
    "open_base_map",
]
