"""OSRM on a server of your own, asked over HTTP: points as polylines, large tables in parts, the same answers as embedded."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any
from urllib.parse import quote

import numpy as np
import polyline
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads.asked_points import Places, checked_degrees, require_on_roads, whole
from logistics.gateways.roads.osm_extract import ATTRIBUTION, DATA
from logistics.gateways.roads.osrm_embedded import ENGINE, SNAP_LIMIT_M
from logistics.gateways.roads.osrm_legs import POLYLINE_PRECISION, legs_of
from logistics.gateways.roads.osrm_server import OsrmClient, OsrmRefused, OsrmServer
from logistics.gateways.roads.port import NO_WAY, LatLon, RoadMatrix, RoadPath, RoadsInfo
from logistics.gateways.roads.profiles import PROFILE_OF, PROFILE_WORDS, RoadProfile

__all__ = ["HttpOsrmRouter", "OsrmServer"]

_CHUNK = 100
"""Sources, and destinations, in one question: what osrm-routed takes unless it was told otherwise."""
_LEGS_AT_ONCE = 60

type Floats = NDArray[np.float64]


class HttpOsrmRouter:
    """The same points give the same figures as the embedded router on the same map. Safe to share between threads."""

    def __init__(self, server: OsrmServer, *, snap_limit_m: int = SNAP_LIMIT_M) -> None:
        self._client = OsrmClient(server)
        self._snap_limit_m = snap_limit_m
        self._anchors: dict[RoadProfile, LatLon] = {}
        self._stated_date: date | None = None
        self._lock = threading.Lock()

    def matrix(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadMatrix:
        """Every pair of points, asked in squares. Raises OffTheRoads, BadInput, RoadsUnavailable."""
        asked = Places.of(points)
        places = asked.places
        require_on_roads(self.snap_distances_m(places, profile), self._snap_limit_m, who=PROFILE_OF[profile].label)
        n = len(places)
        durations_s = np.zeros((n, n), np.int32)
        distances_m = np.zeros((n, n), np.int32)
        for rows in _chunks(n):
            for columns in _chunks(n):
                square = self._square(places, rows, columns, PROFILE_OF[profile])
                cells = np.ix_(rows, columns)
                durations_s[cells], distances_m[cells] = whole(*square)
        return asked.spread(RoadMatrix(durations_s=durations_s, distances_m=distances_m))

    def route(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadPath:
        """The journey along streets, with its turns. Raises as `matrix`, and BadInput where there is no way."""
        if len(points) < 2:
            raise BadInput("A journey needs two points at least: where it starts and where it ends.")
        matrix = self.matrix(points, profile)
        for at in range(len(points) - 1):
            if matrix.durations_s[at, at + 1] == NO_WAY:
                raise BadInput(
                    f"There is no way for {PROFILE_OF[profile].label} from point {at + 1} to point {at + 2}."
                )
        raw: list[Any] = []
        for start in range(0, len(points) - 1, _LEGS_AT_ONCE):
            raw += self._raw_legs(points[start : start + _LEGS_AT_ONCE + 1], PROFILE_OF[profile])
        try:
            return RoadPath(legs=legs_of(raw, matrix))
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._client.wrong("a way that has no steps") from error

    def snap_distances_m(self, points: Sequence[LatLon], profile: VehicleKind) -> NDArray[np.float64]:
        """Metres from each point to the road that the server would put it on."""
        degrees = checked_degrees(points)
        places = [(float(latitude), float(longitude)) for latitude, longitude in degrees]
        snap_m = np.empty(len(places))
        if not places:
            return snap_m
        anchor = self._anchor(places, PROFILE_OF[profile])
        for chunk in _chunks(len(places)):
            asked = [*(places[at] for at in chunk), anchor]
            answer = self._table(asked, [len(chunk)], range(len(chunk)), PROFILE_OF[profile], radius_m=None)
            snap_m[list(chunk)] = self._waypoints(answer, "destinations", len(chunk), lambda w: float(w["distance"]))
        return snap_m

    @property
    def snap_limit_m(self) -> int:
        """From the settings."""
        return self._snap_limit_m

    def info(self) -> RoadsInfo:
        """OSRM; the date is what the server says of its data, else what the settings say, else unknown."""
        return RoadsInfo(
            engine=ENGINE,
            data=DATA,
            data_date=self._stated_date or self._client.server.data_date,
            attribution=ATTRIBUTION,
            is_estimate=False,
            profiles=PROFILE_WORDS,
        )

    def _anchor(self, places: Sequence[LatLon], profile: RoadProfile) -> LatLon:
        """A point on the mainland of streets; why one goes with every question is told in `osrm_engine`."""
        with self._lock:
            if profile not in self._anchors:
                sample = places[:: max(1, len(places) // _CHUNK)][:_CHUNK]
                everybody = range(len(sample))
                answer = self._table(sample, everybody, everybody, profile, radius_m=None)
                joined = np.isfinite(self._floats(answer, "durations", len(sample), len(sample)))
                reach = joined.sum(axis=0) + joined.sum(axis=1)
                snapped = self._waypoints(
                    answer, "sources", len(sample), lambda w: (w["location"][1], w["location"][0])
                )
                self._anchors[profile] = snapped[int(np.argmax(reach))]
            return self._anchors[profile]

    def _square(
        self, places: Sequence[LatLon], rows: range, columns: range, profile: RoadProfile
    ) -> tuple[Floats, Floats]:
        anchor = self._anchor(places, profile)
        mine = list(rows) if rows == columns else [*rows, *columns]
        asked = [*(places[at] for at in mine), anchor]
        sources = range(len(rows))
        destinations = sources if rows == columns else range(len(rows), len(mine))
        answer = self._table(asked, sources, destinations, profile, radius_m=self._snap_limit_m + 1)
        shape = len(rows), len(columns)
        return self._floats(answer, "durations", *shape), self._floats(answer, "distances", *shape)

    def _table(
        self,
        points: Sequence[LatLon],
        sources: Sequence[int],
        destinations: Sequence[int],
        profile: RoadProfile,
        *,
        radius_m: int | None,
    ) -> dict[str, Any]:
        radii = "" if radius_m is None else "&radiuses=" + ";".join([str(radius_m)] * len(points))
        path = (
            f"/table/v1/{profile.value}/{_encoded(points)}?annotations=duration,distance&generate_hints=false"
            f"&sources={_numbers(sources)}&destinations={_numbers(destinations)}{radii}"
        )
        return self._ask(profile, path, "its table of distances")

    def _raw_legs(self, points: Sequence[LatLon], profile: RoadProfile) -> list[Any]:
        for anchor in (self._anchors.get(profile), None):
            asked = [*points, anchor] if anchor is not None else list(points)
            path = (
                f"/route/v1/{profile.value}/{_encoded(asked)}?steps=true&geometries=polyline6&overview=false"
                f"&continue_straight=false&generate_hints=false"
                f"&radiuses={';'.join([str(self._snap_limit_m + 1)] * len(asked))}"
            )
            try:
                answer = self._ask(profile, path, "the way")
            except OsrmRefused as refusal:
                if anchor is None or refusal.code != "NoRoute":
                    raise self._client.wrong(str(refusal)) from refusal
                continue  # from a last point with no way out there is none to the anchor either
            try:
                return list(answer["routes"][0]["legs"])[: len(points) - 1]
            except (KeyError, TypeError, IndexError) as error:
                raise self._client.wrong("a way that has no legs") from error
        raise AssertionError("the last try either returns or raises")

    def _ask(self, profile: RoadProfile, path: str, what: str) -> dict[str, Any]:
        try:
            answer = self._client.ask(profile, path)
        except OsrmRefused as refusal:
            if refusal.code == "NoRoute":
                raise
            hint = " (start osrm-routed with --max-table-size 200 or more)" if refusal.code == "TooBig" else ""
            raise self._client.wrong(f"“{refusal}” when asked for {what}{hint}") from refusal
        stated = answer.get("data_version")
        if isinstance(stated, str) and self._stated_date is None:
            self._stated_date = _date_of(stated)
        return answer

    def _floats(self, answer: dict[str, Any], name: str, rows: int, columns: int) -> Floats:
        try:
            values = np.array(answer[name], np.float64)
        except (KeyError, TypeError, ValueError) as error:
            raise self._client.wrong(f"a table without {name}") from error
        if values.shape != (rows, columns):
            raise self._client.wrong(f"a table of {name} of another size than was asked for")
        return values

    def _waypoints[T](self, answer: dict[str, Any], name: str, count: int, read: Callable[[Any], T]) -> list[T]:
        try:
            found = [read(waypoint) for waypoint in answer[name]]
        except (KeyError, TypeError, ValueError, IndexError) as error:
            raise self._client.wrong("points that have no place on a road") from error
        if len(found) != count:
            raise self._client.wrong("another number of points than was asked for")
        return found


def _chunks(n: int) -> list[range]:
    return [range(start, min(n, start + _CHUNK)) for start in range(0, n, _CHUNK)]


def _encoded(points: Sequence[LatLon]) -> str:
    return f"polyline6({quote(polyline.encode(list(points), POLYLINE_PRECISION), safe='')})"


def _numbers(values: Sequence[int]) -> str:
    return ";".join(str(value) for value in values)


def _date_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None
