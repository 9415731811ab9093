"""A donor's donations as a calendar (RFC 5545) at a secret address, for the phone or computer that the kitchen looks at."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from flask import Response, abort, render_template
from flask.typing import ResponseReturnValue
from icalendar import Calendar, Event

from logistics.domain.authority import Actor, Grant, Permission
from logistics.domain.states import SlotState
from logistics.domain.vocabulary import Role
from logistics.domain.week import LONDON
from logistics.queries.donor_slots import SlotView, slots_between
from logistics.services.donor_links import calendar_donor, make_calendar_link
from web.context import actor, db, now, services, today
from web.donate.blueprint import donate
from web.donate.dish_lines import dish_lines
from web.donate.donor_choice import chosen_donor
from web.formatting import kilograms
from web.forms import Form
from web.security.access import allow, public

DAYS_BACK = 28
DAYS_AHEAD = 90
_LONGEST_TOKEN = 200
_STATUS = {
    SlotState.OFFERED: "TENTATIVE",
    SlotState.WITHDRAWN: "CANCELLED",
    SlotState.EXPIRED: "CANCELLED",
}


@donate.post("/calendar")
@allow(Permission.EDIT_SLOTS)
def make_calendar() -> ResponseReturnValue:
    """Make the secret address and show it, this once; the one made before ends."""
    donor_id = chosen_donor(Form.of_request())
    made = make_calendar_link(db(), actor(), donor_id, base_url=services().settings.base_url, now=now())
    return render_template("donate/calendar.html", made=made)


@donate.get("/calendar/<token>.ics")
@public("the secret address is the key: calendars cannot sign in")
def calendar(token: str) -> Response:
    """The calendar of one donor. A wrong or replaced address is not there."""
    with services().database.unscoped_reading() as reading:
        found = calendar_donor(reading, token[:_LONGEST_TOKEN])
    if found is None:
        abort(404)
    network_id, donor_id = found
    donor = Actor(network_id=network_id, grants=(Grant(role=Role.DONOR, organisation_id=donor_id),))
    first, last = today() - timedelta(days=DAYS_BACK), today() + timedelta(days=DAYS_AHEAD)
    with services().database.reading(network_id) as session:
        slots = slots_between(session, donor, donor_id, first, last, now=now())
    return Response(write_calendar(slots, stamped=now()), content_type="text/calendar; charset=utf-8")


def write_calendar(slots: tuple[SlotView, ...], *, stamped: datetime) -> bytes:
    """The slots as one calendar in London's time, with the zone's own clock changes in it."""
    found = Calendar()
    found.add("prodid", "-//Food Rounds//Donations//EN")
    found.add("version", "2.0")
    found.add("x-wr-calname", "Food Rounds donations")
    found.add("refresh-interval", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for slot in slots:
        found.add_component(_event(slot, stamped))
    found.add_missing_timezones()
    written: bytes = found.to_ical()
    return written


def _event(slot: SlotView, stamped: datetime) -> Event:
    event = Event()
    event.add("uid", f"{_uid(slot.id)}@food-rounds")
    event.add("dtstamp", stamped)
    event.add("sequence", slot.version)
    event.add("dtstart", _at(slot, slot.ready_at))
    event.add("dtend", _at(slot, slot.collect_by))
    event.add("status", _STATUS.get(slot.state, "CONFIRMED"))
    amount = f"{slot.portions} portions" if slot.portions else kilograms(slot.weight_g)
    asked = ", please confirm" if slot.state is SlotState.OFFERED else ""
    event.add("summary", f"Food donation: {amount}{asked}")
    event.add("description", "\n".join(line.words for line in dish_lines(slot)))
    return event


def _at(slot: SlotView, at: time) -> datetime:
    return datetime.combine(slot.service_date, at, LONDON)


def _uid(slot_id: uuid.UUID) -> str:
    return f"slot-{slot_id}"
