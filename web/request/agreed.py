"""What a household agreed to, and taking it back: as easy as saying yes, at the desk and on the household's own page."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from logistics.domain.authority import Permission
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.vocabulary import ConsentPurpose
from logistics.domain.withholding import AT_THE_DESK, WithdrawalMethod
from logistics.queries.household_page import HouseholdPage, household_page
from logistics.services.withdraw_consent import agree_again, is_own, withdraw_consent
from web.context import actor, db, now, today
from web.formatting import upper_first
from web.forms import Form
from web.looks import looked_at_household
from web.request.blueprint import requests
from web.security.access import allow

MEANS = {
    ConsentPurpose.FOOD_SUPPORT: (
        "Getting food from us",
        "Nothing comes any more, from the next plan on. We keep what we have until it is erased.",
    ),
    ConsentPurpose.HEALTH_AND_RELIGION: (
        "Keeping what {whom} cannot eat",
        "It is deleted now. No meal comes until somebody has spoken with {whom}; parcels come as before.",
    ),
}
"""What can be taken back, and what happens then."""


@requests.get("/households/<uuid:household_id>/agreed")
@allow(Permission.EDIT_HOUSEHOLD)
def agreed(household_id: uuid.UUID) -> str:
    """What they agreed to, with what may be taken back."""
    return _page(household_id, Form({}))


@requests.post("/households/<uuid:household_id>/agreed")
@allow(Permission.EDIT_HOUSEHOLD)
def take_back(household_id: uuid.UUID) -> ResponseReturnValue:
    """Take it back, or show the form again."""
    form = Form.of_request()
    purpose, method = form.choice("purpose", ConsentPurpose), form.choice("method", WithdrawalMethod)
    try:
        form.check()
        withdraw_consent(db(), actor(), household_id, purpose, method=method, now=now())
    except BadInput as wrong:
        return _page(household_id, form.refused(wrong)), 422
    flash("Taken back. It holds from now on.")
    return redirect(url_for("request.household", household_id=household_id), 303)


@requests.post("/households/<uuid:household_id>/agreed/again")
@allow(Permission.EDIT_HOUSEHOLD)
def agree_to_food(household_id: uuid.UUID) -> ResponseReturnValue:
    """Yes to food once more."""
    agree_again(db(), actor(), household_id, now=now())
    flash("Yes again: food comes with the next plan.")
    return redirect(url_for("request.household", household_id=household_id), 303)


def answers_of(page: HouseholdPage) -> list[tuple[ConsentPurpose, str]]:
    """The last answer to each purpose, in a word or two."""
    taken_back = {each.purpose for each in page.withdrawals if each.is_in_force}
    answers = []
    for purpose in ConsentPurpose:
        last = next((row for row in page.consents if row.purpose is purpose and row.withdrawn_on is None), None)
        if purpose in taken_back:
            answers.append((purpose, "Taken back"))
        elif last is not None:
            answers.append((purpose, "Yes" if last.given else "No"))
    return answers


def choices_of_purpose(open_purposes: list[ConsentPurpose], *, own: bool) -> list[tuple[str, str, str]]:
    """What can be taken back as the form's options, each with what happens then."""
    whom = "you" if own else "they"
    told = "you" if own else "them"
    return [(each.value, MEANS[each][0].format(whom=whom), MEANS[each][1].format(whom=told)) for each in open_purposes]


def _page(household_id: uuid.UUID, form: Form) -> str:
    page = household_page(db(), actor(), household_id, today=today(), permission=Permission.SEE_REQUESTS)
    if not page.may_edit:
        raise Forbidden("Your role does not change this household. Ask your coordinator.")
    looked_at_household(household_id, "agreed")
    own = is_own(actor(), household_id)
    taken_back = {each.purpose for each in page.withdrawals if each.is_in_force}
    return render_template(
        "request/agreed.html",
        household=page,
        form=form,
        is_own=own,
        answers=answers_of(page),
        purposes=choices_of_purpose([each for each in ConsentPurpose if each not in taken_back], own=own),
        methods=[(each.value, upper_first(each.words)) for each in AT_THE_DESK],
        may_say_yes=ConsentPurpose.FOOD_SUPPORT in taken_back,
        needs_taken_back=ConsentPurpose.HEALTH_AND_RELIGION in taken_back,
    )
