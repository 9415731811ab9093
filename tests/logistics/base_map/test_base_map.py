"""An extract becomes a small map of our own, whole or not at all."""

from __future__ import annotations

import gzip
import itertools
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from logistics.domain.errors import BadInput
from logistics.gateways.base_map import AREAS, LINES, BaseMap, base_map_folder, build, build_base_map, open_base_map
from logistics.gateways.base_map.cells import UNITS, CellId, cells_within, world_xy
from tests.logistics.base_map.little_town import EAST, NORTH, SOUTH, WAYS, WEST, write_town


@pytest.fixture
def town(tmp_path: Path) -> BaseMap:
    """The little town's map."""
    return build_base_map(write_town(tmp_path / "town.osm.pbf"), tmp_path / "base-map")


def drawn(base_map: BaseMap, zoom: int) -> list[tuple[str, str]]:
    """Kind and name of every line of a level."""
    found = []
    for cell in cells_within(base_map.bounds, zoom):
        shapes = base_map.shapes(cell)
        found += [(LINES[kind], shapes["names"][name] if name >= 0 else "") for kind, name, _ in shapes["lines"]]
    return found


def test_a_map_says_what_it_covers_and_how_old_it_is(town: BaseMap) -> None:
    """Bounds, date and credit come from the extract."""
    assert town.bounds == pytest.approx((WEST, SOUTH, EAST, NORTH))
    assert town.data_date == date(2026, 11, 2)
    assert town.credit == "Map data © OpenStreetMap contributors, 2 November 2026"
    assert town.levels == (10, 12, 13, 15)


def test_an_undated_extract_is_credited_without_a_date(tmp_path: Path) -> None:
    """Nobody is told an age that nobody knows."""
    base_map = build_base_map(write_town(tmp_path / "town.osm.pbf", dated=False), tmp_path / "base-map")
    assert (base_map.data_date, base_map.credit) == (None, "Map data © OpenStreetMap contributors")


def test_the_nearer_the_more_is_drawn(town: BaseMap) -> None:
    """From far away the great road alone; streets with their names nearer; paths last. A building is nowhere."""
    assert {kind for kind, _ in drawn(town, 10)} == {"main"}
    assert set(drawn(town, 13)) == {("main", "High Road"), ("street", "Fish & Chip Lane"), ("rail", "")}
    assert {kind for kind, _ in drawn(town, 15)} == {"main", "street", "rail", "path"}


def test_ways_that_follow_each_other_are_one_line(town: BaseMap) -> None:
    """High Road is two ways of the extract and one line of the map."""
    assert [name for _, name in drawn(town, 13)].count("High Road") == len(
        [cell for cell in cells_within(town.bounds, 13) if "High Road" in town.shapes(cell)["names"]]
    )


def test_a_park_keeps_its_hole_for_the_pond(town: BaseMap) -> None:
    """The pond lies in the park: the park is painted first, with a hole, and the water after it."""
    areas = [area for cell in cells_within(town.bounds, 13) for area in town.shapes(cell)["areas"]]
    kinds = [AREAS[area[0]] for area in areas]
    assert sorted(set(kinds)) == ["park", "water"]
    assert any(AREAS[kind] == "park" and len(rings) == 2 for kind, *rings in areas)


def test_a_street_is_where_it_is(town: BaseMap) -> None:
    """The corner of the High Road comes back within a metre from the cell that holds it."""
    x, y = world_xy(-0.070, 51.490)
    near = []
    for cell in cells_within(town.bounds, 15):
        for _, _, flat in town.shapes(cell)["lines"]:
            steps = list(
                itertools.accumulate(zip(flat[::2], flat[1::2], strict=True), lambda a, b: (a[0] + b[0], a[1] + b[1]))
            )
            near += [((cell.x + px / UNITS) / 2**15 - x, (cell.y + py / UNITS) / 2**15 - y) for px, py in steps]
    # A metre at this latitude is 4e-8 of the world's width.
    assert min(abs(dx) + abs(dy) for dx, dy in near) < 4e-8


def test_the_same_extract_gives_the_same_map(tmp_path: Path) -> None:
    """A rebuilt map has the same version, so that phones keep what they have."""
    pbf = write_town(tmp_path / "town.osm.pbf")
    assert build_base_map(pbf, tmp_path / "a").version == build_base_map(pbf, tmp_path / "b").version


