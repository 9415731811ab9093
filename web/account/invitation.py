"""The page that an invitation leads to. Its key is in the address's fragment, which no server and no preview of a mail program sees."""

from __future__ import annotations

from flask import flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue
from flask_security import login_user

from logistics.domain.errors import BadInput, NotFound
from logistics.services.invitations import FoundInvitation, accept_invitation, find_invitation
from logistics.services.passwords import ADVICE, hash_password
from web.account.blueprint import account
from web.context import now, services
from web.forms import Form
from web.security.access import public
from web.security.sign_in import user_of

_LONGEST = 500


@account.get("/invitation")
@public("the key is in the fragment: this page holds nothing yet")
def invitation() -> ResponseReturnValue:
    """Takes the key out of the address and sends it on; without scripts, the field takes the link."""
    return render_template("account/invitation_open.html", form=Form({}))


@account.post("/invitation")
@public("the key is in the body; looking uses nothing up")
def open_invitation() -> ResponseReturnValue:
    """Who invites to what; and the password, for somebody new."""
    form = Form.of_request()
    token = _token(form)
    if not token:
        form.problem = "Copy the whole link from your mail into the field, to its very last letter."
        return render_template("account/invitation_open.html", form=form), 422
    try:
        found = _find(token)
    except NotFound as gone:
        form.problem = str(gone)
        return render_template("account/invitation_open.html", form=form), 404
    return _page(Form.showing(name=found.name), found, token)


@account.post("/invitation/accept")
@public("the key is in the body, and opens once")
def take_invitation() -> ResponseReturnValue:
    """Say yes. Somebody new is signed in; who has an account signs in as they always do."""
    form = Form.of_request()
    token = _token(form)
    try:
        found = _find(token)
        name, hashed = form.text("name", most=200), None
        try:
            form.check()
            if not found.has_account:
                hashed = hash_password(form.value("password"), email=found.email, name=name)
        except BadInput as wrong:
            return _page(form.refused(wrong), found, token), 422
        with services().database.writing(found.network_id) as writing:
            added = accept_invitation(writing, token, name=name, password_hash=hashed, now=now())
    except NotFound as gone:
        form.problem = str(gone)
        return render_template("account/invitation_open.html", form=form), 404
    session.clear()
    if not added.is_new:
        flash("You have the role now. Sign in as you always do.")
        return redirect(url_for("security.login"))
    login_user(user_of(added.account_id), authn_via=["password"])
    flash(f"Your account is ready. Next time, sign in with {found.email} and your password.")
    return redirect(url_for("account.start"))


def _token(form: Form) -> str:
    """The key, also where somebody put the whole link into the field."""
    return form.value("link").strip()[:_LONGEST].rpartition("#")[2]


def _find(token: str) -> FoundInvitation:
    with services().database.unscoped_reading() as reading:
        return find_invitation(reading, token, now=now())


def _page(form: Form, found: FoundInvitation, token: str) -> str:
    return render_template("account/invitation.html", form=form, found=found, token=token, advice=ADVICE)
