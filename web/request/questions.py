"""The questions, one idea a page: which fields each asks, when it is skipped, and how its answers are read.

The same parts serve the pages that change an answer later.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from logistics.domain.household import Kitchen, size_of
from logistics.domain.referrals import MOST_A_WEEK, Entitlement
from logistics.domain.vocabulary import Allergen, Diet, Frequency, Fulfilment, Handover, Product
from logistics.domain.weekdays import Weekday
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft
from logistics.services.household_people import check_people, whole_household
from logistics.services.standing_orders import StandingOrderDraft
from web.forms import Form
from web.household_people import (
    AGE_FIELDS,
    EXTRA_FIELDS,
    MEMBER_FIELDS,
    read_ages,
    read_extras,
    read_kitchen,
    read_members,
)
from web.household_words import TEXTURES

OWN_FORM = "own_form"
"""The answer that says that somebody asks for themselves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """One page of the form."""

    name: str
    title: str
    fields: tuple[str, ...]
    check: Callable[[Form], None]
    needs_consent: bool = False
    needs_several: bool = False
    is_for_referrers: bool = False


def _check_who(form: Form) -> None:
    form.text("contact_name", most=200, required="Enter the name to ask for at the door")
    form.text("address", most=300, required="Enter the address: flat or house number, building, street")
    form.text("postcode", most=20, required="Enter the postcode")


def _check_people(form: Form) -> None:
    ages = read_ages(form)
    if ages:
        adults, children = size_of(ages)
        if not 1 <= adults + children <= 20:
            form.errors[AGE_FIELDS[0]] = "Enter between 1 and 20 people"
        return
    adults = form.whole("adults", low=0, high=20, what="Adults")
    children = form.whole("children", low=0, high=20, what="Children", empty=0)
    if not form.errors and not 1 <= adults + children <= 20:
        form.errors["adults"] = "Enter between 1 and 20 people"


def _check_contact(form: Form) -> None:
    form.text("phone", most=40)
    form.text("language", most=16)


def _check_door(form: Form) -> None:
    form.whole("floor", low=-2, high=60, what="Floor", empty=0)
    form.text("access_notes", most=1000)
    form.choice("handover", Handover, required="Choose how food is handed over")


def _check_agree(form: Form) -> None:
    if form.value("agrees_food") not in ("yes", "no"):
        form.errors["agrees_food"] = "Say whether they agree that we keep their name and address"
    elif form.value("agrees_food") == "no":
        form.errors["agrees_food"] = "Without their yes we cannot keep their address, so we cannot bring food"
    if form.value("agrees_needs") not in ("yes", "no"):
        form.errors["agrees_needs"] = "Say whether they agree that we keep what they cannot eat"


def _check_diet(form: Form) -> None:
    form.choices("diets", Diet)


def _check_allergy(form: Form) -> None:
    answer = form.choice("allergy", AllergyAnswer, required="Say whether anyone has a food allergy")
    if not form.choices("allergens", Allergen) and answer is AllergyAnswer.SOME:
        form.errors["allergens"] = "Choose which foods they are allergic to"
    form.text("unmapped", most=500)


def _check_texture(form: Form) -> None:
    if form.value("texture_iddsi") not in dict(TEXTURES):
        form.errors["texture_iddsi"] = "Choose one of the list"


def _check_each(form: Form) -> None:
    draft = HouseholdDraft(
        contact_name="",
        ages=read_ages(form),
        allergy=form.choice("allergy", AllergyAnswer),
        members=read_members(form),
    )
    check_people(draft, form.errors)


def _check_kitchen(form: Form) -> None:
    form.choice("kitchen", Kitchen, required="Say whether they can cook")


def _check_extras(form: Form) -> None:
    check_people(HouseholdDraft(contact_name="", extras=read_extras(form)), form.errors)


def _check_until(form: Form) -> None:
    read_entitlement(form)


def check_wish(form: Form) -> None:
    """What is asked for: product, how many, days, times, how often, from and until."""
    product = form.choice("product", Product, required="Choose what they would like")
    if product is not None and product.is_meal and form.value("agrees_needs") == "no":
        form.errors["product"] = "Only parcels are safe while we may not keep what they cannot eat. Choose a parcel"
    form.whole("quantity", low=1, high=20, what="How many")
    if not form.choices("days", Weekday) and "days" not in form.errors:
        form.errors["days"] = "Choose at least one day"
    first = form.clock("window_start", required="Enter the earliest time")
    last = form.clock("window_end", required="Enter the latest time")
    if first and last and first >= last:
        form.errors["window_end"] = "The latest time must be after the earliest"
    form.choice("frequency", Frequency, required="Choose how often")
    starts, ends = form.day("starts_on"), form.day("ends_on")
    if starts and ends and ends < starts:
        form.errors["ends_on"] = "The last day cannot be before the first"


