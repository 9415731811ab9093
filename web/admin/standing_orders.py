"""Standing orders of a household: added and ended; never changed, so that the past stays true."""

from __future__ import annotations

import uuid
from datetime import time

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.vocabulary import Frequency, Fulfilment, Product
from logistics.domain.weekdays import Weekday
from logistics.queries.household_page import household_page
from logistics.services import standing_orders
from logistics.services.standing_orders import StandingOrderDraft
from web.admin.blueprint import admin
from web.context import actor, db, now, today
from web.forms import Form
from web.looks import looked_at_household
from web.security.access import allow


@admin.get("/households/<uuid:household_id>/orders/new")
@allow(Permission.EDIT_HOUSEHOLD)
def new_order(household_id: uuid.UUID) -> ResponseReturnValue:
    """The form of a standing order."""
    shown = household_page(db(), actor(), household_id, today=today())
    if not shown.may_edit:
        raise Forbidden("Your role does not order for this household. Ask your coordinator.")
    form = Form.showing(
        quantity=shown.adults + shown.children,
        frequency=Frequency.WEEKLY,
        fulfilment=Fulfilment.DELIVERY,
        window_start=time(12),
        window_end=time(14),
        starts_on=today(),
    )
    looked_at_household(household_id, "order")
    return render_template("admin/order_form.html", household=shown, form=form)


@admin.post("/households/<uuid:household_id>/orders/new")
@allow(Permission.EDIT_HOUSEHOLD)
def add_order(household_id: uuid.UUID) -> ResponseReturnValue:
    """Store a standing order."""
    form = Form.of_request()
    try:
        draft = read_order(form)
        standing_orders.add_standing_order(db(), actor(), household_id, draft, now=now())
    except BadInput as wrong:
        shown = household_page(db(), actor(), household_id, today=today())
        looked_at_household(household_id, "order")
        return render_template("admin/order_form.html", household=shown, form=form.refused(wrong)), 422
    flash("Standing order saved. It counts from the next time the week’s orders are closed.")
    return redirect(url_for("admin.household", household_id=household_id))


def read_order(form: Form) -> StandingOrderDraft:
    """The draft that was typed. Raises BadInput for what cannot be read."""
    draft = StandingOrderDraft(
        product=form.choice("product", Product, required="Choose what they would like"),
        quantity=form.whole("quantity", low=1, high=20, what="How many"),
        days=form.choices("days", Weekday),
        window_start=form.clock("window_start"),
        window_end=form.clock("window_end"),
        frequency=form.choice("frequency", Frequency) or Frequency.WEEKLY,
        starts_on=form.day("starts_on"),
        ends_on=form.day("ends_on"),
        fulfilment=form.choice("fulfilment", Fulfilment) or Fulfilment.DELIVERY,
    )
    form.check()
    return draft


@admin.post("/standing-orders/<uuid:order_id>/end")
@allow(Permission.EDIT_HOUSEHOLD)
def end_order(order_id: uuid.UUID) -> ResponseReturnValue:
    """Let nothing more of it fall due from tomorrow on."""
    household_id = standing_orders.end_standing_order(db(), actor(), order_id, now=now())
    flash("Standing order ended. Today is its last day.")
    return redirect(url_for("admin.household", household_id=household_id))
