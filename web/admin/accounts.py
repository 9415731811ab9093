"""Accounts by the network's admin: who may do what. A new one gets a password that is shown once."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import IN_OWN_ORGANISATION, Permission
from logistics.domain.errors import BadInput
from logistics.domain.vocabulary import Role
from logistics.queries.accounts import membership_rows
from logistics.queries.organisations import organisation_choices
from logistics.services import accounts
from logistics.services.accounts import NewMembership
from logistics.services.passwords import hash_password, make_password
from logistics.services.second_factors import account_to_reset, reset_second_factor, works_in_another_network
from web.admin.blueprint import admin
from web.context import actor, db, now, services
from web.forms import Form
from web.security.access import allow

GIVEN_HERE = tuple(role for role in Role if role not in (Role.DRIVER, Role.RECIPIENT))
"""Drivers come by link; a recipient's account is tied to a household and made there."""


@admin.get("/accounts")
@allow(Permission.MANAGE_ACCOUNTS)
def account_index() -> ResponseReturnValue:
    """Who may do what in this network."""
    return render_template("admin/accounts.html", rows=membership_rows(db()))


@admin.get("/accounts/new")
@allow(Permission.MANAGE_ACCOUNTS)
def new_account() -> ResponseReturnValue:
    """An empty form."""
    return _form_page(Form({}))


@admin.post("/accounts/new")
@allow(Permission.MANAGE_ACCOUNTS)
def add_account() -> ResponseReturnValue:
    """Give an address a role, and show a new account's first password once."""
    form = Form.of_request()
    try:
        role = form.choice("role", Role, required="Choose what they do")
        wanted = NewMembership(
            email=form.text("email", most=254),
            name=form.text("name", most=200),
            role=role or Role.DONOR,
            organisation_id=form.key("organisation"),
        )
        form.check()
        password = make_password(email=wanted.email, name=wanted.name)
        hashed = hash_password(password, email=wanted.email, name=wanted.name)
        added = accounts.add_account(db(), actor(), wanted, password_hash=hashed, now=now())
    except BadInput as wrong:
        return _form_page(form.refused(wrong)), 422
    if added.is_new:
        return render_template("admin/account_added.html", email=wanted.email, password=password)
    flash(f"{wanted.email} has the role now, with the password they already use.")
    return redirect(url_for("admin.account_index"))


@admin.post("/accounts/<uuid:membership_id>/remove")
@allow(Permission.MANAGE_ACCOUNTS)
def remove_account(membership_id: uuid.UUID) -> ResponseReturnValue:
    """Take a role away, and sign that account out everywhere."""
    accounts.remove_membership(db(), actor(), membership_id, now=now())
    flash("Role taken away. They are signed out.")
    return redirect(url_for("admin.account_index"))


@admin.post("/accounts/<uuid:membership_id>/reset-factor")
@allow(Permission.MANAGE_ACCOUNTS)
def reset_factor(membership_id: uuid.UUID) -> ResponseReturnValue:
    """Take somebody's second factor away, as when their phone is lost: they set up another one when they sign in."""
    account_id = account_to_reset(db(), actor(), membership_id)
    with services().database.unscoped_reading() as reading:
        elsewhere = works_in_another_network(reading, account_id, actor().network_id)
    reset_second_factor(db(), actor(), account_id, works_elsewhere=elsewhere, now=now())
    flash("Second factor reset. They are signed out, and set up another one when they sign in.")
    return redirect(url_for("admin.account_index"))


def _form_page(form: Form) -> str:
    return render_template(
        "admin/account_form.html",
        form=form,
        roles=GIVEN_HERE,
        tied_roles=tuple(role for role in GIVEN_HERE if role in IN_OWN_ORGANISATION),
        organisations=organisation_choices(db()),
    )
