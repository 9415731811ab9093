"""A referrer adds a household, one question a page, and may stop half-way and come back."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import NotFound
from logistics.services.entitlements import set_entitlement
from logistics.services.household_draft import HouseholdDraft
from logistics.services.requests import request_food
from logistics.services.saved_forms import MadeCode, drop_form, open_form, save_form
from logistics.services.standing_orders import StandingOrderDraft
from web.context import account, actor, db, now, services
from web.forms import Form
from web.request.blueprint import requests
from web.request.draft import Answers
from web.request.flow import Flow, first_page, next_page, resumed_page, saved_before
from web.request.questions import read_entitlement
from web.security.access import allow

_LONGEST_CODE = 200


@requests.get("/new")
@allow(Permission.ADD_HOUSEHOLD)
def new() -> str:
    """The first question."""
    return first_page(_flow())


@requests.post("/new")
@allow(Permission.ADD_HOUSEHOLD)
def ask() -> ResponseReturnValue:
    """Take one page's answers and show the next page; from the last one, store everything at once."""
    return next_page(_flow())


@requests.get("/back")
@allow(Permission.ADD_HOUSEHOLD)
def come_back() -> str:
    """Where the code of a saved form is typed; a link brings it behind `#`, where no log and no preview sees it."""
    return _code_page(Form({}))


@requests.post("/back")
@allow(Permission.ADD_HOUSEHOLD)
def go_on() -> ResponseReturnValue:
    """The page on which they stopped."""
    form = Form.of_request()
    try:
        waiting = open_form(db(), form.text("code", most=_LONGEST_CODE), account_id=actor().account_id, now=now())
    except NotFound as wrong:
        form.errors["code"] = str(wrong)
        return _code_page(form), 422
    return resumed_page(_flow(), waiting)


def _code_page(form: Form) -> str:
    return render_template(
        "request/back.html", form=form, action=url_for("request.go_on"), home=url_for("request.index")
    )


def _flow() -> Flow:
    who = account()
    return Flow(
        whose=f"{who.id if who else ''} {actor().network_id}",
        action=url_for("request.ask"),
        home=url_for("request.index"),
        back=services().settings.base_url.rstrip("/") + url_for("request.come_back"),
        come_back=url_for("request.come_back"),
        method="told_referrer",
        store=_store,
        save=_save,
    )


def _store(household: HouseholdDraft, wish: StandingOrderDraft, answers: Answers) -> ResponseReturnValue:
    saved = request_food(db(), actor(), household, wish, geocoder=services().geocoder, now=now())
    set_entitlement(db(), actor(), saved.household_id, read_entitlement(Form(answers)), now=now())
    form_id = saved_before(answers)
    if form_id is not None:
        drop_form(db(), form_id, account_id=actor().account_id)
    flash(f"{household.contact_name} is added as {saved.ref}. The first food comes with the next plan.")
    return redirect(url_for("request.household", household_id=saved.household_id), 303)


def _save(answers: Answers, step: str) -> MadeCode:
    return save_form(db(), answers, step=step, account_id=actor().account_id, replaces=saved_before(answers), now=now())
