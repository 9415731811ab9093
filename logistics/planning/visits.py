"""Door visits of one day: a household's orders for one window are one visit (DOMAIN: visit merging)."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from logistics.domain.vocabulary import Product, TemperatureClass
from logistics.planning.sources import Source
from logistics.planning.week_input import DemandIn, HouseholdIn, WeekInput

DIMENSIONS = ("parcels", "portions", "hot_ml", "cold_ml")
"""What a load is counted in, in this order, everywhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allotted:
    """Food meant for an order: `quantity` portions of a batch, or parcels of a hub, from one source."""

    line: DemandIn
    source_id: str
    batch_id: uuid.UUID | None
    hub_id: uuid.UUID | None
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DoorVisit:
    """One visit: everything allotted to a household for one window, from one or several sources."""

    id: str
    household: HouseholdIn
    window_start_s: int
    window_end_s: int
    items: tuple[Allotted, ...]

    @property
    def source_ids(self) -> tuple[str, ...]:
        """The sources it needs, sorted."""
        return tuple(sorted({item.source_id for item in self.items}))

    @property
    def quantity(self) -> int:
        """Items handed over: portions and parcels."""
        return sum(item.quantity for item in self.items)

    @property
    def people_fed(self) -> int:
        """People who eat of it: a portion is one person's meal, a parcel feeds the household."""
        return sum(
            self.household.people * item.quantity if item.line.product is Product.PARCEL else item.quantity
            for item in self.items
        )


def visits_of(
    allotted: Iterable[Allotted], week_input: WeekInput, midnight_s: int, apart: frozenset[str] = frozenset()
) -> tuple[DoorVisit, ...]:
    """Merge by household and window; households in `apart` (visit ids) get one visit a source instead.

    Apart is for a visit that could not be served whole: half of it may still be.
    """
    groups: dict[tuple[str, ...], list[Allotted]] = defaultdict(list)
    for item in allotted:
        key = (str(item.line.household_id), str(item.line.window_start_s), str(item.line.window_end_s))
        visit_id = ":".join(("visit", *key))
        groups[(visit_id, item.source_id) if visit_id in apart else (visit_id,)].append(item)
    visits = [
        DoorVisit(
            id="|".join(key),
            household=week_input.households[items[0].line.household_id],
            window_start_s=midnight_s + items[0].line.window_start_s,
            window_end_s=midnight_s + items[0].line.window_end_s,
            items=tuple(sorted(items, key=lambda item: (str(item.line.order_id), str(item.batch_id)))),
        )
        for key, items in groups.items()
    ]
    return tuple(sorted(visits, key=lambda visit: visit.id))


def load_of(items: Iterable[Allotted], sources: Mapping[str, Source], portion_ml: int) -> tuple[int, int, int, int]:
    """The load of these items in `DIMENSIONS`."""
    parcels = portions = hot_ml = cold_ml = 0
    for item in items:
        slot = sources[item.source_id].slot
        if slot is None:
            parcels += item.quantity
            continue
        portions += item.quantity
        if slot.temperature is TemperatureClass.HOT:
            hot_ml += item.quantity * portion_ml
        elif slot.temperature is TemperatureClass.CHILLED:
            cold_ml += item.quantity * portion_ml
    return parcels, portions, hot_ml, cold_ml
