"""Entries of the trail form one chain for each network, whoever writes at once, and stay as they were written."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Engine, column, select, table, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.persistence.base import Base
from logistics.persistence.database import Database, open_database
from logistics.persistence.engine import make_engine
from logistics.persistence.row_security import of_every_network
from logistics.persistence.schema import alembic_config, upgrade_schema
from logistics.persistence.tables import AuditChain, AuditEvent, Site
from logistics.queries.audit_trail import TrailCheck, check_trail
from logistics.services.audit import note
from tests.logistics.persistence.conftest import TwoNetworks

NOW = datetime(2026, 11, 30, 9, tzinfo=UTC)
WRITERS, ENTRIES = 8, 25


def look(session: Session, network_id: uuid.UUID, **details: Any) -> None:
    """An entry."""
    note(session, Actor.system(network_id), "household_seen", "household", uuid.uuid4(), now=NOW, **details)


def checked(database: Database, network_id: uuid.UUID) -> TrailCheck:
    """What the check says."""
    with database.reading(network_id) as session:
        return check_trail(session, network_id)


def numbers(database: Database, network_id: uuid.UUID) -> list[int]:
    """The numbers of a network's entries."""
    with database.reading(network_id) as session:
        return list(session.scalars(select(AuditEvent.number).order_by(AuditEvent.number)))


def test_writers_at_once_make_one_chain(database: Database, networks: TwoNetworks) -> None:
    """Eight threads that write to two networks: each chain is whole, without a gap, and holds every entry once."""
    begin = threading.Barrier(WRITERS)

    def write(writer: int) -> None:
        begin.wait()
        for entry in range(ENTRIES):
            for network in (networks.ours, networks.theirs)[:: 1 if writer % 2 else -1]:
                with database.writing(network) as session:
                    look(session, network, writer=writer, entry=entry)

    with ThreadPoolExecutor(WRITERS) as threads:
        list(threads.map(write, range(WRITERS)))
    for network in (networks.ours, networks.theirs):
        assert numbers(database, network) == list(range(1, WRITERS * ENTRIES + 1))
        found = checked(database, network)
        assert (found.entries, found.broken) == (WRITERS * ENTRIES, None)
        with database.reading(network) as session:
            told = {(row.details["writer"], row.details["entry"]) for row in session.scalars(select(AuditEvent))}
        assert len(told) == WRITERS * ENTRIES


def test_sessions_of_several_networks_do_not_wait_in_a_ring(database: Database, networks: TwoNetworks) -> None:
    """Unscoped sessions that write to both networks in opposite orders all go through."""

    def write(order: tuple[uuid.UUID, ...]) -> None:
        for _ in range(20):
            with database.unscoped_writing() as session:
                for network in order:
                    look(session, network)

    orders = ((networks.ours, networks.theirs), (networks.theirs, networks.ours))
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(write, orders * 2))
    for network in (networks.ours, networks.theirs):
        assert (checked(database, network).entries, checked(database, network).broken) == (80, None)


def test_entry_does_not_hold_up_others_before_the_commit(database: Database, networks: TwoNetworks) -> None:
    """On PostgreSQL a long transaction that has noted something already lets others note and commit."""
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    with database.writing(networks.ours) as slow:
        look(slow, networks.ours, who="slow")
        slow.flush()
        slow.scalars(select(Site)).all()
        with database.writing(networks.ours) as quick:
            look(quick, networks.ours, who="quick")
        assert numbers(database, networks.ours) == [1]
    with database.reading(networks.ours) as session:
        told = [row.details["who"] for row in session.scalars(select(AuditEvent).order_by(AuditEvent.number))]
    assert told == ["quick", "slow"]
    assert checked(database, networks.ours).broken is None


def test_only_what_happened_is_in_the_trail(database: Database, networks: TwoNetworks) -> None:
    """What is rolled back, whole or to a savepoint, leaves no entry and no gap; the rest of the session stays."""

    class Stop(Exception):
        pass

    def write_and_stop() -> None:
        with database.writing(networks.ours) as session:
            look(session, networks.ours, what="lost")
            session.flush()
            raise Stop

    def note_and_stop(session: Session) -> None:
        with session.begin_nested():
            look(session, networks.ours, what="undone")
            session.flush()
            raise Stop

    def note_inside_and_stop(session: Session) -> None:
        with session.begin_nested():
            with session.begin_nested():
                look(session, networks.ours, what="undone inside")
            raise Stop

    with pytest.raises(Stop):
        write_and_stop()
    with database.writing(networks.ours) as session:
        look(session, networks.ours, what="before")
        with session.begin_nested():
            look(session, networks.ours, what="inside")
        with pytest.raises(Stop):
            note_and_stop(session)
        with pytest.raises(Stop):
            note_inside_and_stop(session)
        look(session, networks.ours, what="after")
    with database.writing(networks.ours) as session:
        look(session, networks.ours, what="given up")
        session.flush()
        session.rollback()
    with database.reading(networks.ours) as session:
        told = [row.details["what"] for row in session.scalars(select(AuditEvent).order_by(AuditEvent.number))]
    assert told == ["before", "inside", "after"]
    assert numbers(database, networks.ours) == [1, 2, 3]
    assert checked(database, networks.ours).broken is None


