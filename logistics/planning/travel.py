"""Times and distances between the week's places, asked once of the road router and cut to size for each day."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from logistics.domain.slow_hours import USUAL_PERCENT, slowed_s
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.port import NO_WAY, LatLon, RoadMatrix, RoadsInfo, Router
from logistics.planning.week_input import WeekInput


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """Matrices over `sites` for every kind of vehicle that drives this week."""

    sites: Mapping[uuid.UUID, int]
    matrices: Mapping[VehicleKind, RoadMatrix]
    info: RoadsInfo

    def seconds(self, kind: VehicleKind, origin: uuid.UUID, to: uuid.UUID, percent: int = USUAL_PERCENT) -> int:
        """Travel time between two sites; `percent`: in slow hours."""
        return slowed_s(int(self.matrices[kind].durations_s[self.sites[origin], self.sites[to]]), percent)

    def metres(self, kind: VehicleKind, origin: uuid.UUID, to: uuid.UUID) -> int:
        """Distance between two sites."""
        return int(self.matrices[kind].distances_m[self.sites[origin], self.sites[to]])

    def block(self, kind: VehicleKind, sites: Sequence[uuid.UUID]) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """(durations_s, distances_m) between these sites, in their order."""
        rows = np.array([self.sites[site] for site in sites], dtype=np.intp)
        matrix = self.matrices[kind]
        return matrix.durations_s[np.ix_(rows, rows)], matrix.distances_m[np.ix_(rows, rows)]


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
