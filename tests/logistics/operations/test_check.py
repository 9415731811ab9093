"""`rounds check`: a fresh installation is told what is missing, a careful one nothing, and each fault is found by itself."""

from __future__ import annotations

import os
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyrage
import pytest
from click.testing import CliRunner
from sqlalchemy import text

from logistics.cli import main
from logistics.domain.authority import Actor
from logistics.domain.vocabulary import Role
from logistics.persistence.database import Database
from logistics.persistence.engine import make_engine
from logistics.persistence.row_security import of_every_network
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Account, AuditEvent, Membership, Network, SecondFactor
from logistics.services.audit import note
from logistics.services.production_check import Finding, Standing, production_findings
from logistics.settings import Settings
from tests.databases import at_server, plain_user

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)


class Installation:
    """A server as docs/server.md makes it, with one network, its admin and its safeguarding lead, and last night's copy."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.home, self.backups, self.database = folder / "home", folder / "copies", database
        for made in (self.home, self.backups):
            made.mkdir(mode=0o700)
        self.environment = {
            "ROUNDS_HOME": str(self.home),
            "ROUNDS_BASE_URL": "https://rounds.example.org",
            "ROUNDS_TRUSTED_PROXIES": "1",
            "ROUNDS_WEB_WORKERS": "1",
            "ROUNDS_SECRET_KEY": "k" * 40,
            "ROUNDS_BACKUP_KEY": str(pyrage.x25519.Identity.generate().to_public()),
            "ROUNDS_MAIL_URL": "smtp+starttls://user:word@smtp.example.org:587",
            "ROUNDS_MAIL_FROM": "rounds@example.org",
            "ROUNDS_SECURITY_CONTACT": "mailto:security@example.org",
            "ROUNDS_DATABASE_URL": database.engine.url.render_as_string(hide_password=False),
        }
        if database.is_sqlite:
            self.file.chmod(0o600)
        self.copy(NOW - timedelta(hours=6))
        self.network_id = uuid.uuid4()
        with database.unscoped_writing() as session:
            session.add(Network(id=self.network_id, slug="riverside", name="Riverside"))
        self.account(Role.ADMIN)
        self.account(Role.SAFEGUARDING_LEAD)
        with database.writing(self.network_id) as session:
            note(session, Actor.system(self.network_id), "household_seen", "household", uuid.uuid4(), now=NOW)

    @property
    def file(self) -> Path:
        """The SQLite database."""
        return Path(str(self.database.engine.url.database))

    def copy(self, made_at: datetime) -> None:
        """A nightly copy of this time."""
        path = self.backups / "rounds-2026-11-30T031500Z.age"
        path.write_bytes(b"locked")
        os.utime(path, (made_at.timestamp(), made_at.timestamp()))

    def account(self, role: Role, *, factor: bool = True) -> None:
        """Somebody with this role."""
        with self.database.unscoped_writing() as session:
            account = Account(
                id=uuid.uuid4(),
                email=f"{uuid.uuid4().hex}@example.org",
                name="N",
                password="x",
                active=True,
                fs_uniquifier=uuid.uuid4().hex,
                made_at=NOW,
            )
            session.add(account)
            session.flush()
            session.add(Membership(id=uuid.uuid4(), network_id=self.network_id, account_id=account.id, role=role))
            if factor:
                session.add(SecondFactor(account_id=account.id, totp_secret="sealed", made_at=NOW))

    def findings(self, now: datetime = NOW, **changed: str) -> dict[str, Finding]:
        """What is found; `changed` are settings and other variables, an empty one is left out."""
        environment = {**self.environment, **changed}
        settings = Settings.from_environment(environment)
        engine = make_engine(settings.database_url)
        try:
            found = production_findings(settings, engine, backups=self.backups, environment=environment, now=now)
        finally:
            engine.dispose()
        return {each.what: each for each in found}

    def missing(self, now: datetime = NOW, **changed: str) -> set[str]:
        """What is missing, but for what depends on this machine and not on the product."""
        of_machine = {
            "The clock is kept right",
            "The disk has room",
            # The tests' own clock stands.
            "The database's clock agrees",
        }
        found = self.findings(now, **changed)
        assert all(bool(each.todo) != (each.standing is Standing.FINE) for each in found.values())
        return {what for what, each in found.items() if each.standing is Standing.MISSING} - of_machine


@pytest.fixture
def installation(tmp_path: Path, database: Database) -> Installation:
    """A careful one, on SQLite and on PostgreSQL."""
    return Installation(tmp_path, database)


def test_nothing_is_missing_where_the_page_was_followed(installation: Installation) -> None:
    """A careful installation is told nothing, on both databases."""
    assert installation.missing() == set()


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"ROUNDS_LOG_LEVEL": "debug"}, "Nothing runs for debugging"),
        ({"FLASK_DEBUG": "1"}, "Nothing runs for debugging"),
        ({"ROUNDS_BASE_URL": "http://rounds.example.org"}, "People come by https"),
        ({"ROUNDS_BASE_URL": "https://localhost"}, "People come by https"),
        ({"ROUNDS_TRUSTED_PROXIES": "0"}, "The proxy in front is believed"),
        ({"ROUNDS_SECOND_FACTOR_REQUIRED": "off"}, "Desk roles need a second factor"),
        ({"ROUNDS_SECRET_KEY": ""}, "The secret key is placed and private"),
        ({"ROUNDS_BACKUP_KEY": ""}, "Backups have a key"),
        ({"ROUNDS_WEB_WORKERS": "2"}, "Failed sign-ins are counted together"),
        ({"ROUNDS_REDIS_URL": "redis://127.0.0.1:1"}, "Failed sign-ins are counted together"),
        ({"ROUNDS_MAIL_URL": ""}, "Mail is sent"),
        ({"ROUNDS_MAIL_FROM": ""}, "Mail is sent"),
        ({"ROUNDS_SECURITY_CONTACT": ""}, "Somebody can be told of a hole"),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_each_setting_that_is_wrong_is_found_alone(
    installation: Installation, changed: dict[str, str], what: str
) -> None:
    """One thing is taken away; that is found and nothing else."""
    assert installation.missing(**changed) == {what}


def test_files_that_others_can_read_are_found(installation: Installation) -> None:
    """The data folder, the key in it, and the database's file."""
    installation.home.chmod(0o755)
    key = installation.home / "secret-key"
    key.write_text("k" * 40)
    key.chmod(0o644)
    expected = {"The data folder is private", "The secret key is placed and private"}
    if installation.database.is_sqlite:
        installation.file.chmod(0o644)
        expected.add("The database file is private")
    assert installation.missing(ROUNDS_SECRET_KEY="") == expected