def test_a_crowded_cell_does_without_its_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cell over the limit leaves out what matters least, and keeps its roads."""
    ways = dict(WAYS)
    # Each path is a line of its own that nothing merges with the next.
    ways |= {1000 + n: ([11 + n % 4, 21 + n // 4 % 4], {"highway": "footway"}) for n in range(16)}
    pbf = write_town(tmp_path / "town.osm.pbf", ways=ways)
    whole = build_base_map(pbf, tmp_path / "whole")
    heaviest = max(file.stat().st_size for file in (whole.folder / "15").rglob("*.gz"))
    monkeypatch.setattr(build, "MOST_CELL_BYTES", heaviest - 1)
    smaller = build_base_map(pbf, tmp_path / "smaller")
    assert len(drawn(smaller, 15)) < len(drawn(whole, 15))
    assert {"main", "street", "rail"} <= {kind for kind, _ in drawn(smaller, 15)}


def test_a_country_makes_a_coarser_map(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A level of too many cells is left out; an extract too large for every level is refused."""
    pbf = write_town(tmp_path / "town.osm.pbf")
    monkeypatch.setattr(build, "MOST_CELLS", 3)
    assert build_base_map(pbf, tmp_path / "base-map").levels == (10, 12, 13)
    monkeypatch.setattr(build, "MOST_CELLS", 0)
    with pytest.raises(BadInput, match="covers too much"):
        build_base_map(pbf, tmp_path / "base-map")


@pytest.mark.parametrize("kind", ["missing", "empty", "cut short", "no OSM file", "no roads"])
def test_what_cannot_be_used_changes_nothing(tmp_path: Path, kind: str) -> None:
    """A bad file is one clear error, the old map stays in use, and no draft is left beside it."""
    home = tmp_path / "home"
    before = build_base_map(write_town(tmp_path / "town.osm.pbf"), base_map_folder(home))
    bad = tmp_path / "bad.osm.pbf"
    whole = (tmp_path / "town.osm.pbf").read_bytes()
    if kind == "no roads":
        write_town(bad, ways={104: WAYS[104], 105: WAYS[105]})
    elif kind != "missing":
        bad.write_bytes({"empty": b"", "cut short": whole[: len(whole) // 2], "no OSM file": b"PK\x03\x04" * 400}[kind])
    with pytest.raises(BadInput, match=r"bad\.osm\.pbf"):
        build_base_map(bad, base_map_folder(home))
    after = open_base_map(home)
    assert after is not None
    assert after.version == before.version
    assert [path.name for path in home.iterdir()] == ["base-map"]


def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the disk refuses in the middle, the old map stays and the draft goes."""
    pbf = write_town(tmp_path / "town.osm.pbf")
    before = build_base_map(pbf, tmp_path / "home" / "base-map")
    real = Path.write_bytes

    def refuse(path: Path, data: bytes) -> int:
        if "13" in path.parts:
            raise OSError(28, "No space left on device")
        return real(path, data)

    monkeypatch.setattr(Path, "write_bytes", refuse)
    with pytest.raises(OSError, match="No space left"):
        build_base_map(pbf, tmp_path / "home" / "base-map")
    after = open_base_map(tmp_path / "home")
    assert after is not None
    assert (after.version, [path.name for path in (tmp_path / "home").iterdir()]) == (before.version, ["base-map"])


def test_what_a_killed_build_left_is_swept_away(tmp_path: Path) -> None:
    """The next build removes the draft of one that was killed."""
    left = tmp_path / ".base-map.123.abc"
    left.mkdir()
    (left / "half").write_text("a cell")
    build_base_map(write_town(tmp_path / "town.osm.pbf"), tmp_path / "base-map")
    assert not left.exists()


def test_a_new_map_takes_the_place_of_the_old(tmp_path: Path) -> None:
    """Who opens the map after a build gets the new one, in the same process too."""
    home = tmp_path / "home"
    assert open_base_map(home) is None
    build_base_map(write_town(tmp_path / "town.osm.pbf"), base_map_folder(home))
    first = open_base_map(home)
    build_base_map(write_town(tmp_path / "town.osm.pbf", ways={101: WAYS[101]}), base_map_folder(home))
    second = open_base_map(home)
    assert first is not None
    assert second is not None
    assert first.version != second.version


def test_cells_are_compressed_json(town: BaseMap) -> None:
    """What is on disk is what a browser is sent."""
    cell = next(cell for cell in cells_within(town.bounds, 13) if town.cell(cell))
    written = town.cell(cell)
    assert written is not None
    assert gzip.decompress(written).startswith(b'{"names":')
    assert town.cell(CellId(13, 0, 0)) is None


def test_progress_is_told_to_the_end(tmp_path: Path) -> None:
    """Whoever waits sees how far it is, never backwards, up to the whole."""
    told: list[float] = []
    build_base_map(write_town(tmp_path / "town.osm.pbf"), tmp_path / "base-map", lambda _what, done: told.append(done))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)


def test_no_osm_library_is_imported_before_a_map_is_built() -> None:
    """The pages read a base map without pyosmium and shapely."""
    check = "import sys, logistics.gateways.base_map; assert not {'osmium', 'shapely'} & set(sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
