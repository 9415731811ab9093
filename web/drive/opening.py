"""From a link in a message to the route: the token out of the address's fragment, then the second check.

A fragment never leaves the browser, so whatever reads links in messages (previews, scanners) sees an empty page. A small
script posts it; without scripts the page says whom to ring.
"""

from __future__ import annotations

from flask import Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.errors import BadInput
from logistics.services.driver_access import (
    FoundLink,
    LinkState,
    check_driver,
    find_link,
    look_at_link,
    only_on_call,
)
from web.context import now, services
from web.drive.blueprint import drive
from web.drive.phone import new_device, read_phone, remember
from web.forms import Form
from web.security.access import public

_LONGEST_TOKEN = 200


@drive.get("")
@public("the token is in the fragment: this page holds nothing yet")
def open_page() -> str:
    """The page that a link leads to: it takes the token out of the address and sends it on."""
    found = _link_in_hand()
    if found is None:
        with services().database.unscoped_reading() as reading:
            found = FoundLink(state=LinkState.UNKNOWN, on_call=only_on_call(reading))
    return render_template("drive/open.html", on_call=found.on_call, is_open=found.state is LinkState.OPEN)


@drive.post("/open")
@public("the token is the key, and it is in the body")
def open_link() -> ResponseReturnValue:
    """Find the link of a token: on to the second check, to the route, or to the page that says what is wrong with it."""
    token = request.form.get("token", "").strip()[:_LONGEST_TOKEN]
    phone = read_phone(request)
    device = phone.device or new_device()
    with services().database.unscoped_reading() as reading:
        found = find_link(reading, token, device=phone.device, now=now())
    if found.link_id is None or found.state not in (LinkState.OPEN, LinkState.NEEDS_CHECK):
        return _refused(found)
    target = "drive.route_page" if found.state is LinkState.OPEN else "drive.check_page"
    return remember(make_response(redirect(url_for(target), 303)), device=device, link_id=found.link_id)


@drive.get("/check")
@public("asks for the last digits of the volunteer's phone, and shows nothing else")
def check_page() -> ResponseReturnValue:
    """The second check."""
    found = _link_in_hand()
    if found is None:
        return redirect(url_for("drive.open_page"))
    if found.state is LinkState.OPEN:
        return redirect(url_for("drive.route_page"))
    if found.state is not LinkState.NEEDS_CHECK:
        return _refused(found)
    return render_template("drive/check.html", form=Form.showing(), found=found)


@drive.post("/check")
@public("the answer is the key; five wrong ones block the link")
def check() -> ResponseReturnValue:
    """Take the answer. The right one binds the link to this phone."""
    phone = read_phone(request)
    if phone.link_id is None or phone.device is None:
        return redirect(url_for("drive.open_page"))
    form = Form.of_request()
    digits = form.value("digits")[:20]
    with services().database.unscoped_writing() as writing:
        found = check_driver(writing, phone.link_id, digits, device=phone.device, now=now())
    if found.state is LinkState.OPEN:
        return redirect(url_for("drive.route_page"), 303)
    if found.state is not LinkState.NEEDS_CHECK:
        return _refused(found)
    tries = f"{found.tries_left} more tries" if found.tries_left > 1 else "1 more try"
    wrong = BadInput("", {"digits": f"These are not the last 3 digits of your phone number. You have {tries}"})
    return render_template("drive/check.html", form=form.refused(wrong), found=found), 422


def _link_in_hand() -> FoundLink | None:
    phone = read_phone(request)
    if phone.link_id is None:
        return None
    with services().database.unscoped_reading() as reading:
        return look_at_link(reading, phone.link_id, device=phone.device, now=now())


def _refused(found: FoundLink) -> Response:
    status = 404 if found.state is LinkState.UNKNOWN else 403
    return make_response(render_template("drive/refused.html", found=found, LinkState=LinkState), status)
