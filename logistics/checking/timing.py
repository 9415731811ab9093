"""Can it be driven as it says? Legs by the road router, parking, service, opening hours and pickup windows, in wall time."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from logistics.checking.faults import PlanFault, PlanRule
from logistics.checking.plan_rows import PlanRows, RouteRows, StopRows, clock_label, seconds_of
from logistics.domain.planning import StopKind
from logistics.domain.slow_hours import slowed_s
from logistics.gateways.roads.port import OffTheRoads, RoadMatrix, Router
from logistics.persistence.tables import Site, Stop

type Span = tuple[int, int]


def timing_faults(rows: PlanRows, roads: Router) -> Iterator[PlanFault]:
    """Everything about where and when, stop by stop."""
    for route in rows.routes:
        for at in route.stops:
            yield from _place(rows, route, at)
            yield from _opening(rows, route, at)
        yield from _legs(rows, route, roads)
        yield from _service(rows, route)


def _fault(rule: PlanRule, route: RouteRows, stop: Stop, words: str) -> PlanFault:
    return PlanFault(
        rule=rule,
        sentence=f"{route.label}: {words}",
        route_id=route.route.id,
        stop_id=stop.id,
        household_id=stop.household_id,
    )


def _place(rows: PlanRows, route: RouteRows, at: StopRows) -> Iterator[PlanFault]:
    """The stop stands where its household, donor or hub does, and loads what is there."""
    stop = at.stop
    if not at.items:
        yield _fault(PlanRule.IDLE_STOP, route, stop, f"nothing changes hands at stop {stop.sequence}.")
    if stop.from_route_id is not None:
        return  # where that van stands, somebody on the day has said
    if stop.kind is StopKind.DELIVERY:
        right = rows.households[stop.household_id].site_id if stop.household_id is not None else None
    else:
        right = rows.organisations[stop.organisation_id].site_id if stop.organisation_id is not None else None
    if stop.site_id != right:
        yield _fault(PlanRule.PLACE, route, stop, f"stop {stop.sequence} is not where it should be.")
    if stop.kind is StopKind.PICKUP and not all(_is_there(rows, stop, item.batch_id, item.hub_id) for item in at.items):
        yield _fault(PlanRule.PLACE, route, stop, f"stop {stop.sequence} loads something that is not there.")
    if stop.kind is StopKind.HUB_DROP and not all(
        item.hub_id is not None and rows.hubs[item.hub_id].organisation_id == stop.organisation_id for item in at.items
    ):
        yield _fault(PlanRule.PLACE, route, stop, f"stop {stop.sequence} brings goods to another hub than theirs.")


def _is_there(rows: PlanRows, stop: Stop, batch_id: uuid.UUID | None, hub_id: uuid.UUID | None) -> bool:
    if batch_id is not None and stop.slot_id is not None:
        batch = rows.batches[batch_id]
        return batch.slot_id == stop.slot_id and rows.slots[batch.slot_id].donor_id == stop.organisation_id
    if hub_id is not None and batch_id is None and stop.slot_id is None:
        return rows.hubs[hub_id].organisation_id == stop.organisation_id
    return False


def _opening(rows: PlanRows, route: RouteRows, at: StopRows) -> Iterator[PlanFault]:
    """Loading starts in the donor's window or while the hub is open; goods reach the hub while it is open."""
    stop = at.stop
    if stop.kind is StopKind.DELIVERY:
        return
    span = _span(rows, stop)
    service_s = rows.wall_s(stop.service_at, route.route.service_date)
    if route.is_history(route.stops.index(at)):
        return
    if span is not None and not span[0] <= service_s <= span[1]:
        rule = PlanRule.PICKUP_WINDOW if stop.kind is StopKind.PICKUP else PlanRule.WINDOW
        words = f"stop {stop.sequence} begins at {clock_label(service_s)}, outside "
        yield _fault(rule, route, stop, f"{words}{clock_label(span[0])} to {clock_label(span[1])}.")


def _span(rows: PlanRows, stop: Stop) -> Span | None:
    if stop.slot_id is not None:
        slot = rows.slots[stop.slot_id]
        return seconds_of(slot.ready_at), seconds_of(slot.collect_by)
    for hub in rows.hubs.values():
        if hub.organisation_id == stop.organisation_id:
            return seconds_of(hub.opens_at), seconds_of(hub.closes_at)
    return None


def _legs(rows: PlanRows, route: RouteRows, roads: Router) -> Iterator[PlanFault]:
    driver = rows.driver_of(route)
    day = route.route.service_date
    sites = [rows.sites[driver.site_id], *(rows.sites[at.stop.site_id] for at in route.stops)]
    gone = {place for place, at in enumerate(route.stops, start=1) if rows.is_gone(at.stop)}
    nowhere = [
        at.stop for place, at in enumerate(route.stops, start=1) if place not in gone and sites[place].latitude is None
    ]
    if nowhere or sites[0].latitude is None:
        for stop in nowhere or [at.stop for at in route.stops[:1]]:
            yield _fault(PlanRule.TRAVEL, route, stop, f"stop {stop.sequence} cannot be reached: no place on the map.")
        return
    known = [place for place in range(len(sites)) if place not in gone]
    try:
        matrix = roads.matrix([_point(sites[place]) for place in known], route.route.vehicle)
    except OffTheRoads as error:
        for number in error.points:
            stop = route.stops[max(0, known[number] - 1)].stop
            yield _fault(PlanRule.TRAVEL, route, stop, f"stop {stop.sequence} cannot be reached: no road is near.")
        return
    left_s = rows.wall_s(route.route.departs_at, day)
    for index, at in enumerate(route.stops):
        if route.is_history(index):
            continue
        if index == route.route.resumed_after and route.route.resumed_at is not None:
            left_s = rows.wall_s(route.route.resumed_at, day)
        if not {index, index + 1} & gone:
            yield from _way(rows, route, at.stop, matrix, known.index(index))
        yield from _arrival(rows, route, at.stop, left_s)
        left_s = rows.wall_s(at.stop.departs_at, day)


