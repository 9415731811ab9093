"""Taking back a yes: at the desk, on the household's own page, and with the code of one's own form."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from playwright.sync_api import expect
from sqlalchemy import select

from logistics.domain.vocabulary import Allergen, ConsentPurpose, Role
from logistics.domain.withholding import WithdrawalMethod
from logistics.gateways.return_codes import hash_code, new_code
from logistics.persistence.tables import AuditEvent, ConsentWithdrawal, HouseholdNeeds
from logistics.services.household_needs import WITHDREW
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import Visitor, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

ANSWER = "/request/for-me/riverside/answer"
TAKE_BACK = "/request/for-me/riverside/take-back"


def rows(world: World) -> list[ConsentWithdrawal]:
    """Every yes that was taken back."""
    with world.session() as session:
        return list(session.scalars(select(ConsentWithdrawal)))


def an_allergic_one(world: World, ref: str = "H0301") -> uuid.UUID:
    """A household that must not have milk."""
    return world.household(ref, needs={"allergens": frozenset({Allergen.MILK})})


def needs_of(world: World, household_id: uuid.UUID) -> HouseholdNeeds:
    """What is kept of what it cannot eat."""
    with world.session() as session:
        return session.scalars(select(HouseholdNeeds).where(HouseholdNeeds.household_id == household_id)).one()


def test_on_the_own_page_and_yes_again(signed_in: Callable[..., Visitor], world: World) -> None:
    """Nobody asks them how we know; the page says what happens, then that it holds; a new yes is one press."""
    household_id = world.household("H0300")
    own = signed_in(email=world.account(Role.RECIPIENT, household_id=household_id))
    path = f"/request/households/{household_id}"
    form = own.get(f"{path}/agreed").text
    assert "What do you take back?" in form
    assert "How do you know?" not in form
    assert own.post(f"{path}/agreed", data={}).status_code == 422
    assert rows(world) == []
    assert own.post(f"{path}/agreed", data={"purpose": "food_support"}).status_code == 303
    assert [(row.purpose, row.method) for row in rows(world)] == [
        (ConsentPurpose.FOOD_SUPPORT, WithdrawalMethod.OWN_PAGE)
    ]
    assert "You took back your yes to food from us." in own.get(path).text
    assert own.post(f"{path}/agreed/again").status_code == 303
    assert "You took back" not in own.get(path).text
    assert own.post(f"{path}/agreed/again").status_code == 409


def test_at_the_desk_with_how_they_said_it(signed_in: Callable[..., Visitor], world: World) -> None:
    """A coordinator enters it; the household's page shows when, how and by whom; what they cannot eat is gone and unsafe."""
    household_id = an_allergic_one(world)
    desk, path = signed_in(Role.COORDINATOR), f"/request/households/{household_id}"
    assert f"{path}/agreed" in desk.get(f"/households/{household_id}").text
    refused = desk.post(f"{path}/agreed", data={"purpose": "health_and_religion"})
    assert refused.status_code == 422
    assert "Choose how they told us" in refused.text
    done = desk.post(f"{path}/agreed", data={"purpose": "health_and_religion", "method": "in_writing"})
    assert done.status_code == 303
    page = desk.get(f"/households/{household_id}").text
    assert "in writing (entered by Coordinator)" in page
    assert WITHDREW in page
    assert "Milk" not in page
    kept = needs_of(world, household_id)
    assert (kept.allergens, kept.unmapped) == (frozenset(), WITHDREW)
    with world.session() as session:
        actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_id == household_id)).all()
    assert "consent_withdrawn" in actions


def test_with_the_code_of_the_own_form(visitor: Visitor, world: World) -> None:
    """The code opens it, a wrong one does not; it needs a choice; the yes is taken back in the name of nobody's account."""
    household_id, code = an_allergic_one(world), new_code()
    world.referral(household_id, code_hash=hash_code(code))
    assert "Take back what you agreed to" in visitor.post(ANSWER, data={"code": code}).text
    assert "Take back what you agreed to" not in visitor.get(ANSWER).text
    wrong = visitor.post(TAKE_BACK, data={"code": new_code(), "purpose": "food_support"})
    assert (wrong.status_code, rows(world)) == (422, [])
    unsaid = visitor.post(TAKE_BACK, data={"code": code})
    assert unsaid.status_code == 422
    assert "Choose what you take back" in unsaid.text
    done = visitor.post(TAKE_BACK, data={"code": code.lower(), "purpose": "health_and_religion"})
    assert done.status_code == 200
    assert "No meal comes until somebody has spoken with you" in done.text
    (row,) = rows(world)
    assert (row.household_id, row.method, row.withdrawn_by) == (household_id, WithdrawalMethod.OWN_CODE, None)
    assert needs_of(world, household_id).unmapped == WITHDREW


def test_another_networks_code_opens_nothing(visitor: Visitor, world: World, elsewhere: World) -> None:
    """A code answers for one network alone."""
    code = new_code()
    elsewhere.referral(code_hash=hash_code(code))
    assert visitor.post(TAKE_BACK, data={"code": code, "purpose": "food_support"}).status_code == 422
    assert rows(elsewhere) == []


def test_on_a_phone_without_scripts(browser: Browser, live_url: str, world: World) -> None:
    """A resident takes back what they cannot eat at 390 by 844; their pages, and the one by code, pass axe."""
    household_id, code = an_allergic_one(world), new_code()
    world.referral(household_id, code_hash=hash_code(code))
    email = world.account(Role.RECIPIENT, household_id=household_id)
    with opened(browser, live_url, size="phone", script=False) as page:
        assert page.viewport_size == {"width": 390, "height": 844}
        sign_in(page, email)
        page.goto(f"/request/households/{household_id}")
        page.get_by_role("link", name="Take back what you agreed to").click()
        page.get_by_label("Keeping what you cannot eat").check()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_text("No meals yet.")).to_be_visible()
    with opened(browser, live_url, size="phone") as page:
        sign_in(page, email)
        for path in ("", "/agreed"):
            page.goto(f"/request/households/{household_id}{path}")
            assert_accessible(page)
    with opened(browser, live_url, size="phone") as page:
        page.goto(ANSWER)
        page.get_by_label("Your code").fill(code)
        page.get_by_role("button", name="Read the answer").click()
        assert_accessible(page)
        page.get_by_label("Getting food from us").check()
        page.get_by_role("button", name="Take it back").click()
        expect(page.get_by_text("No food comes any more")).to_be_visible()
        assert_accessible(page)
