"""The start page of each role, and the network an account works in."""

from __future__ import annotations

from flask import g, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.errors import NotFound
from web.account.blueprint import account
from web.context import account as signed_in_account
from web.navigation import start_of
from web.security.access import public, signed_in
from web.security.boundary import NETWORK, NetworkNeeded


@account.get("/")
@signed_in("leads each role to its own first page")
def start() -> ResponseReturnValue:
    """To the first desk of whoever is signed in."""
    who = signed_in_account()
    if g.actor is None:
        if who is not None and who.memberships:
            raise NetworkNeeded
        return render_template("account/no_desk.html")
    path = start_of(g.actor)
    return redirect(path) if path else render_template("account/no_desk.html")


@account.get("/account/networks")
@signed_in("an account chooses among its own networks only")
def networks() -> ResponseReturnValue:
    """The networks that this account belongs to."""
    return render_template("account/networks.html")


@account.post("/account/networks")
@signed_in("an account chooses among its own networks only")
def choose_network() -> ResponseReturnValue:
    """Work in this network from here on. Another network than one's own is not found."""
    who = signed_in_account()
    wanted = request.form.get("network", "")
    if who is None or wanted not in {str(membership.network.id) for membership in who.memberships}:
        raise NotFound("This account does not belong to that network.")
    session[NETWORK] = wanted
    return redirect(url_for("account.start"))


@account.get("/about")
@public("says what this is and whose data it shows, without any")
def about() -> ResponseReturnValue:
    """What this software is, its source and its credits."""
    return render_template("account/about.html")


@account.get("/health")
@public("a word for whoever watches the server")
def health() -> ResponseReturnValue:
    """That this process answers."""
    return {"status": "ok"}
