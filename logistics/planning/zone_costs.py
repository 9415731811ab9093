"""What a charge zone is to the solver: a price on legs that go into it, in the solver's unit.

The charge itself is once for a vehicle and day, which no leg can say (`charges` counts it). So the price stands on the
legs that go in from outside: who stays out pays nothing, who goes in once pays once, and going in again looks dearer than
it is. Who starts inside has paid as soon as they drive: that is a price of the vehicle, and no leg of theirs has one.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.domain.charge_zones import ChargeZone
from logistics.domain.zone_shape import ZoneShape

COST_PER_PENNY = 36
"""A motor mile costs 45 pence (HMRC's approved rate), so a penny is 36 metres, which cost the solver 36."""
MOST_COST = 45_000
"""What one way into a zone costs at most: 45 km of a way around. Two of it are less than one lot of goods is worth, so
serving comes first whatever the price."""
MOST_CROSSED = 6_000
"""Above so many places, ways through a zone between two places outside are not looked at."""

type Bools = NDArray[np.bool_]


class ZoneOnTheWay:
    """A zone over the week's places: which lie inside, and which straight lines between two outside go through it.

    Lines are looked at when a day first asks for them, and remembered: most pairs of a week never meet on one day.
    """

    def __init__(self, zone: ChargeZone, points: Sequence[tuple[float, float]]) -> None:
        self.zone = zone
        self._shape = ZoneShape(zone)
        self._points = np.array(points, dtype=np.float64).reshape(-1, 2)
        self.is_inside = self._shape.holds(self._points)
        size = len(points) if len(points) <= MOST_CROSSED else 0
        self._looked_at = np.zeros((size, size), dtype=np.bool_)
        self._crossed = np.zeros((size, size), dtype=np.bool_)

    @property
    def cost(self) -> int:
        """What going in costs the solver."""
        return min(MOST_COST, COST_PER_PENNY * self.zone.price_pence)

    def goes_in(self, rows: NDArray[np.intp]) -> Bools:
        """Between the places of these rows: which ways go in from outside."""
        inside = self.is_inside[rows]
        into: Bools = ~inside[:, None] & inside[None, :]
        if len(self._crossed):
            self._look(np.unique(rows[~inside]))
            outside = ~inside[:, None] & ~inside[None, :]
            into |= self._crossed[np.ix_(rows, rows)] & outside
        return into

    def _look(self, outside: NDArray[np.intp]) -> None:
        first, second = (outside[side] for side in np.triu_indices(len(outside), k=1))
        new = ~self._looked_at[first, second]
        first, second = first[new], second[new]
        crossed = self._shape.crossed_between(self._points[first], self._points[second])
        self._crossed[first, second] = self._crossed[second, first] = crossed
        self._looked_at[first, second] = True


def zones_on_the_way(
    zones: Sequence[ChargeZone], points: Sequence[tuple[float, float]]
) -> Mapping[uuid.UUID, ZoneOnTheWay]:
    """Each zone over these places, by its id."""
    return {zone.id: ZoneOnTheWay(zone, points) for zone in zones} if points else {}
