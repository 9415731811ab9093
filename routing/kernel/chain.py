"""The changing arrays of one annealing chain: routes in slots, what each position knows, the best so far."""

from typing import NamedTuple

import numpy as np

from routing.kernel.compiling import Longs, Records, Shorts, Words
from routing.kernel.tables import Tables, whole_numbers

COST, BEST, USED, SPARE, ABSENT, ROUND, TOUCHED, LOOSE, FULL, LOOK, WORTH, REMOVED = range(12)
"""Indices into `Chain.num`: current and best cost, routes in use, free slots, stops not served, the iteration's number,
slots changed in it, stops to put back in it, whether a route ran out of columns, the number of the last
insertion, and how many times its prize a stop may cost in this iteration: above 1 lets a route be opened for several;
and how many of the loose stops were served before it."""
SLOT, AT, DELTA, KIND, LENGTH = range(5)
"""Indices into `Chain.found`: the best insertion's slot (the blank one: a new route), column, added cost, kind of a
new route, and in replayed problems the length of `Chain.chosen`."""


class Chain(NamedTuple):
    """Row r of the route arrays is slot r; the last row is blank, for trying new routes. Column 0 is the start."""

    num: Longs
    found: Longs
    dice: Words
    at: Records
    """`COLUMN`, by slot and column."""
    ahead: Longs
    """[slot, column]: duration, earliest and latest start of the part up to here, as the triple of the last axis."""
    behind: Longs
    """The same for the part from here on."""
    route: Records
    """`ROUTE`, by slot."""
    carried: Longs
    stop: Records
    """`STOP`, by stop."""
    free: Longs
    """Vehicles of each kind not in use."""
    hours: Longs
    taken: Longs
    chosen_of: Longs
    """Served stops of each choice."""
    kept_seq: Shorts
    best_seq: Shorts
    line: Records
    """`LINE`, by position: the candidate and its replay."""
    source: Longs
    """Per pickup: scratch of the replay."""
    lags: Longs
    """Rows of loading position, serving position, longest lag."""
    flow: Longs
    """Load changes of the replay."""


COLUMN = np.dtype([("node", np.int32), ("place", np.int32), ("leave", np.int64), ("latest", np.int64)], align=True)
"""Nodes at columns 1 to length; locations at 0 to length + 1 (-1: the route is open there); earliest departure; latest
start of service that keeps all after it on time."""
ROUTE = whole_numbers(
    "length", "kind", "fixed", "metres", "seconds", "money", "doors", "looked", "kept", "kept_length", "kept_kind",
    "best_length", "best_kind", "used", "used_at", "spare", "touched", "joins",
)  # fmt: skip
"""`kind` -1: not in use. `fixed`: columns at the front that stay. `looked`: the last insertion that looked at it, and
`joins` the kind with which it could take that stop, -1 none. `kept`:
the round in which its former route was kept. `used`, `spare`, `touched` are lists of slots; `used_at` the place in one."""
STOP = whole_numbers("where", "column", "absent", "absent_at", "loose", "rank", "mark", "missed")
"""`where`: its slot, -1: not served. `absent` and `loose` (to put back in this iteration) are lists of stops. `mark`: the
last round that made it loose. `missed`: how many plans with fewer routes left it out."""
LINE = whole_numbers("candidate", "chosen", "starts", "early", "late", "gap", "reach", "latest")
"""`chosen`: the best candidate of the current insertion. `early`, `late`: bounds set by ride clocks. `gap`: travel and
parking before; `reach`: all travel and service before."""


def new_chain(tables: Tables, slots: int, columns: int, counts: list[int], seed: int) -> Chain:
    """An empty chain with so many slots of so many columns."""
    rows, stops = slots + 1, tables.stops
    timed = (rows, columns, 3) if tables.has_duration and not tables.replayed else (1, 1, 3)
    route, stop = np.zeros(rows, dtype=ROUTE), np.zeros(stops, dtype=STOP)
    for name in ("kind", "best_kind", "used_at"):
        route[name] = -1
    route["spare"][:slots] = np.arange(slots - 1, -1, -1)
    stop["where"] = -1
    stop["absent"] = stop["absent_at"] = np.arange(stops)

    def longs(*shape: int) -> Longs:
        return np.zeros(shape, dtype=np.int64)

    chain = Chain(
        num=longs(16),
        found=longs(8),
        dice=np.array([_scrambled(seed)], dtype=np.uint64),
        at=np.zeros((rows, columns), dtype=COLUMN),
        ahead=longs(*timed),
        behind=longs(*timed),
        route=route,
        carried=longs(rows, tables.dims),
        stop=stop,
        free=np.array(counts, dtype=np.int64),
        hours=longs(max(1, len(tables.limit_max))),
        taken=longs(max(1, tables.pickups), tables.dims),
        chosen_of=longs(max(1, tables.groups)),
        kept_seq=np.zeros((rows, columns), dtype=np.int32),
        best_seq=np.zeros((rows, columns), dtype=np.int32),
        line=np.zeros(max(columns, stops), dtype=LINE),
        source=longs(max(1, tables.pickups)),
        lags=longs(max(1, len(tables.need)), 3),
        flow=longs(columns, max(1, tables.dims)),
    )
    chain.num[SPARE] = slots
    chain.num[ABSENT] = stops
    chain.num[WORTH] = 1
    return chain


def widened(chain: Chain, columns: int) -> Chain:
    """The same chain with room for longer routes."""
    grown = {}
    for name, across in _COLUMNS.items():
        old = getattr(chain, name)
        if old.shape[across] == 1:
            continue
        shape = list(old.shape)
        shape[across] = max(columns, shape[across])  # `line` may be longer: it holds all stops
        new = np.zeros(shape, dtype=old.dtype)
        new[tuple(slice(0, size) for size in old.shape)] = old
        grown[name] = new
    wider = chain._replace(**grown)
    wider.num[FULL] = 0
    return wider


_COLUMNS = {"at": 1, "ahead": 1, "behind": 1, "kept_seq": 1, "best_seq": 1, "line": 0, "flow": 0}
"""Arrays with columns, and along which axis."""


def _scrambled(seed: int) -> int:
    """A starting word that differs in many bits for neighbouring seeds, and is not 0."""
    word = (seed + 0x9E3779B97F4A7C15) % 2**64
    word = (word ^ (word >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
    return (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64 or 1