QUESTIONS: tuple[Question, ...] = (
    Question(
        name="who",
        title="Who is it for, and where do they live?",
        fields=("contact_name", "address", "postcode", "confidential_address"),
        check=_check_who,
    ),
    Question(
        name="people",
        title="How many people eat there?",
        fields=(*AGE_FIELDS, "adults", "children"),
        check=_check_people,
    ),
    Question(name="contact", title="How do we reach them?", fields=("phone", "language"), check=_check_contact),
    Question(
        name="door",
        title="How does the driver get to the door?",
        fields=("floor", "has_lift", "access_notes", "handover"),
        check=_check_door,
    ),
    Question(
        name="agree",
        title="Do they agree that we keep this?",
        fields=("agrees_food", "agrees_needs"),
        check=_check_agree,
    ),
    Question(
        name="diet", title="Is there food they do not eat?", fields=("diets",), check=_check_diet, needs_consent=True
    ),
    Question(
        name="allergy",
        title="Does anyone have a food allergy?",
        fields=("allergy", "allergens", "unmapped"),
        check=_check_allergy,
        needs_consent=True,
    ),
    Question(
        name="texture",
        title="Does anyone need softer food?",
        fields=("texture_iddsi",),
        check=_check_texture,
        needs_consent=True,
    ),
    Question(
        name="each",
        title="Is something only for one of them?",
        fields=MEMBER_FIELDS,
        check=_check_each,
        needs_consent=True,
        needs_several=True,
    ),
    Question(name="kitchen", title="Can they cook at home?", fields=("kitchen",), check=_check_kitchen),
    Question(name="extras", title="What else would help?", fields=EXTRA_FIELDS, check=_check_extras),
    Question(
        name="wish",
        title="What would they like?",
        fields=(
            *("product", "quantity", "days", "window_start", "window_end"),
            *("frequency", "starts_on", "ends_on"),
        ),
        check=check_wish,
    ),
    Question(
        name="until",
        title="Until when, and how much?",
        fields=("until", "meals_a_week", "parcels_a_week"),
        check=_check_until,
        is_for_referrers=True,
    ),
)


def questions_for(form: Form) -> tuple[Question, ...]:
    """The questions to ask, given the answers so far: what may not be kept is not asked."""
    may_keep = form.value("agrees_needs") != "no"
    several = _people_of(form) != 1
    return tuple(
        question
        for question in QUESTIONS
        if (may_keep or not question.needs_consent)
        and (several or not question.needs_several)
        and not (question.is_for_referrers and form.yes(OWN_FORM))
    )


def _people_of(form: Form) -> int:
    """How many eat there, as far as it can be read; what cannot is refused on its own page."""
    trial = form.again()
    counted = sum(read_ages(trial).values())
    return counted or sum(trial.whole(name, low=0, high=20, what="", empty=0) for name in ("adults", "children"))


def read_household(form: Form, *, method: str) -> HouseholdDraft:
    """All the answers about the household. Where health may not be kept, nobody knows what is safe, and it says so."""
    may_keep = form.value("agrees_needs") != "no"
    texture = form.value("texture_iddsi")
    draft = HouseholdDraft(
        contact_name=form.text("contact_name", most=200),
        phone=form.text("phone", most=40),
        language=form.text("language", most=16) or "en",
        adults=form.whole("adults", low=0, high=20, what="Adults", empty=0),
        children=form.whole("children", low=0, high=20, what="Children", empty=0),
        address=form.text("address", most=300),
        postcode=form.text("postcode", most=20),
        access_notes=form.text("access_notes", most=1000),
        floor=form.whole("floor", low=-2, high=60, what="Floor", empty=0),
        has_lift=form.yes("has_lift"),
        ages=read_ages(form),
        members=read_members(form) if may_keep else (),
        kitchen=read_kitchen(form),
        extras=read_extras(form),
        handover=form.choice("handover", Handover) or Handover.HAND_OVER,
        confidential_address=form.yes("confidential_address"),
        diets=form.choices("diets", Diet) if may_keep else frozenset(),
        allergy=form.choice("allergy", AllergyAnswer) if may_keep else AllergyAnswer.UNSURE,
        allergens=form.choices("allergens", Allergen) if may_keep else frozenset(),
        unmapped=form.text("unmapped", most=500) if may_keep else "",
        texture_iddsi=int(texture) if may_keep and texture in tuple("34567") else None,
        agrees_food=_answer(form, "agrees_food"),
        agrees_needs=_answer(form, "agrees_needs"),
        consent_method=method,
    )
    return whole_household(draft)


def read_entitlement(form: Form) -> Entitlement:
    """The answers about how much in a week, and until when; an empty one is no limit."""

    def limit(name: str, what: str) -> int | None:
        return form.whole(name, low=0, high=MOST_A_WEEK, what=what) if form.value(name).strip() else None

    return Entitlement(
        meals_a_week=limit("meals_a_week", "Meals a week"),
        parcels_a_week=limit("parcels_a_week", "Parcels a week"),
        until=form.day("until"),
    )


def read_wish(form: Form) -> StandingOrderDraft:
    """The answers about the order."""
    return StandingOrderDraft(
        product=form.choice("product", Product),
        quantity=form.whole("quantity", low=1, high=20, what="How many"),
        days=form.choices("days", Weekday),
        window_start=form.clock("window_start"),
        window_end=form.clock("window_end"),
        frequency=form.choice("frequency", Frequency) or Frequency.WEEKLY,
        starts_on=form.day("starts_on"),
        ends_on=form.day("ends_on"),
        fulfilment=Fulfilment.DELIVERY,
    )


def _answer(form: Form, name: str) -> bool | None:
    return {"yes": True, "no": False}.get(form.value(name))
