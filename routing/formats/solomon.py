"""Solomon's and Homberger's text files: vehicle routing with time windows, one depot, a fleet of equal vehicles."""

import re
from pathlib import Path

import numpy as np

from routing.errors import ProblemError
from routing.formats.draft import PROFILE, Draft, Instance, copies
from routing.formats.rounding import Rounding, distances
from routing.problem import Vehicle, Window

NUMBER = re.compile(r"[-+]?\d+(\.\d+)?")


def read_solomon(path: Path, rounding: Rounding = Rounding.DIMACS) -> Instance:
    """The file as an instance of kind VRPTW. Raises ProblemError for a file of another shape, OSError."""
    rows = [line.split() for line in path.read_text(encoding="utf-8", errors="replace").splitlines()]
    rows = [row for row in rows if row and all(NUMBER.fullmatch(word) for word in row)]
    name = path.stem
    if not rows or len(rows[0]) != 2 or any(len(row) != 7 for row in rows[1:]) or len(rows) < 2:
        raise ProblemError(name, "is no Solomon file: one row of 2 numbers, then rows of 7")
    table = np.array(rows[1:], dtype=np.float64)
    if not np.array_equal(table[:, 0], np.arange(len(table))):
        raise ProblemError(name, "its customers are not numbered 0, 1, 2, ...")
    windows = rounding.whole(table[:, 4:6])
    car = Vehicle(
        id="1",
        profile=PROFILE,
        start=0,
        end=0,
        shift=Window(int(windows[0, 0]), int(windows[0, 1])),
        capacity=(int(rows[0][1]),),
    )
    return Draft(
        name=name,
        kind="VRPTW",
        rounding=rounding,
        metres=distances(table[:, 1:3], rounding, name),
        depots=1,
        demand=table[:, 3].astype(np.int64),
        windows=windows,
        service=rounding.whole(table[:, 6]),
        fleet=copies(car, int(rows[0][0])),
    ).instance()
