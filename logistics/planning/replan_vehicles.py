"""Who can still drive today: from where, from when, until when.

Who is on the way to a stop goes there first: nobody turns round in the street. Somebody at home needs a while to set off.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from logistics.domain.planning import StopKind
from logistics.domain.replanning import OVER_ROUTES, REACTION
from logistics.domain.slow_hours import slow_percent
from logistics.domain.states import RouteState
from logistics.gateways.roads.port import Router
from logistics.planning.replan_case import Door, ReplanCase, sources_of
from logistics.planning.running_day import LiveItem, LiveRoute, LiveStop, RunningDay
from logistics.planning.travel import Travel, matrix_where_reachable
from logistics.planning.urgent_food import order_of
from logistics.planning.week_input import ShiftIn, VolunteerIn

Id = uuid.UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class VehicleNow:
    """Somebody who can drive: from where, from when, until when. `heading`: the stop they are on the way to."""

    id: str
    shift: ShiftIn
    driver: VolunteerIn
    helper: VolunteerIn | None
    route: LiveRoute | None
    start_site_id: Id
    earliest_s: int
    end_s: int
    slow_percent: int
    heading: LiveStop | None = None
    heading_leg: tuple[int, int] = (0, 0)
    """Metres and seconds of the way to it from the last stop."""

    @property
    def members(self) -> tuple[VolunteerIn, ...]:
        """Driver first."""
        return (self.driver,) if self.helper is None else (self.driver, self.helper)


def travel_of_day(day: RunningDay, case: ReplanCase, roads: Router) -> Travel:
    """Times and distances between all places of the day's remaining stops, starts and sources."""
    wanted = {source.site_id for source in sources_of(day, case).values()}
    kinds = set()
    for route in day.routes:
        wanted |= {stop.site_id for stop in (*route.settled, *route.open_stops)} | {route.driver.site_id}
        kinds.add(route.driver.vehicle)
    for shift in day.free_shifts:
        wanted.add(day.week_input.volunteers[shift.volunteer_id].site_id)
        kinds.add(day.week_input.volunteers[shift.volunteer_id].vehicle)
    if case.order_id is not None:
        wanted.add(day.week_input.households[order_of(day, case.order_id).household_id].site_id)
    places = day.week_input.places
    sites = sorted((site for site in wanted if site in places), key=str)
    points = [places[site].point for site in sites]
    return Travel(
        sites={site: index for index, site in enumerate(sites)},
        matrices={kind: matrix_where_reachable(points, kind, roads) for kind in sorted(kinds)},
        info=roads.info(),
        buildings={site: places[site].building for site in sites},
        parking=day.week_input.rules.vehicle_parking_s,
    )


class Drivers:
    """Those who could drive, as things are. `is_known`: whether the source of an item is on the map."""

    def __init__(
        self,
        day: RunningDay,
        case: ReplanCase,
        travel: Travel,
        doors: Iterable[Door],
        is_known: Callable[[LiveItem], bool],
    ) -> None:
        self.day, self.case, self.travel = day, case, travel
        self.doors = tuple(doors)
        self._is_known = is_known

    def out(self) -> list[VehicleNow]:
        """The vehicles of the routes that are out, or still to go."""
        found = []
        for route in self.day.routes:
            is_out = route.id == self.case.route_id or route.state in OVER_ROUTES or route.state is RouteState.DECLINED
            if not is_out and route.driver.site_id in self.travel.sites:
                vehicle = self._vehicle_of(route)
                if vehicle is not None:
                    found.append(vehicle)
        return found

    def _vehicle_of(self, route: LiveRoute) -> VehicleNow | None:
        """The route's vehicle from here on; None where its stops or its time are not such that it could be planned."""
        doors = [door for door in self.doors if door.owner is route]
        if (
            not all(self._is_known(item) for door in doors for item in door.items)
            or route.stands_at not in self.travel.sites
        ):
            return None
        percent = self._percent(route.shift)
        heading = route.open_stops[0] if route.left_s is not None and route.open_stops else None
        if heading is not None and heading.kind is not StopKind.PICKUP and not self._is_kept(heading):
            heading = None
        start, earliest_s, leg = route.stands_at, max(self.day.now_s, route.shift.start_s), (0, 0)
        if heading is not None and route.left_s is not None:
            kind = route.driver.vehicle
            leg = (
                self.travel.metres(kind, start, heading.site_id),
                self.travel.seconds(kind, start, heading.site_id, percent),
            )
            parking_s = self.travel.parking_s(kind, start, heading.site_id)
            start, earliest_s = heading.site_id, max(self.day.now_s, route.left_s + leg[1]) + parking_s
        elif route.left_s is not None:
            earliest_s = max(self.day.now_s, route.left_s)
        end_s = self._end_s(route)
        if earliest_s >= end_s:
            return None
        return VehicleNow(
            id=route.vehicle_id,
            shift=route.shift,
            driver=route.driver,
            helper=route.helper,
            route=route,
            start_site_id=start,
            earliest_s=earliest_s,
            end_s=end_s,
            slow_percent=percent,
            heading=heading,
            heading_leg=leg,
        )

    def _is_kept(self, stop: LiveStop) -> bool:
        """Whether the door still gets something, from whoever is on the way to it."""
        door = self._door_of(stop)
        return not door.is_open and bool(door.items)

    def _door_of(self, stop: LiveStop) -> Door:
        return next(door for door in self.doors if door.live.id == stop.id)

    def _end_s(self, route: LiveRoute) -> int:
        """When everybody of the crew must be free again: the shift's end, the week's hours, their next route."""
        end_s = route.shift.end_s if route.helper_shift is None else min(route.shift.end_s, route.helper_shift.end_s)
        for member in route.members:
            end_s = min(end_s, route.ends_s + max(0, self.day.hours_left_s(member.id)))
            for other in self.day.routes:
                if other is not route and member in other.members and other.departs_s >= route.departs_s:
                    end_s = min(end_s, other.departs_s - (1800 if other.helper == member else 0))
        return end_s

    def free(self) -> list[VehicleNow]:
        """Volunteers on shift today whom no route needs."""
        earliest_s = self.day.now_s + round(REACTION.total_seconds())
        found = []
        for shift in self.day.free_shifts:
            driver = self.day.week_input.volunteers[shift.volunteer_id]
            start_s = max(earliest_s, shift.start_s)
            end_s = min(shift.end_s, start_s + self.day.hours_left_s(driver.id))
            if driver.site_id in self.travel.sites and end_s > start_s:
                found.append(
                    VehicleNow(
                        id=f"shift:{shift.id}",
                        shift=shift,
                        driver=driver,
                        helper=None,
                        route=None,
                        start_site_id=driver.site_id,
                        earliest_s=start_s,
                        end_s=end_s,
                        slow_percent=self._percent(shift),
                    )
                )
        return found

    def _percent(self, shift: ShiftIn) -> int:
        midnight_s = self.day.midnight_s
        kind = self.day.week_input.volunteers[shift.volunteer_id].vehicle
        return slow_percent(
            self.day.week_input.rules.slow_hours, kind, shift.day, shift.start_s - midnight_s, shift.end_s - midnight_s
        )

    def longest_s(self, route: LiveRoute) -> int:
        """How long a route that has not begun may take in all: as long as planned, and what the week leaves of its crew."""
        hours_s = min(self.day.hours_left_s(member.id) for member in route.members)
        return max(0, route.ends_s - route.departs_s + hours_s)
