"""Who pays for a charge zone, counted on finished routes: once for a vehicle, day and zone, where a way really goes in."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from itertools import pairwise

from logistics.domain.charge_zones import ChargeZone
from logistics.domain.vocabulary import VehicleKind
from logistics.domain.week import axis_s
from logistics.domain.zone_shape import ZoneShape
from logistics.gateways.roads.port import LatLon, Router
from logistics.planning.plan_values import PlannedCharge, PlannedRoute, WeekPlan
from logistics.planning.week_input import WeekInput
from logistics.planning.zone_costs import COST_PER_PENNY


@dataclass(frozen=True, slots=True, kw_only=True)
class DrivenWay:
    """A way that is driven: from where to where, and from when to when (seconds of the day)."""

    here: LatLon
    there: LatLon
    left_s: int
    arrive_s: int


class ChargeCounter:
    """Remembers who has paid for which zone on which day: routes are asked for in the order in which they depart."""

    def __init__(self, zones: Sequence[ChargeZone], roads: Router) -> None:
        self._zones = zones
        self._roads = roads
        self._shapes = {zone.id: ZoneShape(zone) for zone in zones}
        self._paid: set[tuple[uuid.UUID, date, uuid.UUID]] = set()
        self._paths: dict[tuple[LatLon, LatLon, VehicleKind], tuple[LatLon, ...]] = {}

    def charges(
        self, volunteer_id: uuid.UUID, day: date, kind: VehicleKind, ways: Iterable[DrivenWay]
    ) -> tuple[PlannedCharge, ...]:
        """What these ways cost that the same person's earlier ones of the day did not, by name of the zone."""
        driven = tuple(ways)
        charges = []
        for zone in self._zones:
            is_new = (volunteer_id, day, zone.id) not in self._paid
            if is_new and any(self._is_charged(zone, way, day, kind) for way in driven):
                self._paid.add((volunteer_id, day, zone.id))
                charges.append(PlannedCharge(zone_id=zone.id, name=zone.name, price_pence=zone.price_pence))
        return tuple(sorted(charges, key=lambda charge: (charge.name, str(charge.zone_id))))

    def _is_charged(self, zone: ChargeZone, way: DrivenWay, day: date, kind: VehicleKind) -> bool:
        is_time = zone.charges_between(kind, day, way.left_s, way.arrive_s)
        return is_time and self._shapes[zone.id].is_entered_by(self._path(way, kind))

    def _path(self, way: DrivenWay, kind: VehicleKind) -> Sequence[LatLon]:
        """From door to door, along the roads between; asked once for all zones."""
        key = (way.here, way.there, kind)
        if key not in self._paths:
            between = self._roads.route([way.here, way.there], kind).points
            self._paths[key] = (way.here, *between, way.there)
        return self._paths[key]


def with_charges(plan: WeekPlan, week_input: WeekInput, roads: Router) -> WeekPlan:
    """The plan with what each route pays, and their sum in its cost."""
    if not week_input.charge_zones:
        return plan
    counter = ChargeCounter(week_input.charge_zones, roads)
    ordered = sorted(plan.routes, key=lambda route: (route.departs_s, str(route.shift_id)))
    charges = {
        id(route): counter.charges(route.volunteer_id, route.day, route.vehicle, _ways(route, week_input))
        for route in ordered
    }
    routes = tuple(replace(route, charges=charges[id(route)]) for route in plan.routes)
    pence = sum(charge.price_pence for route in routes for charge in route.charges)
    return replace(plan, routes=routes, cost=plan.cost + COST_PER_PENNY * pence)


def _ways(route: PlannedRoute, week_input: WeekInput) -> Iterator[DrivenWay]:
    home = week_input.volunteers[route.volunteer_id].site_id
    points = [week_input.places[site].point for site in (home, *(stop.site_id for stop in route.stops))]
    midnight_s = axis_s(week_input.week, route.day, time())
    left_s = route.departs_s
    for (here, there), stop in zip(pairwise(points), route.stops, strict=True):
        if stop.leg_m:
            yield DrivenWay(here=here, there=there, left_s=left_s - midnight_s, arrive_s=stop.arrive_s - midnight_s)
        left_s = stop.depart_s
