"""A route as a file for other maps: GPX 1.1 (Topografix) and GeoJSON (RFC 7946). Made without names unless they are handed in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import gpxpy.gpx

from web.maps.view import LatLon


class RouteFileKind(StrEnum):
    """The formats."""

    GPX = "gpx"
    GEOJSON = "geojson"

    @property
    def media_type(self) -> str:
        """What the web calls it."""
        return {"gpx": "application/gpx+xml", "geojson": "application/geo+json"}[self.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class FileStop:
    """A stop in a file: `name` is its number (`B3`) or `Pickup`; `words` are empty unless a logged choice fills them."""

    at: LatLon
    name: str
    is_door: bool
    planned_at: datetime
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteFile:
    """What a file says of a route. `line` is the way, along streets or (`is_straight`) not; `credit` whom it is owed to."""

    name: str
    made_at: datetime
    stops: tuple[FileStop, ...]
    line: tuple[LatLon, ...]
    is_straight: bool
    credit: str

    @property
    def note(self) -> str:
        """Where the line comes from."""
        return "Straight lines from stop to stop, not along streets." if self.is_straight else self.credit

    def written(self, kind: RouteFileKind) -> str:
        """The text of the file."""
        return {RouteFileKind.GPX: _gpx, RouteFileKind.GEOJSON: _geojson}[kind](self)


def _gpx(file: RouteFile) -> str:
    """Stops as waypoints and as a route to follow; the line as a track to look at."""
    gpx = gpxpy.gpx.GPX()
    gpx.creator = "Food Rounds"
    gpx.name = file.name
    gpx.description = file.note
    gpx.time = file.made_at
    route = gpxpy.gpx.GPXRoute(name=file.name)
    for stop in file.stops:
        latitude, longitude = (round(part, 6) for part in stop.at)
        for point in (gpxpy.gpx.GPXWaypoint(latitude, longitude), gpxpy.gpx.GPXRoutePoint(latitude, longitude)):
            point.name = stop.name
            point.description = "\n".join(stop.words) or None
            point.time = stop.planned_at
            point.type = "stop" if stop.is_door else "pickup"
            if isinstance(point, gpxpy.gpx.GPXRoutePoint):
                route.points.append(point)
            else:
                gpx.waypoints.append(point)
    gpx.routes.append(route)
    if len(file.line) > 1:
        points = [gpxpy.gpx.GPXTrackPoint(round(latitude, 6), round(longitude, 6)) for latitude, longitude in file.line]
        track = gpxpy.gpx.GPXTrack(name=file.name)
        track.segments.append(gpxpy.gpx.GPXTrackSegment(points))
        gpx.tracks.append(track)
    text: str = gpx.to_xml(version="1.1")
    return text


def _geojson(file: RouteFile) -> str:
    """A collection: the line first, then each stop as a point with its number and planned time."""
    features: list[dict[str, object]] = []
    if len(file.line) > 1:
        line = {"type": "LineString", "coordinates": [_position(point) for point in file.line]}
        about: dict[str, object] = {"kind": "way", "name": file.name, "note": file.note}
        features.append({"type": "Feature", "geometry": line, "properties": about})
    for stop in file.stops:
        about = {
            "kind": "stop" if stop.is_door else "pickup",
            "name": stop.name,
            "planned": stop.planned_at.isoformat(),
        }
        if stop.words:
            about["description"] = "\n".join(stop.words)
        point = {"type": "Point", "coordinates": _position(stop.at)}
        features.append({"type": "Feature", "geometry": point, "properties": about})
    return json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False, indent=1)


def _position(point: LatLon) -> list[float]:
    """Longitude first, as the format has it; six decimals are a decimetre."""
    return [round(point[1], 6), round(point[0], 6)]
