"""The common pages in a real browser: accessible at both sizes, light and dark, and working without JavaScript."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.vocabulary import OrganisationKind, Role
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

LOOKS = [("laptop", False), ("phone", False), ("laptop", True)]


@pytest.fixture
def peopled(world: World) -> dict[str, uuid.UUID]:
    """One of everything, with every warning that a page can show."""
    group = world.organisation("GRP1")
    world.organisation("HUB1", OrganisationKind.REFERRER)
    household = world.household(
        "H0001", group_id=group, at_risk=True, confidential_address=True, needs={"unmapped": "something with seeds"}
    )
    world.household("H0002", site={"latitude": None, "longitude": None, "geocode_precision": None})
    world.standing_order(household)
    world.pause(household)
    volunteer = world.volunteer(group_id=group)
    world.shift(volunteer)
    return {"household": household, "volunteer": volunteer}


@pytest.mark.parametrize("look", LOOKS, ids=["laptop", "phone", "laptop dark"])
def test_pages_of_people_are_accessible(
    browser: Browser, live_url: str, world: World, peopled: dict[str, uuid.UUID], look: tuple[str, bool]
) -> None:
    """Every page of the coordinator passes axe and fits the screen."""
    household, volunteer = peopled["household"], peopled["volunteer"]
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        page.goto("/sign-in")
        assert_accessible(page)
        sign_in(page, world.account(Role.COORDINATOR))
        for path in (
            "/households",
            f"/households/{household}",
            f"/households/{household}/edit",
            f"/households/{household}/orders/new",
            f"/households/{household}/pauses/new",
            f"/households/{household}/access",
            f"/households/{household}/data",
            "/households/new",
            "/volunteers",
            f"/volunteers/{volunteer}",
            f"/volunteers/{volunteer}/edit",
            f"/volunteers/{volunteer}/data",
            "/keeping-times",
            "/organisations",
            "/organisations/new",
            "/search?q=resident",
            "/nothing-here",
            "/about",
        ):
            page.goto(path)
            assert_accessible(page)


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_pages_of_accounts_are_accessible(browser: Browser, live_url: str, world: World, size: str) -> None:
    """Every page of the admin passes axe, a form with errors too."""
    with opened(browser, live_url, size=size) as page:
        sign_in(page, world.account(Role.ADMIN))
        assert_accessible(page)
        page.goto("/accounts/new")
        assert_accessible(page)
        page.get_by_role("button", name="Add the account").click()
        expect(page.get_by_role("alert")).to_be_visible()
        focused = page.evaluate("document.activeElement.className")
        assert focused == "errors", "the summary is read first"
        assert_accessible(page)


def _add_household(page: Page) -> None:
    page.goto("/households/new")
    page.get_by_label("Name to ask for").fill("Amina")
    page.get_by_label("Flat or house, building, street").fill("Flat 9, Heron House")
    page.get_by_label("Postcode").fill("se156fw")
    page.get_by_role("group", name="Which foods?").get_by_label("Milk").check()
    page.get_by_role("group", name="Does anyone have a food allergy?").get_by_label("Yes").check()
    page.get_by_role("button", name="Save").click()


def test_household_is_added_without_javascript(browser: Browser, live_url: str, world: World) -> None:
    """The form works with scripts off: the fault is shown with a link to its question, and the second try is saved."""
    with opened(browser, live_url, size="phone", script=False) as page:
        sign_in(page, world.account(Role.COORDINATOR))
        _add_household(page)
        page.get_by_role("link", name="Say whether they agree that we keep this").click()
        agreed = page.get_by_role("group", name="Do they agree that we keep this?").get_by_label("Yes, they agree")
        agreed.check()
        assert page.get_by_role("group", name="Which foods?").get_by_label("Milk").is_checked(), (
            "what was typed before is still there"
        )
        page.get_by_role("button", name="Save").click()
        assert page.get_by_role("heading", level=1).inner_text().startswith("Amina")
        expect(page.get_by_text("Milk", exact=True)).to_be_visible()
        expect(page.get_by_text("Placed by postcode")).to_be_visible()
