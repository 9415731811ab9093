"""Building a road map changes nothing until it is complete, however the build ends."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from logistics.cli import main
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.vocabulary import VehicleKind
from logistics.gateways.roads import RoadsUnavailable, StraightLineRouter
from logistics.gateways.roads.chosen import chosen_router
from logistics.gateways.roads.graph_build import DRAFT, build_map
from logistics.gateways.roads.osrm_embedded import EmbeddedOsrmRouter
from logistics.gateways.roads.osrm_tools import RoadsBuildFailed
from logistics.gateways.roads.profiles import RoadProfile
from logistics.gateways.roads.road_maps import RoadMap, RoadMaps
from logistics.settings import SettingError, Settings
from tests.logistics.gateways.roads.helsinki import extract, some_points

NOW = datetime(2026, 11, 22, tzinfo=UTC)
CAR = [RoadProfile.CAR]


@pytest.fixture
def home(maps: RoadMaps) -> Path:
    """A ROUNDS_HOME with a road map in use."""
    maps.use(maps.all()[0])
    return maps.folder.parent


def still_works(home: Path) -> bool:
    """Whether the map that was in use is, and answers."""
    settings = Settings.from_environment({"ROUNDS_HOME": str(home)})
    router = chosen_router(settings)
    assert isinstance(router, EmbeddedOsrmRouter)
    return bool(router.matrix(some_points(5), VehicleKind.CAR).distances_m.max() > 0)


def rounds(home: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and output of `rounds ...` with that home."""
    result = CliRunner(env={"ROUNDS_HOME": str(home)}).invoke(main, arguments)
    return result.exit_code, result.output


def drafts(home: Path) -> list[Path]:
    """What unfinished builds have left."""
    return list((home / "roads").glob(f"{DRAFT}*"))


def test_what_is_built_is_not_built_again(maps: RoadMaps) -> None:
    """The same file and version: nothing is run."""
    told: list[str] = []
    before = maps.all()
    build_map(maps, extract(), CAR, now=NOW, report=lambda _profile, doing, _permille: told.append(doing))
    assert told == ["Already built"]
    assert maps.all() == before


@pytest.mark.parametrize(
    ("name", "size", "words"),
    [("corrupt.osm.pbf", 400_000, "corrupt.osm.pbf is damaged"), ("empty.osm.pbf", 0, "empty.osm.pbf is empty")],
)
def test_a_bad_file_leaves_the_old_map_in_use(home: Path, tmp_path: Path, name: str, size: int, words: str) -> None:
    """Exit code 2 and one sentence; nothing is left behind."""
    (tmp_path / name).write_bytes(extract().read_bytes()[:size])
    code, output = rounds(home, "roads", "build", str(tmp_path / name))
    assert code == 2
    assert words in output
    assert still_works(home)
    assert drafts(home) == []


def test_a_full_disk_leaves_the_old_map_in_use(home: Path) -> None:
    """No file may grow beyond 40 kB, as on a disk with no more room; the build says that it failed and cleans up."""
    command = [sys.executable, "-m", "logistics.cli", "roads", "build", str(extract()), "--profile", "car", "--again"]
    build = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "ROUNDS_HOME": str(home)},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000)),
    )
    assert build.returncode == 1
    assert "Reading the roads for cars and vans from Helsinki.osm.pbf failed" in build.stderr
    assert still_works(home)
    assert drafts(home) == []


def test_too_little_room_is_told_before_anything_is_built(maps: RoadMaps, monkeypatch: pytest.MonkeyPatch) -> None:
    """How much is needed, how much there is, and what to do."""
    usage = type("Usage", (), {"free": 1_000_000})()
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: usage)
    with pytest.raises(RoadsBuildFailed, match="needs about 5 MB and 1 MB are free"):
        build_map(maps, extract(), CAR, now=NOW, again=True)


