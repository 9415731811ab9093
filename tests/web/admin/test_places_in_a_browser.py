"""The page of a place in a real browser: by mouse, by keyboard, by typing, and without its script."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.placing import PlaceDoubt
from logistics.domain.vocabulary import GeocodePrecision, OrganisationKind, Role
from logistics.persistence.tables import PlaceQuestion, Site
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import World

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page


@pytest.fixture
def site_id(world: World) -> uuid.UUID:
    """A household that may have moved, between a hub and a kitchen, and one that is nowhere yet."""
    world.organisation(
        "HUB1", OrganisationKind.HUB, name="Harbour hub", site_id=world.site(latitude=51.501, longitude=-0.05)
    )
    world.organisation(
        "DON1",
        OrganisationKind.DONOR,
        name="Mill Street kitchen",
        site_id=world.site(latitude=51.495, longitude=-0.062),
    )
    site_id = world.site()
    world.household("H0001", site_id=site_id, contact_name="Amina")
    nowhere = world.site(latitude=None, longitude=None, geocode_source=None, geocode_precision=None)
    world.household("H0002", site_id=nowhere, contact_name="Benedict", confidential_address=True)
    world.add(
        PlaceQuestion(
            id=uuid.uuid4(),
            site_id=site_id,
            doubt=PlaceDoubt.ADDRESS_CHANGED,
            latitude=51.499,
            longitude=-0.0535,
            source="code-point-open",
            precision=GeocodePrecision.POSTCODE,
            former_address="9 Old Row",
            former_postcode="SE16 4TB",
            asked_at=world.services.clock.now(),
        )
    )
    return site_id


def fields(page: Page) -> tuple[float, float]:
    """The coordinates that would be saved."""
    latitude, longitude = (page.get_by_label(name, exact=True).input_value() for name in ("Latitude", "Longitude"))
    return float(latitude), float(longitude)


def open_place(page: Page, world: World, site_id: uuid.UUID) -> None:
    """Sign in, and wait until the pin is there."""
    sign_in(page, world.account(Role.COORDINATOR))
    page.goto(f"/places/{site_id}")
    page.locator(".place-spot").wait_for()


def saved(world: World, site_id: uuid.UUID) -> tuple[float | None, float | None, GeocodePrecision | None]:
    """What is stored."""
    with world.session() as session:
        site = session.get_one(Site, site_id)
        return site.latitude, site.longitude, site.geocode_precision


@pytest.mark.parametrize("look", [("laptop", False), ("phone", False), ("phone", True)], ids=str)
def test_pages_of_places_are_accessible(
    browser: Browser, live_url: str, world: World, site_id: uuid.UUID, look: tuple[str, bool]
) -> None:
    """The list and the page pass axe and fit the screen, and no other host is asked."""
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        open_place(page, world, site_id)
        assert_accessible(page)
        page.goto("/places")
        assert_accessible(page)


def test_a_pin_is_dragged(browser: Browser, live_url: str, world: World, site_id: uuid.UUID) -> None:
    """To the north-east, and saved there; the fields and the spoken line follow."""
    with opened(browser, live_url) as page:
        open_place(page, world, site_id)
        before = fields(page)
        pin = page.locator(".place-spot")
        pin.scroll_into_view_if_needed()
        box = pin.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x + 40, y - 30, steps=8)
        page.mouse.up()
        after = fields(page)
        assert after[0] > before[0]
        assert after[1] > before[1]
        expect(page.locator("#place-told")).to_contain_text("m from where it was. Not saved yet.")
        page.get_by_role("button", name="Place it here").click()
        page.get_by_text("Placed by hand.").wait_for()
    assert saved(world, site_id) == (*after, GeocodePrecision.MANUAL)


def test_a_pin_is_moved_by_keyboard_alone(browser: Browser, live_url: str, world: World, site_id: uuid.UUID) -> None:
    """Tab to the pin, arrows, Tab to the button, Enter: no mouse is needed."""
    with opened(browser, live_url, size="phone") as page:
        open_place(page, world, site_id)
        before = fields(page)
        page.locator("#place-map").focus()
        for _ in range(6):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.classList.contains('place-spot')"):
                break
        page.keyboard.press("ArrowUp")
        page.keyboard.press("Shift+ArrowLeft")
        after = fields(page)
        assert after[0] > before[0]
        assert before[1] - after[1] > 5 * (after[0] - before[0])
        for _ in range(12):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent.trim()") == "Place it here":
                break
        page.keyboard.press("Enter")
        page.get_by_text("Placed by hand.").wait_for()
    assert saved(world, site_id) == (*after, GeocodePrecision.MANUAL)


def test_where_there_is_no_pin_a_press_puts_one(
    browser: Browser, live_url: str, world: World, site_id: uuid.UUID
) -> None:
    """A single press does what dragging does; typing moves the pin."""
    with world.session() as session:
        nowhere = session.query(Site.id).filter(Site.latitude.is_(None)).scalar()
    with opened(browser, live_url) as page:
        sign_in(page, world.account(Role.COORDINATOR))
        page.goto(f"/places/{nowhere}")
        page.get_by_text("There is no pin yet").wait_for()
        page.locator("#place-map").click(position={"x": 120, "y": 200})
        pressed = fields(page)
        assert 51.48 < pressed[0] < 51.51
        page.get_by_label("Latitude", exact=True).fill("51.5")
        expect(page.locator("#place-told")).to_contain_text("The pin is at 51.500000")
        page.get_by_role("button", name="Place it here").click()
        page.get_by_text("Placed by hand.").wait_for()
    assert saved(world, nowhere) == (51.5, pressed[1], GeocodePrecision.MANUAL)


def test_without_its_script_the_fields_do(browser: Browser, live_url: str, world: World, site_id: uuid.UUID) -> None:
    """No empty box where a map would be; a question can be answered and a place typed."""
    with opened(browser, live_url, size="phone", script=False) as page:
        sign_in(page, world.account(Role.COORDINATOR))
        page.goto(f"/places/{site_id}")
        expect(page.locator("#place-side")).to_be_hidden()
        page.get_by_label("Where the pin stands now").check()
        page.get_by_role("button", name="This one is right").click()
        page.get_by_text("The place is settled.").wait_for()
    assert saved(world, site_id)[2] is GeocodePrecision.POSTCODE
