"""Invitations by mail: who is invited, sending one, sending it again, taking it back."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import Role
from logistics.gateways.invitation_mail import invitation_mail
from logistics.gateways.mail import MailError
from logistics.queries.network import get_network
from logistics.queries.organisations import organisation_choices
from logistics.services import invitations
from logistics.services.accounts import NewMembership
from logistics.services.invitations import MadeInvitation, note_mailed, open_invitations
from web.admin.accounts import GIVEN_HERE
from web.admin.blueprint import admin
from web.context import actor, after_commit, db, now, services
from web.formatting import long_day, word
from web.forms import Form
from web.security.access import allow


@admin.get("/invitations")
@allow(Permission.INVITE)
def invitation_index() -> ResponseReturnValue:
    """The invitations that nobody has answered."""
    return render_template("admin/invitations.html", rows=open_invitations(db(), actor(), now=now()))


@admin.get("/invitations/new")
@allow(Permission.INVITE)
def new_invitation() -> ResponseReturnValue:
    """An empty form."""
    return _form_page(Form({}))


@admin.post("/invitations/new")
@allow(Permission.INVITE)
def invite() -> ResponseReturnValue:
    """Send the mail. What the page says is the same for an address that has an account."""
    form = Form.of_request()
    try:
        role = form.choice("role", Role, required="Choose one role")
        wanted = NewMembership(
            email=form.text("email", most=254),
            name=form.text("name", most=200),
            role=role or Role.DONOR,
            organisation_id=form.key("organisation"),
        )
        if wanted.role not in GIVEN_HERE:
            form.errors["role"] = "Choose one role"
        if not wanted.email.strip():
            form.errors.setdefault("email", "Enter an email address, like name@example.org")
        form.check()
        made = invitations.invite(db(), actor(), wanted, now=now())
    except BadInput as wrong:
        return _form_page(form.refused(wrong)), 422
    _mail_after_commit(made)
    return redirect(url_for("admin.invitation_index"))


@admin.post("/invitations/<uuid:invitation_id>/send")
@allow(Permission.INVITE)
def send_invitation(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Send it again, with a new link."""
    _mail_after_commit(invitations.invite_again(db(), actor(), invitation_id, now=now()))
    return redirect(url_for("admin.invitation_index"))


@admin.post("/invitations/<uuid:invitation_id>/withdraw")
@allow(Permission.INVITE)
def withdraw_invitation(invitation_id: uuid.UUID) -> ResponseReturnValue:
    """Take it back."""
    invitations.withdraw_invitation(db(), actor(), invitation_id, now=now())
    flash("The invitation is taken back. Its link opens nothing any more.")
    return redirect(url_for("admin.invitation_index"))


def _mail_after_commit(made: MadeInvitation) -> None:
    """Send the mail once the invitation is stored: a mail without one would lead nowhere."""
    held, network_id = services(), actor().network_id
    mail = invitation_mail(
        made.email,
        network=get_network(db(), network_id).name,
        role=word(made.role).lower(),
        link=f"{held.settings.base_url.rstrip('/')}{url_for('account.invitation')}#{made.token}",
        last_day=long_day(made.expires_at),
        message_id=uuid.uuid4(),
    )

    def send() -> None:
        try:
            held.mail.send(mail)
        except MailError as error:
            flash(f"The invitation is stored, but its mail is not sent. {error} Then press “Send again”.", "bad")
            return
        if not held.settings.mail_url:
            flash(
                f"The mail to {made.email} is not sent: this server sends no mail yet, and it lies in the folder “outbox”. "
                "Ask whoever runs the server.",
                "bad",
            )
            return
        with held.database.writing(network_id) as session:
            note_mailed(session, made, now=now())
        flash(f"Invitation sent to {made.email}.")

    after_commit(send)


def _form_page(form: Form) -> str:
    given = tuple(role for role in GIVEN_HERE if actor().may_give(role))
    return render_template(
        "admin/invitation_form.html", form=form, roles=given, organisations=organisation_choices(db())
    )
