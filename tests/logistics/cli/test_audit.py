"""`rounds audit verify`: whoever gets past the database's refusal is found out, at the first entry that is not as written."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Connection, select, text

from logistics.cli import main
from logistics.domain.audit_chain import entry_hash
from logistics.domain.authority import Actor
from logistics.persistence.database import Database, open_database
from logistics.persistence.row_security import of_every_network
from logistics.persistence.tables import AuditChain, AuditEvent, Network
from logistics.services.audit import note

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
ENTRIES = 12


class Trail:
    """A network with a dozen entries, another with three, and somebody who owns the database."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.database: Database = open_database(url)
        self.network = uuid.uuid4()
        other = uuid.uuid4()
        with self.database.unscoped_writing() as session:
            session.add_all(
                [Network(id=self.network, slug="riverside", name="R"), Network(id=other, slug="hill", name="H")]
            )
        for network, entries in ((self.network, ENTRIES), (other, 3)):
            for number in range(entries):
                with self.database.writing(network) as session:
                    at = NOW + timedelta(minutes=number)
                    note(
                        session, Actor.system(network), "household_seen", "household", uuid.uuid4(), now=at, step=number
                    )
        with self.database.reading(self.network) as session:
            self.ids = list(session.scalars(select(AuditEvent.id).order_by(AuditEvent.number)))

    def tamper(self, change: Callable[[Connection], None]) -> None:
        """Take the database's refusal away, change something, put it back: what its owner can do."""
        with of_every_network(self.database.engine).begin() as connection:
            if self.database.is_sqlite:
                triggers = connection.execute(
                    text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_events'")
                ).fetchall()
                assert len(triggers) == 2
                for name, _ in triggers:
                    connection.execute(text(f"DROP TRIGGER {name}"))
                change(connection)
                for _, made in triggers:
                    connection.execute(text(made))
            else:
                connection.execute(text("ALTER TABLE audit_events DISABLE TRIGGER USER"))
                change(connection)
                connection.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
                connection.execute(text("ALTER TABLE audit_events ENABLE TRIGGER USER"))

    def key(self, number: int) -> uuid.UUID | str:
        """The id of an entry as the database's own type."""
        found = self.ids[number - 1]
        return found.hex if self.database.is_sqlite else found

    def verify(self, *words: str) -> Result:
        """Run the command."""
        return CliRunner(env={"ROUNDS_DATABASE_URL": self.url}).invoke(main, ["audit", "verify", *words])

    def broken(self, number: int) -> str:
        """The command fails and names this entry, by number and id, and the other network is whole."""
        done = self.verify()
        assert done.exit_code == 1, done.output
        assert "hill: 3 entries, each as it was written" in done.output
        assert f"riverside: entry {number} ({self.ids[number - 1]})" in done.output or "before entry" in done.output
        return done.output


@pytest.fixture
def trail(upgraded_url: str) -> Trail:
    """A trail of a dozen entries."""
    return Trail(upgraded_url)


def test_whole_trail_is_said_to_be_whole(trail: Trail) -> None:
    """Each network is named with its number of entries; the exit code is 0."""
    done = trail.verify()
    assert done.exit_code == 0, done.output
    assert f"riverside: {ENTRIES} entries, each as it was written." in done.output
    assert "hill: 3 entries" in done.output
    assert trail.verify("--network", "hill").output.count("\n") == 1


@pytest.mark.parametrize("number", [1, 5, ENTRIES])
@pytest.mark.parametrize(
    "change",
    [
        "action = 'household_changed'",
        "details = '{}'",
        "account_id = network_id",
        "subject_id = NULL",
        "at = '2026-11-30 23:00:00'",
        "hash = '{zeros}'",
    ],
)
def test_changed_entry_is_found(trail: Trail, number: int, change: str) -> None:
    """Whatever was changed about one entry, the check names it."""
    statement = f"UPDATE audit_events SET {change.replace('{zeros}', '0' * 64)} WHERE id = :id"  # noqa: S608 - one of the changes above
    trail.tamper(lambda connection: connection.execute(text(statement), {"id": trail.key(number)}))
    assert "was changed after it was written" in trail.broken(number)


