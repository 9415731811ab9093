"""A made-up town as an OpenStreetMap extract: three streets, a park with a pond, a railway, and a way that leaves the file."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import osmium
from osmium.osm.mutable import Node, Relation, Way

WEST, SOUTH, EAST, NORTH = -0.080, 51.480, -0.050, 51.500

NODES = {
    1: (-0.079, 51.490), 2: (-0.070, 51.490), 3: (-0.060, 51.4905), 4: (-0.051, 51.491),
    5: (-0.065, 51.481), 6: (-0.065, 51.499),
    11: (-0.075, 51.492), 12: (-0.068, 51.492), 13: (-0.068, 51.497), 14: (-0.075, 51.497),
    21: (-0.073, 51.494), 22: (-0.071, 51.494), 23: (-0.071, 51.495), 24: (-0.073, 51.495),
    31: (-0.079, 51.483), 32: (-0.051, 51.485),
}  # fmt: skip

WAYS = {
    101: ([1, 2], {"highway": "primary", "name": "High Road"}),
    102: ([2, 3, 4], {"highway": "primary", "name": "High Road"}),
    103: ([5, 6], {"highway": "residential", "name": "Fish & Chip Lane"}),
    104: ([11, 12, 13, 14, 11], {}),
    105: ([21, 22, 23, 24, 21], {"natural": "water", "name": "The Pond"}),
    106: ([31, 32], {"railway": "rail", "name": "Main line"}),
    107: ([2, 999], {"highway": "residential", "name": "To the next town"}),
    108: ([11, 21], {"highway": "footway"}),
    109: ([21, 22], {"building": "yes"}),
}

RELATIONS = {
    201: ([("w", 104, "outer"), ("w", 105, "inner")], {"type": "multipolygon", "leisure": "park", "name": "The Park"})
}


def write_town(
    file: Path, *, ways: dict[int, tuple[list[int], dict[str, str]]] | None = None, dated: bool = True
) -> Path:
    """The extract as a file; other `ways` in their place; `dated` False: it does not say how old it is."""
    header = osmium.io.Header()
    header.add_box(osmium.osm.Box(WEST, SOUTH, EAST, NORTH))
    if dated:
        header.set("osmosis_replication_timestamp", "2026-11-02T21:00:00Z")
    ways = WAYS if ways is None else ways
    with osmium.SimpleWriter(str(file), header=header, overwrite=True) as writer:
        stamp = datetime(2026, 11, 1, tzinfo=UTC)
        for key, place in NODES.items():
            writer.add_node(Node(id=key, location=place, version=1, timestamp=stamp))
        for key, (nodes, tags) in ways.items():
            writer.add_way(Way(id=key, nodes=nodes, tags=tags, version=1, timestamp=stamp))
        for key, (members, tags) in RELATIONS.items():
            writer.add_relation(Relation(id=key, members=members, tags=tags, version=1, timestamp=stamp))
    return file
