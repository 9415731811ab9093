"""A town of our own in one small file, for what a real one would leave to chance: a one-way street, steps, a footpath."""

from __future__ import annotations

from pathlib import Path

import osmium

from logistics.gateways.roads.port import LatLon

METRE = 1 / 111_195
"""Degrees of latitude; the town lies on the equator, where a degree of longitude is as long."""


def at(east_m: float, north_m: float) -> LatLon:
    """A place in the town."""
    return north_m * METRE, east_m * METRE


CORNERS = {1: (0, 0), 2: (500, 0), 3: (500, 400), 4: (0, 400), 5: (250, 0), 6: (250, 400)}
WAYS: tuple[tuple[tuple[int, ...], dict[str, str]], ...] = (
    ((1, 5, 2), {"highway": "residential", "name": "South Street"}),
    ((2, 3), {"highway": "residential", "name": "East Street"}),
    ((3, 6, 4), {"highway": "residential", "name": "North Street"}),
    ((4, 1), {"highway": "residential", "name": "West Street", "oneway": "yes"}),
    ((5, 6), {"highway": "steps", "name": "The Steps"}),
)
"""A block of streets, 500 m by 400 m; West Street runs only south; steps cut the block in two."""


def write_town(path: Path) -> Path:
    """The town as an OpenStreetMap file."""
    header = osmium.io.Header()
    header.set("osmosis_replication_timestamp", "2026-11-20T00:00:00Z")
    header.add_box(osmium.osm.Box(-0.001, -0.001, 0.006, 0.005))
    with osmium.SimpleWriter(str(path), header=header) as writer:
        for number, (east_m, north_m) in CORNERS.items():
            latitude, longitude = at(east_m, north_m)
            writer.add_node(osmium.osm.mutable.Node(id=number, location=(longitude, latitude), version=1))
        for number, (nodes, tags) in enumerate(WAYS, start=1):
            writer.add_way(osmium.osm.mutable.Way(id=number, nodes=list(nodes), tags=tags, version=1))
    return path
