"""Which places of the week no road is near. They are named before anything is solved, and left out; never moved."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.asked_points import how_far
from logistics.gateways.roads.port import Router
from logistics.planning.travel import kinds_of_week, sites_of_week
from logistics.planning.week_input import WeekInput


@dataclass(frozen=True, slots=True, kw_only=True)
class OffRoads:
    """A site that nobody on shift this week can get to: whose it is, and metres to the nearest road for any of them."""

    site_id: uuid.UUID
    who: str
    distance_m: float

    @property
    def sentence(self) -> str:
        """`Household H-012 is 812 m from a road.`"""
        return f"{self.who} is {how_far(self.distance_m)}."


def on_roads(week_input: WeekInput, roads: Router) -> tuple[WeekInput, tuple[OffRoads, ...]]:
    """The week without the places that are off the roads of everybody on shift (a volunteer: of their own kind)."""
    sites, kinds = sites_of_week(week_input), kinds_of_week(week_input)
    if not sites or not kinds:
        return week_input, ()
    points = [week_input.places[site].point for site in sites]
    near_m = {kind: roads.snap_distances_m(points, kind) for kind in kinds}
    nearest_m = np.min(np.stack(list(near_m.values())), axis=0)
    distance_m = {site: float(nearest_m[at]) for at, site in enumerate(sites)}
    at = {site: index for index, site in enumerate(sites)}
    for home, kind in _homes(week_input):
        if home in at:
            distance_m[home] = max(distance_m[home], float(near_m[kind][at[home]]))
    off = {site: far_m for site, far_m in distance_m.items() if far_m > roads.snap_limit_m}
    if not off:
        return week_input, ()
    kept = {site: place for site, place in week_input.places.items() if site not in off}
    names = dict(_names(week_input))
    told = [OffRoads(site_id=site, who=names[site], distance_m=far_m) for site, far_m in off.items()]
    return replace(week_input, places=kept, off_roads=off), tuple(sorted(told, key=lambda place: place.who))


def _homes(week_input: WeekInput) -> Iterator[tuple[uuid.UUID, VehicleKind]]:
    for shift in week_input.shifts:
        volunteer = week_input.volunteers[shift.volunteer_id]
        yield volunteer.site_id, volunteer.vehicle


def _names(week_input: WeekInput) -> Iterator[tuple[uuid.UUID, str]]:
    """Whose each site is: by reference, never by a person's name."""
    organisations: Mapping[uuid.UUID, str] = week_input.organisation_names
    for volunteer in week_input.volunteers.values():
        yield volunteer.site_id, f"Volunteer {volunteer.ref}"
    for household in week_input.households.values():
        yield household.site_id, f"Household {household.ref}"
    for hub in week_input.hubs:
        yield hub.site_id, organisations.get(hub.organisation_id, "A hub")
    for slot in week_input.slots:
        yield slot.site_id, organisations.get(slot.donor_id, "A donor")
