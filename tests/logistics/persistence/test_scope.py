"""A session sees and changes the rows of its own network, and no other's."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import delete, exists, func, insert, select, text, union_all, update
from sqlalchemy.orm import aliased

from logistics.domain.errors import Forbidden
from logistics.domain.vocabulary import OrganisationKind
from logistics.persistence.database import Database
from logistics.persistence.scope import ScopedSession, ScopeMissing, narrow, network_of
from logistics.persistence.tables import Network, Organisation, Site
from tests.logistics.persistence.conftest import TwoNetworks


def test_every_way_of_asking_sees_one_network(database: Database, networks: TwoNetworks) -> None:
    """Entities, columns, counts, joins, aliases, subqueries, unions and look-ups by id hold no other network's row."""
    other = aliased(Site)
    with database.reading(networks.ours) as session:
        assert [site.address for site in session.scalars(select(Site))] == ["ours"]
        assert session.scalars(select(Site.address)).all() == ["ours"]
        assert session.scalar(select(func.count(Site.id))) == 1
        assert session.scalar(select(func.count()).select_from(select(Site.id).subquery())) == 1
        assert session.scalars(select(Site.address).join(other, other.id != Site.id)).all() == []
        assert session.scalars(select(Network.name).where(exists().where(Site.address == "theirs"))).all() == []
        assert session.scalars(union_all(select(Site.address), select(Site.address))).all() == ["ours", "ours"]
        assert session.scalar(select(select(func.count(Site.id)).scalar_subquery())) == 1
        assert session.get(Site, networks.their_site) is None


def test_a_row_of_another_network_is_not_reached_by_a_relationship(database: Database, networks: TwoNetworks) -> None:
    """A lazy load is narrowed as the query was."""
    with database.writing(networks.ours) as session:
        organisation = Organisation(code="A", name="A", kind=OrganisationKind.DONOR, site_id=networks.their_site)
        session.add(organisation)
        session.flush()
        session.refresh(organisation)
        assert organisation.site is None
        session.rollback()


def test_updates_and_deletes_stay_inside(database: Database, networks: TwoNetworks) -> None:
    """A statement without a condition touches the rows of its network only."""
    with database.writing(networks.ours) as session:
        session.execute(update(Site).values(address="changed"))
        session.execute(delete(Site))
    with database.reading(networks.theirs) as session:
        assert session.scalars(select(Site.address)).all() == ["theirs"]
    with database.reading(networks.ours) as session:
        assert session.scalars(select(Site)).all() == []


def test_new_rows_are_stamped_with_the_network(database: Database, networks: TwoNetworks) -> None:
    """Nobody has to say which network a new row belongs to, in a flush or in a bulk insert."""
    with database.writing(networks.theirs) as session:
        session.add(Site(address="one"))
        session.execute(insert(Site), [{"address": "two"}, {"address": "three"}])
    with database.reading(networks.theirs) as session:
        found = set(session.execute(select(Site.address, Site.network_id)).all())
    assert found == {(address, networks.theirs) for address in ("theirs", "one", "two", "three")}


def test_rows_of_another_network_are_refused(database: Database, networks: TwoNetworks) -> None:
    """A row that names another network is refused when added, moved or inserted in bulk."""
    with pytest.raises(Forbidden), database.writing(networks.ours) as session:
        session.add(Site(address="x", network_id=networks.theirs))
    with pytest.raises(Forbidden), database.writing(networks.ours) as session:
        session.get_one(Site, networks.our_site).network_id = networks.theirs
    with pytest.raises(Forbidden), database.writing(networks.ours) as session:
        session.execute(insert(Site), [{"address": "x", "network_id": networks.theirs}])
    with database.reading(networks.theirs) as session:
        assert session.scalars(select(Site.address)).all() == ["theirs"]


def test_a_session_without_a_network_raises(database: Database, networks: TwoNetworks) -> None:
    """Forgetting the network is an error on reading, adding and bulk inserts; never a look at everybody's rows."""
    with ScopedSession(database.engine) as session, pytest.raises(ScopeMissing):
        session.scalars(select(Site)).all()
    with ScopedSession(database.engine) as session, pytest.raises(ScopeMissing):
        session.get(Site, networks.our_site)
    with ScopedSession(database.engine) as session:
        session.add(Site(address="x", network_id=networks.ours))
        with pytest.raises(ScopeMissing):
            session.flush()
    with ScopedSession(database.engine) as session, pytest.raises(ScopeMissing):
        network_of(session)


def test_what_cannot_be_narrowed_is_refused(database: Database, networks: TwoNetworks) -> None:
    """Raw SQL, bare tables and inserts from a query say nothing of networks, so a scoped session takes none of them."""
    table = Site.__table__
    with database.writing(networks.ours) as session:
        for statement in (text("SELECT 1"), select(table), table.delete(), insert(Site).values(address="x")):
            with pytest.raises(ScopeMissing):
                session.execute(statement)


def test_a_reading_session_changes_nothing(database: Database, networks: TwoNetworks) -> None:
    """Flushes and statements that would write are refused before they reach the database."""
    with database.reading(networks.ours) as session:
        session.add(Site(address="x"))
        with pytest.raises(Forbidden):
            session.flush()
    with pytest.raises(Forbidden), database.reading(networks.ours) as session:
        session.execute(update(Site).values(address="x"))
    with database.reading(networks.ours) as session:
        session.get_one(Site, networks.our_site).address = "never flushed, never committed"
    with database.reading(networks.ours) as session:
        assert session.get_one(Site, networks.our_site).address == "ours"


def test_narrowing_lets_go_of_other_networks(database: Database, networks: TwoNetworks) -> None:
    """After `narrow` an unscoped session is of one network: what it held of others is gone, and it cannot go back."""
    with database.unscoped_writing() as session:
        assert len(session.scalars(select(Site)).all()) == 2
        narrow(session, networks.ours)
        assert network_of(session) == networks.ours
        assert session.get(Site, networks.their_site) is None
        assert [site.address for site in session.scalars(select(Site))] == ["ours"]
        with pytest.raises(Forbidden):
            narrow(session, networks.theirs)


def test_narrowing_needs_an_unscoped_session(database: Database) -> None:
    """A session that forgot its network does not get one by narrowing."""
    with ScopedSession(database.engine) as session, pytest.raises(Forbidden):
        narrow(session, uuid.uuid4())
