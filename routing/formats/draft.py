"""What all the formats have in common: places in a plane with demands and times, and a fleet; made into a problem.

Locations keep the files' order: depots first, then customers, so the customer that published routes call 17 is
location 17, stop "17" (or pickup "17"), and vehicle "3" is the file's third. Times equal distances. Nothing but the
rules of the file is stated: no service of a depot, no limit where the file gives none.
"""

from collections import Counter
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt

from routing.errors import ProblemError
from routing.formats.rounding import Rounding
from routing.matrix import IntMatrix, Matrix
from routing.problem import MAX_TIME_S, Need, Pickup, Problem, Stop, Vehicle, Window

PROFILE = "plane"
ANY_TIME = Window(0, MAX_TIME_S)
"""The shift of a vehicle when the file knows no times."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instance:
    """A published problem. Costs of `problem` are `scale` times the units of `best_known` and of the file."""

    name: str
    kind: str
    size: int
    """Customers, or pickups and deliveries together."""
    problem: Problem
    scale: int
    best_known: float | None = None

    def gap_percent(self, cost: int) -> float | None:
        """How far a cost of the problem is above the best known one; None when none is known."""
        if self.best_known is None:
            return None
        return 100.0 * (cost / self.scale - self.best_known) / self.best_known


@dataclass(slots=True, kw_only=True)
class Draft:
    """One file's values in the problem's units, a row for each location."""

    name: str
    kind: str
    rounding: Rounding
    metres: IntMatrix
    depots: int
    demand: npt.NDArray[np.int64]
    windows: npt.NDArray[np.int64] | None = None
    """Rows of earliest and latest start of service; None: any time."""
    service: npt.NDArray[np.int64]
    prize: npt.NDArray[np.int64] | None = None
    """0: must be served."""
    pickup_of: dict[int, int] = field(default_factory=dict)
    """Delivery to pickup."""
    fleet: list[Vehicle]
    money_scale: int = 1
    """What costs are multiplied by besides distances."""

    @property
    def size(self) -> int:
        """Locations that are not depots."""
        return len(self.metres) - self.depots

    def instance(self) -> Instance:
        """The draft as a problem. Raises ProblemError for what `Problem` refuses."""
        return Instance(
            name=self.name,
            kind=self.kind,
            size=self.size,
            problem=Problem(
                dimensions=("load",),
                matrices=(Matrix(profile=PROFILE, durations_s=self.metres, distances_m=self.metres),),
                vehicles=tuple(self.fleet),
                stops=tuple(self._stops()),
                pickups=tuple(self._pickups()),
            ),
            scale=self.rounding.scale * self.money_scale,
        )

    def _pickups(self) -> list[Pickup]:
        counts = Counter(self.pickup_of.values())
        for place, count in counts.items():
            if count > 1:
                raise ProblemError(f"{self.name}: pickup {place}", "belongs to more than one delivery")
        return [
            Pickup(id=str(p), location=p, windows=self._windows(p), service_s=int(self.service[p]))
            for p in sorted(counts)
        ]

    def _stops(self) -> list[Stop]:
        sources = set(self.pickup_of.values())
        return [self._stop(place) for place in range(self.depots, len(self.metres)) if place not in sources]

    def _stop(self, place: int) -> Stop:
        source = self.pickup_of.get(place)
        load = int(self.demand[place if source is None else source])
        prize = 0 if self.prize is None else int(self.prize[place])
        return Stop(
            id=str(place),
            location=place,
            windows=self._windows(place),
            service_s=int(self.service[place]),
            needs=(Need(pickup_id=None if source is None else str(source), load=(load,)),),
            prize=prize or None,
        )

    def _windows(self, place: int) -> tuple[Window, ...]:
        if self.windows is None:
            return ()
        return (Window(int(self.windows[place, 0]), int(self.windows[place, 1])),)


def copies(car: Vehicle, count: int) -> list[Vehicle]:
    """So many vehicles of one kind, numbered from 1."""
    return [replace(car, id=str(number + 1)) for number in range(count)]


def without_surplus(fleet: list[Vehicle], total_load: int) -> list[Vehicle]:
    """The fleet without vehicles that no best answer needs, where the file knows no times and roads are straight.

    Two routes of equal vehicles whose loads fit one vehicle are joined without loss, so in some best answer any two
    carry more than one holds: no kind needs more than 2 x total load / capacity + 1 of its vehicles.
    """
    used: Counter[Vehicle] = Counter()
    kept = []
    for car in fleet:
        kind = replace(car, id="")
        if car.capacity[0] == 0 or used[kind] <= 2 * total_load // car.capacity[0]:
            used[kind] += 1
            kept.append(car)
    return kept