def test_old_and_absent_copies_are_found(installation: Installation) -> None:
    """A copy of the night before last is old; no folder is none."""
    assert installation.missing(NOW + timedelta(hours=19)) == set()
    assert installation.missing(NOW + timedelta(hours=21)) == {"A backup was made last night"}
    for copy in installation.backups.iterdir():
        copy.unlink()
    installation.backups.rmdir()
    assert installation.missing() == {"A backup was made last night"}


def test_people_and_rows_are_looked_at(installation: Installation) -> None:
    """Somebody without a second factor, a network without a lead, the demo, and a trail that was changed."""
    installation.account(Role.COORDINATOR, factor=False)
    assert installation.missing() == {"Everybody at a desk has a second factor"}
    with installation.database.unscoped_writing() as session:
        session.add(Network(id=uuid.uuid4(), slug="demo", name="Demo"))
    assert installation.missing() == {
        "Everybody at a desk has a second factor",
        "No demo is in this database",
        "demo has an admin",
        "demo has a safeguarding lead",
    }


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
@pytest.mark.parametrize(
    ("may", "also"), [("BYPASSRLS", set()), ("SUPERUSER", {"The database's user owns its own tables only"})]
)
def test_user_that_policies_do_not_hold_for_is_found(installation: Installation, may: str, also: set[str]) -> None:
    """It is told with the command that puts it right, and that command does."""
    user = plain_user()
    what = "The database itself keeps networks apart"
    at_server(f"ALTER ROLE {{}} {may}", user)
    try:
        assert installation.missing() == {what, *also}
        assert f"“ALTER ROLE {user} NOSUPERUSER NOBYPASSRLS”" in installation.findings()[what].todo
    finally:
        at_server("ALTER ROLE {} NOSUPERUSER NOBYPASSRLS", user)
    assert installation.missing() == set()


def test_a_trail_that_was_changed_is_found(installation: Installation) -> None:
    """The owner of the database takes its refusal away and changes an entry."""
    with of_every_network(installation.database.engine).begin() as connection:
        if installation.database.is_sqlite:
            for (name,) in connection.execute(
                text("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'")
            ).fetchall():
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
        connection.execute(AuditEvent.__table__.update().values(action="household_left"))
    assert installation.missing() == {"The trail of riverside is what was written"}


def test_the_command_says_what_to_do_and_fails(tmp_path: Path) -> None:
    """A fresh installation: exit code 1, a line for each thing with what to do, and a sum at the end."""
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    environment = {"ROUNDS_HOME": str(home)}
    done = CliRunner().invoke(main, ["check", "--backups", str(tmp_path / "none")], env=environment)
    assert done.exit_code == 1
    assert "NOT YET The tables are those of this version\n         Run: rounds db upgrade" in done.output
    upgrade_schema(Settings.from_environment(environment).database_url)
    done = CliRunner().invoke(main, ["check", "--missing", "--backups", str(tmp_path / "none")], env=environment)
    assert done.exit_code == 1
    assert "NOT YET People come by https\n         Set ROUNDS_BASE_URL" in done.output
    assert "The tables are those" not in done.output
    assert "things are missing. Do not bring real people's data here yet." in done.output


def test_a_database_that_is_away_is_a_finding(installation: Installation) -> None:
    """No stack trace where the database does not answer."""
    away = installation.missing(ROUNDS_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert away == {"The database answers"}
