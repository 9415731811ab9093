"""On the day: collected, short, rejected or missed, by donor or dispatcher; a driver's word stands above; all in the history."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import OrganisationKind, RejectReason, Role
from logistics.persistence.tables import DonationSlot
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

TODAY = date(2026, 11, 26)


@pytest.fixture
def donor(world: World) -> uuid.UUID:
    """A kitchen."""
    return world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")


@pytest.fixture
def cook(world: World, donor: uuid.UUID, signed_in: Callable[..., Visitor]) -> Visitor:
    """Its cook."""
    return signed_in(email=world.account(Role.DONOR, organisation_id=donor))


def slot_row(world: World, slot_id: uuid.UUID) -> DonationSlot:
    """A slot with its batches."""
    with world.session() as session:
        slot: DonationSlot = session.query(DonationSlot).filter_by(id=slot_id).one()
        assert slot.batches
        return slot


def tell(who: Visitor, world: World, slot_id: uuid.UUID, **data: Any) -> int:
    """Send the form of the outcome as loaded now; the status."""
    version = slot_row(world, slot_id).version
    return who.post(f"/donate/slots/{slot_id}/outcome", data={"version": str(version), **data}).status_code


def test_each_outcome_is_kept_and_can_be_corrected(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """12 of 30 came; then it turns out that nobody came; then that the label was wrong. The history says all of it."""
    slot_id = world.donation_slot(donor, service_date=TODAY)
    batch_id = slot_row(world, slot_id).batches[0].id
    assert tell(cook, world, slot_id, outcome="short", **{f"count-{batch_id}": "12"}) == 303
    assert (slot_row(world, slot_id).state, slot_row(world, slot_id).batches[0].portions_collected) == (
        SlotState.SHORT, 12
    )  # fmt: skip
    assert tell(cook, world, slot_id, outcome="missed") == 303
    assert slot_row(world, slot_id).batches[0].portions_collected is None
    assert tell(cook, world, slot_id, outcome="rejected", reason="label") == 303
    assert slot_row(world, slot_id).rejected_for is RejectReason.LABEL
    assert tell(cook, world, slot_id, outcome="collected") == 303
    assert slot_row(world, slot_id).batches[0].portions_collected == 30
    page = cook.get(f"/donate/slots/{slot_id}/about").text
    for step in ("from <q>offered</q> to <q>short</q>", "from <q>short</q> to <q>missed</q>", "(label)",
                 "from <q>missed</q> to <q>rejected</q>", "by Donor", "Thu 26 Nov, 12:00"):  # fmt: skip
        assert step in page, step


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({}, "Choose what became of it"),
        ({"outcome": "withdrawn"}, "Choose what became of it"),
        ({"outcome": "lost"}, "one of the list"),
        ({"outcome": "rejected"}, "Choose why"),
        ({"outcome": "short"}, "whole number"),
        ({"outcome": "short", "count": "-3"}, "whole number"),
        ({"outcome": "short", "count": "31"}, "whole number"),
        ({"outcome": "short", "count": "30"}, "As many came as were promised"),
    ],
)
def test_what_cannot_be_is_refused(
    cook: Visitor, world: World, donor: uuid.UUID, data: dict[str, str], words: str
) -> None:
    """A missing choice, reason or count is named, and the slot stays as it was."""
    slot_id = world.donation_slot(donor, service_date=TODAY)
    batch_id = slot_row(world, slot_id).batches[0].id
    sent = {(f"count-{batch_id}" if name == "count" else name): value for name, value in data.items()}
    answer = cook.post(f"/donate/slots/{slot_id}/outcome", data=sent)
    assert answer.status_code == 422
    assert words in answer.text
    assert slot_row(world, slot_id).state is SlotState.OFFERED


def test_two_who_tell_at_once_keep_the_first(
    cook: Visitor, world: World, donor: uuid.UUID, signed_in: Callable[..., Visitor]
) -> None:
    """The dispatcher's page is older than what the cook saved: the dispatcher is told, and may say it again."""
    slot_id = world.donation_slot(donor, service_date=TODAY)
    desk = signed_in(Role.DISPATCHER)
    old = str(slot_row(world, slot_id).version)
    assert tell(cook, world, slot_id, outcome="collected") == 303
    late = desk.post(f"/donate/slots/{slot_id}/outcome", data={"version": old, "outcome": "missed"})
    assert (late.status_code, "Somebody else changed" in late.text) == (409, True)
    assert slot_row(world, slot_id).state is SlotState.COLLECTED
    assert tell(desk, world, slot_id, outcome="missed") == 303


def test_before_the_day_and_of_others_nothing_is_told(cook: Visitor, world: World, donor: uuid.UUID) -> None:
    """Next week's food was not collected yet, and another kitchen's is not there."""
    assert tell(cook, world, world.donation_slot(donor), outcome="collected") == 409
    other = world.donation_slot(service_date=TODAY)
    assert tell(cook, world, other, outcome="collected") == 404
    assert cook.get(f"/donate/slots/{other}/about").status_code == 404


def test_what_the_driver_reports_stands_above(app: BoundedApp, world: World, signed_in: Callable[..., Visitor]) -> None:
    """The kitchen said "missed" before the driver came; what was collected then is the driver's count, and it stays."""
    route = RouteWorld(world=world)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=route.donor_id))
    assert tell(cook, world, route.slot_id, outcome="missed") == 303
    phone = app.test_client()
    assert isinstance(phone, Visitor)
    open_link(phone, route.link())
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"], **{f"collected-{route.batches['chicken']}": "4"})
    assert tell(cook, world, route.slot_id, outcome="collected") == 409
    tap(phone, "pickup_done", route.stops["hub"])
    tap(phone, "stop_delivered", route.stops["ada"], how="handed_over")
    slot = slot_row(world, route.slot_id)
    assert slot.state is SlotState.SHORT
    assert not slot.is_told_by_hand
    assert tell(cook, world, route.slot_id, outcome="missed") == 409
    page = cook.get(f"/donate/slots/{route.slot_id}/about").text
    assert "by the driver" in page
    assert "What the driver counted stands" in page
