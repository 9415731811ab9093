"""Who pays for a charge zone, counted anew: once for a vehicle, day and zone, by the roads that the plan was made with."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date
from itertools import pairwise

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows
from logistics.checking.zone_crossing import Area
from logistics.domain.charge_zones import ChargeZone
from logistics.domain.errors import BadInput
from logistics.domain.weekdays import Weekday
from logistics.gateways.roads.port import LatLon, Router

type Way = tuple[LatLon, LatLon, int, int]
"""From where to where, and from when to when (seconds of the day)."""
type Charge = tuple[str, str, int]
"""The zone's id and name, and pence."""


def charge_faults(rows: PlanRows, roads: Router) -> Iterator[PlanFault]:
    """Every route that states something else than it pays."""
    if rows.zones is None:
        return
    paid: set[tuple[uuid.UUID, date, uuid.UUID]] = set()
    areas = {zone.id: Area(zone.polygons) for zone in rows.zones}
    paths: dict[tuple[LatLon, LatLon], tuple[LatLon, ...]] = {}
    for route in sorted(rows.routes, key=lambda each: (each.route.departs_at, str(each.route.shift_id))):
        paths.clear()
        true: list[Charge] = []
        for zone in rows.zones:
            who = (route.route.volunteer_id, route.route.service_date, zone.id)
            if who not in paid and any(
                areas[zone.id].is_entered_by(_path(way, route, roads, paths))
                for way in _ways_charged(rows, route, zone)
            ):
                paid.add(who)
                true.append((str(zone.id), zone.name, zone.price_pence))
        stated = [(each["zone_id"], each["name"], each["price_pence"]) for each in route.route.charges or ()]
        if any(rows.is_gone(at.stop) for at in route.stops) and set(true) <= set(stated):
            continue  # a way to a door that nobody knows any more may have crossed the zone
        if sorted(stated) != sorted(true):
            yield PlanFault(
                rule=PlanRule.CHARGE,
                sentence=f"{route.label}: it pays {_words(true)}, and the plan says {_words(stated)}.",
                route_id=route.route.id,
            )


def _words(charges: list[Charge]) -> str:
    return " and ".join(f"{pence}p for “{name}”" for _, name, pence in sorted(charges)) or "nothing for charge zones"


def _ways_charged(rows: PlanRows, route: RouteRows, zone: ChargeZone) -> Iterator[Way]:
    """The ways that are driven while the zone charges such a vehicle."""
    day = route.route.service_date
    spans = [(hours.from_s, hours.until_s) for hours in zone.hours if Weekday.of(day) in hours.days]
    if route.route.vehicle not in zone.vehicles or not spans:
        return
    sites = [rows.sites[rows.driver_of(route).site_id], *(rows.sites[at.stop.site_id] for at in route.stops)]
    left_s = rows.wall_s(route.route.departs_at, day)
    for (start, end), at in zip(pairwise(sites), route.stops, strict=True):
        arrives_s = rows.wall_s(at.stop.arrives_at, day)
        is_charged = any(left_s < until_s and from_s < arrives_s for from_s, until_s in spans)
        if at.stop.leg_m and is_charged and start.latitude is not None and end.latitude is not None:
            here, there = ((float(site.latitude or 0), float(site.longitude or 0)) for site in (start, end))
            yield here, there, left_s, arrives_s
        left_s = rows.wall_s(at.stop.departs_at, day)


def _path(
    way: Way, route: RouteRows, roads: Router, known: dict[tuple[LatLon, LatLon], tuple[LatLon, ...]]
) -> tuple[LatLon, ...]:
    """From door to door along the roads; asked once for all zones."""
    here, there, _, _ = way
    if (here, there) not in known:
        try:
            between = roads.route([here, there], route.route.vehicle).points
        except BadInput:  # no such way: the check of the legs says so, and where nobody can drive nobody pays
            return ()
        known[here, there] = (here, *between, there)
    return known[here, there]
