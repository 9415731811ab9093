"""A donor in a real browser: a week confirmed from a link in three taps at most, a slot typed within a minute."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import date
from html import unescape
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.states import SlotState
from logistics.domain.vocabulary import OrganisationKind, Role
from logistics.persistence.tables import DonationSlot
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import Visitor, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

KEY_MS = 150
"""Between two keys: 40 words of five letters a minute, an ordinary hand on a phone."""
TAP_S = 1.0
"""To find the next control and press it."""


def kitchen(world: World) -> uuid.UUID:
    """A donor with a schedule."""
    donor = world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")
    world.donation_schedule(donor)
    return donor


@pytest.mark.parametrize(("size", "dark"), [("phone", False), ("phone", True), ("laptop", False)])
def test_week_is_confirmed_from_a_link(
    browser: Browser, live_url: str, world: World, signed_in: Callable[..., Visitor], size: str, *, dark: bool
) -> None:
    """Tap the link, tap yes: two taps. The address keeps no token, and what only looked at it confirmed nothing."""
    donor = kitchen(world)
    page_text = signed_in(Role.DISPATCHER).post(f"/week/2026-W49/donors/{donor}").text
    token = re.search(r"/donate/week#([\w-]+)", unescape(page_text))
    assert token
    with opened(browser, live_url, size=size, dark=dark) as page:
        page.goto(f"/donate/week#{token[1]}")
        taps = 1
        yes = page.get_by_role("button", name=re.compile("^Yes"))
        expect(yes).to_be_visible()
        assert token[1] not in page.url
        assert_accessible(page)
        with world.session() as session:
            assert {slot.state for slot in session.query(DonationSlot)} == {SlotState.OFFERED}
        yes.click()
        taps += 1
        expect(page.get_by_text("2 donations confirmed")).to_be_visible()
        assert_accessible(page)
        page.get_by_text("Other number").first.click()
        assert_accessible(page)
    assert taps <= 3
    with world.session() as session:
        of_week = session.query(DonationSlot).filter(DonationSlot.service_date >= date(2026, 11, 30))
        assert [slot.state for slot in of_week] == [SlotState.CONFIRMED] * 2


def test_slot_is_typed_within_a_minute(browser: Browser, live_url: str, world: World) -> None:
    """On a phone, 150 ms a key and a second for each tap: from the list to "logged" in under 60 s of human time."""
    donor = world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")
    email = world.account(Role.DONOR, organisation_id=donor)
    spent_s = 0.0
    with opened(browser, live_url, size="phone") as page:
        sign_in(page, email)
        steps: list[tuple[str, str]] = [
            ("Dish", "lentil stew"), ("Portions", "60"), ("Ready at", "11:30"), ("Collect by", "12:15"),
        ]  # fmt: skip
        page.get_by_role("link", name="Log a donation").first.click()
        page.get_by_label("Hot", exact=True).check()
        page.get_by_label("It contains some of the 14").check()
        page.get_by_label("Celery").check()
        page.get_by_label("Fri 27 Nov").check()
        spent_s += 5 * TAP_S
        for label, typed in steps:
            page.get_by_label(label, exact=True).fill(typed)
            spent_s += TAP_S + len(typed) * KEY_MS / 1000
        page.get_by_role("button", name="Offer this food").click()
        spent_s += TAP_S
        expect(page.get_by_text("60 portions")).to_be_visible()
    assert spent_s < 60
    with world.session() as session:
        assert session.query(DonationSlot).one().service_date == date(2026, 11, 27)


@pytest.mark.parametrize("size", ["phone", "laptop"])
def test_schedule_and_the_page_of_a_donation(browser: Browser, live_url: str, world: World, size: str) -> None:
    """The usual offer is entered with boxes and dates; the day's page tells what became of it, and who said so."""
    donor = world.organisation("DON1", OrganisationKind.DONOR, name="Tanner Street Kitchen")
    slot_id = world.donation_slot(donor, service_date=date(2026, 11, 26))
    with opened(browser, live_url, size=size) as page:
        sign_in(page, world.account(Role.DONOR, organisation_id=donor))
        page.get_by_role("link", name="Add what you usually give").click()
        expect(page.get_by_label("Tuesday")).to_be_visible()
        assert_accessible(page)
        page.get_by_label("Tuesday").check()
        page.get_by_label("Thursday").check()
        page.get_by_label("Ready at").fill("14:30")
        page.get_by_label("Collect by").fill("15:15")
        page.get_by_label("Break 1: from").fill("2026-12-15")
        page.get_by_label("Break 1: until").fill("2027-01-04")
        page.get_by_label("Chilled", exact=True).check()
        page.get_by_label("Dish", exact=True).fill("lentil stew")
        page.get_by_label("Portions", exact=True).fill("60")
        page.get_by_label("It contains none of the 14").check()
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_role("alert")).to_contain_text("days after collection")
        assert_accessible(page)
        page.get_by_label("Use by, days after collection").fill("1")
        page.get_by_role("button", name="Save", exact=True).last.click()
        expect(page.get_by_text("Every Tuesday and Thursday").first).to_be_visible()
        assert_accessible(page)
        page.goto(f"/donate/slots/{slot_id}/about")
        page.get_by_label("Short").check()
        page.get_by_label("How many came").fill("12")
        assert_accessible(page)
        page.get_by_role("button", name="Save", exact=True).click()
        expect(page.get_by_text("Outcome recorded")).to_be_visible()
        assert_accessible(page)
