"""How the real numbers of an instance file become the problem's whole ones."""

from enum import StrEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError
from routing.matrix import MAX_LEG, IntMatrix

MAX_LOCATIONS = 15_000
"""Where a full matrix of distances stops being sensible: 15,000 squared are 0.9 GB."""
ROWS_AT_ONCE = 512


class Rounding(StrEnum):
    """A convention that published costs follow; applied to distances, times and money alike."""

    ROUND = "round"
    """To the nearest whole number (CVRPLIB's CVRP, TSPLIB's EUC_2D)."""
    DIMACS = "dimacs"
    """One decimal, cut off (VRPTW in the DIMACS challenge and CVRPLIB)."""
    EXACT1000 = "exact1000"
    """Thousandths, to the nearest: as good as real numbers."""

    @property
    def scale(self) -> int:
        """The problem's units in one unit of the file."""
        return {Rounding.ROUND: 1, Rounding.DIMACS: 10, Rounding.EXACT1000: 1000}[self]

    def whole(self, values: npt.NDArray[Any]) -> npt.NDArray[np.int64]:
        """The values as whole numbers of the problem."""
        nudge = 1e-9 if self is Rounding.DIMACS else 0.5  # a tenth that floating point put just below itself stays one
        return np.floor(self.scale * values + nudge).astype(np.int64)


def distances(coordinates: npt.NDArray[np.float64], rounding: Rounding, name: str) -> IntMatrix:
    """Straight lines between all points (rows of x, y). Raises ProblemError when there are too many, or too far."""
    count = len(coordinates)
    if count > MAX_LOCATIONS:
        raise ProblemError(name, f"has {count} locations; a full matrix is read for {MAX_LOCATIONS} at most")
    made = np.empty((count, count), dtype=np.int32)
    for begin in range(0, count, ROWS_AT_ONCE):
        gap = coordinates[begin : begin + ROWS_AT_ONCE, None, :] - coordinates[None, :, :]
        whole = rounding.whole(np.sqrt(gap[..., 0] ** 2 + gap[..., 1] ** 2))
        if int(whole.max()) > MAX_LEG:
            raise ProblemError(name, f"has a leg longer than {MAX_LEG} in {rounding} units")
        made[begin : begin + ROWS_AT_ONCE] = whole
    return made
