"""The pages keep their word: what they name exists, what exists is named, and every page can be found."""

from __future__ import annotations

import dataclasses
import functools
import json
import os
import re
import runpy
import shlex
import shutil
import sqlite3
import struct
import subprocess
import zlib
from collections.abc import Iterator
from pathlib import Path

import click
import numpy as np
import pytest

from logistics.cli import main
from logistics.domain.care_times import CareTimes
from logistics.services.imports.cells import BadCell
from logistics.services.imports.columns import HUBS, TABLES, Column, TableSpec
from logistics.services.imports.reading import NETWORK_KEYS
from logistics.services.imports.report import Problems
from logistics.services.imports.run import check_files
from logistics.services.imports.values import parse_cell
from logistics.setting_list import SETTINGS

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
DEPLOY = ROOT / "deploy"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.glob("*.md"), *ROOT.glob("benchmarks/*.md")])
WEEK_PAGE = DOCS / "your-own-week.md"
PICTURE_MOST_BYTES = 200_000


def name_of(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


@functools.cache
def text_of(page: Path) -> str:
    """The page's text."""
    return page.read_text(encoding="utf-8")


def prose_of(page: Path) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", text_of(page), flags=re.MULTILINE | re.DOTALL)


def anchors_of(page: Path) -> set[str]:
    """The fragments that its headings can be linked by, as the usual renderers make them."""
    headings = re.findall(r"^#+ (.+)$", prose_of(page), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def targets_of(page: Path) -> Iterator[str]:
    """Every link and picture of the page, but those to other hosts."""
    prose = re.sub(r"`[^`\n]+`", "", prose_of(page))
    for target in re.findall(r"\]\(([^)\s]+)\)", prose) + re.findall(r'(?:src|href)="([^"]+)"', prose):
        if not target.startswith(("http://", "https://", "mailto:")):
            yield target


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    """A page links only to files of this repository that are there, and to headings that those files have."""
    broken = []
    for target in targets_of(page):
        path, _, fragment = target.partition("#")
        there = (page.parent / path).resolve() if path else page
        if not there.exists() or (fragment and fragment not in anchors_of(there)):
            broken.append(target)
    assert broken == []


def test_every_page_can_be_reached_from_the_index() -> None:
    """Whoever follows the links of docs/index.md comes by every page of docs."""
    seen: set[Path] = set()
    waiting = [DOCS / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in seen:
            continue
        seen.add(page)
        linked = ((page.parent / target.partition("#")[0]).resolve() for target in targets_of(page))
        waiting += [path for path in linked if path.suffix == ".md" and path.is_file()]
    assert [name_of(page) for page in DOCS.glob("*.md") if page not in seen] == []


def test_every_picture_is_shown_and_small() -> None:
    """A picture that no page shows is waste; a large one is slow on a phone."""
    pictures = sorted((DOCS / "pictures").glob("*"))
    assert pictures
    shown = {(page.parent / target).resolve() for page in PAGES for target in targets_of(page)}
    assert [name_of(picture) for picture in pictures if picture not in shown] == []
    assert [name_of(picture) for picture in pictures if picture.stat().st_size > PICTURE_MOST_BYTES] == []


def test_a_small_picture_holds_the_same_picture() -> None:
    """Few colours are kept exactly; of more than 256, each becomes one of the commonest."""
    make_pictures = runpy.run_path(str(DOCS / "make_pictures.py"))
    few = np.array([[[250, 1, 2], [0, 0, 0]], [[0, 0, 0], [9, 200, 9]]], dtype=np.uint8)
    assert colours_of(make_pictures["with_palette"](few)) == few.tolist()
    many = np.zeros((20, 20, 3), dtype=np.uint8)
    many[..., 0], many[..., 1] = np.arange(400).reshape(20, 20) // 20, np.arange(20)
    kept = np.array(colours_of(make_pictures["with_palette"](many)))
    assert len(np.unique(kept.reshape(-1, 3), axis=0)) == 256
    assert np.abs(kept - many.astype(int)).max() <= 20


def colours_of(png: bytes) -> list[list[list[int]]]:
    """The rows of colours of a PNG with a palette and no filters."""
    chunks, at = {}, 8
    while at < len(png):
        (length,) = struct.unpack(">I", png[at : at + 4])
        body = png[at + 8 : at + 8 + length]
        assert (
            zlib.crc32(png[at + 4 : at + 8 + length]) == struct.unpack(">I", png[at + 8 + length : at + 12 + length])[0]
        )
        chunks[png[at + 4 : at + 8]] = body
        at += 12 + length
    width, height = struct.unpack(">II", chunks[b"IHDR"][:8])
    palette = np.frombuffer(chunks[b"PLTE"], dtype=np.uint8).reshape(-1, 3)
    lines = np.frombuffer(zlib.decompress(chunks[b"IDAT"]), dtype=np.uint8).reshape(height, width + 1)
    found: list[list[list[int]]] = palette[lines[:, 1:]].tolist()
    return found


def commands_in(text: str) -> Iterator[str]:
    """Each use of `rounds` (also as `./dev run`) in code, inline or in blocks, as its arguments."""
    blocks = re.findall(r"^```(?:sh)?\n(.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    outside = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    inline = re.findall(r"`([^`\n]+)`", outside)
    for line in [line for block in blocks for line in block.splitlines()] + inline:
        found = re.match(r"(?:.*\bexec rounds |.*&& |sudo )?(?:rounds|\./dev run)\s+(.+)", line.strip())
        if found and not found[1].startswith(("'", "&&", ":")):
            yield re.split(r"\s+(?:#|&&|\|)", found[1])[0]


def fault_of(arguments: str) -> str | None:
    """What the command line would not understand of these arguments; values that stand for something are not read."""
    words = shlex.split(arguments)
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name = words.pop(0)
        found = command.get_command(context, name)
        if found is None:
            return f"there is no command {name}"
        command = found
    known = {name for parameter in command.get_params(context) for name in parameter.opts}
    unknown = [word for word in words if word.startswith("--") and word.partition("=")[0] not in known | {"--help"}]
    return f"{command.name} has no {unknown[0]}" if unknown else None


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_named_exists_with_its_options(page: Path) -> None:
    """`rounds ...` on a page is a command of ours, and so is each of its options."""
    faults = {arguments: fault_of(arguments) for arguments in commands_in(text_of(page))}
    assert {arguments: fault for arguments, fault in faults.items() if fault} == {}


def test_a_command_that_does_not_exist_would_be_noticed() -> None:
    """The test above can fail."""
    text = "`rounds plan 2026-W49 --quickly` and\n\n```sh\nsudo rounds fly home    # up\n./dev run db upgrade\n```\n"
    assert [fault_of(arguments) for arguments in commands_in(text)] == [
        "there is no command fly",
        None,
        "plan has no --quickly",
    ]


def test_every_word_after_dev_is_one_of_its_commands() -> None:
    """`./dev WORD` on a page is in the script's own list."""
    known = set(re.findall(r"^    ([a-z]+)\)", (ROOT / "dev").read_text(), flags=re.MULTILINE)) | {"help"}
    named = {word for page in PAGES for word in re.findall(r"\./dev ([a-z]+)", text_of(page))}
    assert named - known == set()
    assert {"demo", "test"} <= named


def test_every_command_is_explained_somewhere() -> None:
    """A command that no page names is found by nobody."""
    used = {arguments.split()[0] for page in PAGES for arguments in commands_in(text_of(page))}
    assert set(main.list_commands(click.Context(main))) - used - {"demo"} == set()


def rows_below(heading: str) -> dict[str, tuple[str, str]]:
    """The first table below a heading (or bold word) of the page about spreadsheets: name -> (may be empty, what)."""
    part = text_of(WEEK_PAGE).partition(heading)[2]
    table = re.search(r"^\|.+?(?=\n\n)", part, flags=re.MULTILINE | re.DOTALL)
    assert table, f"no table below {heading}"
    rows = [[cell.strip() for cell in line.strip("|").split("|", 2)] for line in table[0].splitlines()[2:]]
    return {name.strip("`"): (empty, what) for name, empty, what in rows}


def heading_of(spec: TableSpec) -> str:
    """Where the page describes this table."""
    return "Each of the **hubs**" if spec is HUBS else f"## `{spec.name}.csv`"


@pytest.mark.parametrize("spec", [*TABLES, HUBS], ids=lambda spec: spec.name)
def test_every_column_of_the_import_is_documented(spec: TableSpec) -> None:
    """The page names exactly the columns that the import knows, in their order, and says which may be empty."""
    documented = rows_below(heading_of(spec))
    assert list(documented) == [column.name for column in spec.columns]
    wrong = [c.name for c in spec.columns if (documented[c.name][0] == "no") != c.required]
    assert wrong == []


def documented_words(spec: TableSpec, column: Column) -> list[str]:
    """The words in code font that the page gives for a column, but for names of other columns and files."""
    known = {other.name for table in (*TABLES, HUBS) for other in table.columns}
    words = re.findall(r"`([^`]+)`", rows_below(heading_of(spec))[column.name][1])
    return [word for word in words if word not in known and not word.endswith(".csv") and word != "kind:expiry"]


@pytest.mark.parametrize("spec", TABLES, ids=lambda spec: spec.name)
def test_every_word_documented_for_a_column_is_taken_by_it(spec: TableSpec) -> None:
    """What the page says may stand in a cell is understood by the import."""
    refused = []
    for column in spec.columns:
        for word in documented_words(spec, column):
            try:
                parse_cell(column, f"{word}:2028-01-31" if column.name == "credentials" else word)
            except BadCell as error:
                refused.append(f"{column.name}: {error}")
    assert refused == []


def test_every_key_of_the_network_is_documented() -> None:
    """The page names exactly the keys of network.json that the import knows."""
    assert set(rows_below("## `network.json`")) == NETWORK_KEYS


def test_the_examples_of_the_page_are_taken_by_the_import(tmp_path: Path) -> None:
    """Every example of a file has the right header, and its cells are understood; only references may lead outside."""
    text = text_of(WEEK_PAGE)
    for name in ["network.json", *(f"{spec.name}.csv" for spec in TABLES)]:
        example = re.search(rf"^## `{re.escape(name)}`\n\n```\w+\n(.+?)^```$", text, flags=re.MULTILINE | re.DOTALL)
        assert example, f"{name} has no example"
        (tmp_path / name).write_text(example[1], encoding="utf-8")
    problems = Problems()
    check_files(tmp_path, problems)
    assert [str(problem) for problem in problems.sorted() if " is not in " not in problem.message] == []


def test_settings_of_the_server_files_exist() -> None:
    """What deploy sets is a setting of ours; a mistyped one would stop the server."""
    known = {setting.name for setting in SETTINGS} | {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret}
    named = {name for path in DEPLOY.iterdir() for name in re.findall(r"\bROUNDS_[A-Z_]+\b", path.read_text())}
    assert named - known == set()
    assert {"ROUNDS_HOME", "ROUNDS_BASE_URL", "ROUNDS_TRUSTED_PROXIES"} <= named


def test_every_server_file_is_explained() -> None:
    """docs/server.md, or another file of deploy, uses each file of deploy."""
    told = text_of(DOCS / "server.md") + "".join(path.read_text() for path in DEPLOY.glob("Containerfile"))
    assert [path.name for path in DEPLOY.iterdir() if f"deploy/{path.name}" not in told] == []


def test_the_units_are_understood_by_systemd(tmp_path: Path) -> None:
    """systemd finds no fault in the units, once the programs they start are there."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd-analyze is not on this machine")
    units = []
    for unit in DEPLOY.glob("*.service"):
        text = re.sub(r"^(ExecStart\w*=)\S+", r"\1/bin/true", unit.read_text(), flags=re.MULTILINE)
        (tmp_path / unit.name).write_text(text)
        units.append(str(tmp_path / unit.name))
    timer = shutil.copy(DEPLOY / "food-rounds-backup.timer", tmp_path)
    command = ["systemd-analyze", "verify", "--man=no", *units, str(timer)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "food-rounds" in line]
    assert (done.returncode, ours) == (0, [])


@pytest.mark.parametrize("script", ["backup.sh", "rounds"])
def test_the_scripts_of_a_server_can_be_read_by_any_shell(script: str) -> None:
    """They are run by /bin/sh."""
    done = subprocess.run(["/bin/sh", "-n", str(DEPLOY / script)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert os.access(DEPLOY / script, os.X_OK)


def back_up(home: Path, into: Path) -> subprocess.CompletedProcess[str]:
    """Run the nightly copy for this home."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), "ROUNDS_HOME": str(home)}
    command = ["/bin/sh", str(DEPLOY / "backup.sh"), str(into)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)


def test_a_nightly_copy_is_whole_private_and_one_of_fourteen(tmp_path: Path) -> None:
    """The copy holds what was committed a moment ago, is readable by its owner alone, and old copies go."""
    if shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not on this machine")
    home, into = tmp_path / "home", tmp_path / "copies"
    home.mkdir()
    into.mkdir()
    for day in range(1, 17):
        old = into / f"rounds-2026-01-{day:02d}T031500Z.sqlite"
        old.write_text("old")
        os.utime(old, (day * 86_400, day * 86_400))
    with sqlite3.connect(home / "rounds.sqlite") as open_one:
        open_one.execute("PRAGMA journal_mode = WAL")
        open_one.execute("CREATE TABLE thing (name TEXT)")
        open_one.execute("INSERT INTO thing VALUES ('kept')")
        open_one.commit()
        done = back_up(home, into)
    assert done.returncode == 0, done.stderr
    copies = sorted(into.glob("rounds-*.sqlite"))
    assert len(copies) == 14
    assert sqlite3.connect(copies[-1]).execute("SELECT name FROM thing").fetchall() == [("kept",)]
    assert copies[-1].stat().st_mode & 0o077 == 0


def test_a_nightly_copy_of_nothing_says_so(tmp_path: Path) -> None:
    """No database, no copy, and a failure that somebody notices."""
    if shutil.which("sqlite3") is None:
        pytest.skip("sqlite3 is not on this machine")
    done = back_up(tmp_path, tmp_path / "copies")
    assert done.returncode == 1
    assert "there is no database" in done.stderr
    assert list((tmp_path / "copies").glob("rounds-*")) == []


def test_the_container_copies_what_is_there() -> None:
    """Each file that the image is made from is in the repository."""
    sources: list[str] = []
    for line in (DEPLOY / "Containerfile").read_text().splitlines():
        if line.startswith("COPY "):
            sources += line.split()[1:-1]
    assert {"requirements.lock", "logistics", "routing", "web"} <= set(sources)
    assert [source for source in sources if not (ROOT / source).exists()] == []


def test_json_examples_are_json() -> None:
    """A block of JSON on a page can be read."""
    pattern = re.compile(r"^```json\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)
    blocks = [block for page in PAGES for block in pattern.findall(text_of(page))]
    assert blocks
    for block in blocks:
        json.loads(block)


def test_the_readme_warns_and_credits() -> None:
    """Whoever reads only the README knows that it is not for real data yet, and whose data it uses."""
    readme = text_of(ROOT / "README.md")
    for words in ("Not yet for real people's data", "Crown copyright", "Royal Mail", "Open Government Licence"):
        assert words in readme
    assert "Not yet for real people's data" in text_of(DOCS / "server.md")


def test_every_time_of_follow_ups_is_documented() -> None:
    """docs/follow-ups.md lists each time that a network can set, and none that is not there."""
    listed = re.findall(r"^\| `(\w+_s)` \|", text_of(DOCS / "follow-ups.md"), flags=re.MULTILINE)
    assert listed == [each.name for each in dataclasses.fields(CareTimes)]
