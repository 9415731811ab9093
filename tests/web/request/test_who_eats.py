"""Who eats there: ages, what is only for one of them, how they cook, and what goes with a parcel."""

from __future__ import annotations

import uuid

from logistics.domain.household import AgeBand, Extra, Kitchen
from logistics.domain.vocabulary import Allergen, Diet, Role
from logistics.persistence.tables import Household, HouseholdBand, HouseholdExtra, HouseholdMember, HouseholdNeeds
from tests.web.request.answers import ANSWERS, answer_all, send, step_of
from tests.web.world import Visitor, World

FAMILY = {
    "people": {"age_baby": "1", "age_adult": "2", "adults": "1", "children": "0"},
    "each": {"person_1_who": "the baby", "person_1_band": "0-1", "person_1_allergens": ["milk"]},
    "kitchen": {"kitchen": "no_cook"},
    "extras": {"extras": ["nappies", "other"], "extra_nappies": "4", "extra_other": "a tablet"},
}


def test_all_of_it_is_checked_and_stored(referrer: Visitor, world: World) -> None:
    """The ages count, not the two numbers below them; the baby's milk is in the needs of all."""
    page = answer_all(referrer, **FAMILY)
    for wanted in ("2 adults, 1 child", "1 aged 0 to 1", "The baby", "Nappies, size 4", "a tablet", "cannot cook"):
        assert wanted in page.text, wanted
    assert send(referrer, page).status_code == 303
    with world.session() as session:
        household = session.query(Household).one()
        assert (household.adults, household.children, household.kitchen) == (2, 1, Kitchen.NO_COOK)
        assert {(row.band, row.people) for row in session.query(HouseholdBand)} == {
            (AgeBand.BABY, 1),
            (AgeBand.ADULT, 2),
        }
        member = session.query(HouseholdMember).one()
        assert (member.who, member.band, member.allergens) == ("the baby", AgeBand.BABY, {Allergen.MILK})
        needs = session.query(HouseholdNeeds).one()
        assert (needs.allergens, needs.diets) == (
            {Allergen.MILK, Allergen.PEANUTS, Allergen.SESAME}, {Diet.HALAL}
        )  # fmt: skip
        assert {(row.kind, row.detail) for row in session.query(HouseholdExtra)} == {
            (Extra.NAPPIES, "4"),
            (Extra.OTHER, "a tablet"),
        }
    shown = referrer.get(f"/request/households/{household.id}").text
    assert "The baby" in shown
    assert "a tablet" in shown


def test_somebody_alone_is_not_asked_who(referrer: Visitor) -> None:
    """One person has no "one of them"."""
    page = referrer.get("/request/new")
    asked = []
    while (step := step_of(page)) != "check":
        asked.append(step)
        page = send(referrer, page, **{**ANSWERS[step], **({"children": "0"} if step == "people" else {})})
    assert "each" not in asked


def test_another_person_gets_a_line_without_scripts(referrer: Visitor) -> None:
    """The button keeps what was typed and shows one line more."""
    page = referrer.get("/request/new")
    while step_of(page) != "each":
        page = send(referrer, page, **ANSWERS[step_of(page)])
    assert "Person 2" not in page.text
    page = send(referrer, page, person_1_who="grandfather", person_1_diets=["kosher"], go="each")
    assert "Person 2" in page.text
    assert 'value="grandfather"' in page.text
    refused = send(referrer, page, person_1_who="", person_1_diets=["kosher"])
    assert refused.status_code == 422
    assert "Say who it is" in refused.text


def test_each_part_is_changed_later_and_the_rest_stays(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """How to reach them changes nothing about who eats there, and the other way round."""
    assert send(referrer, answer_all(referrer, **FAMILY)).status_code == 303
    with world.session() as session:
        path = f"/request/households/{session.query(Household).one().id}"
    assert 'value="the baby"' in referrer.get(f"{path}/food").text
    reach = {"phone": "", "language": "fr", "floor": "1", "has_lift": "no", "handover": "neighbour"}
    assert referrer.post(f"{path}/reach", data=reach).status_code == 303
    changed = referrer.post(f"{path}/people", data={"age_adult": "3", "kitchen": "full", "adults": "1"})
    assert changed.status_code == 422, "the baby is still named"
    assert "Nobody of that age is counted" in changed.text
    data = {"age_baby": "1", "age_adult": "3", "kitchen": "full", "extras": ["pet_food"]}
    assert referrer.post(f"{path}/people", data=data).status_code == 303
    with world.session() as session:
        household = session.query(Household).one()
        assert (household.adults, household.children, household.kitchen, household.floor) == (3, 1, Kitchen.FULL, 1)
        assert session.query(HouseholdMember).one().allergens == {Allergen.MILK}
        assert session.query(HouseholdExtra).one().kind is Extra.PET_FOOD


def test_the_desks_form_holds_the_same_answers(referrer: Visitor, world: World, signed_in: object) -> None:
    """A coordinator sees who cannot eat what, and sending the form as it stands changes nothing."""
    assert send(referrer, answer_all(referrer, **FAMILY)).status_code == 303
    with world.session() as session:
        path = f"/households/{session.query(Household).one().id}"
    coordinator = signed_in(Role.COORDINATOR)  # type: ignore[operator]  # the fixture is a function
    shown = coordinator.get(path).text
    for wanted in ("The baby", "1 aged 0 to 1, 2 aged 18 to 64", "Nappies, size 4"):
        assert wanted in shown, wanted
    form = coordinator.get(f"{path}/edit").text
    assert 'name="person_1_who" type="text" autocomplete="off" value="the baby"' in form
    data = {
        "contact_name": "Amina", "address": "Flat 4", "postcode": "SE16 4TB", "allergy": "some", "handover": "neighbour",
        "allergens": ["peanuts"], "age_baby": "1", "age_adult": "2", "person_1_who": "the baby",
        "person_1_allergens": ["milk"], "kitchen": "no_cook", "extras": ["period_products"],
    }  # fmt: skip
    assert coordinator.post(f"{path}/edit", data=data).status_code == 302
    with world.session() as session:
        assert session.query(HouseholdNeeds).one().allergens == {Allergen.PEANUTS, Allergen.MILK}
        assert session.query(HouseholdExtra).one().kind is Extra.PERIOD_PRODUCTS
