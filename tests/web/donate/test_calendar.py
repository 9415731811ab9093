"""The calendar of a donor: read by a calendar library, in local time over the clock change, behind a secret address."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, time
from html import unescape

from icalendar import Calendar, Event

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.gateways.clock import FixedClock
from tests.web.world import Visitor, World


def events_of(answer: bytes) -> dict[str, Event]:
    """Each event by its id, as a calendar program reads it."""
    read = Calendar.from_ical(answer)
    assert (str(read["VERSION"]), bool(read["PRODID"])) == ("2.0", True)
    return {str(event["UID"]): event for event in read.walk("VEVENT")}


def address(cook: Visitor, donor: uuid.UUID) -> str:
    """The path of a new address, as its page shows it once."""
    page = cook.post("/donate/calendar", data={"donor": str(donor)})
    found = re.search(r'value="https?://[^/]+(/donate/calendar/[\w-]+\.ics)"', unescape(page.text))
    assert found, page.text
    return found[1]


def test_calendar_holds_each_slot_in_local_time(
    world: World, signed_in: Callable[..., Visitor], visitor: Visitor, clock: FixedClock
) -> None:
    """11:30 in London is 11:30 UTC in winter and 10:30 in summer; offered, confirmed and withdrawn are told apart."""
    clock.set(datetime(2027, 3, 22, 12, tzinfo=UTC))
    donor = world.organisation("DON1", OrganisationKind.DONOR)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=donor))
    slots = {
        SlotState.CONFIRMED: world.donation_slot(donor, service_date=date(2027, 3, 26), state=SlotState.CONFIRMED),
        SlotState.OFFERED: world.donation_slot(donor, service_date=date(2027, 3, 30)),
        SlotState.WITHDRAWN: world.donation_slot(donor, service_date=date(2027, 4, 2), state=SlotState.WITHDRAWN),
    }
    world.donation_slot(service_date=date(2027, 3, 26))
    answer = visitor.get(address(cook, donor))
    assert (answer.status_code, answer.mimetype) == (200, "text/calendar")
    events = events_of(answer.data)
    assert set(events) == {f"slot-{slot_id}@food-rounds" for slot_id in slots.values()}
    found = {state: events[f"slot-{slot_id}@food-rounds"] for state, slot_id in slots.items()}
    assert {state: str(event["STATUS"]) for state, event in found.items()} == {
        SlotState.CONFIRMED: "CONFIRMED", SlotState.OFFERED: "TENTATIVE", SlotState.WITHDRAWN: "CANCELLED"
    }  # fmt: skip
    winter, summer = (found[state].decoded("DTSTART") for state in (SlotState.CONFIRMED, SlotState.OFFERED))
    assert (winter.time(), summer.time()) == (time(11, 30), time(11, 30))
    assert (winter.astimezone(UTC).hour, summer.astimezone(UTC).hour) == (11, 10)
    assert found[SlotState.OFFERED]["DTSTART"].params["TZID"] == "Europe/London"
    assert [str(zone["TZID"]) for zone in Calendar.from_ical(answer.data).walk("VTIMEZONE")] == ["Europe/London"]
    assert str(found[SlotState.OFFERED]["SUMMARY"]) == "Food donation: 30 portions, please confirm"


def test_address_ends_when_a_new_one_is_made(world: World, signed_in: Callable[..., Visitor], visitor: Visitor) -> None:
    """The old address, a made-up one and a week's token find nothing; another donor's calendar cannot be made."""
    donor = world.organisation("DON1", OrganisationKind.DONOR)
    cook = signed_in(email=world.account(Role.DONOR, organisation_id=donor))
    old, new = address(cook, donor), address(cook, donor)
    assert visitor.get(old).status_code == 404
    assert visitor.get(new).status_code == 200
    assert visitor.get("/donate/calendar/" + "x" * 900 + ".ics").status_code == 404
    assert visitor.post("/donate/week/open", data={"token": new.split("/")[-1][:-4]}).status_code == 404
    other = world.organisation("DON2", OrganisationKind.DONOR, name="Other kitchen")
    assert "Other kitchen" not in cook.post("/donate/calendar", data={"donor": str(other)}).text
