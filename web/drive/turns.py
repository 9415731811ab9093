"""The turn list: the way to each open stop in plain English, for drivers without a navigation app."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from itertools import pairwise

from flask import g, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.vocabulary import VehicleKind
from logistics.queries.driver_route import driver_route
from logistics.queries.driver_rows import DriverRoute, DriverView, StopView
from logistics.queries.route_points import StopPoint, route_points
from logistics.services.driver_access import DriverInHand
from web.context import db, now, services
from web.drive.blueprint import drive
from web.drive.map_of_rest import name_of
from web.maps.lines import way_through
from web.maps.turns import Turn, turns_of
from web.security.access import by_driver_link


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """The way to one stop. `heading`: from where to where; `why_none` says why there is no list."""

    stop_id: uuid.UUID
    heading: str
    turns: tuple[Turn, ...] = ()
    why_none: str = ""


@drive.get("/turns")
@by_driver_link
def turns() -> ResponseReturnValue:
    """Turn by turn to every stop that is still open, each from the stop before it."""
    driver = g.driver
    assert isinstance(driver, DriverInHand)
    route = driver_route(db(), driver.route_id, driver.volunteer_id, now=now())
    if route.view is not DriverView.UNDER_WAY or not has_turns(route):
        return redirect(url_for("drive.route_page"))
    legs = legs_of(route, route_points(db(), driver.route_id))
    return render_template("drive/turns.html", route=route, legs=legs, credit=services().roads.info().attribution)


def has_turns(route: DriverRoute) -> bool:
    """Whether anybody knows the streets: not where the plan is an estimate, nor without a road router here."""
    return not route.is_estimate and not services().roads.info().is_estimate


def legs_of(route: DriverRoute, points: tuple[StopPoint, ...]) -> tuple[Leg, ...]:
    """The ways to the open stops. The first stop of the route has none: where the crew sets off is theirs alone."""
    stops = {stop.id: stop for stop in route.stops}
    legs = []
    for before, here in pairwise((None, *points)):
        assert here is not None
        stop = stops[here.stop_id]
        if stop.is_open:
            legs.append(_leg(stop, before, here, stops, route.vehicle))
    return tuple(legs)


def _leg(
    stop: StopView, before: StopPoint | None, here: StopPoint, stops: dict[uuid.UUID, StopView], vehicle: VehicleKind
) -> Leg:
    name = _within(name_of(stop))
    if before is None:
        return Leg(stop_id=stop.id, heading=f"To {name}", why_none="Your first stop: start from where you are.")
    start = _within(name_of(stops[before.stop_id]))
    heading = f"From {start} to {name}"
    if before.place is None or here.place is None:
        hidden = start if before.place is None else name
        return Leg(stop_id=stop.id, heading=heading, why_none=f"There is no map of {hidden}. Go by the address.")
    if before.place == here.place:
        return Leg(stop_id=stop.id, heading=heading, why_none="At the same place as the stop before.")
    way = way_through([before.place, here.place], vehicle, is_estimate=False)
    found = turns_of(step for leg in way.legs for step in leg.steps)
    why_none = "" if found else "No street that we know leads there. Go by the address."
    return Leg(stop_id=stop.id, heading=heading, turns=found, why_none=why_none)


def _within(name: str) -> str:
    """A stop's name inside a sentence: `stop 3`; a donor's keeps its capital."""
    return name.replace("Stop", "stop", 1) if name.startswith("Stop") else name