@pytest.mark.parametrize("number", [1, 5, ENTRIES])
@pytest.mark.parametrize("closes_gap", [False, True])
def test_removed_entry_is_found(trail: Trail, number: int, closes_gap: bool) -> None:
    """The one after it is named, also when the numbers were closed up; the last one is missed by the noted end."""

    def remove(connection: Connection) -> None:
        connection.execute(text("DELETE FROM audit_events WHERE id = :id"), {"id": trail.key(number)})
        if closes_gap:
            for after in range(number + 1, ENTRIES + 1):
                renumber(connection, trail, after, after - 1)

    trail.tamper(remove)
    said = trail.broken(min(number + 1, ENTRIES)) if not closes_gap and number < ENTRIES else trail.verify().output
    assert trail.verify().exit_code == 1
    assert "removed" in said
    if number == ENTRIES:
        assert f"ends before entry {ENTRIES}" in said
    else:
        assert str(trail.ids[number]) in said


def test_swapped_pair_is_found(trail: Trail) -> None:
    """Two entries that changed places are noticed at the first of the two places."""

    def swap(connection: Connection) -> None:
        renumber(connection, trail, 5, 1000)
        renumber(connection, trail, 6, 5)
        renumber(connection, trail, 5, 6)

    trail.tamper(swap)
    done = trail.verify()
    assert done.exit_code == 1
    assert f"entry 5 ({trail.ids[5]}) stands in another place than it was written in" in done.output


@pytest.mark.parametrize("number", [1, 5, ENTRIES])
def test_inserted_entry_is_found(trail: Trail, number: int) -> None:
    """An entry made up with a right hash and put in, the later ones moved on: the next one does not follow it."""

    def insert(connection: Connection) -> None:
        for after in range(ENTRIES, number, -1):
            renumber(connection, trail, after, after + 1)
        made_up(connection, trail, number)

    trail.tamper(insert)
    done = trail.verify()
    assert done.exit_code == 1
    expected = trail.ids[number] if number < ENTRIES else "was inserted"
    assert str(expected) in done.output
    assert "was inserted" in done.output


def test_trail_that_was_written_anew_is_found_by_a_known_hash(trail: Trail) -> None:
    """Whoever makes every hash anew passes the check, and not the one against a hash that was kept elsewhere."""
    known = re.search(rf"riverside: .*last: ({ENTRIES}:\w+)", trail.verify().output)
    assert known is not None
    with trail.database.writing(trail.network) as session:
        note(session, Actor.system(trail.network), "later", "household", None, now=NOW)
    assert trail.verify("--network", "riverside", "--known", known[1]).exit_code == 0
    trail.tamper(lambda connection: write_anew(connection, trail))
    assert trail.verify().exit_code == 0
    refused = trail.verify("--network", "riverside", "--known", known[1])
    assert (refused.exit_code, "was written anew" in refused.output) == (1, True)
    assert trail.verify("--network", "riverside", "--known", "12").exit_code == 2


def renumber(connection: Connection, trail: Trail, number: int, to: int) -> None:
    """Give an entry (by its first number) another number."""
    connection.execute(text("UPDATE audit_events SET number = :to WHERE id = :id"), {"to": to, "id": trail.key(number)})


def made_up(connection: Connection, trail: Trail, number: int) -> None:
    """An entry behind the one of this number, with the hash that it should have."""
    table = AuditEvent.__table__
    before = connection.execute(select(table).where(table.c.id == trail.ids[number - 1])).one()
    values = {
        "network_id": trail.network,
        "at": NOW,
        "account_id": None,
        "action": "household_seen",
        "subject": "household",
        "subject_id": None,
        "details": {},
        "number": number + 1,
    }
    key = uuid.uuid4()
    own = entry_hash(before.hash, entry_id=key, **values)
    connection.execute(table.insert().values(id=key, previous_hash=before.hash, hash=own, **values))


def write_anew(connection: Connection, trail: Trail) -> None:
    """Change the third entry and make all hashes from there on anew, the noted end too."""
    table, ends = AuditEvent.__table__, AuditChain.__table__
    rows = connection.execute(select(table).where(table.c.network_id == trail.network).order_by(table.c.number)).all()
    last = rows[0].previous_hash
    for row in rows:
        action = "nothing" if row.number == 3 else row.action
        own = entry_hash(
            last,
            number=row.number,
            network_id=row.network_id,
            entry_id=row.id,
            at=row.at,
            account_id=row.account_id,
            action=action,
            subject=row.subject,
            subject_id=row.subject_id,
            details=row.details,
        )
        changed = table.update().where(table.c.id == row.id)
        connection.execute(changed.values(action=action, previous_hash=last, hash=own))
        last = own
    connection.execute(ends.update().where(ends.c.network_id == trail.network).values(hash=last))
