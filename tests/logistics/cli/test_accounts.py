"""`rounds account`: made once, tied to an organisation; a new password, closing and a reset factor end every session."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from logistics.cli import main
from logistics.domain.vocabulary import OrganisationKind
from logistics.persistence.database import Database, open_database
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import (
    Account,
    AccountSession,
    AuditEvent,
    Membership,
    Network,
    Organisation,
    SecondFactor,
    Site,
)
from logistics.queries.accounts import find_account
from logistics.services.second_factors import set_second_factor
from logistics.services.sessions import live_session, start_session


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Database:
    """A network with one donor, where the command will find it."""
    monkeypatch.setenv("ROUNDS_HOME", str(tmp_path))
    url = f"sqlite:///{tmp_path / 'rounds.sqlite'}"
    upgrade_schema(url)
    database = open_database(url)
    network, site = uuid.uuid4(), uuid.uuid4()
    with database.unscoped_writing() as session:
        session.add(Network(id=network, slug="riverside", name="Riverside network"))
        session.flush()
        session.add(Site(id=site, network_id=network))
        session.flush()
        session.add(
            Organisation(
                id=uuid.uuid4(),
                network_id=network,
                code="DON1",
                name="Kitchen",
                kind=OrganisationKind.DONOR,
                site_id=site,
            )
        )
    return database


def rounds(*words: str, typed: str = "") -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["account", *words], input=typed)


def test_account_is_made_once_and_its_password_shown(database: Database) -> None:
    """The first time prints a password; the second changes nothing and prints none."""
    first = rounds("add", "Ann@Example.org", "--role", "dispatcher", "--network", "riverside")
    second = rounds("add", "ann@example.org", "--role", "dispatcher")
    assert (first.exit_code, second.exit_code) == (0, 0), first.output + second.output
    assert "Password" in first.output
    assert "Password" not in second.output
    with database.unscoped_reading() as session:
        assert session.scalars(select(Account.email)).all() == ["ann@example.org"]
        assert len(session.scalars(select(Membership)).all()) == 1


def test_tied_role_needs_its_organisation(database: Database) -> None:
    """A donor's account without an organisation, or with one that is not there, is refused and nothing is stored."""
    without = rounds("add", "don@example.org", "--role", "donor")
    unknown = rounds("add", "don@example.org", "--role", "donor", "--organisation", "DON9")
    assert (without.exit_code, unknown.exit_code) == (2, 1)
    assert "Choose the organisation they work for" in without.output
    with database.unscoped_reading() as session:
        assert session.scalars(select(Account)).all() == []
    assert rounds("add", "don@example.org", "--role", "donor", "--organisation", "don1").exit_code == 0
    assert rounds("list").output == "don@example.org\tdonor\tKitchen\n"


def test_new_password_ends_every_session(database: Database) -> None:
    """Whoever held a cookie of the account is signed out when its password is replaced."""
    rounds("add", "ann@example.org", "--role", "admin")
    now = datetime.now(UTC)
    with database.unscoped_writing() as session:
        account = session.scalars(select(Account)).one()
        token, before = start_session(session, account.id, now=now), account.password
    assert rounds("password", "ann@example.org", "--password-stdin", typed="river-otter-lantern\n").exit_code == 0
    with database.unscoped_reading() as session:
        assert live_session(session, token, now=now) is None
        assert session.scalars(select(Account.password)).one() != before
        assert session.scalars(select(AccountSession.ended_at)).one() is not None


def test_short_password_is_refused(database: Database) -> None:
    """A password of fewer than twelve characters makes no account, and the sentence says what is enough."""
    refused = rounds("add", "ann@example.org", "--role", "admin", "--password-stdin", typed="plum-kettle\n")
    assert refused.exit_code == 2
    assert "Use 12 characters or more" in refused.output
    with database.unscoped_reading() as session:
        assert session.scalars(select(Account)).all() == []


def test_password_with_the_person_in_it_is_refused(database: Database) -> None:
    """Neither a new account nor a new password may hold the person's name or address; the old one stays."""
    refused = rounds(
        "add",
        "ann@example.org",
        "--role",
        "admin",
        "--name",
        "Ann Otterly",
        "--password-stdin",
        typed="otterly-plum-kettle\n",
    )
    assert (refused.exit_code, "without your name" in refused.output) == (2, True)
    rounds("add", "ann.otterly@example.org", "--role", "admin")
    with database.unscoped_reading() as session:
        before = session.scalars(select(Account.password)).one()
    again = rounds("password", "ann.otterly@example.org", "--password-stdin", typed="plum-otterly-kettle\n")
    assert (again.exit_code, "without your name" in again.output) == (2, True)
    with database.unscoped_reading() as session:
        assert session.scalars(select(Account.password)).one() == before


def test_closed_account_is_out_and_comes_back_without_its_sessions(database: Database) -> None:
    """Closing ends every session; reopening lets the person sign in, and no old session with them."""
    rounds("add", "ann@example.org", "--role", "admin")
    now = datetime.now(UTC)
    with database.unscoped_writing() as session:
        account = session.scalars(select(Account)).one()
        token = start_session(session, account.id, now=now)
    for words, active in ((("close", "Ann@example.org"), False), (("reopen", "ann@example.org"), True)):
        assert rounds(*words).exit_code == 0
        with database.unscoped_reading() as session:
            assert session.scalars(select(Account.active)).one() is active
            assert live_session(session, token, now=now) is None
    assert rounds("close", "nobody@example.org").exit_code == 1


def test_reset_factor_is_written_down(database: Database) -> None:
    """The command takes the factor away, signs the person out and leaves a line in the network's trail."""
    rounds("add", "ann@example.org", "--role", "admin")
    now = datetime.now(UTC)
    with database.unscoped_writing() as session:
        account_id = session.scalars(select(Account.id)).one()
        set_second_factor(session, account_id, "sealed", step=None, now=now)
    with database.unscoped_writing() as session:
        token = start_session(session, account_id, now=now)
    done = rounds("reset-factor", "ann@example.org")
    assert (done.exit_code, done.output) == (0, "ann@example.org is signed out.\n")
    with database.unscoped_reading() as session:
        assert session.scalars(select(SecondFactor)).all() == []
        assert live_session(session, token, now=now) is None
        found = find_account(session, account_id=account_id)
        assert found is not None
        assert found.totp_secret is None
        events = session.scalars(select(AuditEvent).where(AuditEvent.action == "second_factor_reset")).all()
        assert [event.subject_id for event in events] == [account_id]
    assert "it had no second factor" in rounds("reset-factor", "ann@example.org").output
