"""The database itself refuses what the sessions would never write."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from sqlalchemy import Table, insert, text
from sqlalchemy.exc import IntegrityError, StatementError

from logistics.domain.errors import Conflict
from logistics.domain.states import WeekState
from logistics.domain.vocabulary import OrganisationKind
from logistics.persistence.base import Base, Scoped
from logistics.persistence.database import Database
from logistics.persistence.row_security import of_every_network
from logistics.persistence.tables import Account, Hub, Organisation, Site, Week
from tests.logistics.persistence.conftest import TwoNetworks

NO_NETWORK = {
    "account_sessions",
    "accounts",
    "geocodes",
    "networks",
    "passkeys",
    "recovery_codes",
    "second_factors",
    "spent_challenges",
}
"""What is a person's own, wherever they work; and what is of no network."""


def organisation(network_id: uuid.UUID, site_id: uuid.UUID) -> dict[str, Any]:
    """A row of the table organisations."""
    return {
        "id": uuid.uuid4(),
        "network_id": network_id,
        "code": "D",
        "name": "D",
        "kind": OrganisationKind.DONOR,
        "phone": "",
        "site_id": site_id,
    }


def test_a_reference_into_another_network_is_refused(database: Database, networks: TwoNetworks) -> None:
    """Written past every session, a row of one network that names a row of another does not get in."""
    table = Organisation.__table__
    assert isinstance(table, Table)
    with of_every_network(database.engine).begin() as connection:
        connection.execute(insert(table), [organisation(networks.ours, networks.our_site)])
    with pytest.raises(IntegrityError), of_every_network(database.engine).begin() as connection:
        connection.execute(insert(table), [{**organisation(networks.ours, networks.their_site), "code": "E"}])


def test_a_refused_commit_leaves_the_connection_usable(database: Database, networks: TwoNetworks) -> None:
    """The transaction that was refused is over: the next one begins, and holds nothing of it."""
    with pytest.raises(IntegrityError), database.writing(networks.ours) as session:
        session.add(Organisation(code="A", name="A", kind=OrganisationKind.DONOR, site_id=networks.their_site))
    with database.writing(networks.ours) as session:
        assert session.query(Organisation).count() == 0


def test_every_reference_of_a_scoped_table_carries_the_network() -> None:
    """A foreign key between two tables of networks is a pair, so that no table can be forgotten."""
    single = {
        f"{table.name}.{constraint.column_keys}"
        for table in Base.metadata.tables.values()
        for constraint in table.foreign_key_constraints
        if constraint.referred_table.name not in NO_NETWORK
        and not (len(constraint.column_keys) == 2 and constraint.column_keys[0] == "network_id")
    }
    assert single == set()


def test_every_column_that_names_a_row_is_a_reference() -> None:
    """A column `..._id` without a foreign key would hold ids that the database cannot vouch for."""
    by_hand = {
        "audit_events.account_id",
        "audit_events.subject_id",
        "delivery_events.account_id",
        # Who was erased, and who did it: these must outlive the rows they name.
        "erasures.account_id",
        "erasures.subject_id",
        "label_photos.account_id",
        # Not a row: the mark of whichever sender has taken the message in hand.
        "outgoing_messages.claim_id",
        # Not a row: the name that the device gave its key.
        "passkeys.credential_id",
    }
    loose = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name.endswith("_id") and not column.foreign_keys
    }
    assert loose == by_hand


def test_every_other_class_belongs_to_a_network() -> None:
    """A new table is scoped unless somebody adds it here and says why."""
    free = {mapper.local_table.name for mapper in Base.registry.mappers if not issubclass(mapper.class_, Scoped)}
    assert free == NO_NETWORK


def test_rows_may_be_added_in_any_order(database: Database, networks: TwoNetworks) -> None:
    """References are checked at the commit, so the order in which a service adds rows does not matter."""
    site_id, organisation_id = uuid.uuid4(), uuid.uuid4()
    with database.writing(networks.ours) as session:
        session.add(Hub(organisation_id=organisation_id, parcels_per_day=1, opens_at=time(9), closes_at=time(17)))
        session.flush()
        session.add(Organisation(id=organisation_id, code="H", name="H", kind=OrganisationKind.HUB, site_id=site_id))
        session.flush()
        session.add(Site(id=site_id))


def test_words_outside_a_closed_list_are_refused_twice(database: Database, networks: TwoNetworks) -> None:
    """By the column type, and by a CHECK of the database for whoever writes past it."""
    with pytest.raises(StatementError), database.writing(networks.ours) as session:
        session.add(Organisation(code="A", name="A", kind="bakery", site_id=networks.our_site))
    row = {**organisation(networks.ours, networks.our_site), "kind": "bakery"}
    columns = ", ".join(row)
    marks = ", ".join(f":{name}" for name in row)
    values = {name: value.hex if isinstance(value, uuid.UUID) else value for name, value in row.items()}
    with pytest.raises(IntegrityError), of_every_network(database.engine).begin() as connection:
        connection.execute(text(f"INSERT INTO organisations ({columns}) VALUES ({marks})"), values)  # noqa: S608


def test_a_stale_row_is_a_conflict(database: Database, networks: TwoNetworks) -> None:
    """Whoever changes a versioned row that somebody else changed meanwhile is told to load it again."""
    week_id = uuid.uuid4()
    with database.writing(networks.ours) as session:
        session.add(Week(id=week_id, monday=date(2026, 11, 30)))
    with database.reading(networks.ours) as session:
        stale = session.get_one(Week, week_id)
    with database.writing(networks.ours) as session:
        session.get_one(Week, week_id).state = WeekState.ORDERS_CLOSED
    stale.state = WeekState.SOLVING
    with pytest.raises(Conflict, match="Load it again"), database.writing(networks.ours) as session:
        session.add(stale)


def test_an_account_needs_no_network(database: Database) -> None:
    """Accounts are made in an unscoped session, which is what its name is for."""
    with database.unscoped_writing() as session:
        session.add(Account(email="a@example.org", fs_uniquifier="x", made_at=datetime(2026, 11, 22, tzinfo=UTC)))
