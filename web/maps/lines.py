"""The line of a route on a map: along the streets where the plan's times come from a road router, straight where not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.port import LatLon, RoadLeg, RoadsUnavailable
from web.context import services

STRAIGHT = "Lines are straight from stop to stop, not along streets"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A journey to draw: a leg from each point to the next. `is_straight`: nobody knows the streets in between."""

    legs: tuple[RoadLeg, ...] = ()
    points: tuple[LatLon, ...] = ()
    is_straight: bool = False


def way_through(points: Sequence[LatLon], vehicle: VehicleKind, *, is_estimate: bool) -> Way:
    """The way from the first point to the last.

    Straight lines where the plan itself is an estimate (`is_estimate`), where this server has no road router, or where the
    router cannot say; the map then says so. A picture may be coarser than the plan; its times never come from here.
    """
    different = [*points[:1], *(here for before, here in pairwise(points) if here != before)]
    if len(different) < 2:
        return Way(points=tuple(different))
    roads = services().roads
    if not is_estimate and not roads.info().is_estimate:
        try:
            path = roads.route(different, vehicle)
        except (BadInput, RoadsUnavailable):
            return Way(points=tuple(different), is_straight=True)
        return Way(legs=path.legs, points=path.points)
    return Way(points=tuple(different), is_straight=True)
