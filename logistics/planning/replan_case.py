"""What has to be planned again, and what is left as it is: doors and sources of a running day after something went wrong."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from logistics.domain.food import FoodClock
from logistics.domain.planning import StopKind
from logistics.domain.replanning import OVER_ROUTES, FoodOnVan, ReplanReason
from logistics.domain.states import StopState
from logistics.domain.withholding import Withheld
from logistics.planning.replan_short import Loaded, goes_without
from logistics.planning.running_day import LiveItem, LiveRoute, LiveStop, RunningDay
from logistics.planning.sources import goods_sources, hub_sources, meal_sources
from logistics.planning.urgent_food import order_of
from logistics.planning.week_input import HouseholdIn, HubIn

Id = uuid.UUID
DAY_S = 86_400
VAN_WAITS_S = 3600
"""Nobody is asked to stand beside a vehicle with food for longer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplanCase:
    """What happened. `route_id`: whose route cannot go on; `van_site_id`: where its food stands; `to_volunteer_id`: who takes
    it over, where somebody is named; `slot_id`: the donation that comes late or short, with its new times and numbers in the day's
    facts; `loaded`: what drivers counted when they loaded it; `counts`: portions that come in all, by batch, as the desk was told;
    `order_id`: an order that came today, whose food `urgent` is."""

    reason: ReplanReason
    route_id: Id | None = None
    food: FoodOnVan = FoodOnVan.FETCH
    van_site_id: Id | None = None
    to_volunteer_id: Id | None = None
    slot_id: Id | None = None
    loaded: Loaded = field(default_factory=dict)
    counts: Mapping[Id, int] = field(default_factory=dict)
    order_id: Id | None = None
    urgent: tuple[LiveItem, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceNow:
    """Where food can be fetched today: a donor's slot, a hub, or a van that stands somewhere (planning axis)."""

    id: str
    site_id: Id
    opens_s: int
    closes_s: int
    service_s: int
    clock: FoodClock | None = None
    organisation_id: Id | None = None
    slot_id: Id | None = None
    from_route_id: Id | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """A door, or a hub that waits for goods, that is still to be served. `is_open`: it needs somebody to serve it.

    `owner`: whose route it is on; None for an order that came today. `lost`: items of it that are gone and cannot be replaced; the rest can be served without them.
    """

    live: LiveStop
    owner: LiveRoute | None
    household: HouseholdIn | None
    hub: HubIn | None
    items: tuple[LiveItem, ...]
    is_open: bool
    lost: tuple[LiveItem, ...] = ()

    @property
    def withheld(self) -> Withheld | None:
        """Why nobody else may be sent there: what its household has us keep may not be used for anything new."""
        return None if self.household is None or not self.is_open else self.household.withheld

    @property
    def id(self) -> str:
        """Its name in a routing problem."""
        return f"stop:{self.live.id}"

    @property
    def vehicle_id(self) -> str | None:
        """The name in a routing problem of the vehicle whose route it is on."""
        return None if self.owner is None else self.owner.vehicle_id

    @property
    def stop_id(self) -> Id | None:
        """Its row; None where it has none yet."""
        return None if self.owner is None else self.live.id

    @property
    def told_s(self) -> int | None:
        """When its household was told to be at home."""
        return None if self.owner is None else self.live.told_s


def sources_of(day: RunningDay, case: ReplanCase) -> dict[str, SourceNow]:
    """Every place where food of the day is fetched, by name."""
    facts = day.week_input
    slots = {source.id: source for source in (*meal_sources(facts, day.day), *goods_sources(facts, day.day))}
    found = {
        source.id: SourceNow(
            id=source.id,
            site_id=source.site_id,
            opens_s=source.opens_s,
            closes_s=source.closes_s,
            service_s=source.service_s,
            clock=source.clock,
            organisation_id=source.organisation_id,
            slot_id=source.slot.id if source.slot is not None else None,
        )
        for source in (*slots.values(), *hub_sources(facts, day.day))
    }
    for route in day.routes:
        for stop in route.open_stops:
            if stop.kind is StopKind.PICKUP and stop.from_route_id is not None:
                found[van(stop.from_route_id)] = _van_source(day, stop.from_route_id, stop.site_id)
    if case.route_id is not None and case.van_site_id is not None:
        standing = _van_source(day, case.route_id, case.van_site_id)
        found[standing.id] = replace(standing, closes_s=min(standing.closes_s, day.now_s + VAN_WAITS_S))
    return {name: source for name, source in found.items() if source.site_id in facts.places}


def van(route_id: Id) -> str:
    """The name of a van that stands somewhere as a source."""
    return f"van:{route_id}"


def source_of(item: LiveItem, slot_of: Mapping[Id, Id]) -> str | None:
    """The name of the source of an item that is still to be loaded; None for what is on board."""
    if item.on_board:
        return None
    if item.from_route_id is not None:
        return van(item.from_route_id)
    if item.batch_id is not None:
        return f"slot:{slot_of.get(item.batch_id)}"
    return f"hub:{item.hub_id}"


def slots_of_batches(day: RunningDay) -> dict[Id, Id]:
    """Batch -> its slot."""
    return {batch.id: slot.id for slot in day.week_input.slots for batch in slot.batches}


def doors_of(day: RunningDay, case: ReplanCase) -> tuple[Door, ...]:
    """Every door that is still to be served, on every route that is not over."""
    spare = _Spare(day)
    short: Mapping[Id, frozenset[Id]] = {}
    if case.reason is ReplanReason.DONOR_SHORT and case.slot_id is not None:
        short = goes_without(day, case.slot_id, case.loaded, case.counts)
    found: list[Door] = []
    for route in day.routes:
        stops = route.open_stops
        if route.id == case.route_id:  # whoever stands at a door and cannot go on has not served it
            stops = (*(stop for stop in route.settled if stop.state is StopState.ARRIVED), *stops)
        if route.state not in OVER_ROUTES:
            found += (
                _door(day, case, route, stop, spare=spare, short=short.get(stop.id, frozenset()))
                for stop in route.open_stops
                if stop.kind is not StopKind.PICKUP
            )
    if case.urgent:
        found.append(_new_door(day, case))
    return tuple(found)


def _new_door(day: RunningDay, case: ReplanCase) -> Door:
    """The door of an order that came today. Its stop has no row yet, and goes by the order's id until it has."""
    assert case.order_id is not None
    household = day.week_input.households[order_of(day, case.order_id).household_id]
    stop = LiveStop(
        id=case.order_id, sequence=0, number=None, kind=StopKind.DELIVERY, state=StopState.PLANNED, site_id=household.site_id,
        household_id=household.id, organisation_id=None, slot_id=None, from_route_id=None, told_s=0, service_s=0, latest_s=None,
        leg_m=0, leg_s=0, items=case.urgent,
    )  # fmt: skip
    return Door(live=stop, owner=None, household=household, hub=None, items=case.urgent, is_open=True)


def _van_source(day: RunningDay, route_id: Id, site_id: Id) -> SourceNow:
    return SourceNow(
        id=van(route_id),
        site_id=site_id,
        opens_s=day.now_s,
        closes_s=day.midnight_s + DAY_S - 1,
        service_s=day.week_input.rules.hub_pickup_s,
        from_route_id=route_id,
    )


@dataclass(slots=True)
class _Spare:
    """What nobody has yet, given away once."""

    day: RunningDay
    used_portions: dict[Id, int]
    used_parcels: dict[Id, int]

    def __init__(self, day: RunningDay) -> None:
        self.day, self.used_portions, self.used_parcels = day, {}, {}

    def take(self, item: LiveItem) -> bool:
        """Whether there is as much of the same once more; it is taken then."""
        if item.batch_id is not None:
            stock, used, key = self.day.spare_portions, self.used_portions, item.batch_id
        elif item.hub_id is not None:
            stock, used, key = self.day.spare_parcels, self.used_parcels, item.hub_id
        else:
            return False
        if item.quantity < 1 or stock.get(key, 0) - used.get(key, 0) < item.quantity:
            return False
        used[key] = used.get(key, 0) + item.quantity
        return True


def _door(
    day: RunningDay, case: ReplanCase, route: LiveRoute, stop: LiveStop, *, spare: _Spare, short: frozenset[Id]
) -> Door:
    facts = day.week_input
    is_of_the_route = route.id == case.route_id
    items, lost = stop.items, []
    if is_of_the_route:
        kept = []
        for item in stop.items:
            moved = _without_the_van(item, route.id, case.food, spare)
            if moved is None:
                lost.append(item)
            else:
                kept.append(moved)
        items = tuple(kept)
    if short:
        lost = [item for item in stop.items if item.batch_id in short]
        items = tuple(item for item in stop.items if item.batch_id not in short)
    late_slot_id = case.slot_id if case.reason is ReplanReason.DONOR_LATE else None
    waits_for = late_slot_id is not None and _needs_slot(day, stop.items, late_slot_id)
    household = facts.households.get(stop.household_id) if stop.household_id is not None else None
    if household is not None and household.withheld is not None and (is_of_the_route or waits_for):
        items, lost = (), list(stop.items)  # it is taken out now: it was to be anyway
    return Door(
        live=stop,
        owner=route,
        household=household,
        hub=next((hub for hub in facts.hubs if hub.organisation_id == stop.organisation_id), None),
        items=items,
        is_open=is_of_the_route or waits_for,
        lost=tuple(lost),
    )


def _without_the_van(item: LiveItem, route_id: Id, food: FoodOnVan, spare: _Spare) -> LiveItem | None:
    """Where the item comes from now that the route cannot go on; None when it is gone."""
    if not item.on_board:
        return item
    if food is FoodOnVan.FETCH:
        return replace(item, on_board=False, from_route_id=route_id)
    if spare.take(item):
        return replace(item, on_board=False, from_route_id=None, limit_s=None, stated_limit_s=None)
    return None


def _needs_slot(day: RunningDay, items: Iterable[LiveItem], slot_id: Id) -> bool:
    slot_of = slots_of_batches(day)
    return any(
        not item.on_board and item.batch_id is not None and slot_of.get(item.batch_id) == slot_id for item in items
    )
