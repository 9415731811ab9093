"""The week's link: a donor without an account says yes with one tap, or another number, or not this time.

The token is in the fragment of the address, which no preview of a message and no log sees. A GET never changes anything.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.bootstrap import Session
from logistics.domain.errors import BadInput, Conflict, NotFound, RuleBroken
from logistics.domain.vocabulary import TemperatureClass
from logistics.queries.donor_slots import SlotView, slot_view, slots_of_week
from logistics.services.donation_slots import withdraw_slot
from logistics.services.donor_links import (
    DonorInHand,
    DonorLinkState,
    FoundDonorLink,
    find_week_link,
    look_at_week_link,
    mark_opened,
)
from logistics.services.slot_confirmation import confirm_slot, confirm_week
from logistics.services.slot_trail import BY_WEEK_LINK
from web.context import now, services
from web.donate.blueprint import donate
from web.donate.dish_lines import dish_lines
from web.donate.link_cookie import read_link, remember_link
from web.formatting import clock_time, counted, day
from web.forms import Form
from web.security.access import public

_LONGEST_TOKEN = 200
SEEN = "seen-"


@donate.get("/week")
@public("the token is in the fragment: this page holds nothing yet")
def week_link() -> str:
    """The page that a link leads to: it takes the token out of the address and sends it on."""
    return render_template("donate/week_open.html", is_open=_in_hand().state is DonorLinkState.OPEN)


@donate.post("/week/open")
@public("the token is the key, and it is in the body")
def open_week() -> ResponseReturnValue:
    """Find the link of a token: on to the week, or to the page that says what is wrong with it."""
    token = request.form.get("token", "").strip()[:_LONGEST_TOKEN]
    with services().database.unscoped_reading() as reading:
        found = find_week_link(reading, token, now=now())
    if found.donor is None:
        return _refused(found)
    with services().database.writing(found.donor.network_id) as session:
        mark_opened(session, found.donor, now=now())
    return remember_link(make_response(redirect(url_for("donate.week_slots"), 303)), found.donor.link_id)


@donate.get("/week/slots")
@public("the link in the cookie is the key")
def week_slots() -> ResponseReturnValue:
    """The week's donations of one donor, and the button that says yes to all of them."""
    found = _in_hand()
    if found.donor is None:
        return _refused(found)
    return _page(found.donor)


@donate.post("/week/yes")
@public("the link in the cookie is the key")
def week_yes() -> ResponseReturnValue:
    """Yes to everything that the page showed as offered."""

    def answer(session: Session, donor: DonorInHand) -> str:
        seen = {uuid.UUID(name[len(SEEN) :]): value for name, value in request.form.items() if _is_seen(name)}
        done = confirm_week(
            session,
            donor.actor,
            donor.donor_id,
            donor.week,
            seen=seen,
            declared_by=_speaker(donor),
            now=now(),
            by=BY_WEEK_LINK,
        )
        return f"{counted(done.confirmed, 'donation')} confirmed. Thank you." if done.confirmed else "All is confirmed."

    return _answered(answer)


@donate.post("/week/slots/<uuid:slot_id>/number")
@public("the link in the cookie is the key")
def week_number(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Yes, with another number."""

    def answer(session: Session, donor: DonorInHand) -> str:
        slot = slot_view(session, donor.actor, slot_id, now=now())
        confirm_slot(
            session,
            donor.actor,
            slot_id,
            seen=Form.of_request().value("seen"),
            amounts=_amounts(Form.of_request(), slot),
            declared_by=_speaker(donor),
            now=now(),
            by=BY_WEEK_LINK,
        )
        return f"Confirmed for {day(slot.service_date)}, {clock_time(slot.ready_at)}, with the new number. Thank you."

    return _answered(answer)


@donate.post("/week/slots/<uuid:slot_id>/not-this-time")
@public("the link in the cookie is the key")
def week_not(slot_id: uuid.UUID) -> ResponseReturnValue:
    """Not this time: this one day, nothing else."""

    def answer(session: Session, donor: DonorInHand) -> str:
        slot = slot_view(session, donor.actor, slot_id, now=now())
        form = Form.of_request()
        version = form.whole("version", low=0, high=1_000_000, what="The version")
        form.check()
        withdraw_slot(session, donor.actor, slot_id, version=version, now=now(), by=BY_WEEK_LINK)
        return f"Not on {day(slot.service_date)}, {clock_time(slot.ready_at)}. Thank you for telling us."

    return _answered(answer)


def _answered(answer: Callable[[Session, DonorInHand], str]) -> ResponseReturnValue:
    """Store an answer, all of it or nothing; or show the week as it is now, with what is wrong above it."""
    found = _in_hand()
    if found.donor is None:
        return _refused(found)
    try:
        with services().database.writing(found.donor.network_id) as session:
            said = answer(session, found.donor)
    except BadInput as wrong:
        return _page(found.donor, problem="; ".join(wrong.fields.values()) or str(wrong)), 422
    except NotFound as wrong:
        return _page(found.donor, problem=str(wrong)), 404
    except (Conflict, RuleBroken) as wrong:
        return _page(found.donor, problem=str(wrong)), 409
    flash(said)
    return redirect(url_for("donate.week_slots"), 303)


def _in_hand() -> FoundDonorLink:
    link_id = read_link(request)
    if link_id is None:
        return FoundDonorLink(state=DonorLinkState.UNKNOWN)
    with services().database.unscoped_reading() as reading:
        return look_at_week_link(reading, link_id, now=now())


def _page(donor: DonorInHand, *, problem: str = "") -> str:
    with services().database.reading(donor.network_id) as session:
        slots = slots_of_week(session, donor.actor, donor.donor_id, donor.week, now=now())
    open_ones = [slot for slot in slots if slot.state.value == "offered" and slot.may_change]
    return render_template(
        "donate/week_slots.html",
        donor=donor,
        slots=slots,
        open_ones=open_ones,
        is_last_week=bool(open_ones) and all(slot.is_last_week for slot in open_ones),
        dish_lines=dish_lines,
        problem=problem,
        TemperatureClass=TemperatureClass,
    )


def _refused(found: FoundDonorLink) -> ResponseReturnValue:
    status = 404 if found.state is DonorLinkState.UNKNOWN else 403
    return render_template("donate/week_refused.html", state=found.state.value), status


def _is_seen(name: str) -> bool:
    try:
        uuid.UUID(name.removeprefix(SEEN))
    except ValueError:
        return False
    return name.startswith(SEEN)


def _amounts(form: Form, slot: SlotView) -> dict[int, int]:
    goods = slot.temperature is TemperatureClass.AMBIENT
    found = {}
    for number, _ in enumerate(slot.dishes):
        name = f"amount-{number}"
        whole = form.whole(name, low=1, high=2_000, what="Kilograms" if goods else "Portions")
        found[number] = whole * 1000 if goods else whole
    form.check()
    return found


def _speaker(donor: DonorInHand) -> str:
    return f"{donor.donor_name}, by the week’s link"
