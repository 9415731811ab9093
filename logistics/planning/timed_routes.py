"""A day's routing solution as planned routes: who, where, when, and what changes hands at each stop."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from logistics.domain.planning import CrewRole, StopKind
from logistics.domain.vocabulary import Product
from logistics.planning.crews import DayCrew
from logistics.planning.day_problem import DayProblem
from logistics.planning.plan_values import CrewMember, PlannedItem, PlannedRoute, PlannedStop
from logistics.planning.travel import Travel
from logistics.planning.visits import DIMENSIONS
from routing.solution import Route, Solution, Step, StepKind


@dataclass(frozen=True, slots=True, kw_only=True)
class _Driven:
    """One route being written down. `suppliers`: (index of a stop's step, source) -> index of the pickup step before it
    that supplies it: the latest one."""

    day: DayProblem
    crew: DayCrew
    steps: Sequence[Step]
    suppliers: Mapping[tuple[int, str], int]
    travel: Travel

    def leg(self, index: int) -> tuple[int, int]:
        """Metres and seconds of the way to a step from the step before it."""
        origin = self.day.sites[self.steps[index - 1].location]
        site = self.day.sites[self.steps[index].location]
        kind = self.crew.driver.vehicle
        seconds = self.travel.seconds(kind, origin, site, self.crew.slow_percent)
        return self.travel.metres(kind, origin, site), seconds

    def arrive_s(self, index: int) -> int:
        """When the vehicle is there: a problem's legs hold the parking at their ends (`Travel.block`), a plan's do not."""
        origin, site = (self.day.sites[self.steps[at].location] for at in (index - 1, index))
        return self.steps[index].arrival_s - self.travel.parking_s(self.crew.driver.vehicle, origin, site)


def timed_routes(day: DayProblem, solution: Solution, travel: Travel) -> tuple[PlannedRoute, ...]:
    """The used vehicles' routes, by departure."""
    routes = (timed_route(day, route, travel) for route in solution.routes)
    return tuple(sorted(routes, key=lambda route: (route.departs_s, str(route.shift_id))))


def crew_members(crew: DayCrew) -> tuple[CrewMember, ...]:
    """Driver, and helper where two go."""
    driver = CrewMember(volunteer_id=crew.driver.id, shift_id=crew.shift.id, role=CrewRole.DRIVER)
    if crew.helper is None or crew.helper_shift is None:
        return (driver,)
    return driver, CrewMember(volunteer_id=crew.helper.id, shift_id=crew.helper_shift.id, role=CrewRole.HELPER)


def timed_route(day: DayProblem, route: Route, travel: Travel, *, letter: str = "") -> PlannedRoute:
    """One vehicle's route. Without a letter it gets one when the plan is stored."""
    crew = day.crews[route.vehicle_id]
    driven = _Driven(day=day, crew=crew, steps=route.steps, suppliers=_suppliers(day, route.steps), travel=travel)
    stops = []
    for index, step in enumerate(route.steps):
        if step.kind is StepKind.PICKUP:
            stops.append(_pickup(driven, index))
        elif step.kind is StepKind.STOP:
            stops.append(_hub_drop(driven, index) if step.id in day.lots else _door(driven, index))
    return PlannedRoute(
        day=crew.day,
        shift_id=crew.shift.id,
        volunteer_id=crew.driver.id,
        vehicle=crew.driver.vehicle,
        crew=crew_members(crew),
        departs_s=route.start_s,
        ends_s=route.end_s,
        distance_m=route.distance_m,
        duration_s=route.duration_s,
        stops=tuple(stops),
        letter=letter,
    )


def _source_ids(day: DayProblem, stop_id: str) -> tuple[str, ...]:
    if stop_id in day.visits:
        return day.visits[stop_id].source_ids
    return (day.lots[stop_id][0].source.id,)


def _suppliers(day: DayProblem, steps: Sequence[Step]) -> dict[tuple[int, str], int]:
    """(index of a stop's step, source) -> index of the pickup step that supplies it: the latest one before it."""
    latest: dict[str, int] = {}
    suppliers: dict[tuple[int, str], int] = {}
    for index, step in enumerate(steps):
        if step.kind is StepKind.PICKUP:
            latest[step.id] = index
        elif step.kind is StepKind.STOP:
            for source_id in _source_ids(day, step.id):
                suppliers[index, source_id] = latest[source_id]
    return suppliers


def _stop(driven: _Driven, index: int, *, kind: StopKind, items: tuple[PlannedItem, ...], **whose: Any) -> PlannedStop:
    """A stop with its times, its way and its load; `whose`: the ids of what stands there."""
    step = driven.steps[index]
    leg_m, leg_s = driven.leg(index)
    ids: dict[str, Any] = {"household_id": None, "organisation_id": None, "slot_id": None, "latest_s": None, **whose}
    return PlannedStop(
        kind=kind,
        site_id=driven.day.sites[step.location],
        arrive_s=driven.arrive_s(index),
        service_s=step.service_start_s,
        depart_s=step.departure_s,
        leg_m=leg_m,
        leg_s=leg_s,
        load=dict(zip(DIMENSIONS, step.load, strict=True)),
        items=items,
        **ids,
    )


def _door(driven: _Driven, index: int) -> PlannedStop:
    visit = driven.day.visits[driven.steps[index].id]
    items = tuple(
        PlannedItem(
            order_id=item.line.order_id,
            batch_id=item.batch_id,
            hub_id=item.hub_id,
            product=item.line.product,
            quantity=item.quantity,
        )
        for item in visit.items
    )
    return _stop(
        driven,
        index,
        kind=StopKind.DELIVERY,
        items=items,
        household_id=visit.household.id,
        latest_s=_latest(driven, index, visit.source_ids),
    )


def _hub_drop(driven: _Driven, index: int) -> PlannedStop:
    lot, hub = driven.day.lots[driven.steps[index].id]
    goods = PlannedItem(
        order_id=None, batch_id=lot.batch_id, hub_id=hub.id, product=None, quantity=0, weight_g=lot.weight_g
    )
    return _stop(driven, index, kind=StopKind.HUB_DROP, items=(goods,), organisation_id=hub.organisation_id)


def _pickup(driven: _Driven, index: int) -> PlannedStop:
    source = driven.day.sources[driven.steps[index].id]
    return _stop(
        driven,
        index,
        kind=StopKind.PICKUP,
        items=_loaded(driven, index),
        organisation_id=source.organisation_id,
        slot_id=source.slot.id if source.slot is not None else None,
    )


def _latest(driven: _Driven, index: int, source_ids: Sequence[str]) -> int | None:
    """The strictest food clock at a stop, from when each of its foods was really loaded."""
    limits = []
    for source_id in source_ids:
        clock = driven.day.sources[source_id].clock
        if clock is not None:
            loading = driven.steps[driven.suppliers[index, source_id]]
            limits.append(clock.latest_after_loading_s(loading.service_start_s))
    return min(limits, default=None)


def _loaded(driven: _Driven, index: int) -> tuple[PlannedItem, ...]:
    """What is taken on at this pickup visit, summed by batch, hub and product; goods for the hub by lot."""
    source_id = driven.steps[index].id
    sums: dict[tuple[uuid.UUID | None, uuid.UUID | None, Product], int] = defaultdict(int)
    goods: list[PlannedItem] = []
    for (stop_index, needed), supplied_at in driven.suppliers.items():
        if needed != source_id or supplied_at != index:
            continue
        stop_id = driven.steps[stop_index].id
        if stop_id in driven.day.lots:
            lot, _ = driven.day.lots[stop_id]
            goods.append(
                PlannedItem(
                    order_id=None, batch_id=lot.batch_id, hub_id=None, product=None, quantity=0, weight_g=lot.weight_g
                )
            )
            continue
        for item in driven.day.visits[stop_id].items:
            if item.source_id == source_id:
                sums[item.batch_id, item.hub_id, item.line.product] += item.quantity
    items = [
        PlannedItem(order_id=None, batch_id=batch, hub_id=hub, product=product, quantity=quantity)
        for (batch, hub, product), quantity in sums.items()
    ]
    return tuple(sorted(items, key=lambda item: (str(item.batch_id), str(item.hub_id)))) + tuple(goods)