def _way(rows: PlanRows, route: RouteRows, stop: Stop, matrix: RoadMatrix, origin: int) -> Iterator[PlanFault]:
    """`origin`: which point of the matrix the leg starts at; it ends at the next."""
    usual_s, leg_m = int(matrix.durations_s[origin, origin + 1]), int(matrix.distances_m[origin, origin + 1])
    leg_s = slowed_s(usual_s, rows.slow_percent(route.route.shift_id))
    if (stop.leg_s, stop.leg_m) != (leg_s, leg_m):
        stated = f"and the plan says {stop.leg_s} s and {stop.leg_m} m."
        words = f"the way to stop {stop.sequence} takes {leg_s} s and {leg_m} m, {stated}"
        yield _fault(PlanRule.TRAVEL, route, stop, words)


def _arrival(rows: PlanRows, route: RouteRows, stop: Stop, left_s: int) -> Iterator[PlanFault]:
    """`left_s`: when the vehicle leaves where the leg starts."""
    arrives_s = rows.wall_s(stop.arrives_at, route.route.service_date)
    if arrives_s != left_s + stop.leg_s:
        true, stated = clock_label(left_s + stop.leg_s), clock_label(arrives_s)
        words = f"the way to stop {stop.sequence} ends at {true}, and the plan says {stated}."
        yield _fault(PlanRule.TRAVEL, route, stop, words)


def _point(site: Site) -> tuple[float, float]:
    if site.latitude is None or site.longitude is None:
        raise TypeError("a site without coordinates was taken for a place on the map")
    return site.latitude, site.longitude


def _service(rows: PlanRows, route: RouteRows) -> Iterator[PlanFault]:
    before: Stop | None = None
    stood_at = rows.sites[rows.driver_of(route).site_id]
    for place, at in enumerate(route.stops):
        if route.is_history(place):
            before, stood_at = at.stop, rows.sites[at.stop.site_id]
            continue
        stop, day = at.stop, route.route.service_date
        arrives_s, begins_s, leaves_s = (
            rows.wall_s(instant, day) for instant in (stop.arrives_at, stop.service_at, stop.departs_at)
        )
        site = rows.sites[stop.site_id]
        parking_s = 0 if _is_parked(rows, before, stop) else rows.rules.parking_s
        if stood_at.id != site.id and _building(stood_at) != _building(site):
            parking_s += rows.rules.vehicle_parking_s.of(route.route.vehicle)
        is_known = not rows.is_gone(stop) and (before is None or not rows.is_gone(before))
        if is_known and begins_s < arrives_s + parking_s:
            words = f"stop {stop.sequence} begins {begins_s - arrives_s} s after arriving; parking takes {parking_s} s."
            yield _fault(PlanRule.PARKING, route, stop, words)
        needed_s = _service_s(rows, at)
        if leaves_s - begins_s != needed_s:
            words = f"stop {stop.sequence} is given {leaves_s - begins_s} s and takes {needed_s} s."
            yield _fault(PlanRule.SERVICE, route, stop, words)
        before, stood_at = stop, site


def _is_parked(rows: PlanRows, before: Stop | None, stop: Stop) -> bool:
    """Whether no parking is needed: at pickups it is part of the service; doors of one building share it; a hub's yard too."""
    if stop.kind is StopKind.PICKUP:
        return True
    if before is None:
        return False
    if stop.kind is StopKind.HUB_DROP or before.kind is not StopKind.DELIVERY:
        return stop.kind is StopKind.HUB_DROP and before.site_id == stop.site_id
    return _building(rows.sites[before.site_id]) == _building(rows.sites[stop.site_id])


def _building(site: Site) -> tuple[str, str]:
    """A building is its name or house number (what follows the flat) within a postcode."""
    return site.postcode, site.address.split(",")[-1].strip().casefold()


def _service_s(rows: PlanRows, at: StopRows) -> int:
    rules = rows.rules
    if at.stop.kind is StopKind.HUB_DROP:
        return rules.hub_pickup_s
    if at.stop.kind is StopKind.PICKUP:
        return rules.hub_pickup_s if at.stop.slot_id is None else rules.donor_pickup_s
    items = sum(item.quantity for item in at.items)
    seconds = rules.door_s + rules.further_item_s * max(0, items - 1)
    if at.stop.household_id is not None:
        household = rows.households[at.stop.household_id]
        if household.floor > 0 and not household.has_lift:
            seconds += rules.floor_without_lift_s * household.floor
    return seconds
