"""Which shifts can load at a source and still reach a door in time: what allocation may count on (vectorised over shifts)."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logistics.domain.vocabulary import Product, VehicleKind
from logistics.planning.crews import DayCrew
from logistics.planning.sources import Source
from logistics.planning.travel import Travel
from logistics.planning.week_input import DemandIn, HouseholdIn, WeekInput

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]


@dataclass(slots=True, eq=False)
class DayReach:
    """Reach of one day's crews, alone in their vehicles: going straight from home to the source to the door.

    A necessary condition, so what it refuses no plan can serve; the engine decides what fits together. Two at the door
    is left to the engine, too.
    """

    week_input: WeekInput
    travel: Travel
    crews: Sequence[DayCrew]
    midnight_s: int
    _arrivals: dict[str, Ints] = field(default_factory=dict)
    _suitable: dict[tuple[uuid.UUID, Product], Bools] = field(default_factory=dict)
    _reachable: dict[tuple[str, uuid.UUID], bool] = field(default_factory=dict)
    _ends: Ints | None = None
    _paces: list[tuple[VehicleKind, int]] = field(default_factory=list)
    _pace_of: NDArray[np.intp] | None = None

    def _at_source(self, source: Source) -> Ints:
        """When each crew can begin to load there at the earliest; beyond `closes_s` it is too late."""
        if source.id not in self._arrivals:
            arrive = np.array(
                [
                    crew.start_s
                    + self.travel.seconds_parked(
                        crew.driver.vehicle, crew.driver.site_id, source.site_id, crew.slow_percent
                    )
                    for crew in self.crews
                ],
                dtype=np.int64,
            )
            self._arrivals[source.id] = np.maximum(arrive, source.opens_s)
        return self._arrivals[source.id]

    def _way(self, source: Source, site_id: uuid.UUID) -> Ints:
        if self._pace_of is None:
            paces = [(crew.driver.vehicle, crew.slow_percent) for crew in self.crews]
            self._paces = sorted(set(paces))
            self._pace_of = np.array([self._paces.index(pace) for pace in paces], dtype=np.intp)
        seconds = [self.travel.seconds_parked(kind, source.site_id, site_id, percent) for kind, percent in self._paces]
        ways: Ints = np.array(seconds, dtype=np.int64)[self._pace_of]
        return ways

    def in_time(self, source: Source, line: DemandIn, household: HouseholdIn) -> Bools:
        """Which crews can load at the source and begin service at the door in its window and by the food's clock."""
        if not self.crews:
            return np.zeros(0, dtype=np.bool_)
        rules = self.week_input.rules
        window_start_s = self.midnight_s + line.window_start_s
        window_end_s = self.midnight_s + line.window_end_s
        onward_s = source.service_s + self._way(source, household.site_id) + rules.parking_s
        earliest_load = self._at_source(source)
        # Food held hot is loaded as late as the window allows, so that nothing cools while waiting at the door.
        load = np.clip(window_start_s - onward_s, earliest_load, np.maximum(earliest_load, source.closes_s))
        service = np.maximum(load + onward_s, window_start_s)
        latest: Ints = np.full(len(self.crews), window_end_s, dtype=np.int64)
        if source.clock is not None:
            if source.clock.hold_until_s is None:
                clock = np.full(len(self.crews), source.clock.latest_start_s, dtype=np.int64)
            else:
                clock = np.minimum(load, source.clock.hold_until_s) + source.clock.limit_s
            latest = np.minimum(latest, clock)
        door_s = rules.door_service_s(items=1, floor=household.floor, has_lift=household.has_lift)
        if self._ends is None:
            self._ends = np.array([crew.end_s for crew in self.crews], dtype=np.int64)
        in_time: Bools = (earliest_load <= source.closes_s) & (service <= latest) & (service + door_s <= self._ends)
        return in_time

    def suitable(self, line: DemandIn, household: HouseholdIn) -> Bools:
        """Which crews may go to that door at all and can carry at least one item: needs, blocks, boxes."""
        key = household.id, line.product
        if key not in self._suitable:
            self._suitable[key] = np.array(
                [
                    household.driver_needs <= crew.skills
                    and not crew.is_blocked_at(household.id, self.week_input)
                    and _carries(crew, line.product, self.week_input.rules.portion_ml)
                    for crew in self.crews
                ],
                dtype=np.bool_,
            )
        return self._suitable[key]

    def reachable(self, source: Source, line: DemandIn) -> bool:
        """Whether any crew at all can bring this food to this door."""
        household = self.week_input.households[line.household_id]
        if household.site_id not in self.travel.sites:
            return False
        key = source.id, line.order_id
        if key not in self._reachable:
            able = self.in_time(source, line, household) & self.suitable(line, household)
            self._reachable[key] = bool(np.any(able))
        return self._reachable[key]


def _carries(crew: DayCrew, product: Product, portion_ml: int) -> bool:
    driver = crew.driver
    if product is Product.PARCEL:
        return driver.capacity_parcels > 0 and driver.max_stops > 0
    litres = driver.hot_ml if product is Product.HOT_MEAL else driver.cold_ml
    return driver.capacity_portions > 0 and litres >= portion_ml and driver.max_stops > 0
