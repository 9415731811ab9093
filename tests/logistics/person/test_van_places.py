"""Where a van with food stood, in a dispatcher's words: gone after its days, and with the person at whose door or on whose route it was."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, time, timedelta

import pytest
from sqlalchemy import select

from logistics.domain.authority import Actor
from logistics.domain.erasure import ErasureReason, PersonKind
from logistics.domain.replanning import ReplanReason
from logistics.domain.retention import RetentionTimes
from logistics.persistence.database import Database
from logistics.persistence.tables import Household, Replan, Site, Stop, Volunteer
from logistics.services.erase_person import erase_now
from logistics.services.replans import RouteTrouble, ask_replan_of_route
from logistics.services.retention import keep_times
from tests.logistics.plans import MONDAY
from tests.logistics.running_monday import RunningMonday

TYPED = "outside 12 Canary Yard, the blue door"


@pytest.fixture
def monday(database: Database) -> RunningMonday:
    """V003's van stands with food after one door, and the desk typed where."""
    world = RunningMonday.begun(database)
    world.loaded_and_one_door_done()
    trouble = RouteTrouble(reason=ReplanReason.VAN_BROKEN_DOWN, place=TYPED)
    with world.writing() as session:
        ask_replan_of_route(session, world.actor, world.plan.ids["route mon A"], trouble, now=world.clock.now())
    return world


def place_of(world: RunningMonday) -> tuple[str, bool]:
    """What is kept of it: the words, and whether it has a point."""
    with world.reading() as session:
        site = session.get_one(Site, session.scalars(select(Replan.site_id)).one())
        return site.address, site.latitude is not None


def keep(world: RunningMonday, days: int) -> int:
    """A round of the keeping times so many days after the Monday; what it removed."""
    at = datetime.combine(MONDAY + timedelta(days=days), time(12), UTC)
    with world.writing() as session:
        return keep_times(session, Actor.system(world.plan.network_id), now=at).removed


def test_it_is_there_on_its_last_day_and_gone_on_the_next(monday: RunningMonday) -> None:
    """By the days of notes from doors; every other place stays as it is, and the next round finds nothing to do."""
    last = RetentionTimes().note_days
    keep(monday, last)
    assert place_of(monday) == (TYPED, True)
    with monday.reading() as session:
        others = {row.id: row.address for row in session.scalars(select(Site)) if row.address != TYPED}
    assert keep(monday, last + 1) >= 1
    assert place_of(monday) == ("", False)
    assert keep(monday, last + 1) == 0
    with monday.reading() as session:
        assert {row.id: row.address for row in session.scalars(select(Site)) if row.address} == others


@pytest.mark.parametrize("whose", ["the household at whose door it stood", "the driver", "somebody else"])
def test_it_goes_with_the_person_it_tells_of(monday: RunningMonday, whose: str) -> None:
    """Erased with the household that was served last, or with whoever drove; not with another."""
    with monday.writing() as session:
        if whose == "the driver":
            kind, person_id = PersonKind.VOLUNTEER, monday.plan.ids["V003"]
        else:
            served = monday.plan.get(session, Stop, "mon A 3").household_id
            others = session.scalars(select(Household.id).where(Household.id != served).order_by(Household.ref.desc()))
            kind, person_id = PersonKind.HOUSEHOLD, served if whose.startswith("the household") else others.first()
        assert isinstance(person_id, uuid.UUID)
        assert session.get(Household if kind is PersonKind.HOUSEHOLD else Volunteer, person_id) is not None
        erase_now(session, monday.actor, kind, person_id, reason=ErasureReason.ASKED, now=monday.clock.now())
    assert place_of(monday) == ((TYPED, True) if whose == "somebody else" else ("", False))
