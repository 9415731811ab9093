"""A donor logs, confirms, changes and withdraws own donations, and nobody else's."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import time, timedelta
from typing import Any

import pytest

from logistics.domain.planning import StopKind
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, OrganisationKind, Role, TemperatureClass
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Batch, DonationSlot, Stop
from tests.web.dispatch.test_week import counted_queries
from tests.web.drive.route_world import DAY, RouteWorld, at
from tests.web.world import NOW, Visitor, World

WHOLE: dict[str, Any] = {
    "temperature": "hot", "day": "2026-11-27", "ready_at": "11:30", "collect_by": "12:15", "hot_hold_until": "12:00",
    "dish_key": ["1"], "dish-1": "bean and squash stew", "portions-1": "60", "diets-1": ["vegan", "halal"],
    "declaration-1": "contains", "allergens-1": ["celery", "soya"],
}  # fmt: skip


@pytest.fixture
def donor(world: World) -> uuid.UUID:
    """A kitchen."""
    return world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")


@pytest.fixture
def cook(world: World, donor: uuid.UUID, signed_in: Callable[..., Visitor]) -> Visitor:
    """The cook of the kitchen."""
    return signed_in(email=world.account(Role.DONOR, organisation_id=donor))


def _slot(world: World, donor: uuid.UUID, **values: Any) -> uuid.UUID:
    defaults: dict[str, Any] = {
        "service_date": DAY + timedelta(days=1), "ready_at": time(11, 30), "collect_by": time(12, 15),
        "temperature": TemperatureClass.HOT, "state": SlotState.OFFERED,
    }  # fmt: skip
    slot_id = world.add(DonationSlot(id=uuid.uuid4(), donor_id=donor, **{**defaults, **values}))
    world.add(
        Batch(
            id=uuid.uuid4(), slot_id=slot_id, number=1, dish="soup", portions=20, declaration=AllergenDeclaration.NONE
        )
    )
    return slot_id


def _state(world: World, slot_id: uuid.UUID) -> SlotState:
    with world.session() as session:
        return session.query(DonationSlot).filter_by(id=slot_id).one().state


def test_logged_donation_is_stored_as_declared(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """Dish, portions, times, diets and allergens are kept with who said them and when; the slot is confirmed."""
    answer = cook.post("/donate/new", data=WHOLE)
    assert answer.status_code == 303, answer.text
    with world.session() as session:
        slot = session.query(DonationSlot).one()
        assert (slot.donor_id, slot.state, slot.ready_at, slot.hot_hold_until) == (
            donor, SlotState.CONFIRMED, time(11, 30), time(12)
        )  # fmt: skip
        (batch,) = slot.batches
        assert (batch.dish, batch.portions, batch.weight_g) == ("bean and squash stew", 60, 25_200)
        assert batch.diets == {Diet.VEGAN, Diet.HALAL}
        assert batch.allergens == {Allergen.CELERY, Allergen.SOYA}
        assert (batch.declared_by, batch.declared_at) == ("Donor", NOW)
    assert "Bean and squash stew" in cook.get("/donate").text


@pytest.mark.parametrize(
    ("change", "field", "words"),
    [
        ({"collect_by": "11:00"}, "collect_by", "collected after it is ready"),
        ({"hot_hold_until": "11:00"}, "hot_hold_until", "before it is ready"),
        ({"temperature": "chilled", "hot_hold_until": ""}, "use_by-1", "needs its use-by"),
        ({"use_by-1": "2026-11-26"}, "use_by-1", "past its use-by"),
        ({"portions-1": "0"}, "portions-1", "from 1 to 2,000"),
        ({"portions-1": "2001"}, "portions-1", "from 1 to 2,000"),
        ({"portions-1": "a lot"}, "portions-1", "whole number"),
        ({"declaration-1": ""}, "declaration-1", "14 allergens"),
        ({"allergens-1": []}, "allergens-1", "Tick each allergen"),
        ({"day": "2026-11-25"}, "day", "today or a later day"),
        ({"day": ""}, "day", "Choose the day"),
        ({"day": "other"}, "service_date", "Choose the day"),
        ({"temperature": ""}, "temperature", "how the food leaves you"),
        ({"dish-1": ""}, "dish-1", "what the food is"),
        ({"temperature": "ambient", "hot_hold_until": ""}, "kilograms-1", "Kilograms must be"),
    ],
)
def test_each_mistake_is_named_at_its_field(
    cook: Visitor, world: World, change: dict[str, Any], field: str, words: str
) -> None:
    """What is wrong stands in the summary, linked to its field, and nothing is stored."""
    answer = cook.post("/donate/new", data={**WHOLE, **change})
    assert answer.status_code == 422
    assert words in answer.text
    assert f'href="#{field}"' in answer.text
    assert f'id="{field}"' in answer.text
    with world.session() as session:
        assert session.query(DonationSlot).count() == 0


def test_nothing_is_chosen_about_allergens_beforehand(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """Neither a new form nor "same again" says on the cook's behalf what is in the food."""
    _slot(world, donor, state=SlotState.CONFIRMED)
    for page in ("/donate/new", "/donate/new?again=1"):
        text = cook.get(page).text
        part = text.split('id="declaration-1"')[1].split("Softer than")[0]
        assert " checked" not in part.replace("have checked", "")
    assert 'value="soup"' in cook.get("/donate/new?again=1").text


