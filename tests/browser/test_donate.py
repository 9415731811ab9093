"""A donor in a kitchen, in a real browser: logs two dishes, corrects a mistake, confirms what was offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import AllergenDeclaration, OrganisationKind, Role
from logistics.persistence.tables import Batch, DonationSlot
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.mark.parametrize(("size", "script"), [("phone", True), ("laptop", True), ("phone", False)])
def test_donor_logs_a_donation(browser: Browser, live_url: str, world: World, size: str, *, script: bool) -> None:
    """Mistakes are named, dishes are added, and what was said about allergens is stored for each dish."""
    donor = world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")
    email = world.account(Role.DONOR, organisation_id=donor)
    with opened(browser, live_url, size=size, script=script) as page:
        sign_in(page, email)
        page.get_by_role("link", name="Log a donation").first.click()
        page.get_by_label("Hot", exact=True).check()
        page.get_by_label("Dish", exact=True).fill("bean and squash stew")
        page.get_by_label("Portions", exact=True).fill("50")
        if script:
            page.get_by_role("button", name="10 more").click()
            expect(page.get_by_label("Portions", exact=True)).to_have_value("60")
            assert_accessible(page)
        else:
            page.get_by_label("Portions", exact=True).fill("60")
        page.get_by_label("It contains some of the 14").check()
        page.get_by_role("button", name="Add another dish").click()
        page.get_by_label("Dish", exact=True).nth(1).fill("plain rice")
        page.get_by_label("Portions", exact=True).nth(1).fill("30")
        page.get_by_label("Fri 27 Nov").check()
        page.get_by_label("Ready at").fill("11:30")
        page.get_by_label("Collect by").fill("12:15")
        if script:
            expect(page.locator("#lastdoor")).to_contain_text("13:00")
        page.get_by_role("button", name="Offer this food").click()
        problems = page.get_by_role("alert")
        expect(problems).to_contain_text("Tick each allergen that is in it")
        expect(problems).to_contain_text("Say whether any of the 14 allergens are in it")
        if script:
            assert_accessible(page)
        page.get_by_label("Soya").first.check()
        page.get_by_label("It contains none of the 14").nth(1).check()
        page.get_by_role("button", name="Offer this food").click()
        expect(page.get_by_text("90 portions")).to_be_visible()
        if script:
            assert_accessible(page)
    with world.session() as session:
        assert session.query(DonationSlot).one().state is SlotState.CONFIRMED
        assert [(b.portions, b.declaration) for b in session.query(Batch).order_by(Batch.number)] == [
            (60, AllergenDeclaration.CONTAINS),
            (30, AllergenDeclaration.NONE),
        ]
