"""What a map shows, as plain values. Every label is the caller's, who knows what this reader may see."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

type LatLon = tuple[float, float]

ROUTE_COLOURS = 8  # tokens A to H of the stylesheet; the ninth route wears the first one's colour and its own letter


class PlaceKind(StrEnum):
    """Where food comes from."""

    DONOR = "donor"
    HUB = "hub"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapStop:
    """A numbered stop of a route. `time` is a local wall time as text (`11:42`), `label` what this reader may know.

    `link` leads to a page about it, in the words of `link_text`; empty where this reader has none.
    """

    latitude: float
    longitude: float
    number: int
    time: str
    label: str = ""
    link_text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapRoute:
    """A route: its letter, its colour (0 is A's; taken modulo 8), its words in the legend, its line and its stops.

    `group` is the heading that it stands under in the legend, the day; empty where there is only one.
    """

    letter: str
    colour_index: int
    name: str
    points: tuple[LatLon, ...]
    stops: tuple[MapStop, ...]
    group: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapUnserved:
    """An order that no route serves; the label says why. `group` and `link` as a route's and a stop's."""

    latitude: float
    longitude: float
    label: str
    group: str = ""
    link_text: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MapPlace:
    """A donor or a hub."""

    latitude: float
    longitude: float
    kind: PlaceKind
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MapZone:
    """A charge zone: its words in the legend, and its polygons, each an outline with its holes."""

    words: str
    polygons: tuple[tuple[tuple[LatLon, ...], ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MapWords:
    """The map's own words, to be handed in translated."""

    title: str = "Map of the week's routes"
    routes: str = "Key"
    all_layers: str = "Show all"
    no_layers: str = "Show none"
    donors: str = "Donors"
    hubs: str = "Hubs"
    unserved: str = "Not served"
    nothing: str = "Nothing to show on the map yet."
    also_here: str = "Also here"
    crowded: str = "Lines are drawn when 12 routes or fewer are ticked."
    language: str = "en-GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapView:
    """One map. `credits` are sentences of attribution or warning ("estimate, not road distances") along its foot.

    `open_group`: the one group whose layers are shown at first; empty shows all.
    """

    routes: tuple[MapRoute, ...] = ()
    unserved: tuple[MapUnserved, ...] = ()
    places: tuple[MapPlace, ...] = ()
    zones: tuple[MapZone, ...] = ()
    credits: tuple[str, ...] = ()
    open_group: str = ""
    words: MapWords = field(default_factory=MapWords)

    def all_points(self) -> list[LatLon]:
        """Every point that has to be in the picture; a zone may reach beyond it."""
        points = [point for route in self.routes for point in route.points]
        points += [(stop.latitude, stop.longitude) for route in self.routes for stop in route.stops]
        points += [(order.latitude, order.longitude) for order in self.unserved]
        return points + [(place.latitude, place.longitude) for place in self.places]