def test_second_donation_at_the_same_time_is_asked_about(cook: Visitor, world: World) -> None:
    """Logging twice for crossing times asks whether it is more food; a tick says so."""
    assert cook.post("/donate/new", data=WHOLE).status_code == 303
    again = cook.post("/donate/new", data={**WHOLE, "ready_at": "12:00", "collect_by": "12:30"})
    assert again.status_code == 422
    assert "already logged food for 11:30 to 12:15" in again.text
    assert cook.post("/donate/new", data={**WHOLE, "is_more": "yes"}).status_code == 303
    with world.session() as session:
        assert session.query(DonationSlot).count() == 2


def test_dishes_are_added_and_removed_without_losing_what_was_typed(cook: Visitor, world: World) -> None:
    """The buttons for dishes only show the form again; both dishes are then logged together."""
    page = cook.post("/donate/new", data={**WHOLE, "add_dish": "yes"})
    assert page.status_code == 200
    assert 'name="dish-2"' in page.text
    assert "bean and squash stew" in page.text
    two = {**WHOLE, "dish_key": ["1", "2"], "dish-2": "rice", "portions-2": "30", "declaration-2": "none"}
    assert 'name="dish-1"' not in cook.post("/donate/new", data={**two, "remove_dish": "1"}).text
    assert cook.post("/donate/new", data=two).status_code == 303
    with world.session() as session:
        assert [(b.number, b.dish) for b in session.query(DonationSlot).one().batches] == [
            (1, "bean and squash stew"), (2, "rice")
        ]  # fmt: skip


def test_offered_donation_is_confirmed_with_one_button(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """Confirming twice is confirming once."""
    slot_id = _slot(world, donor)
    assert "Please confirm" in cook.get("/donate").text
    for _ in range(2):
        assert cook.post(f"/donate/slots/{slot_id}/confirm").status_code == 303
    assert _state(world, slot_id) is SlotState.CONFIRMED


def test_change_keeps_the_dish_and_refuses_an_old_page(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """A dish stays the same row when its portions change; a form that was loaded before another change is refused."""
    slot_id = _slot(world, donor)
    with world.session() as session:
        slot = session.query(DonationSlot).filter_by(id=slot_id).one()
        batch_id, version = slot.batches[0].id, slot.version
    changed = {**WHOLE, "batch-1": str(batch_id), "portions-1": "48", "version": str(version)}
    assert cook.post(f"/donate/slots/{slot_id}", data=changed).status_code == 303
    with world.session() as session:
        (batch,) = session.query(Batch).all()
        assert (batch.id, batch.portions) == (batch_id, 48)
    assert cook.post(f"/donate/slots/{slot_id}", data=changed).status_code == 409


def test_another_donors_slot_is_not_there(cook: Visitor, world: World) -> None:
    """Reading, changing, confirming and withdrawing somebody else's donation all find nothing."""
    other = world.organisation("DON2", OrganisationKind.DONOR, name="Other Kitchen")
    slot_id = _slot(world, other)
    assert "soup" not in cook.get("/donate").text
    assert cook.get(f"/donate/slots/{slot_id}").status_code == 404
    for path in ("", "/confirm", "/withdraw"):
        assert cook.post(f"/donate/slots/{slot_id}{path}", data=WHOLE).status_code == 404
    assert _state(world, slot_id) is SlotState.OFFERED
    own = cook.post("/donate/new", data={**WHOLE, "donor": str(other)})
    assert own.status_code == 303
    with world.session() as session:
        assert session.query(DonationSlot).filter_by(donor_id=other).count() == 1


def test_nothing_changes_once_a_driver_has_set_off(
    world: World, signed_in: Callable[..., Visitor], clock: FixedClock
) -> None:
    """Until the route departs the donor may withdraw; from then on the page says whom to ring."""
    route = RouteWorld(world=world)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=route.donor_id))
    refused = cook.post(f"/donate/slots/{route.slot_id}/withdraw")
    assert refused.status_code == 409
    assert "driver has set off" in refused.text
    assert "A driver has set off" in cook.get("/donate").text
    clock.set(at(11, 29))
    assert cook.post(f"/donate/slots/{route.slot_id}/withdraw").status_code == 303
    assert _state(world, route.slot_id) is SlotState.WITHDRAWN


def test_figures_count_what_was_collected(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """60 promised and 48 collected are 48 given."""
    slot_id = _slot(world, donor, state=SlotState.SHORT, service_date=DAY - timedelta(days=3))
    with world.services.database.writing(world.network_id) as session:
        batch = session.query(Batch).filter_by(slot_id=slot_id).one()
        batch.portions, batch.portions_collected = 60, 48
    page = cook.get("/donate").text
    assert "<dd>48</dd>" in page
    assert "of 60" in page


def test_more_planned_donations_ask_no_more_queries(world: World, signed_in: Callable[..., Visitor]) -> None:
    """Whether a driver has set off is asked for the whole list at once, and answered for each donation."""
    route = RouteWorld(world=world)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=route.donor_id))
    cook.get("/donate")
    counts = []
    for hour in (8, 9, 10):
        with counted_queries(world) as sent:
            page = cook.get("/donate").text
        counts.append(len(sent))
        assert page.count("A driver has set off") == len(counts)
        slot_id = _slot(world, route.donor_id, service_date=DAY, ready_at=time(hour), state=SlotState.CONFIRMED)
        with world.services.database.writing(world.network_id) as session:
            kitchen = session.get_one(Stop, route.stops["kitchen"])
            session.add(
                Stop(
                    id=uuid.uuid4(), route_id=route.route_id, sequence=hour, kind=StopKind.PICKUP, site_id=kitchen.site_id,
                    organisation_id=route.donor_id, slot_id=slot_id, arrives_at=at(hour), service_at=at(hour),
                    departs_at=at(hour), leg_m=0, leg_s=0,
                )
            )  # fmt: skip
    assert len(set(counts)) == 1, counts
