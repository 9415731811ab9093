"""A person's own password, changed by whoever knows it."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.errors import BadInput
from logistics.queries.accounts import find_account
from logistics.services.accounts import change_password
from logistics.services.passkeys import passkeys_of
from logistics.services.passwords import ADVICE, hash_password, is_password
from web.account.blueprint import account
from web.context import SignedIn, now, own_account, services
from web.forms import PROBLEM, Form
from web.security.access import own_account_only
from web.security.sign_in import sign_in_again


@account.get("/account/password")
@own_account_only("an account changes its own password only")
def password() -> ResponseReturnValue:
    """An empty form."""
    return _page(Form({}))


@account.post("/account/password")
@own_account_only("an account changes its own password only")
def change_own_password() -> ResponseReturnValue:
    """Take another password, and sign every browser out but this one, which gets a new cookie."""
    who = own_account()
    form = Form.of_request()
    try:
        _check_present(who, form.value("current"))
        hashed = hash_password(form.value("password"), email=who.email, name=who.name)
    except BadInput as wrong:
        return _page(form.refused(wrong)), 422
    with services().database.unscoped_writing() as writing:
        change_password(writing, who.id, hashed, now=now())
    sign_in_again(who.id)
    flash("Your password is changed. Every other browser is signed out.")
    if not _passkeys():
        return redirect(url_for("account.sign_ins"))
    flash("Your passkeys stay, and open your account without a password. Remove any that you have lost or do not know.")
    return redirect(url_for("account.passkeys"))


def _check_present(who: SignedIn, typed: str) -> None:
    with services().database.unscoped_reading() as reading:
        found = find_account(reading, account_id=who.id)
    if found is None or not is_password(typed, found.password):
        raise BadInput(PROBLEM, {"current": "Check your present password"})


def _passkeys() -> int:
    """How many passkeys open this account, whatever its password is."""
    with services().database.unscoped_reading() as reading:
        return len(passkeys_of(reading, own_account().id))


def _page(form: Form) -> str:
    return render_template("account/password.html", form=form, advice=ADVICE, passkeys=_passkeys())
