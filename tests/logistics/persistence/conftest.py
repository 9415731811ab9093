"""Two networks, because a scope can only fail where there is another."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

import pytest

from logistics.persistence.database import Database
from logistics.persistence.tables import Network, Site


@dataclass(frozen=True, slots=True)
class TwoNetworks:
    """Their ids, and a site of each."""

    ours: uuid.UUID
    theirs: uuid.UUID
    our_site: uuid.UUID
    their_site: uuid.UUID


@pytest.fixture
def networks(database: Database) -> TwoNetworks:
    """Two networks with one site each, at the addresses "ours" and "theirs"."""
    world = TwoNetworks(uuid.uuid4(), uuid.uuid4(), uuid.uuid4(), uuid.uuid4())
    with database.unscoped_writing() as session:
        session.add(Network(id=world.ours, slug="ours", name="Ours"))
        session.add(Network(id=world.theirs, slug="theirs", name="Theirs"))
    for network_id, site_id, address in (
        (world.ours, world.our_site, "ours"),
        (world.theirs, world.their_site, "theirs"),
    ):
        with database.writing(network_id) as session:
            session.add(Site(id=site_id, address=address))
    return world
