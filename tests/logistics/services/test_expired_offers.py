"""Offers that nobody confirmed expire when their day is over, on both databases: once, with a line in their history."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from logistics.bootstrap import build_services
from logistics.domain.states import SlotState
from logistics.gateways.clock import FixedClock
from logistics.jobs.slots_ahead import SlotsAhead
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, DonationSlot
from logistics.queries.slot_history import slot_history
from logistics.settings import Settings
from tests.web.drive.route_world import RouteWorld
from tests.web.world import NOW, World

DAY = date(2026, 12, 2)
LAST_MINUTE, MIDNIGHT = datetime(2026, 12, 2, 23, 59, tzinfo=UTC), datetime(2026, 12, 3, 0, 0, tzinfo=UTC)


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    """A network on SQLite and on PostgreSQL."""
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})
    services = build_services(settings, clock=FixedClock(NOW), database=database)
    yield World(services=services)
    services.close()


def state_of(world: World, slot_id: uuid.UUID) -> SlotState:
    """How it stands."""
    with world.session() as session:
        return session.get_one(DonationSlot, slot_id).state


def test_an_offer_expires_at_the_midnight_after_its_day(world: World) -> None:
    """On its day it waits to the last minute; the next day it has expired, with one line of history, however many workers look."""
    slot_id = world.donation_slot(service_date=DAY)
    SlotsAhead(world.services.database).look_round(LAST_MINUTE)
    assert state_of(world, slot_id) is SlotState.OFFERED
    for _ in range(2):
        SlotsAhead(world.services.database).look_round(MIDNIGHT)
    assert state_of(world, slot_id) is SlotState.EXPIRED
    with world.session() as session:
        (line,) = slot_history(session, slot_id)
        assert session.query(AuditEvent).filter_by(action="slot_expired").count() == 1
    assert (line.at, line.what, line.who) == (
        MIDNIGHT, "Expired: its day is over and nobody confirmed it", "the calendar",
    )  # fmt: skip
    assert [(each.what, each.before, each.after) for each in line.changes] == [("state", "offered", "expired")]


@pytest.mark.parametrize("state", [state for state in SlotState if state not in (SlotState.OFFERED, SlotState.EXPIRED)])
def test_only_offers_expire(world: World, state: SlotState) -> None:
    """Whatever somebody answered, or told of the day, stays as it is."""
    slot_id = world.donation_slot(service_date=DAY, state=state)
    SlotsAhead(world.services.database).look_round(MIDNIGHT)
    assert state_of(world, slot_id) is state


def test_what_a_plan_gave_to_somebody_stays(world: World) -> None:
    """Planned although nobody confirmed it: the driver's phone may still tell that it was collected."""
    route = RouteWorld(world=world)
    with world.services.database.writing(world.network_id) as session:
        session.get_one(DonationSlot, route.slot_id).state = SlotState.OFFERED
    SlotsAhead(world.services.database).look_round(MIDNIGHT)
    assert state_of(world, route.slot_id) is SlotState.OFFERED
