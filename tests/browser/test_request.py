"""A referrer in a real browser: thirteen questions, an allergy, a check, and the household is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.states import OrderState
from logistics.domain.vocabulary import Allergen, OrganisationKind, Role
from logistics.persistence.tables import HouseholdNeeds, StandingOrder
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


def _on(page: Page, *, script: bool) -> None:
    if script:
        assert_accessible(page)
    page.locator("main button.btn-primary").click()


@pytest.mark.parametrize(("size", "script"), [("phone", True), ("laptop", True), ("phone", False)])
def test_referrer_adds_a_household(browser: Browser, live_url: str, world: World, size: str, *, script: bool) -> None:
    """Each page is accessible, a mistake is named and linked, and the end shows what was stored."""
    advice = world.organisation("REF1", OrganisationKind.REFERRER, name="Advice centre")
    email = world.account(Role.REFERRER, organisation_id=advice)
    with opened(browser, live_url, size=size, script=script) as page:
        sign_in(page, email)
        page.get_by_role("link", name="Add a household").first.click()
        page.get_by_label("Name to ask for").fill("Amina Diallo")
        page.get_by_label("Address", exact=True).fill("Flat 4, Rowan House")
        page.get_by_label("Postcode").fill("SE15 6FW")
        _on(page, script=script)
        page.get_by_label("Children").fill("2")
        _on(page, script=script)
        page.get_by_label("Language").select_option("French")
        _on(page, script=script)
        page.get_by_label("Floor").fill("3")
        page.get_by_role("button", name="Back", exact=True).click()
        page.get_by_role("heading", name="How do we reach them?").wait_for()
        expect(page.get_by_label("Language")).to_have_value("fr")
        _on(page, script=script)
        expect(page.get_by_label("Floor")).to_have_value("3")
        _on(page, script=script)
        page.get_by_label("Yes, they agree").first.wait_for()
        for answer in page.get_by_label("Yes, they agree").all():
            answer.check()
        _on(page, script=script)
        page.get_by_label("Halal").check()
        _on(page, script=script)
        page.get_by_label("Yes", exact=True).check()
        _on(page, script=script)
        page.get_by_role("link", name="Choose which foods they are allergic to").click()
        page.get_by_label("Peanuts").check()
        _on(page, script=script)
        _on(page, script=script)
        page.get_by_label("Who is it?").fill("the girl")
        page.get_by_label("Vegan").check()
        page.get_by_role("button", name="Add another person").click()
        expect(page.get_by_role("group", name="Person 2")).to_be_visible()
        expect(page.get_by_label("Who is it?").first).to_have_value("the girl")
        _on(page, script=script)
        page.get_by_label("Only a kettle").check()
        _on(page, script=script)
        page.get_by_label("Nappies", exact=True).check()
        _on(page, script=script)
        page.get_by_role("link", name="Enter the size of the nappies").click()
        expect(page.get_by_label("Size of nappies")).to_be_focused()
        page.keyboard.type("4")
        _on(page, script=script)
        page.get_by_label("Hot meal").check()
        page.get_by_label("How many each time?").fill("3")
        page.get_by_label("Wednesday").check()
        _on(page, script=script)
        page.get_by_label("Last day").fill("2026-12-05")
        _on(page, script=script)
        page.get_by_role("heading", name="Check the answers").wait_for()
        _on(page, script=script)
        expect(page.get_by_role("heading", name="Amina Diallo")).to_be_visible()
        expect(page.get_by_text("3 hot meals")).to_be_visible()
        if script:
            assert_accessible(page)
    with world.session() as session:
        assert session.query(HouseholdNeeds).one().allergens == {Allergen.PEANUTS}
        assert session.query(StandingOrder).one().state is OrderState.CONFIRMED


@pytest.mark.parametrize(("size", "script"), [("phone", True), ("phone", False)])
def test_a_form_is_saved_and_goes_on_elsewhere(
    browser: Browser, live_url: str, world: World, size: str, *, script: bool
) -> None:
    """The code is shown and typed on another device; the pages are accessible, and work without scripts."""
    advice = world.organisation("REF1", OrganisationKind.REFERRER, name="Advice centre")
    email = world.account(Role.REFERRER, organisation_id=advice)
    with opened(browser, live_url, size=size, script=script) as page:
        sign_in(page, email)
        page.get_by_role("link", name="Add a household").first.click()
        page.get_by_label("Name to ask for").fill("Amina Diallo")
        page.get_by_role("button", name="Save, and come back later").click()
        page.get_by_role("heading", name="Saved for later").wait_for()
        code = page.locator("code").inner_text()
        if script:
            assert_accessible(page)
    with opened(browser, live_url, size="laptop", script=script) as page:
        sign_in(page, email)
        page.get_by_role("link", name="Go on with a saved form").click()
        if script:
            assert_accessible(page)
            page.goto(f"{live_url}/request/back#{code}")
            expect(page.get_by_label("Your code")).to_have_value(code)
            assert code not in page.url
        else:
            page.get_by_label("Your code").fill(code)
        page.get_by_role("button", name="Go on").click()
        expect(page.get_by_label("Name to ask for")).to_have_value("Amina Diallo")


@pytest.mark.parametrize(("size", "script"), [("phone", True), ("phone", False)])
def test_a_resident_asks_and_reads_the_answer(
    browser: Browser, live_url: str, world: World, size: str, *, script: bool
) -> None:
    """Without an account, on a phone, with and without scripts: a form, a question back, an answer, a yes."""
    coordinator = world.account(Role.COORDINATOR)
    with opened(browser, live_url, size=size, script=script) as page:
        page.goto(f"{live_url}/request/for-me/riverside")
        page.get_by_label("Your name").fill("Amina Diallo")
        page.get_by_label("Address", exact=True).fill("Flat 4, Rowan House")
        page.get_by_label("Postcode").fill("SE15 6FW")
        for _ in range(4):
            _on(page, script=script)
        for answer in page.get_by_label("Yes, I agree").all():
            answer.check()
        for _ in range(2):
            _on(page, script=script)
        page.get_by_label("No, nobody does").check()
        for _ in range(4):
            _on(page, script=script)
        page.get_by_label("Parcel").check()
        page.get_by_label("Wednesday").check()
        _on(page, script=script)
        page.get_by_role("heading", name="Check the answers").wait_for()
        _on(page, script=script)
        page.get_by_role("heading", name="Your form is sent").wait_for()
        code = page.locator("code").inner_text()
        if script:
            assert_accessible(page)
    with opened(browser, live_url, size="laptop", script=script) as page:
        sign_in(page, coordinator)
        page.goto(f"{live_url}/request/queue")
        if script:
            assert_accessible(page)
        page.get_by_role("link", name="Amina Diallo").click()
        page.get_by_text("Ask something first").click()
        page.get_by_label("Your question").fill("Is there a lift?")
        if script:
            assert_accessible(page)
        page.get_by_role("button", name="Ask", exact=True).click()
        page.get_by_text("A question is open").wait_for()
    with opened(browser, live_url, size=size, script=script) as page:
        page.goto(f"{live_url}/request/for-me/riverside/answer")
        page.get_by_label("Your code").fill(code)
        page.get_by_role("button", name="Read the answer").click()
        page.get_by_label("Your answer").fill("No lift")
        if script:
            assert_accessible(page)
        page.get_by_role("button", name="Send the answer").click()
        expect(page.get_by_text("Your answer is with us")).to_be_visible()
