"""Values come back from the database as they went in."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.exc import StatementError

from logistics.domain.vocabulary import Allergen, Diet
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, Household, HouseholdNeeds
from tests.logistics.persistence.conftest import TwoNetworks


def test_instants_are_stored_in_utc_and_stay_aware(database: Database, networks: TwoNetworks) -> None:
    """The hour that the clocks repeat in October is told apart after a round trip, on both databases."""
    london = ZoneInfo("Europe/London")
    first = datetime(2026, 10, 25, 1, 30, tzinfo=london, fold=0)
    second = datetime(2026, 10, 25, 1, 30, tzinfo=london, fold=1)
    with database.writing(networks.ours) as session:
        for at in (first, second):
            session.add(AuditEvent(at=at, action="a", subject="s"))
    with database.reading(networks.ours) as session:
        found = session.scalars(select(AuditEvent.at).order_by(AuditEvent.at)).all()
    assert found == [datetime(2026, 10, 25, 0, 30, tzinfo=UTC), datetime(2026, 10, 25, 1, 30, tzinfo=UTC)]
    assert {at.tzinfo for at in found} == {UTC}


def test_a_naive_instant_is_refused(database: Database, networks: TwoNetworks) -> None:
    """Nobody knows which hour it means."""
    with pytest.raises(StatementError, match="time zone"), database.writing(networks.ours) as session:
        session.add(AuditEvent(at=datetime(2026, 11, 22, 12), action="a", subject="s"))  # noqa: DTZ001


def test_sets_of_words_come_back_as_sets(database: Database, networks: TwoNetworks) -> None:
    """Diets and allergens are sets of enum members, empty ones too."""
    household_id = uuid.uuid4()
    with database.writing(networks.ours) as session:
        session.add(Household(id=household_id, ref="H1", contact_name="A", site_id=networks.our_site))
        session.add(HouseholdNeeds(household_id=household_id, diets={Diet.HALAL, Diet.NO_BEEF}, allergens=frozenset()))
    with database.reading(networks.ours) as session:
        needs = session.scalars(select(HouseholdNeeds)).one()
        assert needs.diets == {Diet.HALAL, Diet.NO_BEEF}
        assert needs.allergens == frozenset[Allergen]()
