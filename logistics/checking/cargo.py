"""What is on board, stop by stop: loaded before it is handed over, within capacity, in time by the food's clock.

Portions are taken in the order in which they were loaded, so that the oldest is handed over first: the strictest
reading of the clock of food held hot, which starts at loading.
"""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows, StopRows, clock_label, seconds_of
from logistics.domain.planning import StopKind
from logistics.domain.states import RouteState
from logistics.domain.vocabulary import TemperatureClass
from logistics.persistence.tables import DonationSlot, Stop, StopItem

DIMENSIONS = ("parcels", "portions", "hot_ml", "cold_ml")

type Goods = tuple[uuid.UUID | None, uuid.UUID | None, bool]
"""Batch, hub, and whether it is goods for the hub (counted in grams)."""


def cargo_faults(rows: PlanRows) -> Iterator[PlanFault]:
    """Follow every route from its start, with nothing on board, to its end, with nothing left."""
    for route in rows.routes:
        yield from _Cargo(rows, route).follow()
    yield from _from_vans(rows)


def _from_vans(rows: PlanRows) -> Iterator[PlanFault]:
    """No more is fetched from a van that could not go on than it had on board when it stopped."""
    on_board: defaultdict[uuid.UUID, Counter[Goods]] = defaultdict(Counter)
    for route in rows.routes:
        for at in route.stops:
            for item in at.items:
                sign = 1 if at.stop.kind is StopKind.PICKUP else -1
                on_board[route.route.id][_goods_of(item)] += sign * _amount(item)
    for route in rows.routes:
        for at in route.stops:
            if at.stop.from_route_id is None:
                continue
            for item in at.items:
                left = on_board[at.stop.from_route_id]
                left[_goods_of(item)] -= _amount(item)
                if left[_goods_of(item)] < 0:
                    yield PlanFault(
                        rule=PlanRule.PICKUP_ORDER,
                        sentence=f"{route.label}: stop {at.stop.sequence} fetches more from a van than it had on board.",
                        route_id=route.route.id,
                        stop_id=at.stop.id,
                    )


@dataclass(slots=True)
class _Loaded:
    quantity: int
    loading_s: int
    is_history: bool = False
    """Loaded before the route was planned again: if fewer came, or its door was called off, it comes back as a left-over."""


