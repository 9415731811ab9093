"""Real streets with no server to run: OSRM in this process, on a road map that this machine has built."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads import osrm_engine
from logistics.gateways.roads.asked_points import Places, checked_degrees, require_on_roads
from logistics.gateways.roads.osm_extract import DATA
from logistics.gateways.roads.osrm_legs import legs_of
from logistics.gateways.roads.port import NO_WAY, LatLon, RoadMatrix, RoadPath, RoadsInfo, RoadsUnavailable
from logistics.gateways.roads.profiles import PROFILE_OF, PROFILE_WORDS, RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from logistics.gateways.roads.table_blocks import TableBlocks

ENGINE = "OSRM"
SNAP_LIMIT_M = 250
"""A door in the middle of an estate is nearer than this to a street; a wrong postcode most often is not."""


class EmbeddedOsrmRouter:
    """Asks the graphs of one road map, each opened at its first use and kept open. Safe to share between threads."""

    def __init__(self, maps: RoadMaps, road_map: RoadMap, *, snap_limit_m: int = SNAP_LIMIT_M) -> None:
        self._maps = maps
        self._map = road_map
        self._snap_limit_m = snap_limit_m
        self._engines: dict[RoadProfile, osrm_engine.Engine] = {}
        self._opening = threading.Lock()
        self._blocks = TableBlocks()

    def matrix(self, points: Sequence[LatLon], profile: VehicleKind) -> RoadMatrix:
        """Every pair of points. Raises OffTheRoads, BadInput, RoadsUnavailable."""
        asked = Places.of(points)
        n = len(asked.places)
        durations_s = np.zeros((n, n), np.int32)
        distances_m = np.zeros((n, n), np.int32)
        graph = self._maps.graph_path(self._map, PROFILE_OF[profile])
        try:
            for block in self._blocks.of(graph, self._engine(profile), asked.places, self._anchor(profile)):
                # The first part tells how far every place is from its road; none is used before that is looked at.
                if block.rows.start == 0:
                    require_on_roads(block.snap_m, self._snap_limit_m, who=PROFILE_OF[profile].label)
                durations_s[block.rows.start : block.rows.stop] = block.durations_s
                distances_m[block.rows.start : block.rows.stop] = block.distances_m
        except RuntimeError as error:
            raise RoadsUnavailable(f"OSRM could not make its table of {n} places: {error}.") from error
        return asked.spread(RoadMatrix(durations_s=durations_s, distances_m=distances_m))

    def close(self) -> None:
        """End the processes that made large tables; the next one starts them anew."""
        self._blocks.close()

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
        return RoadPath(legs=legs_of(self._raw_legs(points, profile), matrix))

    def snap_distances_m(self, points: Sequence[LatLon], profile: VehicleKind) -> NDArray[np.float64]:
        """Metres from each point to the road it would be put on."""
        degrees = checked_degrees(points)
        try:
            return osrm_engine.snap_distances(
                self._engine(profile), [(lat, lon) for lat, lon in degrees], self._anchor(profile)
            )
        except RuntimeError as error:
            raise RoadsUnavailable(f"OSRM could not find the roads near {len(points)} places: {error}.") from error

    @property
    def snap_limit_m(self) -> int:
        """From the settings."""
        return self._snap_limit_m

    def info(self) -> RoadsInfo:
        """OSRM, and the date of the OpenStreetMap file."""
        return RoadsInfo(
            engine=ENGINE,
            data=DATA,
            data_date=self._map.data_date,
            attribution=self._map.attribution,
            is_estimate=False,
            profiles=PROFILE_WORDS,
        )

    def _raw_legs(self, points: Sequence[LatLon], profile: VehicleKind) -> list[osrm_engine.Engine]:
        engine = self._engine(profile)
        for anchor in (self._anchor(profile), None):
            try:
                return osrm_engine.route(engine, points, radius_m=self._snap_limit_m + 1, anchor=anchor)
            except RuntimeError as error:
                # From a last point with no way out there is none to the anchor either.
                if anchor is None or "NoRoute" not in str(error):
                    raise RoadsUnavailable(f"OSRM could not draw the way: {error}.") from error
        raise AssertionError("the last try either returns or raises")

    def _anchor(self, profile: VehicleKind) -> LatLon:
        return self._map.graphs[PROFILE_OF[profile]].anchor

    def _engine(self, profile: VehicleKind) -> osrm_engine.Engine:
        wanted = PROFILE_OF[profile]
        with self._opening:
            if wanted not in self._engines:
                graph = self._maps.graph_path(self._map, wanted)
                try:
                    self._engines[wanted] = osrm_engine.open_engine(graph)
                except RuntimeError as error:
                    raise RoadsUnavailable(
                        f"The road map {self._map.name} cannot be opened for {wanted.label}: {error}. "
                        "Build it again with “rounds roads build”."
                    ) from error
            return self._engines[wanted]
