"""The road maps that this machine has built, and which one is in use: a folder of files, nothing else.

One folder for each OpenStreetMap file, named by its SHA-256; in it one graph for each profile and version of OSRM, and
`map.json`, which is written when everything it names is complete. `in-use.json` beside them names one map. Both files are
replaced whole, so that whoever reads them sees the old state or the new one.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import date, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from logistics.domain.errors import BadInput, NotFound, RuleBroken
from logistics.gateways.roads.osm_extract import Bounds
from logistics.gateways.roads.port import LatLon, RoadsUnavailable
from logistics.gateways.roads.profiles import RoadProfile

GRAPH = "roads.osrm"
"""What the files of a graph are called, before their endings."""
ID_LENGTH = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadGraph:
    """The graph of one profile: its folder in the map's, its files with their sizes in bytes, and which OSRM made it.

    `anchor` is a point on the part of the road network that reaches the most; see `osrm_embedded` for what it is for.
    """

    profile: RoadProfile
    folder: str
    osrm_version: str
    files: Mapping[str, int]
    anchor: LatLon
    built_at: datetime

    @property
    def size_bytes(self) -> int:
        """What it takes up."""
        return sum(self.files.values())


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadMap:
    """One built OpenStreetMap file. `name` is the file's; `data_date` None when the file does not tell its age."""

    sha256: str
    name: str
    data_date: date | None
    bounds: Bounds | None
    roads: int
    attribution: str
    graphs: Mapping[RoadProfile, RoadGraph] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The first signs of the file's SHA-256."""
        return self.sha256[:ID_LENGTH]


def osrm_version() -> str:
    """Which OSRM is installed; a graph is read only by the version that made it."""
    return version("osrm-bindings")


class RoadMaps:
    """The maps in one folder (`roads` in ROUNDS_HOME)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def folder_of(self, road_map: RoadMap) -> Path:
        """Where the map's files lie."""
        return self.folder / road_map.id

    def all(self) -> tuple[RoadMap, ...]:
        """Every complete map, by name."""
        found = [_read_map(path) for path in sorted(self.folder.glob("*/map.json"))]
        return tuple(sorted(found, key=lambda road_map: (road_map.name, road_map.id)))

    def get(self, name: str) -> RoadMap:
        """The map of that name or id. Raises NotFound, and BadInput when two maps have the name."""
        found = [m for m in self.all() if name == m.name or (len(name) >= 6 and m.id.startswith(name.lower()))]
        if not found:
            known = ", ".join(m.name for m in self.all()) or "none is built yet"
            raise NotFound(f"There is no road map called {name}. Those that are there: {known}.")
        if len(found) > 1:
            raise BadInput(f"There are {len(found)} maps called {name}: say {' or '.join(m.id for m in found)}.")
        return found[0]

    def find(self, sha256: str) -> RoadMap | None:
        """The map built from a file of that sum."""
        path = self.folder / sha256[:ID_LENGTH] / "map.json"
        return _read_map(path) if path.exists() else None

    def in_use(self) -> RoadMap | None:
        """The map that plans are made with; None when there is none. Raises RoadsUnavailable when it has gone."""
        path = self.folder / "in-use.json"
        if not path.exists():
            return None
        wanted = str(_read_json(path).get("map", ""))
        found = self.folder / wanted / "map.json"
        if not wanted or not found.exists():
            raise RoadsUnavailable(
                f"The road map in use ({wanted or 'without a name'}) is not in {self.folder}: build it again with "
                "“rounds roads build”, or choose another with “rounds roads use”."
            )
        return _read_map(found)

    def use(self, road_map: RoadMap | None) -> None:
        """Plan with this map from now on; None: with no map, so with the estimate."""
        path = self.folder / "in-use.json"
        if road_map is None:
            path.unlink(missing_ok=True)
        else:
            write_whole(path, json.dumps({"map": road_map.id}) + "\n")

    def save(self, road_map: RoadMap) -> None:
        """Say that everything of this map is complete."""
        document = asdict(road_map)
        document["data_date"] = road_map.data_date.isoformat() if road_map.data_date else None
        document["graphs"] = {
            profile.value: {**asdict(graph), "built_at": graph.built_at.isoformat()}
            for profile, graph in road_map.graphs.items()
        }
        write_whole(self.folder_of(road_map) / "map.json", json.dumps(document, indent=1) + "\n")

    def remove(self, road_map: RoadMap) -> None:
        """Delete a map that is not in use. Raises RuleBroken for the one that is."""
        path = self.folder / "in-use.json"
        if path.exists() and _read_json(path).get("map") == road_map.id:
            raise RuleBroken(
                f"{road_map.name} is in use: choose another with “rounds roads use” (or “rounds roads use estimate”) first."
            )
        # Without its map.json the folder is no map any more, also when the rest cannot be deleted.
        (self.folder_of(road_map) / "map.json").unlink()
        shutil.rmtree(self.folder_of(road_map))

    def graph_path(self, road_map: RoadMap, profile: RoadProfile) -> Path:
        """The path that OSRM opens. Raises RoadsUnavailable when the graph is missing, cut short, or another version's."""
        graph = road_map.graphs.get(profile)
        again = f"run “rounds roads build” with the file of {road_map.name} again"
        if graph is None:
            raise RoadsUnavailable(f"The road map {road_map.name} was built without {profile.label}: {again}.")
        if graph.osrm_version != osrm_version():
            raise RoadsUnavailable(
                f"The road map {road_map.name} was built by OSRM {graph.osrm_version}, and {osrm_version()} is "
                f"installed: {again}."
            )
        folder = self.folder_of(road_map) / graph.folder
        for name, size_bytes in graph.files.items():
            file = folder / name
            if not file.exists() or file.stat().st_size != size_bytes:
                state = "is missing" if not file.exists() else "is not as long as it was"
                raise RoadsUnavailable(f"The file {name} of the road map {road_map.name} {state}: {again}.")
        return folder / GRAPH

    def with_graph(self, road_map: RoadMap, graph: RoadGraph) -> RoadMap:
        """The map with one more graph, not saved."""
        return replace(road_map, graphs={**road_map.graphs, graph.profile: graph})


def write_whole(path: Path, text: str) -> None:
    """Replace a file in one step, also if the power fails between two steps."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _read_json(path: Path) -> dict[str, Any]:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise RoadsUnavailable(f"{path} cannot be read: build the road map again with “rounds roads build”.") from error
    if not isinstance(document, dict):
        raise RoadsUnavailable(f"{path} is not what was written: build the road map again with “rounds roads build”.")
    return document


def _read_map(path: Path) -> RoadMap:
    document = _read_json(path)
    try:
        graphs = {
            RoadProfile(name): RoadGraph(
                profile=RoadProfile(name),
                folder=raw["folder"],
                osrm_version=raw["osrm_version"],
                files=raw["files"],
                anchor=(raw["anchor"][0], raw["anchor"][1]),
                built_at=datetime.fromisoformat(raw["built_at"]),
            )
            for name, raw in document["graphs"].items()
        }
        bounds = document["bounds"]
        return RoadMap(
            sha256=document["sha256"],
            name=document["name"],
            data_date=date.fromisoformat(document["data_date"]) if document["data_date"] else None,
            bounds=(bounds[0], bounds[1], bounds[2], bounds[3]) if bounds else None,
            roads=document["roads"],
            attribution=document["attribution"],
            graphs=graphs,
        )
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise RoadsUnavailable(f"{path} is not what was written: build the road map again.") from error
