"""Handing the way over to a phone's own navigation. Never for a confidential address.

Formats as their owners document them: Google "Maps URLs" (at most 3 waypoints in a mobile browser, 2,048 characters), Apple
"Map Links", Waze "Deep links", `geo:` of RFC 5870 with Android's `q` so that the place gets a pin.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from logistics.domain.vocabulary import VehicleKind
from logistics.queries.driver_rows import DriverRoute, StopView

MOST_STOPS_IN_A_LINK = 4
"""Three waypoints and a destination: what Google takes in a phone's browser."""

_GOOGLE_MODE = {
    VehicleKind.CAR: "driving",
    VehicleKind.VAN: "driving",
    VehicleKind.CARGO_BIKE: "bicycling",
    VehicleKind.BICYCLE: "bicycling",
    VehicleKind.FOOT: "walking",
}
# Apple documents no bicycle: without a word it offers what it has.
_APPLE_MODE = {"driving": {"dirflg": "d"}, "bicycling": {}, "walking": {"dirflg": "w"}}


@dataclass(frozen=True, slots=True, kw_only=True)
class NavigationLinks:
    """One place as each kind of navigation takes it. `waze` is empty where it has no directions: it knows cars alone."""

    google: str
    apple: str
    waze: str
    geo: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainLink:
    """A part of the route as one link: from where the phone is, through these stops in their order."""

    words: str
    google: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """The rest of the route as links to follow one after the other. `is_broken`: stops that no link may name come between."""

    links: tuple[ChainLink, ...]
    is_broken: bool


def navigation_links(stop: StopView, vehicle: VehicleKind) -> NavigationLinks | None:
    """Links to this stop; None where nobody knows where it is, or nobody else may know."""
    point = _point(stop)
    if point is None:
        return None
    mode = _GOOGLE_MODE[vehicle]
    waze = urlencode({"ll": point, "navigate": "yes"}, safe=",")
    return NavigationLinks(
        google=_google([point], mode),
        apple=f"https://maps.apple.com/?{urlencode({'daddr': point, **_APPLE_MODE[mode]}, safe=',')}",
        waze=f"https://waze.com/ul?{waze}" if mode == "driving" else "",
        geo=f"geo:{point}?q={point}",
    )


def chain_of(route: DriverRoute) -> Chain:
    """The open stops in chained links. A confidential address ends a link; the next begins behind it."""
    links: list[ChainLink] = []
    run: list[StopView] = []
    is_broken = False
    for stop in route.open_stops:
        if _point(stop) is None:
            is_broken = True
            links += _links(run, route.vehicle)
            run = []
        else:
            run.append(stop)
    return Chain(links=(*links, *_links(run, route.vehicle)), is_broken=is_broken)


def _links(run: list[StopView], vehicle: VehicleKind) -> Iterable[ChainLink]:
    for start in range(0, len(run), MOST_STOPS_IN_A_LINK):
        part = run[start : start + MOST_STOPS_IN_A_LINK]
        points = [point for point in map(_point, part) if point is not None]
        names = [_name(part[0]), *([_name(part[-1])] if len(part) > 1 else [])]
        yield ChainLink(words=" to ".join(names), google=_google(points, _GOOGLE_MODE[vehicle]))


def _name(stop: StopView) -> str:
    return f"stop {stop.number}" if stop.number else (stop.pickup.place if stop.pickup else "pickup")


def _google(points: list[str], mode: str) -> str:
    query = {"api": "1", "destination": points[-1], "travelmode": mode}
    if len(points) > 1:
        query["waypoints"] = "|".join(points[:-1])
    return f"https://www.google.com/maps/dir/?{urlencode(query)}"


def _point(stop: StopView) -> str | None:
    """`51.495100,-0.066200`: six decimals are a decimetre."""
    place = stop.door or stop.pickup
    if place is None or place.latitude is None or place.longitude is None:
        return None
    if stop.door is not None and stop.door.is_confidential:
        return None
    return f"{place.latitude:.6f},{place.longitude:.6f}"
