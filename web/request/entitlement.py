"""How much a household is entitled to, and until which day."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.referrals import Entitlement
from logistics.queries.household_page import household_page
from logistics.queries.referrals import referral_view
from logistics.services.entitlements import set_entitlement
from web.context import actor, db, now, today
from web.forms import Form
from web.looks import looked_at_household
from web.request.blueprint import requests
from web.request.questions import read_entitlement
from web.security.access import allow


@requests.get("/households/<uuid:household_id>/entitlement")
@allow(Permission.ADD_HOUSEHOLD)
def change_entitlement(household_id: uuid.UUID) -> str:
    """As it is stored."""
    referral = referral_view(db(), household_id, with_words=False)
    held = referral.entitlement if referral else Entitlement()
    form = Form.showing(meals_a_week=held.meals_a_week, parcels_a_week=held.parcels_a_week, until=held.until)
    return _page(household_id, form)


@requests.post("/households/<uuid:household_id>/entitlement")
@allow(Permission.ADD_HOUSEHOLD)
def save_entitlement(household_id: uuid.UUID) -> ResponseReturnValue:
    """Keep it."""
    form = Form.of_request()
    try:
        wanted = read_entitlement(form)
        form.check()
        set_entitlement(db(), actor(), household_id, wanted, now=now())
    except BadInput as wrong:
        return _page(household_id, form.refused(wrong)), 422
    flash("Kept. It counts from the next plan on.")
    return redirect(url_for("request.household", household_id=household_id), 303)


def _page(household_id: uuid.UUID, form: Form) -> str:
    page = household_page(db(), actor(), household_id, today=today(), permission=Permission.ADD_HOUSEHOLD)
    looked_at_household(household_id, page="entitlement")
    return render_template("request/entitlement.html", household=page, form=form)
