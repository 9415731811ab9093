"""Travel times and distances between all locations, for one way of travelling."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError

UNREACHABLE = 2**31 - 1
"""A duration or distance of this value means that there is no way."""

MAX_LEG = 10_000_000
"""The longest leg a problem may hold, in seconds or metres."""

IntMatrix = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Matrix:
    """Seconds and metres from each location (row) to each (column) for one profile.

    The arrays are n x n, of integers, 0 on the diagonal, at most `MAX_LEG`, or `UNREACHABLE` in all at once.
    They are copied as int32 and made read-only. `costs`, where given, is what each leg costs besides the vehicle's
    `cost_per_m` x metres (tolls, or somebody else's objective). Raises ProblemError naming the profile.
    """

    profile: str
    durations_s: IntMatrix
    distances_m: IntMatrix
    costs: IntMatrix | None = None

    def __post_init__(self) -> None:
        subject = f"matrix {self.profile}"
        if not self.profile:
            raise ProblemError("matrix", "needs the name of its profile")
        object.__setattr__(self, "durations_s", _checked(self.durations_s, subject, "durations_s"))
        object.__setattr__(self, "distances_m", _checked(self.distances_m, subject, "distances_m"))
        if self.durations_s.shape != self.distances_m.shape:
            raise ProblemError(subject, "durations and distances differ in size")
        if not np.array_equal(self.durations_s == UNREACHABLE, self.distances_m == UNREACHABLE):
            raise ProblemError(subject, "a leg is unreachable in time but not in distance, or the other way round")
        if self.costs is None:
            return
        object.__setattr__(self, "costs", _checked(self.costs, subject, "costs"))
        if self.costs.shape != self.durations_s.shape:
            raise ProblemError(subject, "durations and costs differ in size")
        if not np.array_equal(self.durations_s == UNREACHABLE, self.costs == UNREACHABLE):
            raise ProblemError(subject, "a leg is unreachable in time but has a cost, or the other way round")

    @property
    def size(self) -> int:
        """Number of locations."""
        return int(self.durations_s.shape[0])

    def leg(self, origin: int, destination: int) -> tuple[int, int]:
        """Seconds and metres from one location to another."""
        return int(self.durations_s[origin, destination]), int(self.distances_m[origin, destination])

    def block(self, origins: Sequence[int], destinations: Sequence[int]) -> tuple[IntMatrix, IntMatrix]:
        """Seconds and metres from each of these (row) to each of those (column)."""
        cut = np.ix_(origins, destinations)
        return self.durations_s[cut], self.distances_m[cut]

    def submatrix(self, locations: Sequence[int]) -> "Matrix":
        """The matrix of these locations, in their order."""
        durations_s, distances_m = self.block(locations, locations)
        costs = None if self.costs is None else self.costs[np.ix_(locations, locations)]
        return Matrix(profile=self.profile, durations_s=durations_s, distances_m=distances_m, costs=costs)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Matrix):
            return NotImplemented
        return (
            self.profile == other.profile
            and np.array_equal(self.durations_s, other.durations_s)
            and np.array_equal(self.distances_m, other.distances_m)
            and (self.costs is None) == (other.costs is None)
            and (self.costs is None or other.costs is None or np.array_equal(self.costs, other.costs))
        )

    def __hash__(self) -> int:
        return hash((self.profile, self.durations_s.tobytes()))


def _checked(values: Any, subject: str, name: str) -> IntMatrix:
    raw = np.asarray(values)
    if raw.ndim != 2 or raw.shape[0] != raw.shape[1] or raw.shape[0] == 0:
        raise ProblemError(subject, f"{name} must be square, with at least one location")
    if not np.issubdtype(raw.dtype, np.integer):
        raise ProblemError(subject, f"{name} must hold integers")
    if bool((raw < 0).any()) or bool(((raw > MAX_LEG) & (raw != UNREACHABLE)).any()):
        raise ProblemError(subject, f"{name} must lie between 0 and {MAX_LEG}, or be {UNREACHABLE} for no way")
    if bool((np.diagonal(raw) != 0).any()):
        raise ProblemError(subject, f"{name} must be 0 from a location to itself")
    copy: IntMatrix = np.array(raw, dtype=np.int32, order="C")
    copy.flags.writeable = False
    return copy
