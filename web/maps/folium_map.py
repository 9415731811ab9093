"""The dispatcher's map of a week, made with folium: a whole HTML document for a frame of its own, or one to take away."""

from __future__ import annotations

import re
import secrets
from html import escape
from typing import TYPE_CHECKING, Any

from web.maps.assets import asset_text
from web.maps.credit import credit_html, credits_with
from web.maps.ground import Ground
from web.maps.marks import Mark, Marks, lay_out, route_style
from web.maps.policy import map_policy
from web.maps.view import LatLon, MapRoute, MapView, PlaceKind

if TYPE_CHECKING:
    import folium

# Great Britain, for a week that has no places yet.
_NOWHERE_YET: list[list[float]] = [[50.0, -6.0], [58.7, 1.8]]
_STYLES = ("leaflet.css", "map.css")
_SCRIPTS = ("leaflet.js", "streets.js", "lines.js", "map.js")


def draw_week_map(view: MapView, *, assets_base: str, nonce: str, ground: Ground | None = None) -> str:
    """The map as HTML, to be served with `map_policy(nonce, ground.tile_url)`.

    `assets_base` is where `map_assets` answers, version included. Without tiles the document asks no host but ours.
    Routes, donors, hubs and the unserved are a layer each, listed in the legend, under their days where there are several.
    """
    base = escape(assets_base.rstrip("/"))
    styles = "".join(f'<link rel="stylesheet" href="{base}/{name}">\n' for name in _STYLES)
    scripts = "".join(f'<script src="{base}/{name}" nonce="{escape(nonce)}"></script>\n' for name in _SCRIPTS)
    return _document(view, ground or Ground(), nonce=nonce, assets=styles + scripts)


def draw_map_file(view: MapView, *, ground: Ground | None = None) -> str:
    """The same map as one file with everything in it: it opens with no network, and its own policy lets it ask for none."""
    nonce = secrets.token_urlsafe(16)
    policy = map_policy(nonce, is_file=True)
    assets = f'<meta http-equiv="Content-Security-Policy" content="{escape(policy)}">\n'
    for name in _STYLES:
        # Leaflet's stylesheet names pictures for controls that this map does not have.
        text = re.sub(r"url\([^)]*\)", "none", asset_text(name))
        assets += f'<style nonce="{nonce}">\n{text}</style>\n'
    for name in _SCRIPTS:
        text = asset_text(name).replace("</script", "<\\/script").replace("//# sourceMappingURL", "// ")
        assets += f'<script nonce="{nonce}">\n{text}</script>\n'
    return _document(view, ground or Ground(), nonce=nonce, assets=assets)


def _document(view: MapView, ground: Ground, *, nonce: str, assets: str) -> str:
    from folium import TileLayer

    from web.maps.parts import Framing, LeafletMap, Legend, MapDocument, script_text

    points = view.all_points()
    has_tiles = ground.tile_url is not None
    notice = "" if points else view.words.nothing
    week_map = LeafletMap(has_tiles=has_tiles, notice=notice, streets=ground.streets)
    if has_tiles:
        tiles = TileLayer(
            tiles=ground.tile_url, attr=script_text(credit_html(ground.credit)), control=False, max_zoom=19
        )
        week_map.add_child(tiles)
    areas = _add_zones(view, week_map)
    entries = _add_layers(view, week_map) + areas
    words = view.words
    told = {"heading": words.routes, "all": words.all_layers, "none": words.no_layers, "crowded": words.crowded}
    week_map.add_child(Legend({**told, "also": words.also_here}, entries))
    credits_html = [credit_html(line) for line in credits_with(ground, view.credits)]
    week_map.add_child(Framing(_bounds(_first_seen(view) or points), credits_html))
    document = MapDocument(heading=words.title, language=words.language, nonce=nonce, assets=assets, week_map=week_map)
    html: str = document.render()
    return html


def _first_seen(view: MapView) -> list[LatLon]:
    """The points of the group that is open at first."""
    if not view.open_group:
        return []
    routes = [route for route in view.routes if route.group == view.open_group]
    return MapView(routes=tuple(routes), places=view.places).all_points() if routes else []


def _add_zones(view: MapView, week_map: folium.Map) -> list[tuple[dict[str, object], folium.FeatureGroup]]:
    """A layer for each charge zone, below everything else and last in the legend."""
    import folium

    from web.maps.parts import ZoneArea

    entries = []
    for zone in view.zones:
        group = folium.FeatureGroup(name="zone")
        group.add_child(ZoneArea(zone.polygons))
        week_map.add_child(group)
        entries.append(({"style": "zone", "text": zone.words, "group": "", "shown": True}, group))
    return entries


def _add_layers(view: MapView, week_map: folium.Map) -> list[tuple[dict[str, object], folium.FeatureGroup]]:
    """One layer per route, then the unserved of each group, donors and hubs; each with its legend entry."""
    import folium

    from web.maps.parts import MarkSet, RouteLine

    entries = []
    for entry, drawn, route in _layers(view, lay_out(view)):
        shown = not (view.open_group and entry["group"]) or entry["group"] == view.open_group
        group = folium.FeatureGroup(name=entry["style"], show=shown)
        if route is not None and len(route.points) > 1:
            group.add_child(RouteLine(route.points, route_style(route.colour_index)))
        if drawn:
            group.add_child(MarkSet([_packed_mark(mark) for mark in drawn]))
        week_map.add_child(group)
        entries.append(({**entry, "shown": shown}, group))
    return entries


def _layers(view: MapView, marks: Marks) -> list[tuple[dict[str, Any], list[Mark], MapRoute | None]]:
    groups = list(dict.fromkeys([*(route.group for route in view.routes), *(mark.group for mark in marks.unserved)]))
    layers: list[tuple[dict[str, Any], list[Mark], MapRoute | None]] = []
    for group in groups:
        for route, drawn in zip(view.routes, marks.routes, strict=True):
            if route.group == group:
                style = route_style(route.colour_index)
                entry = {"style": style, "letter": route.letter, "text": route.name, "group": group}
                layers.append((entry, list(drawn), route))
        missed = [mark for mark in marks.unserved if mark.group == group]
        if missed:
            count = sum(order.group == group for order in view.unserved)
            entry = {"style": "unserved", "text": f"{view.words.unserved}: {count}", "group": group}
            layers.append((entry, missed, None))
    for kind, words in ((PlaceKind.DONOR, view.words.donors), (PlaceKind.HUB, view.words.hubs)):
        found = [mark for place, mark in marks.places if place.kind is kind]
        if found:
            layers.append(({"style": kind.value, "text": words, "group": ""}, found, None))
    return layers


def _packed_mark(mark: Mark) -> list[object]:
    """What `roundsMarks` reads: where, text, style, width, place in the stack, lines, links."""
    return [
        *mark.at,
        mark.text,
        mark.style,
        mark.width_px,
        mark.slot,
        list(mark.lines),
        [list(link) for link in mark.links],
    ]


def _bounds(points: list[LatLon]) -> list[list[float]]:
    if not points:
        return _NOWHERE_YET
    latitudes, longitudes = zip(*points, strict=True)
    return [[min(latitudes), min(longitudes)], [max(latitudes), max(longitudes)]]
