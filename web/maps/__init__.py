"""Maps as documents of their own: folium's Leaflet pages, with local assets and a policy without third parties.

Nothing here imports folium until a map is drawn.
"""

from __future__ import annotations

from web.maps.assets import map_assets
from web.maps.folium_map import draw_map_file, draw_week_map
from web.maps.ground import Ground, current_ground
from web.maps.policy import map_policy
from web.maps.view import MapPlace, MapRoute, MapStop, MapUnserved, MapView, MapWords, MapZone, PlaceKind

__all__ = [
    "Ground",
    "MapPlace",
    "MapRoute",
    "MapStop",
    "MapUnserved",
    "MapView",
    "MapWords",
    "MapZone",
    "PlaceKind",
    "current_ground",
    "draw_map_file",
    "draw_week_map",
    "map_assets",
    "map_policy",
]
