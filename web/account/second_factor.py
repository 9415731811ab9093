"""A person's second factor: set up with an authenticator app, moved to another phone, taken away; and recovery codes."""

from __future__ import annotations

import io
import time

from flask import current_app, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import Security
from markupsafe import Markup
from qrcode import QRCode
from qrcode.image.svg import SvgPathImage

from logistics.domain.errors import BadInput, RuleBroken
from logistics.services.second_factors import (
    remove_app,
    set_second_factor,
    unused_recovery_codes,
)
from web.account.blueprint import account
from web.context import now, own_account, services
from web.forms import PROBLEM, Form
from web.security.access import own_account_only
from web.security.second_factor import ISSUER, OneTimeCodes
from web.security.sign_in import SecurityUser, sign_in_again, user_of

DRAFT = "second_factor_draft"
FRESH_S = 15 * 60
"""How long ago somebody may have shown their password to change how they sign in."""


def is_fresh() -> bool:
    """Whether this browser has shown its person's password, or their passkey, in the last quarter of an hour."""
    shown_at = session.get("fs_paa")
    return isinstance(shown_at, int | float) and 0 <= time.time() - shown_at <= FRESH_S


def password_first(endpoint: str) -> ResponseReturnValue:
    """Whoever finds an open laptop does not get to change how its person signs in."""
    return redirect(url_for("security.verify", next=url_for(endpoint)))


@account.get("/account/second-factor")
@own_account_only("an account sees its own second factor only")
def second_factor() -> ResponseReturnValue:
    """Whether there is one, and how many recovery codes are left."""
    who = own_account()
    with services().database.unscoped_reading() as reading:
        left = len(unused_recovery_codes(reading, who.id))
    return render_template("account/second_factor.html", codes_left=left)


@account.get("/account/second-factor/set-up")
@own_account_only("an account sets up its own second factor only", before_factor=True)
def set_up_second_factor() -> ResponseReturnValue:
    """The picture for the app, and the field for its first code."""
    if not is_fresh():
        return password_first("account.set_up_second_factor")
    return _set_up_page(Form({}))


@account.post("/account/second-factor/set-up")
@own_account_only("an account sets up its own second factor only", before_factor=True)
def confirm_second_factor() -> ResponseReturnValue:
    """Take the app into use once its code is right; every other browser is signed out. Then show the recovery codes, once."""
    who = own_account()
    if not is_fresh():
        return password_first("account.set_up_second_factor")
    form = Form.of_request()
    draft = session.get(DRAFT, "")
    step = _codes().matching_step(form.value("code"), draft) if draft else None
    if step is None:
        wrong = BadInput(PROBLEM, {"code": "Enter the 6 figures that the app shows now"})
        return _set_up_page(form.refused(wrong)), 422
    with services().database.unscoped_writing() as writing:
        set_second_factor(writing, who.id, draft, step=step, now=now())
    sign_in_again(who.id)
    return _new_codes_page(user_of(who.id))


@account.get("/account/second-factor/recovery-codes")
@own_account_only("an account makes its own recovery codes only")
def recovery_codes() -> ResponseReturnValue:
    """What they are for, and the button that makes new ones."""
    if not is_fresh():
        return password_first("account.recovery_codes")
    return render_template("account/recovery_codes.html", codes=())


@account.post("/account/second-factor/recovery-codes")
@own_account_only("an account makes its own recovery codes only")
def make_recovery_codes() -> ResponseReturnValue:
    """Make new codes and show them, once. Those from before open nothing any more."""
    who = own_account()
    if not is_fresh():
        return password_first("account.recovery_codes")
    if not who.has_second_factor:
        raise RuleBroken("Set up a second factor first: recovery codes stand in for it.")
    return _new_codes_page(user_of(who.id))


@account.post("/account/second-factor/remove")
@own_account_only("an account removes its own second factor only")
def remove_own_second_factor() -> ResponseReturnValue:
    """Ask for no code of the app from here on, where a passkey or the password is enough; every other browser is signed out."""
    who = own_account()
    if not is_fresh():
        return password_first("account.second_factor")
    if who.is_asked_for_second_factor and not who.has_passkey:
        raise RuleBroken("Your role needs a second factor. To use another phone, set it up anew.")
    with services().database.unscoped_writing() as writing:
        remove_app(writing, who.id, now=now())
    sign_in_again(who.id)
    flash("The authenticator app is removed. Every other browser is signed out.")
    return redirect(url_for("account.second_factor"))


def _security() -> Security:
    held = current_app.extensions["security"]
    assert isinstance(held, Security)
    return held


def _codes() -> OneTimeCodes:
    held = _security().totp_factory
    assert isinstance(held, OneTimeCodes)
    return held


def _set_up_page(form: Form) -> str:
    """The same secret until it is taken into use: a wrong code or a reload asks nobody to scan again."""
    who = own_account()
    if DRAFT not in session:
        session[DRAFT] = _codes().generate_totp_secret()
    draft = session[DRAFT]
    return render_template(
        "account/set_up_second_factor.html",
        form=form,
        picture=_picture_of(_codes().get_totp_uri(who.email, draft)),
        key=_codes().get_totp_pretty_key(draft),
        issuer=ISSUER,
    )


def _picture_of(text: str) -> Markup:
    """The QR code as an SVG element of the page itself: nothing is fetched, and no style stands in it."""
    code = QRCode(border=4)
    code.add_data(text)
    code.make(fit=True)
    image = code.make_image(image_factory=SvgPathImage)
    with io.BytesIO() as written:
        image.save(written)
        svg = written.getvalue().decode("utf-8")
    # Made of nothing but the squares of a code: no text of anybody's is in it.
    return Markup(svg[svg.index("<svg") :])  # noqa: S704


def _new_codes_page(user: SecurityUser) -> str:
    codes = _security().mf_recovery_codes_util.create_recovery_codes(user)
    return render_template("account/recovery_codes.html", codes=codes)