@dataclass(slots=True)
class _Cargo:
    """One route being followed. `load` is counted in DIMENSIONS, as portions and parcels go on and off."""

    rows: PlanRows
    route: RouteRows
    load: Counter[str] = field(default_factory=Counter)
    on_board: dict[Goods, deque[_Loaded]] = field(default_factory=lambda: defaultdict(deque))

    def follow(self) -> Iterator[PlanFault]:
        """Every fault in the order of the stops."""
        for place, at in enumerate(self.route.stops):
            if at.stop.kind is StopKind.PICKUP:
                self._take_on(at, is_history=self.route.is_history(place))
            else:
                yield from self._hand_over(at)
            yield from self._loads(at.stop)
        if self.route.route.state in (RouteState.HANDED_OVER, RouteState.ABORTED):
            return  # what is left on board is fetched by others, or lost: see `_from_vans`
        left = {goods: sum(lot.quantity for lot in lots if not lot.is_history) for goods, lots in self.on_board.items()}
        for goods, quantity in left.items():
            if quantity:
                unit = "g" if goods[2] else "portions or parcels"
                yield self._fault(
                    PlanRule.LEFT_ON_BOARD, None, f"{quantity} {unit} of {self._name(goods)} are never handed over."
                )

    def _fault(self, rule: PlanRule, stop: Stop | None, words: str, order_id: uuid.UUID | None = None) -> PlanFault:
        return PlanFault(
            rule=rule,
            sentence=f"{self.route.label}: {words}",
            route_id=self.route.route.id,
            stop_id=stop.id if stop is not None else None,
            household_id=stop.household_id if stop is not None else None,
            order_id=order_id,
        )

    def _name(self, goods: Goods) -> str:
        batch_id, hub_id, _ = goods
        if batch_id is not None:
            return self.rows.batches[batch_id].dish
        if hub_id is not None:
            return self.rows.organisations[self.rows.hubs[hub_id].organisation_id].code
        return "a thing of no source"

    def _take_on(self, at: StopRows, *, is_history: bool) -> None:
        here_s = self.rows.wall_s(at.stop.service_at, self.route.route.service_date)
        is_van = at.stop.from_route_id is not None
        for item in at.items:
            goods = _goods_of(item)
            loading_s = self.rows.loaded_first_s(at.stop, item.batch_id) if is_van else here_s
            self.on_board[goods].append(_Loaded(_amount(item), loading_s, is_history))
            self.load.update(self._load_of(item))

    def _hand_over(self, at: StopRows) -> Iterator[PlanFault]:
        limits = []
        for item in at.items:
            taken, missing = self._take_off(item)
            self.load.subtract(self._load_of(item))
            if missing:
                words = f"{missing} of {self._name(_goods_of(item))} are handed over that were not loaded before."
                yield self._fault(PlanRule.PICKUP_ORDER, at.stop, words, item.order_id)
            if at.stop.kind is StopKind.DELIVERY:
                latest_s = self._latest_s(item, taken)
                if latest_s is not None:
                    limits.append(latest_s)
                    yield from self._clock(at.stop, item, latest_s)
        yield from self._stated_limit(at.stop, min(limits, default=None))

    def _take_off(self, item: StopItem) -> tuple[list[_Loaded], int]:
        """What the item is taken from, oldest first, and how much of it was never loaded."""
        lots = self.on_board[_goods_of(item)]
        wanted, taken = _amount(item), []
        while wanted and lots:
            part = min(wanted, lots[0].quantity)
            taken.append(_Loaded(part, lots[0].loading_s))
            lots[0].quantity -= part
            wanted -= part
            if not lots[0].quantity:
                lots.popleft()
        return taken, wanted

    def _latest_s(self, item: StopItem, taken: list[_Loaded]) -> int | None:
        """The last second of the day for service to begin; None for what has no clock."""
        batch = self.rows.batches.get(item.batch_id) if item.batch_id is not None else None
        if batch is None:
            return None
        slot, rules = self.rows.slots[batch.slot_id], self.rows.rules
        ready_s = seconds_of(slot.ready_at)
        if slot.temperature is TemperatureClass.CHILLED:
            return ready_s + rules.chilled_limit_s
        if slot.temperature is not TemperatureClass.HOT:
            return None
        return min((_hot_from_s(slot, lot.loading_s) for lot in taken), default=ready_s) + rules.hot_limit_s

    def _clock(self, stop: Stop, item: StopItem, latest_s: int) -> Iterator[PlanFault]:
        service_s = self.rows.wall_s(stop.service_at, self.route.route.service_date)
        if service_s > latest_s:
            words = (
                f"{self.rows.household_ref(stop.household_id)} gets {self._name(_goods_of(item))} at "
                f"{clock_label(service_s)}; it must be there by {clock_label(latest_s)}."
            )
            yield self._fault(PlanRule.CLOCK, stop, words, item.order_id)

    def _stated_limit(self, stop: Stop, latest_s: int | None) -> Iterator[PlanFault]:
        day = self.route.route.service_date
        stated_s = None if stop.latest_at is None else self.rows.wall_s(stop.latest_at, day)
        if stated_s != latest_s:
            stated, true = ("no limit" if limit_s is None else clock_label(limit_s) for limit_s in (stated_s, latest_s))
            yield self._fault(PlanRule.TOTALS, stop, f"stop {stop.sequence} says {stated} is its limit; it is {true}.")

    def _load_of(self, item: StopItem) -> Counter[str]:
        """Goods for the hub take the room of the parcels they weigh; portions take their box's litres."""
        if _goods_of(item)[2]:
            return Counter(parcels=-(-item.weight_g // self.rows.rules.parcel_g))
        if item.batch_id is None:
            return Counter(parcels=item.quantity)
        load = Counter(portions=item.quantity)
        volume_ml = item.quantity * self.rows.rules.portion_ml
        match self.rows.slots[self.rows.batches[item.batch_id].slot_id].temperature:
            case TemperatureClass.HOT:
                load["hot_ml"] = volume_ml
            case TemperatureClass.CHILLED:
                load["cold_ml"] = volume_ml
        return load

    def _loads(self, stop: Stop) -> Iterator[PlanFault]:
        driver = self.rows.driver_of(self.route)
        capacity = {
            "parcels": driver.capacity_parcels,
            "portions": driver.capacity_portions,
            "hot_ml": driver.hot_ml,
            "cold_ml": driver.cold_ml,
        }
        for dimension in DIMENSIONS:
            load, stated = self.load[dimension], stop.load.get(dimension)
            where = f"after stop {stop.sequence} {driver.ref} carries {load} {dimension}"
            if load > capacity[dimension]:
                yield self._fault(PlanRule.CAPACITY, stop, f"{where}, and can take {capacity[dimension]}.")
            if load != stated:
                yield self._fault(PlanRule.LOAD, stop, f"{where}, and the plan says {stated}.")


def _hot_from_s(slot: DonationSlot, loading_s: int) -> int:
    """When the clock of hot food starts: when it is ready; if the donor holds it hot, when loading starts or holding ends."""
    ready_s = seconds_of(slot.ready_at)
    if slot.hot_hold_until is None:
        return ready_s
    return min(max(loading_s, ready_s), seconds_of(slot.hot_hold_until))


def _goods_of(item: StopItem) -> Goods:
    for_the_hub = item.product is None and item.weight_g > 0
    if for_the_hub:
        return item.batch_id, None, True  # the hub of a drop is where it goes, not where it comes from
    return item.batch_id, item.hub_id, False


def _amount(item: StopItem) -> int:
    return item.weight_g if _goods_of(item)[2] else item.quantity
