"""Which parcels of the week are still open, which leave a hub on which day, and which days routing has refused."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date

from logistics.domain.vocabulary import Fulfilment
from logistics.planning.day_plan import DayPlan, DaySetting
from logistics.planning.parcel_allocation import allocate_parcels, parcel_lines
from logistics.planning.visits import Allotted
from logistics.planning.week_input import DemandIn, WeekInput


class ParcelLedger:
    """Allots the open parcels anew each day, so that what one day could not serve goes on to the days that remain."""

    def __init__(self, week_input: WeekInput) -> None:
        self._week_input = week_input
        self._lines = parcel_lines(week_input)
        self._left: dict[date, tuple[Allotted, ...]] = {}
        self._refused: set[tuple[uuid.UUID, date]] = set()
        self.collections: dict[date, tuple[Allotted, ...]] = {}
        self.offered: Mapping[uuid.UUID, frozenset[tuple[date, uuid.UUID]]] = {}

    def allot(self, day: date, settings: Mapping[date, DaySetting]) -> tuple[Allotted, ...]:
        """Parcels to deliver on `day`, having shared all open ones among `settings` (that day and the later ones)."""
        plan = allocate_parcels(
            self._week_input,
            self.open_lines(),
            {d: [s for s in setting.sources if s.hub is not None] for d, setting in settings.items()},
            {d: setting.reach for d, setting in settings.items()},
            used=self.used(),
            forbidden=frozenset(self._refused),
        )
        if not self.offered:
            self.offered = plan.offered
        self.collections[day] = tuple(i for i in plan.by_day[day] if i.line.fulfilment is Fulfilment.COLLECTION)
        return tuple(i for i in plan.by_day[day] if i.line.fulfilment is Fulfilment.DELIVERY)

    def keep(self, day: date, planned: DayPlan) -> None:
        """Note what the day's routes really take from the hubs, and what they refused."""
        missed = {item.line.order_id for visit in planned.unserved_visits for item in visit.items}
        self._left[day] = tuple(item for item in planned.parcels if item.line.order_id not in missed)
        self._refused |= {(item.line.order_id, day) for item in planned.parcels if item.line.order_id in missed}

    def kept(self, day: date) -> tuple[Allotted, ...]:
        """The parcels that the day's routes really deliver."""
        return self._left.get(day, ())

    def used(self) -> Counter[tuple[date, uuid.UUID]]:
        """Parcels that leave each hub on each day already planned."""
        used: Counter[tuple[date, uuid.UUID]] = Counter()
        for by_day in (self._left, self.collections):
            for day, items in by_day.items():
                for item in items:
                    if item.hub_id is not None:
                        used[day, item.hub_id] += item.quantity
        return used

    def open_lines(self) -> list[DemandIn]:
        """The parcel orders that no day serves yet."""
        done = {item.line.order_id for by_day in (self._left, self.collections) for i in by_day.values() for item in i}
        return [line for line in self._lines if line.order_id not in done]

    def that_fit(self, setting: DaySetting) -> tuple[Allotted, ...]:
        """Open parcels for delivery that this day's hubs still have room for, though routing may have refused them once."""
        room = {
            source.hub.id: source.hub.parcels_per_day - self.used()[setting.day, source.hub.id]
            for source in setting.sources
            if source.hub is not None
        }
        taken = []
        for line in self.open_lines():
            if line.fulfilment is not Fulfilment.DELIVERY or setting.day not in line.days:
                continue
            source = next(
                (
                    s
                    for s in setting.sources
                    if s.hub is not None and room[s.hub.id] >= line.quantity and setting.reach.reachable(s, line)
                ),
                None,
            )
            if source is not None and source.hub is not None:
                room[source.hub.id] -= line.quantity
                taken.append(
                    Allotted(
                        line=line, source_id=source.id, batch_id=None, hub_id=source.hub.id, quantity=line.quantity
                    )
                )
        return tuple(taken)
