"""A donor enters once what comes every week: days are made ahead, one by one changed or cancelled, and confirmed."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from logistics.domain.authority import Actor
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, OrganisationKind, Role
from logistics.domain.week import LONDON
from logistics.gateways.clock import FixedClock
from logistics.jobs.slots_ahead import SlotsAhead
from logistics.persistence.tables import AuditEvent, DonationSchedule, DonationSlot
from logistics.services.made_ahead import make_slots_ahead
from tests.web.world import NOW, Visitor, World

TERM: dict[str, Any] = {
    "days": ["tue", "thu"], "rhythm": "1w", "starts_on": "2026-11-26", "ends_on": "", "break_from-1": "2026-12-15",
    "break_until-1": "04/01/2027", "ready_at": "11:30", "collect_by": "12:15", "temperature": "hot", "dish_key": ["1"],
    "dish-1": "bean stew", "portions-1": "60", "diets-1": ["vegan"], "declaration-1": "contains",
    "allergens-1": ["celery"],
}  # fmt: skip


@pytest.fixture
def donor(world: World) -> uuid.UUID:
    """A kitchen."""
    return world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")


@pytest.fixture
def cook(world: World, donor: uuid.UUID, signed_in: Callable[..., Visitor]) -> Visitor:
    """The cook of the kitchen."""
    return signed_in(email=world.account(Role.DONOR, organisation_id=donor))


def slots_of(world: World) -> list[tuple[date | None, date, SlotState]]:
    """Every slot of the network: the day it was made for, its day, its state."""
    with world.session() as session:
        rows = session.query(DonationSlot).order_by(DonationSlot.occurs_on).all()
        return [(row.occurs_on, row.service_date, row.state) for row in rows]


def slot_on(world: World, day: date) -> DonationSlot:
    """The slot made for a day, with its batches."""
    with world.session() as session:
        slot: DonationSlot = session.query(DonationSlot).filter_by(occurs_on=day).one()
        assert slot.batches is not None
        return slot


def schedule_of(world: World) -> DonationSchedule:
    """The only schedule."""
    with world.session() as session:
        found: DonationSchedule = session.query(DonationSchedule).one()
        return found


def make_ahead(world: World, now: datetime = NOW) -> int:
    """Run the day's work as the command line does; how many were made."""
    with world.services.database.writing(world.network_id) as session:
        return make_slots_ahead(session, Actor.system(world.network_id), now=now).made


def test_term_time_is_on_the_list_and_says_nothing_about_allergens_yet(cook: Visitor, world: World) -> None:
    """Tuesdays and Thursdays for four weeks, without the holidays; each is offered, its allergens not declared."""
    answer = cook.post("/donate/schedules/new", data=TERM)
    assert answer.status_code == 303, answer.text
    days = [date(2026, 11, 26), date(2026, 12, 1), date(2026, 12, 3), date(2026, 12, 8), date(2026, 12, 10)]
    assert slots_of(world) == [(day, day, SlotState.OFFERED) for day in days]
    slot = slot_on(world, days[1])
    assert [(b.dish, b.portions, b.declaration, b.diets) for b in slot.batches] == [
        ("bean stew", 60, AllergenDeclaration.UNDECLARED, frozenset())
    ]
    page = cook.get("/donate").text
    assert "Every Tuesday and Thursday" in page
    assert "FREQ=" not in page
    assert "Not Tue 15 Dec to Mon 4 Jan" in page


def test_making_ahead_twice_is_making_once(world: World) -> None:
    """The command, the worker of today and the worker of tomorrow make each day once."""
    world.donation_schedule()
    assert make_ahead(world) == 9
    assert make_ahead(world) == 0
    worker = SlotsAhead(world.services.database)
    worker.look_round(NOW)
    assert len(slots_of(world)) == 9
    worker.look_round(NOW + timedelta(days=7))
    assert len(slots_of(world)) == 11
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="slot_made").count() == 11


def test_clock_change_leaves_the_time_of_day(world: World) -> None:
    """A schedule over the last Sunday of March is at 11:30 of London before and after, and leaves out an hour that is not there."""
    world.donation_schedule(rule="FREQ=DAILY")
    world.donation_schedule(rule="FREQ=DAILY", ready_at=time(1, 30), collect_by=time(3))
    make_ahead(world, datetime(2027, 3, 26, 12, tzinfo=LONDON))
    with world.session() as session:
        rows = session.query(DonationSlot).filter(
            DonationSlot.service_date.between(date(2027, 3, 27), date(2027, 3, 29))
        )
        found = sorted((row.service_date.day, row.ready_at) for row in rows)
    assert found == [
        (27, time(1, 30)), (27, time(11, 30)), (28, time(11, 30)), (29, time(1, 30)), (29, time(11, 30))
    ]  # fmt: skip


