"""The keeping times of a network: read, changed, refused whole, and what they do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.retention import RetentionTimes
from logistics.domain.vocabulary import Role
from logistics.jobs.keeping_times import KeepingTimes
from logistics.persistence.tables import AuditEvent, Household, Network
from tests.web.world import Visitor, World
from web.admin.keeping import FIELDS

ADDRESS = "/keeping-times"


def times_of(world: World) -> RetentionTimes:
    """As the network's settings have them."""
    with world.session() as session:
        return RetentionTimes.from_settings(session.get_one(Network, world.network_id).settings)


def typed(**changes: Any) -> dict[str, Any]:
    """The form with the usual times."""
    return {**RetentionTimes().to_settings(), **changes}


def test_every_time_can_be_set(signed_in: Callable[..., Visitor], world: World) -> None:
    """The form has each of them, shows what holds, stores what is typed, and writes it down."""
    assert [each.name for each in FIELDS] == list(RetentionTimes().to_settings())
    client = signed_in(Role.COORDINATOR)
    assert 'value="2190"' in client.get(ADDRESS).text
    wanted = {name: 100 + number for number, name in enumerate(RetentionTimes().to_settings())}
    assert client.post(ADDRESS, data=wanted).status_code == 303
    assert times_of(world).to_settings() == wanted
    page = client.get(ADDRESS).text
    assert all(f'value="{days}"' in page for days in wanted.values())
    with world.session() as session:
        (entry,) = session.scalars(select(AuditEvent).where(AuditEvent.subject == "retention_times")).all()
    assert entry.details["case_days"] == wanted["case_days"]


@pytest.mark.parametrize("days", ["", "0", "-3", "9999999", "a year", "1.5"])
def test_a_time_that_makes_no_sense_is_refused_whole(
    signed_in: Callable[..., Visitor], world: World, days: str
) -> None:
    """One clear sentence, and none of the others is stored either."""
    response = signed_in(Role.COORDINATOR).post(ADDRESS, data=typed(case_days=days, mail_days=7))
    assert response.status_code == 422
    assert "The days must be a whole number from 1 to 9,150" in response.text
    assert times_of(world) == RetentionTimes()


def test_a_shorter_time_counts_for_what_is_here(signed_in: Callable[..., Visitor], world: World) -> None:
    """A household that stopped eleven days ago is erased by the next round once ten days are enough."""
    household_id = world.household()
    today = world.services.clock.now()
    with world.services.database.writing(world.network_id) as session:
        household = session.get_one(Household, household_id)
        household.is_active, household.closed_on = False, (today - timedelta(days=11)).date()

    def round_and_erased() -> bool:
        KeepingTimes(world.services.database, world.services.settings.home).look_round(today)
        with world.session() as session:
            return session.get_one(Household, household_id).erased_at is not None

    assert not round_and_erased()
    signed_in(Role.COORDINATOR).post(ADDRESS, data=typed(household_days=10))
    assert round_and_erased()
