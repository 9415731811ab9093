"""A problem as arrays that compiled code reads: nodes are stops, then pickups; vehicles that are alike are one kind."""

from typing import NamedTuple

import numpy as np

from routing.kernel.compiling import Bytes, Longs, Records, Shorts


class Tables(NamedTuple):
    """Read-only. Times are seconds; `dist` and `time` hold a layer for each profile, and profile at a speed."""

    stops: int
    pickups: int
    dims: int
    kinds: int
    groups: int
    has_time: bool
    """Whether windows, shifts or times can bind at all."""
    has_duration: bool
    """Whether a route's duration costs or is bounded."""
    has_multi: bool
    """Whether a node has several windows."""
    has_wishes: bool
    replayed: bool
    """Whether candidates are timed by replay: goods are picked up, or several windows meet a price on duration."""
    dist: Shorts
    time: Shorts
    node: Records
    """`NODE`: stops, then pickups."""
    window: Records
    need: Records
    fleet: Records
    """`KIND`: vehicles that are alike."""
    load: Longs
    """All needs of a stop together."""
    need_load: Longs
    capacity: Longs
    """Per kind."""
    limit_of: Shorts
    limit_max: Longs
    supply: Longs
    allowed: Bytes
    """Per stop and kind."""
    wish: Longs
    near: Shorts
    """Per stop: the stops that would follow or precede it well, waiting and lateness counted, best first."""
    close: Shorts
    """Per stop: the nearest others, nearest first; `near` itself where time does not bind."""
    bigger: Shorts
    """Kinds like another in all but room and price, that may take over any route of its."""
    akin: Shorts
    """Kinds that may take over some route of another: the same way of travel and price of time."""


def whole_numbers(*names: str) -> np.dtype[np.void]:
    """A record of whole numbers."""
    return np.dtype([(name, np.int64) for name in names], align=True)


NODE = whole_numbers(
    "place", "service", "parking", "building", "open_s", "close_s", "window_from", "window_to", "delivery",
    "need_from", "need_to", "prize", "group", "far", "bulk",
)  # fmt: skip
"""First opening and last closing; rows of `window` and `need`; the choice it belongs to, -1: none; metres from the first
vehicle's start; the largest share of a capacity its load takes, in millionths."""
WINDOW = whole_numbers("a", "b")
NEED = whole_numbers("pickup", "lag")
"""The pickup's number, -1: on board from the start; the longest time from start of loading to start of service, -1."""
KIND = whole_numbers(
    "dist", "time", "start", "end", "a", "b", "fixed_cost", "per_m", "per_s", "max_doors", "max_duration",
    "max_distance", "limit_from", "limit_to", "bigger_from", "bigger_to", "akin_from", "akin_to",
)  # fmt: skip
"""Layers of `dist` and `time`; places, the end -1 where the route ends at its last stop; the shift; rows of `limit_of`,
`bigger` and `akin`."""
