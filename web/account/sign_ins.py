"""Where a person is signed in: each browser, ended one by one or all but this."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from logistics.services.sessions import end_other_sessions, end_sign_in, sign_ins_of
from web.account.blueprint import account
from web.context import now, own_account, services
from web.security.access import own_account_only


@account.get("/account/sign-ins")
@own_account_only("an account sees its own sign-ins only")
def sign_ins() -> ResponseReturnValue:
    """Every browser that is signed in as this person, this one marked."""
    who = own_account()
    with services().database.unscoped_reading() as reading:
        rows = sign_ins_of(reading, who.id, now=now())
    return render_template("account/sign_ins.html", rows=rows, this_id=who.session_id)


@account.post("/account/sign-ins/<uuid:session_id>/end")
@own_account_only("an account ends its own sign-ins only")
def end_one_sign_in(session_id: uuid.UUID) -> ResponseReturnValue:
    """Sign that browser out. One of somebody else is not found."""
    who = own_account()
    with services().database.unscoped_writing() as writing:
        end_sign_in(writing, who.id, session_id, now=now())
    if session_id == who.session_id:
        session.clear()
        return redirect(url_for("security.login"))
    flash("That browser is signed out.")
    return redirect(url_for("account.sign_ins"))


@account.post("/account/sign-ins/end-others")
@own_account_only("an account ends its own sign-ins only")
def end_other_sign_ins() -> ResponseReturnValue:
    """Sign every browser out but this one."""
    who = own_account()
    with services().database.unscoped_writing() as writing:
        end_other_sessions(writing, who.id, kept=who.session_id, now=now())
    flash("Every other browser is signed out.")
    return redirect(url_for("account.sign_ins"))
