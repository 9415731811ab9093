"""Builds road maps from OpenStreetMap files. What was there stays in use until the new one is complete and has been tried."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from logistics.domain.errors import Conflict
from logistics.gateways.roads.osm_extract import ATTRIBUTION, Bounds, OsmExtract, read_extract
from logistics.gateways.roads.osrm_tools import (
    RoadsBuildFailed,
    needed_endings,
    profile_file,
    program,
    run_tool,
)
from logistics.gateways.roads.port import LatLon, RoadsUnavailable
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import GRAPH, RoadGraph, RoadMap, RoadMaps, osrm_version

DRAFT = ".building-"
_SPACE_PER_BYTE = 8
"""A car's graph of a country and what is written on the way to it, for each byte of the extract."""
_SMALL_COMPONENT_NODES = 1000
"""OSRM's own: streets that join fewer nodes than this are an island, and a point is put on the mainland instead."""

_EVERYWHERE: Bounds = (-85.0, -180.0, 85.0, 180.0)

type ReportBuild = Callable[[RoadProfile, str, int], None]
"""Called with the profile, what is being done, and how far it is in parts per thousand of that profile."""


def ignore_build(_profile: RoadProfile, _doing: str, _permille: int) -> None:
    """For callers that do not watch."""


def build_map(
    maps: RoadMaps,
    path: Path,
    profiles: Sequence[RoadProfile],
    *,
    now: datetime,
    threads: int | None = None,
    again: bool = False,
    report: ReportBuild = ignore_build,
) -> RoadMap:
    """Build the graphs of these profiles that are not there yet (`again`: also those that are) and return the map.

    It may be interrupted at any time: a graph is complete or not there, and the next build takes up where this one ended.
    Raises BadInput for a file that cannot be used, Conflict while another build is running, and RoadsBuildFailed.
    """
    extract = read_extract(path)
    _make(maps.folder)
    with _alone(maps.folder):
        _clear_drafts(maps.folder)
        road_map = maps.find(extract.sha256) or _new_map(extract)
        for profile in profiles:
            if not again and _is_complete(maps, road_map, profile):
                report(profile, "Already built", 1000)
                continue
            graph = _build_graph(maps, road_map, extract, profile, now=now, threads=threads, report=report)
            road_map = maps.with_graph(road_map, graph)
            maps.save(road_map)
            _clear_old_graphs(maps, road_map)
    return road_map


def _new_map(extract: OsmExtract) -> RoadMap:
    return RoadMap(
        sha256=extract.sha256,
        name=extract.name,
        data_date=extract.data_date,
        bounds=extract.bounds,
        roads=extract.roads,
        attribution=ATTRIBUTION,
    )


def _is_complete(maps: RoadMaps, road_map: RoadMap, profile: RoadProfile) -> bool:
    try:
        maps.graph_path(road_map, profile)
    except RoadsUnavailable:
        return False
    return True


def _build_graph(
    maps: RoadMaps,
    road_map: RoadMap,
    extract: OsmExtract,
    profile: RoadProfile,
    *,
    now: datetime,
    threads: int | None,
    report: ReportBuild,
) -> RoadGraph:
    _require_space(maps.folder, extract)
    token = secrets.token_hex(4)
    draft = maps.folder / f"{DRAFT}{token}"
    draft.mkdir()
    try:
        _make_graph(draft, extract, profile, threads=threads or os.cpu_count() or 1, report=report)
        report(profile, "Trying the map", 950)
        anchor = try_graph(draft / GRAPH, extract.bounds)
        files = _keep_needed(draft)
        folder = f"{profile.value}-{osrm_version()}-{token}"
        _make(maps.folder_of(road_map))
        draft.rename(maps.folder_of(road_map) / folder)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    report(profile, "Built", 1000)
    return RoadGraph(
        profile=profile, folder=folder, osrm_version=osrm_version(), files=files, anchor=anchor, built_at=now
    )


