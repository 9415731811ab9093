"""Somebody needs food today who is not in the plan: find them, say what they need, and see who can bring it."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput
from logistics.domain.looks import Look
from logistics.domain.vocabulary import Product
from logistics.queries.households import household_list
from logistics.queries.urgent_household import household_in_need
from logistics.services.replans import ask_urgent_order
from logistics.services.urgent_orders import MOST, UrgentWish
from web.context import actor, after_commit, db, now, services, today
from web.dispatch.blueprint import dispatch
from web.forms import Form
from web.looks import looked, looked_at_household
from web.security.access import allow

MOST_LETTERS = 100
SHOWN = 10


@dispatch.get("/today/somebody")
@allow(Permission.RUN_DAY)
def who_needs_food() -> ResponseReturnValue:
    """The households whose name, number, street or phone matches what was typed."""
    words = request.args.get("q", "").strip()[:MOST_LETTERS]
    found = household_list(db(), actor(), words=words, today=today()) if words else None
    if found is not None:
        looked(Look.SEARCH, "network", rows=len(found.rows[:SHOWN]))
    return render_template(
        "dispatch/urgent_who.html",
        words=words,
        day=today(),
        rows=() if found is None else found.rows[:SHOWN],
        more=0 if found is None else max(0, found.total - SHOWN),
    )


@dispatch.get("/today/somebody/<uuid:household_id>")
@allow(Permission.RUN_DAY)
def urgent_order(household_id: uuid.UUID) -> ResponseReturnValue:
    """What this household needs today."""
    household = household_in_need(db(), household_id, day=today())
    form = Form.showing(product=Product.HOT_MEAL.value, quantity=min(household.people, MOST))
    return _page(household_id, form)


@dispatch.post("/today/somebody/<uuid:household_id>")
@allow(Permission.RUN_DAY)
def ask_urgent(household_id: uuid.UUID) -> ResponseReturnValue:
    """Have it worked out who can bring it."""
    form = Form.of_request()
    try:
        product = form.choice("product", Product, required="Choose what they need")
        quantity = form.whole("quantity", low=1, high=MOST, what="How many")
        after, by = form.clock("after"), form.clock("by")
        form.check()
        assert product is not None
        wish = UrgentWish(household_id=household_id, product=product, quantity=quantity, after=after, by=by)
        asked = ask_urgent_order(db(), actor(), wish, now=now())
    except BadInput as wrong:
        return _page(household_id, form.refused(wrong)), 422
    after_commit(lambda: services().planner.submit(asked.run_id, urgent=True))
    return redirect(url_for("dispatch.replan", replan_id=asked.replan_id), 303)


def _page(household_id: uuid.UUID, form: Form) -> str:
    household = household_in_need(db(), household_id, day=today())
    looked_at_household(household_id, page="food today")
    return render_template("dispatch/urgent_form.html", household=household, form=form, day=today())
