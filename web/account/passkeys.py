"""A person's passkeys: the list, adding one, removing one; and signing in with one, by itself or after the password."""

from __future__ import annotations

import re
import uuid
from typing import Any

from flask import flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user
from flask_security.utils import validate_redirect_url

from logistics.gateways.passkeys import NOT_TAKEN
from logistics.services.passkeys import (
    LONGEST_NAME,
    add_passkey,
    credential_ids_of,
    passkeys_of,
    remove_passkey,
    use_passkey,
)
from logistics.services.second_factors import unused_recovery_codes
from web.account.blueprint import account
from web.account.second_factor import is_fresh, password_first
from web.context import now, own_account, services
from web.forms import Form
from web.security.access import own_account_only, public
from web.security.browsers import kind_of_browser
from web.security.passkeys import (
    SIGN_IN,
    answer_of_request,
    asked_challenge,
    half_way_account,
    new_challenge,
    site,
    site_needed,
)
from web.security.sign_in import sign_in_again, user_of

_TOO_LATE = "That took too long, or another page asked in between. Press the button again."

_OWN_PAGE = re.compile(r"/(?![/\\])[^\x00-\x20\x7f\\]*")


@account.get("/account/passkeys")
@own_account_only("an account sees its own passkeys only", before_factor=True)
def passkeys() -> ResponseReturnValue:
    """The passkeys, when each was used last, and the button that adds one."""
    if not is_fresh():
        return password_first("account.passkeys")
    who = own_account()
    with services().database.unscoped_reading() as reading:
        rows = passkeys_of(reading, who.id)
    form = Form.showing(name=kind_of_browser(request.user_agent.string))
    return render_template("account/passkeys.html", rows=rows, form=form, site=site(), most=LONGEST_NAME)


@account.post("/account/passkeys/ask")
@own_account_only("an account adds its own passkeys only", before_factor=True)
def ask_for_new_passkey() -> ResponseReturnValue:
    """What the browser is to make."""
    if not is_fresh():
        return _password_again()
    who, here = own_account(), site_needed()
    with services().database.unscoped_reading() as reading:
        known = credential_ids_of(reading, who.id)
    return here.ask_for_new(who.id, who.email, challenge=new_challenge(_adding(who.id)), known=known)


@account.post("/account/passkeys")
@own_account_only("an account adds its own passkeys only", before_factor=True)
def add_own_passkey() -> ResponseReturnValue:
    """Keep what the browser made. Who had no second factor before is led to the recovery codes."""
    if not is_fresh():
        return _password_again()
    who, here = own_account(), site_needed()
    challenge = asked_challenge(_adding(who.id))
    if challenge is None:
        return {"error": _TOO_LATE}, 422
    made = here.read_new(answer_of_request(), challenge=challenge)
    with services().database.unscoped_writing() as writing:
        add_passkey(writing, who.id, made, name=_name_of_request(), now=now())
        has_codes = bool(unused_recovery_codes(writing, who.id))
    if not who.has_second_factor:
        sign_in_again(who.id)
    flash("Your passkey is added. Use it the next time you sign in.")
    return {"next": url_for("account.passkeys" if has_codes else "account.recovery_codes")}


@account.post("/account/passkeys/<uuid:passkey_id>/remove")
@own_account_only("an account removes its own passkeys only")
def remove_own_passkey(passkey_id: uuid.UUID) -> ResponseReturnValue:
    """Take a passkey away, and sign every other browser out: one of them may have come in with it."""
    if not is_fresh():
        return password_first("account.passkeys")
    who = own_account()
    with services().database.unscoped_writing() as writing:
        remove_passkey(writing, who.id, passkey_id, needs_factor=who.is_asked_for_second_factor, now=now())
    sign_in_again(who.id)
    flash("The passkey is removed. Every other browser is signed out.")
    return redirect(url_for("account.passkeys"))


@account.get("/sign-in/passkey")
@public("signing in")
def passkey_sign_in() -> ResponseReturnValue:
    """The button that asks the device; what to do where this browser or address cannot."""
    return render_template(
        "account/sign_in_passkey.html", site=site(), is_half_way=half_way_account() is not None, next=_next()
    )


@account.post("/sign-in/passkey/ask")
@public("signing in")
def ask_for_passkey() -> ResponseReturnValue:
    """What the device is to sign. It says nothing about anybody but to whoever has typed an account's password."""
    here, half_way = site_needed(), half_way_account()
    known: tuple[str, ...] = ()
    if half_way is not None:
        with services().database.unscoped_reading() as reading:
            known = credential_ids_of(reading, half_way)
    return here.ask_for_proof(challenge=new_challenge(SIGN_IN), known=known)


@account.post("/sign-in/passkey")
@public("signing in")
def sign_in_with_passkey() -> ResponseReturnValue:
    """Let the person of this passkey in. Each thing that may be wrong with it gets the same answer."""
    here, half_way, then = site_needed(), half_way_account(), _then()
    challenge = asked_challenge(SIGN_IN)
    if challenge is None:
        return {"error": _TOO_LATE}, 422
    with services().database.unscoped_writing() as writing:
        found = use_passkey(writing, here, answer_of_request(), challenge=challenge, only_for=half_way, now=now())
    if found is None:
        return {"error": NOT_TAKEN}, 422
    session.clear()
    login_user(user_of(found), authn_via=["passkey"])
    return {"next": then}


def _adding(account_id: uuid.UUID) -> str:
    return f"add to {account_id}"


def _password_again() -> ResponseReturnValue:
    return {"next": url_for("security.verify", next=url_for("account.passkeys"))}, 409


def _name_of_request() -> str:
    sent: Any = request.get_json(silent=True)
    name = sent.get("name") if isinstance(sent, dict) else ""
    clean = "".join(letter for letter in name if letter.isprintable()) if isinstance(name, str) else ""
    return clean or kind_of_browser(request.user_agent.string)


def _next() -> str | None:
    return request.args.get("next") or None


def _then() -> str:
    """The page that was asked for, if it is one of ours; else the first page."""
    wanted = _next()
    # A script takes the address as it stands; browsers read a backslash as a slash, and leave out what cannot be printed.
    is_ours = wanted is not None and _OWN_PAGE.fullmatch(wanted) and validate_redirect_url(wanted)
    return wanted if wanted and is_ours else url_for("account.start")