def _make_graph(draft: Path, extract: OsmExtract, profile: RoadProfile, *, threads: int, report: ReportBuild) -> None:
    joining = False

    def extracting(said: str, percent: int) -> None:
        nonlocal joining
        joining = joining or "edge-expanded graph" in said
        report(profile, "Joining the roads" if joining else "Reading the roads", 300 + 2 * percent if joining else 100)

    small = min(_SMALL_COMPONENT_NODES, max(10, extract.road_nodes // 40))
    run_tool(
        [
            program("osrm-extract"), "--profile", profile_file(profile), "--output", draft / GRAPH.removesuffix(".osrm"),
            "--threads", str(threads), "--small-component-size", str(small), extract.path,
        ],
        folder=draft,
        doing=f"Reading the roads for {profile.label} from {extract.path.name}",
        heard=extracting,
    )  # fmt: skip
    run_tool(
        [program("osrm-contract"), "--threads", str(threads), draft / GRAPH],
        folder=draft,
        doing=f"Preparing the roads for {profile.label}",
        heard=lambda _, percent: report(profile, "Finding shortcuts", 500 + 450 * percent // 100),
    )


def try_graph(graph: Path, bounds: Bounds | None) -> LatLon:
    """Open a graph in another process and route on it: one that would crash a router crashes there.

    Returns the point that reaches most of the map. Raises RoadsBuildFailed.
    """
    edges = bounds or _EVERYWHERE
    said = run_tool(
        [sys.executable, "-m", "logistics.gateways.roads.graph_trial", graph, *(str(edge) for edge in edges)],
        folder=graph.parent,
        doing="Trying the road map",
        heard=lambda _said, _percent: None,
    )
    try:
        latitude, longitude = json.loads(said.splitlines()[-1])["anchor"]
    except (ValueError, LookupError, TypeError) as error:
        raise RoadsBuildFailed(f"The road map gives no answers: {said[-200:]}") from error
    return float(latitude), float(longitude)


def _keep_needed(draft: Path) -> dict[str, int]:
    """Delete what only building needs; returns the sizes of what stays, all of it safely on the disk."""
    endings = needed_endings()
    kept = {}
    for file in sorted(draft.iterdir()):
        if file.name.removeprefix(GRAPH.removesuffix(".osrm")) not in endings:
            file.unlink()
            continue
        with file.open("rb") as opened:
            os.fsync(opened.fileno())
        kept[file.name] = file.stat().st_size
    return kept


def _require_space(folder: Path, extract: OsmExtract) -> None:
    needed, free = _SPACE_PER_BYTE * extract.size_bytes, shutil.disk_usage(folder).free
    if free < needed:
        raise RoadsBuildFailed(
            f"The disk of {folder} is too full: building from {extract.path.name} needs about {needed / 1e6:,.0f} MB "
            f"and {free / 1e6:,.0f} MB are free. Free some space, or set ROUNDS_HOME to a larger disk."
        )


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise RoadsBuildFailed(
            f"{folder} cannot be made ({error.strerror}): set ROUNDS_HOME to another folder."
        ) from error


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """One build at a time; the lock goes with the process, however it ends."""
    with (folder / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(
                "Another “rounds roads build” is at work: wait until it has ended, then try again."
            ) from None
        yield


def _clear_drafts(folder: Path) -> None:
    """What a build that was killed left behind."""
    for draft in folder.glob(f"{DRAFT}*"):
        shutil.rmtree(draft, ignore_errors=True)


def _clear_old_graphs(maps: RoadMaps, road_map: RoadMap) -> None:
    """Graphs that a newer one has replaced. A process that has one open keeps it until it ends."""
    named = {graph.folder for graph in road_map.graphs.values()}
    for folder in maps.folder_of(road_map).iterdir():
        if folder.is_dir() and folder.name not in named and folder.name.startswith(tuple(RoadProfile)):
            shutil.rmtree(folder, ignore_errors=True)
