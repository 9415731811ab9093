"""`rounds plan` and `rounds publish` on the bundled demo week: what they print, write, refuse, and exit with."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from logistics.cli import main
from logistics.demo import DEMO_WEEK_FOLDER
from logistics.gateways.sealing import FieldKeys
from logistics.persistence.database import open_database
from logistics.persistence.tables import Network
from tests.databases import sqlite_database

WEEK = "2026-W49"


class Command:
    """The command with a home and a database of its own."""

    def __init__(self, home: Path, url: str) -> None:
        self.environment = {"ROUNDS_HOME": str(home), "ROUNDS_DATABASE_URL": url}
        self.url = url

    def __call__(self, *arguments: str | Path) -> Result:
        """Run it in this process."""
        return CliRunner(env=self.environment).invoke(main, [str(part) for part in arguments])


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory, sqlite_tables: Path) -> Path:
    """A database file with the demo week imported, to be copied."""
    folder = tmp_path_factory.mktemp("demo")
    with sqlite_database(folder, sqlite_tables) as url:
        result = Command(folder / "home", url)("import", DEMO_WEEK_FOLDER)
        assert result.exit_code == 0, result.output
    return folder / "rounds.sqlite"


@pytest.fixture
def rounds(tmp_path: Path, imported: Path) -> Iterator[Command]:
    """The command, with the demo week in its database."""
    shutil.copyfile(imported, tmp_path / "rounds.sqlite")
    # With the keys of what is sealed in it.
    (tmp_path / "home").mkdir()
    shutil.copyfile(imported.parent / "home" / "field-keys", tmp_path / "home" / "field-keys")
    return Command(tmp_path / "home", f"sqlite:///{tmp_path / 'rounds.sqlite'}")


def add_network(rounds: Command, slug: str) -> None:
    """A second network, with nothing in it."""
    database = open_database(rounds.url, keys=FieldKeys(file=Path(rounds.environment["ROUNDS_HOME"]) / "field-keys"))
    with database.unscoped_writing() as session:
        session.add(Network(slug=slug, name=slug))
    database.close()


def test_the_demo_week_is_planned_summed_up_and_written(rounds: Command, tmp_path: Path) -> None:
    """Served and unserved by product, routes, kilometres, hours, the checker's word; the JSON holds the same figures."""
    file = tmp_path / "plan.json"
    result = rounds("plan", WEEK, "--seconds", "2", "--json", file)
    assert result.exit_code == 0, result.output
    for words in ("version 1, proposed", "Hot meal", "routes", "km", "volunteer hours", "The checker finds nothing."):
        assert words in result.output
    document = json.loads(file.read_text(encoding="utf-8"))
    assert f"{len(document['routes'])} routes" in result.output
    assert str(file) in result.output.replace("\n", "")


def test_as_last_week_needs_no_solver_and_a_second_plan_is_version_2(rounds: Command) -> None:
    """Both commands leave a checked proposal."""
    first = rounds("plan", WEEK, "--as-last-week")
    second = rounds("plan", WEEK, "--from-last-week", "--seconds", "1")
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "Engine: as last week" in first.output
    assert "version 2, proposed" in second.output


def test_a_plan_is_published_once_it_is_there(rounds: Command) -> None:
    """Before that, the command says what to run."""
    early = rounds("publish", WEEK)
    assert early.exit_code == 1
    assert f"rounds plan {WEEK}" in early.output
    assert rounds("plan", WEEK, "--as-last-week").exit_code == 0
    done = rounds("publish", WEEK)
    assert done.exit_code == 0, done.output
    assert "Published version 1" in done.output


@pytest.mark.parametrize("week", ["2026-W54", "next week", "2026-12-02"])
def test_what_is_no_week_is_bad_input(rounds: Command, week: str) -> None:
    """Exit code 2, one sentence, no stack trace."""
    result = rounds("plan", week)
    assert result.exit_code == 2
    assert "Error: " in result.output
    assert "Traceback" not in result.output


def test_a_week_without_food_or_drivers_is_planned_with_everybody_unserved(rounds: Command) -> None:
    """Standing orders fall due in it all the same, and each is named."""
    result = rounds("plan", "2027-W20", "--seconds", "1")
    assert result.exit_code == 0, result.output
    assert "0 routes" in result.output
    assert "Unserved, and why" in result.output


def test_both_ways_of_last_week_at_once_are_refused(rounds: Command) -> None:
    """They contradict each other."""
    result = rounds("plan", WEEK, "--as-last-week", "--from-last-week")
    assert result.exit_code == 2
    assert "not both" in result.output


def test_an_unknown_network_is_refused_with_those_there_are(rounds: Command) -> None:
    """Exit code 1 and the names to choose from."""
    result = rounds("plan", WEEK, "--network", "nowhere")
    assert result.exit_code == 1
    assert "There is: week." in result.output


def test_of_several_networks_publishing_needs_the_name(rounds: Command) -> None:
    """What is sent out is never guessed."""
    add_network(rounds, "another")
    result = rounds("publish", WEEK)
    assert result.exit_code == 1
    assert "name one of week, another" in result.output


def test_of_several_networks_planning_needs_the_name_unless_one_was_imported_here(rounds: Command) -> None:
    """Named, it is that one; not named and nothing imported from this home, the names are listed."""
    add_network(rounds, "another")
    result = rounds("plan", WEEK)
    assert result.exit_code == 1
    assert "another" in result.output
    assert rounds("plan", WEEK, "--network", "another", "--seconds", "0").exit_code == 0


def test_a_folder_that_is_not_there_is_refused_before_planning(rounds: Command, tmp_path: Path) -> None:
    """Nothing is planned for a file that cannot be written."""
    result = rounds("plan", WEEK, "--json", tmp_path / "missing" / "plan.json")
    assert result.exit_code == 2
    assert "version" not in result.output