@pytest.mark.parametrize("stop", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda stop: stop.name)
def test_a_build_that_is_stopped_leaves_the_old_map_in_use(home: Path, stop: signal.Signals) -> None:
    """Also by kill -9: the old map answers, OSRM's program ends, and the next build clears up."""
    command = [sys.executable, "-m", "logistics.cli", "roads", "build", str(extract()), "--profile", "car", "--again"]
    build = subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "ROUNDS_HOME": str(home)}
    )
    until = time.monotonic() + 60
    while not any(draft for draft in drafts(home) if list(draft.iterdir())):
        assert time.monotonic() < until, "the build did not begin"
        time.sleep(0.01)
    build.send_signal(stop)
    _, told = build.communicate(timeout=60)
    assert build.returncode != 0
    assert still_works(home)
    if stop is signal.SIGKILL:
        build_map(RoadMaps(home / "roads"), extract(), CAR, now=NOW)
    elif stop is signal.SIGINT:
        assert b"What was in use still is" in told
    assert drafts(home) == []


def test_two_builds_at_once_are_refused(maps: RoadMaps) -> None:
    """The second is told to wait; the first goes on undisturbed."""

    def again(_profile: RoadProfile, doing: str, _permille: int) -> None:
        if doing == "Already built":
            with pytest.raises(Conflict, match="Another “rounds roads build” is at work"):
                build_map(maps, extract(), CAR, now=NOW)

    build_map(maps, extract(), CAR, now=NOW, report=again)


def test_a_map_that_gives_no_answers_is_never_put_in_use(maps: RoadMaps, monkeypatch: pytest.MonkeyPatch) -> None:
    """A graph whose trial in another process fails is thrown away."""
    monkeypatch.setattr(
        "logistics.gateways.roads.graph_build._make_graph",
        lambda draft, *_, **__: (draft / "roads.osrm.hsgr").write_bytes(b"no graph"),
    )
    before = maps.all()
    with pytest.raises(RoadsBuildFailed, match="Trying the road map failed"):
        build_map(maps, extract(), CAR, now=NOW, again=True)
    assert maps.all() == before
    assert list(maps.folder.glob(f"{DRAFT}*")) == []


def test_the_command_lists_uses_checks_and_removes(home: Path) -> None:
    """What is in use cannot be removed; without it times are estimates again, and say so."""
    assert "in use" in rounds(home, "roads", "list")[1]
    code, output = rounds(home, "roads", "check")
    assert code == 0
    assert "cars and vans: opens, and finds its way." in output
    assert "bicycles: not built." in output
    code, output = rounds(home, "roads", "remove", "Helsinki")
    assert code == 1
    assert "Helsinki is in use" in output
    assert rounds(home, "roads", "use", "estimate")[0] == 0
    assert isinstance(chosen_router(Settings.from_environment({"ROUNDS_HOME": str(home)})), StraightLineRouter)
    assert rounds(home, "roads", "use", "London")[0] == 1
    assert rounds(home, "roads", "use", "Helsinki")[0] == 0
    rounds(home, "roads", "use", "estimate")
    assert rounds(home, "roads", "remove", "Helsinki")[0] == 0
    assert "No road map is built" in rounds(home, "roads", "list")[1]


def test_a_map_in_use_that_has_gone_is_an_error_and_no_estimate(home: Path) -> None:
    """Nothing is planned on straight lines by accident."""
    (road_map,) = RoadMaps(home / "roads").all()
    (RoadMaps(home / "roads").folder_of(road_map) / "map.json").unlink()
    with pytest.raises(RoadsUnavailable, match="build it again"):
        chosen_router(Settings.from_environment({"ROUNDS_HOME": str(home)}))


def test_osrm_by_setting_needs_a_map(tmp_path: Path) -> None:
    """A server that must have real roads does not start without them."""
    with pytest.raises(SettingError, match="rounds roads build"):
        chosen_router(Settings.from_environment({"ROUNDS_HOME": str(tmp_path), "ROUNDS_ROADS": "osrm"}))


def test_names_of_maps(maps: RoadMaps, helsinki: tuple[RoadMaps, RoadMap]) -> None:
    """By name or by the first signs of the id; a stranger is told which there are."""
    road_map = helsinki[1]
    assert maps.get("Helsinki") == maps.get(road_map.id) == maps.get(road_map.id[:8])
    with pytest.raises(NotFound, match="Those that are there: Helsinki"):
        maps.get("Turku")
    maps.use(road_map)
    with pytest.raises(RuleBroken):
        maps.remove(road_map)
    with pytest.raises(BadInput):
        build_map(maps, Path("nowhere.osm.pbf"), CAR, now=NOW)
