"""The network's own page: whether people may ask for food themselves, and the number that anybody may ring."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.queries.network import get_network
from logistics.services.own_form import set_own_form
from web.admin.blueprint import admin
from web.context import actor, db, now, services
from web.forms import Form
from web.security.access import allow


@admin.get("/network")
@allow(Permission.EDIT_NETWORK)
def network_page() -> ResponseReturnValue:
    """What is set, and the address of the form."""
    shown = get_network(db(), actor().network_id)
    return _page(Form.showing(takes_own_forms=shown.takes_own_forms, public_phone=shown.public_phone))


@admin.post("/network")
@allow(Permission.EDIT_NETWORK)
def save_network() -> ResponseReturnValue:
    """Store it, or show the form again."""
    form = Form.of_request()
    try:
        if form.value("takes_own_forms") not in ("yes", "no"):
            form.errors["takes_own_forms"] = "Choose yes or no"
        phone = form.text("public_phone", most=40)
        form.check()
        set_own_form(db(), actor(), is_open=form.yes("takes_own_forms"), public_phone=phone, now=now())
    except BadInput as wrong:
        return _page(form.refused(wrong)), 422
    flash("Saved. It holds from now on.")
    return redirect(url_for("admin.network_page"))


def _page(form: Form) -> str:
    shown = get_network(db(), actor().network_id)
    address = services().settings.base_url.rstrip("/") + url_for("request.own_new", slug=shown.slug)
    return render_template("admin/network.html", form=form, shown=shown, address=address)
