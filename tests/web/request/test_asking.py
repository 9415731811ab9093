"""A referrer adds a household, one question a page; all of it is stored at the end, or nothing."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest

from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Allergen, ConsentPurpose, Diet, Handover, Product, Role
from logistics.persistence.tables import Consent, Household, HouseholdNeeds, StandingOrder
from tests.web.request.answers import answer_all, draft_of, send, step_of
from tests.web.world import Visitor, World


def _households(world: World) -> int:
    with world.session() as session:
        count: int = session.query(Household).count()
        return count


def test_household_and_order_are_stored_together(referrer: Visitor, world: World, advice: uuid.UUID) -> None:
    """The last page stores the household as referred, its needs and consents, and a confirmed order."""
    page = answer_all(referrer)
    assert _households(world) == 0
    for wanted in ("Amina Diallo", "Peanuts and Sesame", "Halal", "3 hot meals", "French", "Buzzer 4"):
        assert wanted in page.text
    sent = send(referrer, page)
    assert sent.status_code == 303, sent.text
    with world.session() as session:
        household = session.query(Household).one()
        assert (
            household.referrer_id,
            household.postcode if hasattr(household, "postcode") else household.site.postcode,
        ) == (advice, "SE16 4TB")
        assert (household.adults, household.children, household.handover) == (1, 2, Handover.NEIGHBOUR)
        needs = session.query(HouseholdNeeds).one()
        assert (needs.diets, needs.allergens, needs.unmapped) == (
            {Diet.HALAL}, {Allergen.PEANUTS, Allergen.SESAME}, ""
        )  # fmt: skip
        assert {(c.purpose, c.given) for c in session.query(Consent)} == {
            (ConsentPurpose.FOOD_SUPPORT, True),
            (ConsentPurpose.HEALTH_AND_RELIGION, True),
        }
        order = session.query(StandingOrder).one()
        assert (order.product, order.quantity, order.state) == (Product.HOT_MEAL, 3, OrderState.CONFIRMED)
    assert "Amina Diallo" in referrer.get("/request").text


def test_each_question_refuses_what_it_cannot_take(referrer: Visitor, world: World) -> None:
    """A page with a mistake is shown again with it, and the answers before it are still there."""
    page = referrer.get("/request/new")
    refused = send(referrer, page, contact_name="", address="x", postcode="")
    assert refused.status_code == 422
    assert step_of(refused) == "who"
    assert "Enter the name to ask for" in refused.text
    assert 'value="x"' in refused.text


@pytest.mark.parametrize("step", ["agree", "allergy"])
def test_health_and_consent_are_never_answered_beforehand(referrer: Visitor, world: World, step: str) -> None:
    """On a first look no answer about consent or allergies is chosen, and leaving it open is refused."""
    page = referrer.get("/request/new")
    from tests.web.request.answers import ANSWERS

    while step_of(page) != step:
        page = send(referrer, page, **ANSWERS[step_of(page)])
    assert " checked" not in page.text
    assert send(referrer, page).status_code == 422


def test_not_sure_about_allergies_makes_every_meal_unsafe(referrer: Visitor, world: World) -> None:
    """Unknown is never none: it is stored as a need that nobody has translated yet."""
    page = answer_all(referrer, allergy={"allergy": "unsure", "allergens": [], "unmapped": "reacts to some nuts"})
    assert send(referrer, page).status_code == 303
    with world.session() as session:
        assert session.query(HouseholdNeeds).one().unmapped == "reacts to some nuts"
    assert "No meals yet" in referrer.get(f"/request/households/{_only(world)}").text


def _only(world: World) -> uuid.UUID:
    with world.session() as session:
        found: uuid.UUID = session.query(Household).one().id
        return found


def test_no_to_health_data_skips_those_questions_and_leaves_parcels(referrer: Visitor, world: World) -> None:
    """Who refuses is not asked what they eat, gets no meals that could harm them, and can have parcels."""
    refused = {"agrees_food": "yes", "agrees_needs": "no"}
    page = referrer.get("/request/new")
    from tests.web.request.answers import ANSWERS

    asked = []
    while (step := step_of(page)) != "wish":
        asked.append(step)
        page = send(referrer, page, **(refused if step == "agree" else ANSWERS[step]))
    assert not {"diet", "allergy", "texture"} & set(asked)
    meal = send(referrer, page, **ANSWERS["wish"])
    assert meal.status_code == 422
    assert "Only parcels are safe" in meal.text
    page = send(referrer, page, **{**ANSWERS["wish"], "product": "parcel", "quantity": "1"})
    page = send(referrer, page, **ANSWERS["until"])
    assert send(referrer, page).status_code == 303
    with world.session() as session:
        needs = session.query(HouseholdNeeds).one()
        assert needs.unmapped
        assert (needs.diets, needs.allergens) == (frozenset(), frozenset())
        assert {(c.purpose, c.given) for c in session.query(Consent)} == {
            (ConsentPurpose.FOOD_SUPPORT, True),
            (ConsentPurpose.HEALTH_AND_RELIGION, False),
        }
    more = referrer.post(f"/request/households/{_only(world)}/order", data=ANSWERS["wish"])
    assert more.status_code == 422


def test_no_to_food_support_keeps_nothing(referrer: Visitor, world: World) -> None:
    """Without a yes to keeping the address there is no further page and no row."""
    page = referrer.get("/request/new")
    from tests.web.request.answers import ANSWERS

    while step_of(page) != "agree":
        page = send(referrer, page, **ANSWERS[step_of(page)])
    stopped = send(referrer, page, agrees_food="no", agrees_needs="yes")
    assert stopped.status_code == 422
    assert "cannot bring food" in stopped.text
    assert _households(world) == 0


def test_back_and_change_keep_the_answers(referrer: Visitor, world: World) -> None:
    """Going back shows what was typed; changing one answer from the check leads straight back to it."""
    page = answer_all(referrer)
    back = send(referrer, send(referrer, page, go="back"), go="back")
    assert step_of(back) == "wish"
    assert 'value="3"' in back.text
    changed = send(referrer, page, go="people")
    assert step_of(changed) == "people"
    assert 'value="2"' in changed.text
    page = send(referrer, changed, adults="2", children="2", was_checked="yes")
    assert step_of(page) == "check"
    assert "2 adults" in page.text


def test_draft_of_somebody_else_or_made_up_is_refused(
    referrer: Visitor, world: World, advice: uuid.UUID, signed_in: Callable[..., Visitor]
) -> None:
    """A draft counts only with our signature and for the account it was begun with."""
    page = answer_all(referrer)
    colleague = signed_in(email=world.account(Role.REFERRER, organisation_id=advice))
    for client, draft in ((colleague, draft_of(page)), (referrer, draft_of(page)[:-2] + "AA"), (referrer, "x")):
        answer = client.post("/request/new", data={"draft": draft, "step": "check"})
        assert answer.status_code == 422
    assert _households(world) == 0


def test_skipping_to_the_end_is_led_back_to_the_first_gap(referrer: Visitor, world: World) -> None:
    """Sending the check with questions unanswered shows the first of them and stores nothing."""
    page = referrer.get("/request/new")
    answer: Any = referrer.post("/request/new", data={"draft": draft_of(page), "step": "check"})
    assert answer.status_code == 422
    assert step_of(answer) == "who"
    assert _households(world) == 0
