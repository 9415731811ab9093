"""The household's form: its first look, and what was typed read back into a draft."""

from __future__ import annotations

from logistics.domain.vocabulary import Allergen, Diet, DriverNeed, Handover
from logistics.queries.household_page import HouseholdPage
from logistics.services.household_needs import allergy_answer, own_words
from logistics.services.households import AllergyAnswer, HouseholdDraft
from web.forms import Form
from web.household_people import people_values, read_ages, read_extras, read_kitchen, read_members


def new_household_form() -> Form:
    """Nothing answered beforehand but what is the same for most; the allergy question never is."""
    return Form.showing(
        adults=1, children=0, floor=0, has_lift=False, people_at_door=1, language="en", handover=Handover.HAND_OVER
    )


def form_of(household: HouseholdPage) -> Form:
    """What is stored, as somebody would have typed it."""
    allergy = allergy_answer(household.allergens, household.unmapped)
    return Form.showing(
        contact_name=household.contact_name,
        phone=household.phone,
        language=household.language,
        adults=household.adults,
        children=household.children,
        address=household.address or "",
        postcode=household.postcode or "",
        access_notes=household.access_notes or "",
        floor=household.floor,
        has_lift=household.has_lift,
        diets=household.diets,
        allergy=allergy,
        allergens=household.allergens,
        unmapped=own_words(household.unmapped),
        texture_iddsi="" if household.texture_iddsi is None else household.texture_iddsi,
        handover=household.handover,
        driver_needs=household.driver_needs,
        people_at_door=household.people_at_door,
        confidential_address=household.is_confidential,
        at_risk=household.is_at_risk,
        is_closed=not household.is_active,
        group_id=household.group_id or "",
        referrer_id=household.referrer_id or "",
        **people_values(household),
    )


def read_household(form: Form) -> HouseholdDraft:
    """The draft that was typed. Raises BadInput for what cannot be read."""
    texture = form.value("texture_iddsi")
    draft = HouseholdDraft(
        contact_name=form.text("contact_name", most=200),
        phone=form.text("phone", most=40),
        language=form.text("language", most=16) or "en",
        adults=form.whole("adults", low=0, high=20, what="Adults", empty=0),
        children=form.whole("children", low=0, high=20, what="Children", empty=0),
        ages=read_ages(form),
        members=read_members(form),
        kitchen=read_kitchen(form),
        extras=read_extras(form),
        address=form.text("address", most=300),
        postcode=form.text("postcode", most=20),
        access_notes=form.text("access_notes", most=1000),
        floor=form.whole("floor", low=-2, high=60, what="Floor", empty=0),
        has_lift=form.yes("has_lift"),
        diets=form.choices("diets", Diet),
        allergy=form.choice("allergy", AllergyAnswer),
        allergens=form.choices("allergens", Allergen),
        unmapped=form.text("unmapped", most=500),
        texture_iddsi=int(texture) if texture in tuple("34567") else None,
        handover=form.choice("handover", Handover, required="Choose how food is handed over") or Handover.HAND_OVER,
        driver_needs=form.choices("driver_needs", DriverNeed),
        people_at_door=form.whole("people_at_door", low=1, high=2, what="People at the door", empty=1),
        confidential_address=form.yes("confidential_address"),
        at_risk=form.yes("at_risk"),
        is_active=not form.yes("is_closed"),
        group_id=form.key("group_id"),
        referrer_id=form.key("referrer_id"),
        agrees_food=_answer(form, "agrees_food"),
        agrees_needs=_answer(form, "agrees_needs"),
    )
    form.check()
    return draft


def _answer(form: Form, name: str) -> bool | None:
    return form.yes(name) if form.value(name) in ("yes", "no") else None