def test_one_day_is_changed_or_cancelled_without_the_rest(cook: Visitor, world: World) -> None:
    """A moved day and a withdrawn one keep their place in the schedule: they are neither made again nor brought back."""
    cook.post("/donate/schedules/new", data=TERM)
    moved, gone = slot_on(world, date(2026, 12, 1)), slot_on(world, date(2026, 12, 3))
    data = {
        **TERM, "day": "other", "service_date": "2026-12-02", "batch-1": str(moved.batches[0].id), "portions-1": "20",
        "version": str(moved.version),
    }  # fmt: skip
    assert cook.post(f"/donate/slots/{moved.id}", data=data).status_code == 303
    assert cook.post(f"/donate/slots/{gone.id}/withdraw", data={"version": str(gone.version)}).status_code == 303
    before = slots_of(world)
    assert make_ahead(world) == 0
    assert slots_of(world) == before
    assert (date(2026, 12, 1), date(2026, 12, 2), SlotState.CONFIRMED) in before
    assert (date(2026, 12, 3), date(2026, 12, 3), SlotState.WITHDRAWN) in before
    assert (date(2026, 12, 8), date(2026, 12, 8), SlotState.OFFERED) in before


def test_yes_declares_what_the_page_showed(cook: Visitor, world: World) -> None:
    """One button confirms with the usual food; the week after, with what was really said the week before."""
    cook.post("/donate/schedules/new", data=TERM)
    assert "Yes, as usual" in cook.get("/donate").text
    first = slot_on(world, date(2026, 12, 1))
    assert cook.post(f"/donate/slots/{first.id}/confirm").status_code == 303
    first = slot_on(world, date(2026, 12, 1))
    assert [(b.declaration, b.allergens, b.declared_by, b.declared_at) for b in first.batches] == [
        (AllergenDeclaration.CONTAINS, {Allergen.CELERY}, "Donor", NOW)
    ]
    with world.services.database.writing(world.network_id) as session:
        batch = session.query(DonationSlot).filter_by(id=first.id).one().batches[0]
        batch.dish, batch.allergens = "lentil stew", frozenset({Allergen.MILK})
    page = cook.get("/donate").text
    assert "Yes, same as last week" in page
    second = slot_on(world, date(2026, 12, 8))
    assert cook.post(f"/donate/slots/{second.id}/confirm").status_code == 303
    assert [(b.dish, b.allergens) for b in slot_on(world, date(2026, 12, 8)).batches] == [
        ("lentil stew", {Allergen.MILK})
    ]


def test_what_changed_since_the_page_is_told(cook: Visitor, world: World) -> None:
    """Whoever says yes to an older page is told, and the slot is as the other left it."""
    cook.post("/donate/schedules/new", data=TERM)
    slot = slot_on(world, date(2026, 12, 1))
    page = cook.get("/donate").text
    seen = page.split(f"/donate/slots/{slot.id}/confirm")[1].split('name="seen" value="')[1].split('"')[0]
    schedule = schedule_of(world)
    change = {**TERM, "portions-1": "15", "version": str(schedule.version)}
    assert cook.post(f"/donate/schedules/{schedule.id}", data=change).status_code == 303
    told = cook.post(f"/donate/slots/{slot.id}/confirm", data={"seen": seen})
    assert told.status_code == 409
    assert "Somebody else changed this donation" in told.text
    slot = slot_on(world, date(2026, 12, 1))
    assert (slot.state, slot.batches[0].portions) == (SlotState.OFFERED, 15)


def test_schedule_changed_by_two_keeps_the_first(cook: Visitor, world: World) -> None:
    """The second form was loaded before the first was saved: it is refused, nothing of it is stored."""
    cook.post("/donate/schedules/new", data=TERM)
    schedule = schedule_of(world)
    change = {**TERM, "version": str(schedule.version)}
    assert cook.post(f"/donate/schedules/{schedule.id}", data={**change, "days": ["mon"]}).status_code == 303
    assert cook.post(f"/donate/schedules/{schedule.id}", data={**change, "days": ["fri"]}).status_code == 409
    assert schedule_of(world).rule == "FREQ=WEEKLY;BYDAY=MO"
    assert cook.post(f"/donate/schedules/{schedule.id}/end", data={"version": "1"}).status_code == 409


