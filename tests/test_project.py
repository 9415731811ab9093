"""The project keeps its own promises: what is documented, locked, dated, small enough and fit for strangers to read."""

from __future__ import annotations

import ast
import functools
import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from logistics.setting_list import SETTINGS, Setting
from logistics.settings import DEVELOPER_NAMES, DEVELOPER_PREFIXES, Settings

ROOT = Path(__file__).parent.parent
PACKAGES = ("logistics", "routing", "web")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-schema.lock")

FILE_MAX_LINES = 400
FUNCTION_MAX_LINES = 60
# path -> why it may be longer. An entry that is no longer needed fails too.
LONG_FILES: dict[str, str] = {}
# "path:function" -> why it may be longer.
LONG_FUNCTIONS: dict[str, str] = {
    # Compiled loops: in machine code a call costs more than the lines it saves.
    "routing/kernel/places.py:find_place": "one pass over all places, O(1) each",
    "routing/kernel/routes.py:refresh": "one pass over a route, forwards and backwards",
    "routing/kernel/shipments.py:_try_chain": "one candidate, from pickups to door",
}


@functools.cache
def tracked() -> tuple[Path, ...]:
    """Every file of the repository that is still there."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    paths = [ROOT / name for name in listed.decode().split("\0") if name]
    return tuple(path for path in paths if path.is_file())


@functools.cache
def text_of(path: Path) -> str:
    """The file's text; empty for pictures and other binary files."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


def modules(*packages: str) -> list[Path]:
    """The tracked Python files below these top folders."""
    return [path for path in tracked() if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in packages]


def read_by_people() -> list[Path]:
    """The modules of the three packages, but for migrations: a tool writes those once, a statement for each table."""
    return [path for path in modules(*PACKAGES) if "migrations/versions" not in path.as_posix()]


def name_of(path: Path) -> str:
    """The path as people write it."""
    return path.relative_to(ROOT).as_posix()


