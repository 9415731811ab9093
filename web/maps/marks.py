"""Where each marker goes. Half of the households share a postcode's point with another: no mark may hide another."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from web.maps.view import ROUTE_COLOURS, LatLon, MapPlace, MapRoute, MapStop, MapUnserved, MapView

MARK_HEIGHT_PX = 24
MOST_STACKED = 5
"""A whole week brings more to some points than a stack can tell: what is beyond lies under the last, a day tells it apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One marker: its text (`A3`, `A3-5`), the lines of its label, its style, and its place in a stack at one point.

    `links` are (words, address) of pages about it; `group` is the legend's heading that it belongs under.
    """

    at: LatLon
    text: str
    lines: tuple[str, ...]
    style: str
    slot: int
    links: tuple[tuple[str, str], ...] = ()
    group: str = ""

    @property
    def width_px(self) -> int:
        """Wide enough for the text at 12 px bold."""
        return max(MARK_HEIGHT_PX, 12 + 8 * len(self.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """Every marker of a view: by route (in the view's order), then the rest."""

    routes: tuple[tuple[Mark, ...], ...]
    unserved: tuple[Mark, ...]
    places: tuple[tuple[MapPlace, Mark], ...]


def route_style(colour_index: int) -> str:
    """The class that carries colour and dash: `ra` to `rh`."""
    return "r" + "abcdefgh"[colour_index % ROUTE_COLOURS]


def lay_out(view: MapView) -> Marks:
    """Merge what one route does at one point into one mark, and stack what is left there."""
    taken = _Taken()
    places = tuple((place, _place_mark(place, taken)) for place in view.places)
    routes = tuple(tuple(_route_marks(route, taken)) for route in view.routes)
    return Marks(routes=routes, unserved=tuple(_unserved_marks(view.unserved, taken)), places=places)


def _place_mark(place: MapPlace, taken: _Taken) -> Mark:
    at = _point(place)
    return Mark(at=at, text="", lines=(place.label,), style=place.kind.value, slot=taken.next_slot(at, ""))


def _route_marks(route: MapRoute, taken: _Taken) -> Iterator[Mark]:
    here: defaultdict[LatLon, list[MapStop]] = defaultdict(list)
    for stop in route.stops:
        here[_point(stop)].append(stop)
    for at, stops in here.items():
        lines: list[str] = []
        for stop in stops:
            lines.append(f"{_named(route.letter, str(stop.number))}  {stop.time}".rstrip())
            lines.extend(filter(None, stop.label.splitlines()))
        yield Mark(
            at=at,
            text=_named(route.letter, _ranges([stop.number for stop in stops])),
            lines=tuple(lines),
            style=route_style(route.colour_index),
            slot=taken.next_slot(at, route.group),
            links=_links(stops),
            group=route.group,
        )


def _unserved_marks(unserved: Sequence[MapUnserved], taken: _Taken) -> Iterator[Mark]:
    here: defaultdict[tuple[str, LatLon], list[MapUnserved]] = defaultdict(list)
    for order in unserved:
        here[order.group, _point(order)].append(order)
    for (group, at), orders in here.items():
        text = "!" if len(orders) == 1 else f"! {len(orders)}"
        # Above whatever else stands here: who gets nothing must not be looked for under who does.
        slot = -1 if taken.is_taken(at, group) else 0
        lines = tuple(order.label for order in orders)
        yield Mark(at=at, text=text, lines=lines, style="unserved", slot=slot, links=_links(orders), group=group)


def _links(things: Sequence[MapStop] | Sequence[MapUnserved]) -> tuple[tuple[str, str], ...]:
    return tuple(dict.fromkeys((thing.link_text, thing.link) for thing in things if thing.link))


def _point(thing: MapStop | MapUnserved | MapPlace) -> LatLon:
    """To a metre: what is nearer than that cannot be told apart on a map."""
    return round(thing.latitude, 5), round(thing.longitude, 5)


class _Taken:
    """How many marks each point has. Days are looked at one at a time, so only what shows together stacks."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[LatLon, str]] = Counter()

    def next_slot(self, at: LatLon, group: str) -> int:
        slot = self._count(at, group)
        self._counts[at, group] += 1
        return min(slot, MOST_STACKED)

    def is_taken(self, at: LatLon, group: str) -> bool:
        return self._count(at, group) > 0

    def _count(self, at: LatLon, group: str) -> int:
        everywhere = self._counts[at, ""] if group else 0
        return self._counts[at, group] + everywhere


def _named(letter: str, numbers: str) -> str:
    """`A3`; but `A2·14`, since A214 could be read as another stop of another route."""
    return f"{letter}·{numbers}" if letter[-1:].isdigit() else letter + numbers


def _ranges(numbers: Sequence[int]) -> str:
    """`3`, `3-5`, `3,7-8`."""
    runs: list[list[int]] = []
    for number in sorted(numbers):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ",".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