def test_changing_and_ending_leaves_what_was_answered(cook: Visitor, world: World) -> None:
    """Mondays instead of Tuesdays: offered Tuesdays go, the confirmed one stays; ending takes the rest off, a break lifted returns."""
    cook.post("/donate/schedules/new", data=TERM)
    kept = slot_on(world, date(2026, 12, 1))
    cook.post(f"/donate/slots/{kept.id}/confirm")
    schedule = schedule_of(world)
    change = {**TERM, "days": ["mon"], "version": str(schedule.version)}
    assert cook.post(f"/donate/schedules/{schedule.id}", data=change).status_code == 303
    states = {occurs: state for occurs, _, state in slots_of(world)}
    assert states[date(2026, 12, 1)] is SlotState.CONFIRMED
    assert states[date(2026, 12, 8)] is SlotState.WITHDRAWN
    assert states[date(2026, 12, 7)] is SlotState.OFFERED
    schedule = schedule_of(world)
    back = {**TERM, "version": str(schedule.version)}
    assert cook.post(f"/donate/schedules/{schedule.id}", data=back).status_code == 303
    assert {occurs: state for occurs, _, state in slots_of(world)}[date(2026, 12, 8)] is SlotState.OFFERED
    assert cook.post(f"/donate/schedules/{schedule.id}/end", data={}).status_code == 303
    states = {occurs: state for occurs, _, state in slots_of(world)}
    assert states.pop(date(2026, 12, 1)) is SlotState.CONFIRMED
    assert states.pop(date(2026, 11, 26)) is SlotState.OFFERED
    assert set(states.values()) == {SlotState.WITHDRAWN}
    assert make_ahead(world) == 0


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"days": []}, "days", "at least one day"),
        ({"days": ["someday"]}, "days", "from the list"),
        ({"rhythm": "9w"}, "rhythm", "Choose how often"),
        ({"starts_on": "31/02/2027"}, "starts_on", "real date"),
        ({"starts_on": "2196-01-01"}, "starts_on", "within three years"),
        ({"ends_on": "2026-11-01"}, "ends_on", "before the first"),
        ({"ends_on": "2026-11-27", "days": ["mon"]}, "ends_on", "no such day"),
        ({"break_until-1": ""}, "break_until-1", "last day of the break"),
        ({"break_until-1": "2026-12-01"}, "break_until-1", "before it begins"),
        ({"break_from-3": "2026-12-30", "break_until-3": "2026-12-31"}, "break_from-2", "no empty line"),
        ({"collect_by": "11:00"}, "collect_by", "after it is ready"),
        ({"temperature": "chilled"}, "use_by_days-1", "days after collection"),
        ({"temperature": "chilled", "use_by_days-1": "-1"}, "use_by_days-1", "from 0 to 60"),
        ({"portions-1": "-60"}, "portions-1", "whole number"),
        ({"declaration-1": ""}, "declaration-1", "14 allergens"),
        ({"dish-1": "\u202e\u0007"}, "dish-1", "letters, figures"),
    ],
)
def test_each_mistake_is_named_and_nothing_is_stored(
    cook: Visitor, world: World, change: dict[str, Any], field: str, words: str
) -> None:
    """What is wrong stands beside its field; neither a schedule nor a slot is there."""
    answer = cook.post("/donate/schedules/new", data={**TERM, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    assert slots_of(world) == []


def test_food_beside_other_food_is_asked_about(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """A schedule over a logged donation asks whether it is more food; a tick says so."""
    world.donation_slot(donor, service_date=date(2026, 12, 3))
    asked = cook.post("/donate/schedules/new", data=TERM)
    assert asked.status_code == 422
    assert "03/12/2026 already" in asked.text
    assert cook.post("/donate/schedules/new", data={**TERM, "is_more": "yes"}).status_code == 303


def test_lines_are_added_without_losing_what_was_typed(cook: Visitor, world: World) -> None:
    """One more dish or break shows the form again; nothing is stored."""
    page = cook.post("/donate/schedules/new", data={**TERM, "add_break": "yes"})
    assert page.status_code == 200
    assert 'id="break_from-3"' in page.text
    assert 'name="dish-2"' in cook.post("/donate/schedules/new", data={**TERM, "add_dish": "yes"}).text
    assert slots_of(world) == []


def test_rule_of_a_calendar_is_kept_as_it_is(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """A rule that the form has no words for is shown in words and stays when only the portions change."""
    schedule_id = world.donation_schedule(donor, rule="FREQ=MONTHLY;BYMONTHDAY=-1")
    page = cook.get(f"/donate/schedules/{schedule_id}").text
    assert "As it is now: the last day of the month" in page
    data = {**TERM, "days": [], "rhythm": "as_it_is", "portions-1": "7", "starts_on": "2026-10-01"}
    assert cook.post(f"/donate/schedules/{schedule_id}", data=data).status_code == 303
    assert schedule_of(world).rule == "FREQ=MONTHLY;BYMONTHDAY=-1"
    assert slots_of(world) == [(date(2026, 11, 30), date(2026, 11, 30), SlotState.OFFERED)]


def test_another_donors_schedule_is_not_there(cook: Visitor, world: World, clock: FixedClock) -> None:
    """Reading, changing and ending somebody else's schedule all find nothing."""
    other = world.donation_schedule()
    assert cook.get(f"/donate/schedules/{other}").status_code == 404
    assert cook.post(f"/donate/schedules/{other}", data=TERM).status_code == 404
    assert cook.post(f"/donate/schedules/{other}/end").status_code == 404