def sections(page: str) -> dict[str, str]:
    """Each `### NAME` of the settings page with the text below it."""
    parts = re.split(r"^### `(\w+)`$", (ROOT / "docs" / page).read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_setting_is_documented_and_nothing_else_is() -> None:
    """docs/settings.md has one heading for each entry of the registry."""
    assert sorted(sections("settings.md")) == sorted(setting.name for setting in SETTINGS)


@pytest.mark.parametrize("setting", SETTINGS, ids=lambda setting: setting.name)
def test_the_documented_default_is_the_real_one(setting: Setting) -> None:
    """Each section ends with its default, and says so when the value is a secret."""
    documented = sections("settings.md")[setting.name]
    default = re.search(r"^Default: (.+)$", documented, flags=re.MULTILINE)
    assert default, "there is no line 'Default: ...'"
    if setting.default:
        assert default[1] == f"`{setting.default}`"
    assert ("*Secret.*" in documented) == setting.secret


def test_every_setting_named_anywhere_exists() -> None:
    """A ROUNDS_ name in code, pages or scripts that is no setting is a typing mistake or a forgotten one."""
    known = {setting.name for setting in SETTINGS}
    known |= {f"{setting.name}_FILE" for setting in SETTINGS if setting.secret} | set(DEVELOPER_NAMES)
    unknown = {
        f"{name_of(path)}: {name}"
        for path in tracked()
        if path.relative_to(ROOT).parts[0] != "tests"
        for name in re.findall(r"\bROUNDS_[A-Z]+(?:_[A-Z]+)*\b(?!_)", text_of(path))
        if name not in known and not name.startswith(DEVELOPER_PREFIXES)
    }
    assert unknown == set()


def environment_reads(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Each place that reads one variable by name: os.environ[...], .get(...), os.getenv(...), click's envvar=..."""
    for node in ast.walk(tree):
        match node:
            case ast.Subscript(
                value=ast.Attribute(attr="environ"), slice=ast.Constant(value=str(name)), ctx=ast.Load()
            ):
                yield node.lineno, name
            case ast.Call(
                func=ast.Attribute(value=ast.Attribute(attr="environ"), attr="get" | "pop" | "setdefault"),
                args=[ast.Constant(value=str(name)), *_],
            ):
                yield node.lineno, name
            case ast.Call(func=ast.Attribute(attr="getenv"), args=[ast.Constant(value=str(name)), *_]):
                yield node.lineno, name
            case ast.keyword(arg="envvar", value=ast.Constant(value=str(name))):
                yield node.value.lineno, name


def test_only_the_settings_read_our_variables() -> None:
    """A setting read elsewhere is neither checked at start nor documented."""
    found = [
        f"{name_of(path)}:{line} reads {name}"
        for path in modules(*PACKAGES)
        for line, name in environment_reads(ast.parse(text_of(path)))
        if name.startswith("ROUNDS_")
    ]
    assert found == []


@pytest.mark.parametrize("lock", LOCKS)
def test_locks_pin_and_hash_every_package_and_name_no_host(lock: str) -> None:
    """Nothing unpinned is fetched, and any mirror will do."""
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert "--index" not in text
    assert "--find-links" not in text
    entries = re.split(r"\n(?=\S)", text.strip())
    loose = [entry for entry in entries if not re.match(r"[\w.-]+(\[[\w,-]+\])?==\S+.*\\\n +--hash=sha256:", entry)]
    assert loose == []


def locked(lock: str) -> dict[str, str]:
    """Each package of a lock, by its normal name, with its version."""
    found = re.findall(r"^([\w.-]+)(?:\[[\w,-]+\])?==(\S+)", (ROOT / lock).read_text(), flags=re.MULTILINE)
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found}


def declared(requirements: list[str]) -> set[str]:
    """The normal names in a list of requirements."""
    names = (re.match(r"[\w.-]+", requirement) for requirement in requirements)
    return {re.sub(r"[-_.]+", "-", name[0]).lower() for name in names if name}


def test_locks_hold_what_the_project_asks_for() -> None:
    """A requirement that was added without `./dev lock` is missing on every fresh machine."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    runtime = declared(project["dependencies"] + extras["build"])
    assert runtime - set(locked("requirements.lock")) == set()
    assert (runtime | declared(extras["test"])) - set(locked("requirements-dev.lock")) == set()


def test_tests_run_with_the_versions_that_people_get() -> None:
    """The test lock holds every package of the runtime lock in the same version."""
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


def imported(tree: ast.AST) -> Iterator[str]:
    """The top names of every absolute import."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_every_import_is_locked() -> None:
    """What works only because a developer has it installed breaks on every fresh machine."""
    homes = packages_distributions()
    ours = {*PACKAGES, "benchmarks", "tests"}
    have = set(locked("requirements.lock"))
    missing = {
        f"{name_of(path)} imports {name}"
        for path in modules(*PACKAGES)
        for name in imported(ast.parse(text_of(path)))
        if name not in sys.stdlib_module_names and name not in ours
        if not {re.sub(r"[-_.]+", "-", home).lower() for home in homes.get(name, [name])} & have
    }
    assert missing == set()


# Paths of one machine, hosts of registries, and words about how the text came to be: no reader needs them.
UNWANTED = re.compile(
    r"/work/|/tmp/w\b|/root/|pypi\.org|pythonhosted|\bclaude\b|anthropic|chatgpt|openai|copilot|sub-?agents?\b"
    r"|language model|\bAI[- ](?:assistant|agent|generated)\b|\bcoding agent\b|\bprevious session\b|\bthis session of work\b",
    re.IGNORECASE,
)


def test_no_file_speaks_of_one_machine_or_of_its_making() -> None:
    """The repository reads the same to a stranger anywhere."""
    found = [
        f"{name_of(path)}:{number}: {line.strip()[:80]}"
        for path in tracked()
        if path != Path(__file__)
        for number, line in enumerate(text_of(path).splitlines(), start=1)
        if UNWANTED.search(line)
    ]
    assert found == []


def test_the_product_needs_no_folder_beside_the_checkout() -> None:
    """Only tests and benchmarks may look for the shared scenarios; a clone works without them."""
    found = [
        name_of(path) for path in modules(*PACKAGES) if re.search(r"\.\./shared|\bshared/scenarios", text_of(path))
    ]
    assert found == []


def test_every_decision_has_a_date_in_order() -> None:
    """Somebody who wonders why can see when, and what was decided since."""
    headings = re.findall(r"^## (.+)$", (ROOT / "docs" / "decisions.md").read_text(), flags=re.MULTILINE)
    dates = [re.match(r"(\d{4}-[01]\d-[0-3]\d): \S", heading) for heading in headings]
    assert headings
    assert [heading for heading, date in zip(headings, dates, strict=True) if not date] == []
    days = [date[1] for date in dates if date]
    assert days == sorted(days)


def test_the_changelog_keeps_its_form() -> None:
    """Unreleased first, then versions with dates, newest first; only the known kinds of change."""
    text = (ROOT / "CHANGELOG.md").read_text()
    assert text.startswith("# Changelog\n")
    first, *rest = re.findall(r"^## (.+)$", text, flags=re.MULTILINE)
    assert first == "[Unreleased]"
    assert [heading for heading in rest if not re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d\d-\d\d", heading)] == []
    kinds = set(re.findall(r"^### (.+)$", text, flags=re.MULTILINE))
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}


def test_every_module_says_what_it_is_for() -> None:
    """A file without a docstring at its top is a file without a promise."""
    paths = modules(*PACKAGES, "tests", "benchmarks")
    silent = [name_of(path) for path in paths if not ast.get_docstring(ast.parse(text_of(path)))]
    assert silent == []


def test_every_file_can_be_read_in_one_sitting() -> None:
    """No module of the three packages is longer than 400 lines, unless there is a reason."""
    lengths = {name_of(path): len(text_of(path).splitlines()) for path in read_by_people()}
    too_long = {name for name, length in lengths.items() if length > FILE_MAX_LINES}
    assert {name: lengths[name] for name in too_long - set(LONG_FILES)} == {}
    assert set(LONG_FILES) - too_long == set(), "no longer needed"


def test_every_function_fits_in_a_glance() -> None:
    """No function of the three packages is longer than 60 lines, unless there is a reason."""
    too_long = {
        f"{name_of(path)}:{node.name}": length
        for path in read_by_people()
        for node in ast.walk(ast.parse(text_of(path)))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        if (length := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_MAX_LINES
    }
    assert {name: length for name, length in too_long.items() if name not in LONG_FUNCTIONS} == {}
    assert set(LONG_FUNCTIONS) - set(too_long) == set(), "no longer needed"


def test_every_rule_left_out_says_why() -> None:
    """Each ignore of the linter, for all files or for some, carries its reason on its line."""
    text = (ROOT / "pyproject.toml").read_text()
    blocks = re.findall(r"^(?:ignore|\"[^\"]+\") = \[\n(.*?)^\]", text, flags=re.MULTILINE | re.DOTALL)
    lines = [line.strip() for block in blocks for line in block.splitlines()]
    assert len(lines) > 10, "the ignores were not found"
    assert [line for line in lines if not re.fullmatch(r'"[A-Z]+\d+", +# \S.+', line)] == []


def test_tests_write_nothing_into_the_home_of_who_runs_them() -> None:
    """Settings read in a test, and in every process it starts, point to a folder that is removed afterwards."""
    assert Settings.from_environment().home.is_relative_to(tempfile.gettempdir())


def test_links_between_pages_lead_somewhere() -> None:
    """A relative link in a page of ours names a file that is there."""
    broken = [
        f"{name_of(page)}: {target}"
        for page in tracked()
        if page.suffix == ".md"
        for target in re.findall(r"\]\((?!https?://|mailto:|#)([^)\s#]+)", text_of(page))
        if not (page.parent / target).exists()
    ]
    assert broken == []


def test_ci_runs_what_people_run() -> None:
    """Continuous integration has no steps of its own that could pass while a person's run fails."""
    text = (ROOT / ".ci" / "run").read_text()
    assert text.rstrip().endswith("exec ./dev test")