def test_details_of_every_kind_keep_their_hash(database: Database, networks: TwoNetworks) -> None:
    """What a database gives back of numbers, signs and nothing hashes to what was written."""
    with database.writing(networks.ours) as session:
        look(
            session,
            networks.ours,
            minutes=0.1,
            many=10**15,
            sign="“Ł🥕",
            nothing=None,
            inner={"b": [1, 2.5], "a": True},
        )
        look(session, networks.ours)
        session.add(AuditEvent(at=NOW.astimezone() + timedelta(microseconds=1), action="a", subject="s"))
    assert (checked(database, networks.ours).entries, checked(database, networks.ours).broken) == (3, None)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_events SET action = 'nothing'",
        "UPDATE audit_events SET number = number + 100",
        "DELETE FROM audit_events",
        "TRUNCATE audit_events",
    ],
)
def test_database_refuses_to_change_an_entry(database: Database, networks: TwoNetworks, statement: str) -> None:
    """Whoever gets to the database with our user changes and deletes no entry by a plain statement."""
    if database.is_sqlite and statement.startswith("TRUNCATE"):
        pytest.skip("SQLite has no TRUNCATE")
    with database.writing(networks.ours) as session:
        look(session, networks.ours)
    with (
        pytest.raises(DBAPIError, match="never changed or deleted"),
        of_every_network(database.engine).begin() as connection,
    ):
        connection.execute(text(statement))
    assert (checked(database, networks.ours).entries, checked(database, networks.ours).broken) == (1, None)


def upgrade_to(engine: Engine, revision: str) -> None:
    """Bring the tables to a migration."""
    with engine.begin() as connection:
        command.upgrade(alembic_config(connection=connection), revision)


def test_migration_chains_what_is_there(database_url: str) -> None:
    """Entries of the version before are chained in the order in which they happened, for each network of its own."""
    engine = make_engine(database_url, for_schema_change=True)
    upgrade_to(engine, "0013")
    networks = [uuid.uuid4(), uuid.uuid4()]
    with engine.begin() as connection:
        for each in networks:
            connection.execute(_network(engine, each))
            for minute in (30, 10, 20):
                at = NOW + timedelta(minutes=minute, microseconds=minute)
                about = uuid.uuid4() if minute > 10 else None
                connection.execute(
                    _row(
                        "audit_events",
                        id=uuid.uuid4(),
                        network_id=each,
                        at=at,
                        action=f"at {minute}",
                        subject="household",
                        subject_id=about,
                        details={"minutes": minute, "sign": "Ł"},
                    )
                )
    engine.dispose()
    upgrade_schema(database_url)
    database = open_database(database_url)
    for each in networks:
        with database.writing(each) as session:
            look(session, each)
        with database.reading(each) as session:
            rows = session.scalars(select(AuditEvent).order_by(AuditEvent.number)).all()
            assert [row.action for row in rows] == ["at 10", "at 20", "at 30", "household_seen"]
            assert session.scalars(select(AuditChain.length)).all() == [4]
        assert (checked(database, each).entries, checked(database, each).broken) == (4, None)
    database.close()


def _network(engine: Engine, network_id: uuid.UUID) -> Any:
    """An insert of a network as it was then: columns that came later would be written with their defaults."""
    values = {
        "id": network_id.hex if engine.dialect.name == "sqlite" else network_id,
        "slug": network_id.hex[:8],
        "name": "A",
        "timezone": "Europe/London",
        "on_call_name": "",
        "on_call_phone": "",
        "settings": "{}",
    }
    return table("networks", *map(column, values)).insert().values(values)


def _row(name: str, **values: Any) -> Any:
    """An insert of a row without the columns that came later."""
    return Base.metadata.tables[name].insert().values(values)
