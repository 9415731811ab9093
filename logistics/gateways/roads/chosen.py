"""The router that the settings ask for. What cannot be opened is an error: nothing else answers in its place."""

from __future__ import annotations

from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.osrm_http import HttpOsrmRouter, OsrmServer
from logistics.gateways.roads.port import Router
from logistics.gateways.roads.road_maps import RoadMaps
from logistics.gateways.roads.straight_line import StraightLineRouter
from logistics.setting_values import Roads
from logistics.settings import SettingError, Settings

FOLDER = "roads"


def road_maps(settings: Settings) -> RoadMaps:
    """The maps in ROUNDS_HOME."""
    return RoadMaps(settings.home / FOLDER)


def chosen_router(settings: Settings) -> Router:
    """The router for this process; a map put in use later is taken up by processes started then.

    Raises SettingError for `osrm` without a map, RoadsUnavailable when the map in use is gone.
    """
    if settings.roads is Roads.ESTIMATE:
        return StraightLineRouter()
    if settings.roads is Roads.OSRM_HTTP:
        server = OsrmServer(url=settings.osrm_url, timeout_s=settings.osrm_seconds, data_date=settings.osrm_data_date)
        return HttpOsrmRouter(server, snap_limit_m=settings.snap_limit_m)
    maps = road_maps(settings)
    in_use = maps.in_use()
    if in_use is not None:
        return EmbeddedOsrmRouter(maps, in_use, snap_limit_m=settings.snap_limit_m)
    if settings.roads is Roads.OSRM:
        raise SettingError(
            "ROUNDS_ROADS is osrm, and no road map is in use: build one with “rounds roads build FILE.osm.pbf”."
        )
    return StraightLineRouter()
