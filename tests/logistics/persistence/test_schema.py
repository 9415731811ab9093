"""The migrations make exactly the tables that the classes describe, and nothing runs on other ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from alembic import command
from click.testing import CliRunner
from sqlalchemy import Engine, inspect

from logistics.cli import main
from logistics.persistence.base import Base
from logistics.persistence.database import Database, open_database
from logistics.persistence.engine import make_engine
from logistics.persistence.schema import (
    MIGRATIONS_FOLDER,
    SchemaBehind,
    alembic_config,
    current_revision,
    newest_revision,
    schema_differences,
    upgrade_schema,
)
from tests.databases import postgres_database, sqlite_database


def test_the_migrations_end_at_the_classes(database: Database) -> None:
    """Alembic finds nothing to do between the newest migration and the classes."""
    assert schema_differences(database.engine) == []


def rules_of(engine: Engine) -> dict[str, Any]:
    """What Alembic's comparison leaves out: CHECK constraints, and the options of foreign keys."""
    inspector = inspect(engine)
    return {
        table: (
            sorted((check["name"], check["sqltext"]) for check in inspector.get_check_constraints(table)),
            sorted((key["name"], sorted(key["options"].items())) for key in inspector.get_foreign_keys(table)),
            sorted(str(unique["name"]) for unique in inspector.get_unique_constraints(table)),
        )
        for table in sorted(inspector.get_table_names())
        if table != "alembic_version"
    }


def test_the_migrations_hold_the_same_rules_as_the_classes(database: Database, tmp_path: Path) -> None:
    """Every CHECK, deferred reference and unique rule of the classes is in the migrated database."""
    made = sqlite_database(tmp_path / "made") if database.is_sqlite else postgres_database()
    with made as url:
        engine = make_engine(url)
        Base.metadata.create_all(engine)
        assert rules_of(database.engine) == rules_of(engine)
        engine.dispose()


def test_migrations_are_numbered_without_gaps() -> None:
    """0001, 0002, ...: each file's revision is its number and follows the one before."""
    files = sorted((MIGRATIONS_FOLDER / "versions").glob("[0-9]*.py"))
    assert [file.name[:4] for file in files] == [f"{number:04d}" for number in range(1, len(files) + 1)]
    for number, file in enumerate(files, start=1):
        text = file.read_text(encoding="utf-8")
        assert f'revision = "{number:04d}"' in text
        assert f"down_revision = {f'"{number - 1:04d}"' if number > 1 else 'None'}" in text


def test_upgrading_twice_changes_nothing(database_url: str) -> None:
    """The second upgrade finds the database current."""
    assert upgrade_schema(database_url) == (None, newest_revision())
    assert upgrade_schema(database_url) == (newest_revision(), newest_revision())


def test_a_failed_upgrade_leaves_nothing(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The tables of a migration that breaks half-way are gone again."""

    def half_way(config: Any, revision: str) -> None:
        connection = config.attributes["connection"]
        Base.metadata.tables["networks"].create(connection)
        raise RuntimeError("power cut")

    monkeypatch.setattr(command, "upgrade", half_way)
    with pytest.raises(RuntimeError, match="power cut"):
        upgrade_schema(database_url)
    engine = make_engine(database_url)
    assert inspect(engine).get_table_names() == []
    engine.dispose()


def test_a_database_without_tables_says_which_command_to_run(database_url: str) -> None:
    """And does not show the password of the URL."""
    with pytest.raises(SchemaBehind, match=r"holds no tables yet\. Run: rounds db upgrade"):
        open_database(database_url)


def test_a_database_of_another_version_is_not_opened(database_url: str) -> None:
    """Older: run the upgrade. Newer: install the newer version."""
    upgrade_schema(database_url)
    engine = make_engine(database_url)
    for revision, sentence in (("0000", "Run: rounds db upgrade"), ("9999", "newer version")):
        with engine.begin() as connection:
            connection.exec_driver_sql(f"UPDATE alembic_version SET version_num = '{revision}'")  # noqa: S608
        with pytest.raises(SchemaBehind, match=sentence):
            open_database(database_url)
    with pytest.raises(SchemaBehind, match="newer version"):
        upgrade_schema(database_url)
    engine.dispose()


def test_there_is_no_way_down(database_url: str) -> None:
    """Going back by statement would lose what people wrote since; it is refused, and nothing is lost."""
    upgrade_schema(database_url)
    engine = make_engine(database_url)
    with pytest.raises(RuntimeError, match="restore the copy"), engine.begin() as connection:
        command.downgrade(alembic_config(connection=connection), "base")
    assert current_revision(engine) == newest_revision()
    engine.dispose()


def test_the_command_upgrades_and_checks(database_url: str) -> None:
    """`rounds db check` fails before the upgrade, and passes after it."""
    runner = CliRunner(env={"ROUNDS_DATABASE_URL": database_url})
    before = runner.invoke(main, ["db", "check"])
    assert before.exit_code == 1
    assert "Run: rounds db upgrade" in before.output
    assert runner.invoke(main, ["db", "upgrade"]).exit_code == 0
    assert runner.invoke(main, ["db", "check"]).exit_code == 0
    assert newest_revision() in runner.invoke(main, ["db", "current"]).output


def test_the_check_finds_a_table_changed_by_hand(database_url: str) -> None:
    """A column that somebody dropped is told."""
    upgrade_schema(database_url)
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE networks DROP COLUMN on_call_name")
    engine.dispose()
    outcome = CliRunner(env={"ROUNDS_DATABASE_URL": database_url}).invoke(main, ["db", "check"])
    assert outcome.exit_code == 1
    assert "on_call_name" in outcome.output


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_password_is_never_shown(database_url: str) -> None:
    """The sentence about a database that is behind hides the password of its URL."""
    with pytest.raises(SchemaBehind) as caught:
        open_database(database_url.replace("postgres@", "postgres:hunter2@"))
    assert "hunter2" not in str(caught.value)
