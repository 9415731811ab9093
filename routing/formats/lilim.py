"""Li and Lim's text files: pickup and delivery with time windows, one depot, a fleet of equal vehicles.

First row: vehicles, capacity, speed. Then a row for each location: number, x, y, demand, earliest, latest, service,
the pickup that supplies it (0: it is a pickup itself), the delivery it supplies. A pickup and its delivery become a
`Pickup` and a `Stop` that needs it: what the vehicle holds between the two, both windows and both services are exact.
"""

from pathlib import Path

import numpy as np

from routing.errors import ProblemError
from routing.formats.draft import PROFILE, Draft, Instance, copies
from routing.formats.rounding import Rounding, distances
from routing.problem import Vehicle, Window


def read_lilim(path: Path, rounding: Rounding = Rounding.EXACT1000) -> Instance:
    """The file as an instance of kind PDPTW. Raises ProblemError for a file of another shape, OSError."""
    rows = [line.split() for line in path.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()]
    name = path.stem
    try:
        fleet = [int(word) for word in rows[0]] if rows else []
        table = np.array(rows[1:], dtype=np.float64)
    except ValueError as error:
        raise ProblemError(name, f"is no Li and Lim file: {error}") from error
    if len(fleet) != 3 or table.ndim != 2 or table.shape[1] != 9 or not np.isfinite(table).all():
        raise ProblemError(name, "is no Li and Lim file: one row of 3 numbers, then rows of 9")
    if not np.array_equal(table[:, 0], np.arange(len(table))):
        raise ProblemError(name, "its locations are not numbered 0, 1, 2, ...")
    if fleet[2] != 1:
        raise ProblemError(name, f"its vehicles drive at speed {fleet[2]}; only 1 is read")
    windows = rounding.whole(table[:, 4:6])
    shift = Window(int(windows[0, 0]), int(windows[0, 1]))
    car = Vehicle(id="1", profile=PROFILE, start=0, end=0, shift=shift, capacity=(fleet[1],))
    demand = table[:, 3].astype(np.int64)
    return Draft(
        name=name,
        kind="PDPTW",
        rounding=rounding,
        metres=distances(table[:, 1:3], rounding, name),
        depots=1,
        demand=demand,
        windows=windows,
        service=rounding.whole(table[:, 6]),
        pickup_of=pairs(name, demand.tolist(), table[:, 7].astype(int).tolist(), table[:, 8].astype(int).tolist()),
        fleet=copies(car, fleet[0]),
    ).instance()


def pairs(name: str, demand: list[int], pickup: list[int], delivery: list[int], depots: int = 1) -> dict[int, int]:
    """Delivery to pickup, by location; both columns must say the same. Raises ProblemError."""
    found: dict[int, int] = {}
    for place in range(depots, len(demand)):
        source, target = pickup[place], delivery[place]
        if (source == 0) == (target == 0) or not 0 <= max(source, target) < len(demand):
            raise ProblemError(f"{name}: location {place}", "is neither a pickup nor a delivery")
        if source == 0:
            continue
        if delivery[source] != place or demand[source] != -demand[place] or demand[source] < 0:
            raise ProblemError(f"{name}: location {place}", f"does not match its pickup {source}")
        found[place] = source
    if 2 * len(found) != len(demand) - depots:
        raise ProblemError(name, "has a pickup without a delivery")
    return found
