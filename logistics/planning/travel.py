"""Times and distances between the week's places, asked once of the road router and cut to size for each day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from logistics.domain.parking import VehicleParking
from logistics.domain.slow_hours import USUAL_PERCENT, slowed_matrix, slowed_s
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.port import NO_WAY, LatLon, RoadMatrix, RoadsInfo, Router
from logistics.planning.week_input import WeekInput
from logistics.planning.zone_costs import MOST_COST, ZoneOnTheWay, zones_on_the_way


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Matrices over `sites` for every kind of vehicle that drives this week, and what parking takes where each arrives."""

    sites: Mapping[uuid.UUID, int]
    matrices: Mapping[VehicleKind, RoadMatrix]
    info: RoadsInfo
    buildings: Mapping[uuid.UUID, str] = field(default_factory=dict)
    """By site: whoever stands at one door of a building is parked for the others."""
    parking: VehicleParking = field(default_factory=VehicleParking)
    zones: Mapping[uuid.UUID, ZoneOnTheWay] = field(default_factory=dict)
    """Charge zones by their ids."""

    def seconds(self, kind: VehicleKind, origin: uuid.UUID, to: uuid.UUID, percent: int = USUAL_PERCENT) -> int:
        """Travel time between two sites; `percent`: in slow hours."""
        return slowed_s(int(self.matrices[kind].durations_s[self.sites[origin], self.sites[to]]), percent)

    def metres(self, kind: VehicleKind, origin: uuid.UUID, to: uuid.UUID) -> int:
        """Distance between two sites."""
        return int(self.matrices[kind].distances_m[self.sites[origin], self.sites[to]])

    def parking_s(self, kind: VehicleKind, origin: uuid.UUID, to: uuid.UUID) -> int:
        """What that kind spends on parking at a site, coming from another; nothing where it stands already."""
        here = self.buildings.get(to)
        is_parked = origin == to or (here is not None and self.buildings.get(origin) == here)
        return 0 if is_parked else self.parking.of(kind)

    def seconds_parked(self, kind: VehicleKind, origin: uuid.UUID, to: uuid.UUID, percent: int = USUAL_PERCENT) -> int:
        """Travel time between two sites with the parking at its end."""
        return self.seconds(kind, origin, to, percent) + self.parking_s(kind, origin, to)

    def starts_inside(self, zone_id: uuid.UUID, site: uuid.UUID) -> bool:
        """Whether a site lies in a charge zone."""
        return bool(self.zones[zone_id].is_inside[self.sites[site]])

    def entry_costs(self, zone_ids: Sequence[uuid.UUID], sites: Sequence[uuid.UUID]) -> NDArray[np.int32]:
        """What each leg between these sites costs for going into these charge zones."""
        rows = np.array([self.sites[site] for site in sites], dtype=np.intp)
        costs = np.zeros((len(sites), len(sites)), dtype=np.int32)
        for zone_id in zone_ids:
            costs += self.zones[zone_id].goes_in(rows).astype(np.int32) * np.int32(self.zones[zone_id].cost)
        return np.minimum(costs, MOST_COST)

    def block(
        self, kind: VehicleKind, sites: Sequence[uuid.UUID], percent: int = USUAL_PERCENT
    ) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(durations_s, distances_m) between these sites, in their order; each leg with the parking at its end."""
        rows = np.array([self.sites[site] for site in sites], dtype=np.intp)
        matrix = self.matrices[kind]
        durations_s = slowed_matrix(matrix.durations_s[np.ix_(rows, rows)], percent)
        if self.parking.of(kind):
            numbers = {building: number for number, building in enumerate(sorted(set(self.buildings.values())))}
            here = np.array([numbers.get(self.buildings.get(site, ""), -1 - at) for at, site in enumerate(sites)])
            is_apart = (here[:, None] != here[None, :]) & (durations_s != NO_WAY)
            durations_s = durations_s + is_apart.astype(np.int32) * np.int32(self.parking.of(kind))
        return durations_s, matrix.distances_m[np.ix_(rows, rows)]


def travel_of_week(week_input: WeekInput, roads: Router) -> Travel:
    """Ask the router for all places that this week's demand, food and volunteers touch."""
    sites = sites_of_week(week_input)
    points = [week_input.places[site].point for site in sites]
    return Travel(
        sites={site: index for index, site in enumerate(sites)},
        matrices={kind: matrix_where_reachable(points, kind, roads) for kind in kinds_of_week(week_input)}
        if points
        else {},
        info=roads.info(),
        buildings={site: week_input.places[site].building for site in sites},
        parking=week_input.rules.vehicle_parking_s,
        zones=zones_on_the_way(week_input.charge_zones, points),
    )


def sites_of_week(week_input: WeekInput) -> list[uuid.UUID]:
    """The sites on the map that this week's demand, food and volunteers touch, always in the same order."""
    wanted = {week_input.households[line.household_id].site_id for line in week_input.demand}
    wanted |= {slot.site_id for slot in week_input.slots} | {hub.site_id for hub in week_input.hubs}
    wanted |= {week_input.volunteers[shift.volunteer_id].site_id for shift in week_input.shifts}
    return sorted((site for site in wanted if site in week_input.places), key=str)


def kinds_of_week(week_input: WeekInput) -> list[VehicleKind]:
    """What the volunteers on shift this week travel with."""
    return sorted({week_input.volunteers[shift.volunteer_id].vehicle for shift in week_input.shifts})


def matrix_where_reachable(points: Sequence[LatLon], kind: VehicleKind, roads: Router) -> RoadMatrix:
    """The router's matrix; a point that is off this kind's roads (and on another's) has no way to it or from it."""
    is_on = roads.snap_distances_m(points, kind) <= roads.snap_limit_m
    if is_on.all():
        return roads.matrix(points, kind)
    whole = RoadMatrix(
        durations_s=np.full((len(points), len(points)), NO_WAY, np.int32),
        distances_m=np.full((len(points), len(points)), NO_WAY, np.int32),
    )
    reached = np.flatnonzero(is_on)
    part = roads.matrix([points[int(at)] for at in reached], kind)
    cells = np.ix_(reached, reached)
    whole.durations_s[cells], whole.distances_m[cells] = part.durations_s, part.distances_m
    for values in (whole.durations_s, whole.distances_m):
        np.fill_diagonal(values, 0)
    return whole
