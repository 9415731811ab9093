"""A coordinator marks a person's data as kept and not used, on their page; the week and the day say whom a plan still holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Household, Restriction
from tests.web.dispatch.planned import planned_week, published_week
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import Visitor, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WEEK = "/week/2026-W49"
MONDAY = datetime(2026, 11, 30, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("kind", "ref"), [("household", "H0077"), ("volunteer", "V077")])
def test_marked_read_and_lifted_on_their_page(
    signed_in: Callable[..., Visitor], world: World, kind: str, ref: str
) -> None:
    """Without a reason nothing happens; then both pages say who, when and why, in force and after it was lifted."""
    person_id = world.household(ref) if kind == "household" else world.volunteer(ref)
    desk, path = signed_in(Role.COORDINATOR), f"/{kind}s/{person_id}"
    refused = desk.post(f"{path}/data/restrict", data={})
    assert refused.status_code == 422
    assert "Choose why" in refused.text
    assert "asked us to stop using" not in desk.get(path).text

    desk.post(f"{path}/data/restrict", data={"restrict_reason": "wrong"})
    assert f"{ref} asked us to stop using" in desk.get(path).text
    page = desk.get(f"{path}/data").text
    assert "by Coordinator" in page
    assert "They say that something is wrong" in page
    assert "Stop using their data" not in page

    desk.post(f"{path}/data/lift", data={"lift_reason": "settled"})
    assert "asked us to stop using" not in desk.get(path).text
    after = desk.get(f"{path}/data").text
    assert "Not used from" in after
    assert "It is settled, and we have told them (Coordinator)" in after
    assert desk.post(f"{path}/data/lift", data={"lift_reason": "settled"}).status_code == 409
    with world.session() as session:
        assert session.scalars(select(Restriction)).one().lifted_at is not None


def test_the_week_and_the_day_say_whom_a_plan_still_holds(signed_in: Callable[..., Visitor], world: World) -> None:
    """Who, why, what to do, and links to the day and to the household; lifted, the line is gone."""
    plan = published_week(world)
    path = f"/households/{plan.ids['H0001']}"
    desk, dispatcher = signed_in(Role.COORDINATOR), signed_in(Role.DISPATCHER)
    said, todo = "</a> asked us to stop using its data.", "Take it out of Monday’s routes: route A."
    pages = (WEEK, "/week/2026-W50", "/day/2026-11-30")
    assert not any(said in dispatcher.get(page).text for page in pages)
    desk.post(f"{path}/data/restrict", data={"restrict_reason": "objected"})
    for page in pages:
        assert said in dispatcher.get(page).text, page
        assert todo in dispatcher.get(page).text, page
        assert f"{WEEK}?day=2026-11-30" in dispatcher.get(page).text
        assert f'href="{path}"' in dispatcher.get(page).text
    assert said not in dispatcher.get("/day/2026-12-01").text
    assert todo in desk.get(f"{path}/data").text
    desk.post(f"{path}/data/lift", data={"lift_reason": "asked"})
    assert not any(said in dispatcher.get(page).text for page in pages)


def test_a_proposal_with_them_is_not_published(signed_in: Callable[..., Visitor], world: World) -> None:
    """The page that publishes says whom to take out, in place of an error."""
    plan = planned_week(world)
    signed_in(Role.COORDINATOR).post(
        f"/households/{plan.ids['H0001']}/data/restrict", data={"restrict_reason": "claim"}
    )
    dispatcher = signed_in(Role.DISPATCHER)
    assert "It is in a proposal." in dispatcher.get(WEEK).text
    answer = dispatcher.post(f"{WEEK}/publish", data={"plan": str(plan.plan_id)})
    assert answer.status_code == 409
    assert "H0001 asked us to stop using its data. Take it out of Monday" in answer.text


def test_an_open_board_hears_of_it(signed_in: Callable[..., Visitor], world: World, clock: FixedClock) -> None:
    """The day's mark changes when somebody is restricted, so that a board that stands open fetches the line."""
    plan = published_week(world)
    clock.set(MONDAY)
    desk, dispatcher = signed_in(Role.COORDINATOR), signed_in(Role.DISPATCHER)
    before = dispatcher.get("/day/2026-11-30/mark").get_json()["mark"]
    desk.post(f"/households/{plan.ids['H0001']}/data/restrict", data={"restrict_reason": "wrong"})
    assert dispatcher.get("/day/2026-11-30/mark").get_json()["mark"] != before


def test_files_with_names_know_them_by_number_alone(signed_in: Callable[..., Visitor], world: World) -> None:
    """The route's file that a logged choice adds people to: the restricted one has no name, address or phone in it."""
    plan = published_week(world)
    file = {"path": f"/route/{plan.ids['route mon A']}/file", "data": {"kind": "geojson"}}
    desk, household = signed_in(Role.COORDINATOR), f"/households/{plan.ids['H0001']}"
    with world.session() as session:
        row = session.get_one(Household, plan.ids["H0001"])
        first, address = row.contact_name.split()[0], row.site.address
    before = desk.post(**file).text
    assert first in before
    assert address in before
    desk.post(f"{household}/data/restrict", data={"restrict_reason": "wrong"})
    after = desk.post(**file).text
    assert address not in after
    assert after.count(first) == before.count(first) - 1


def test_on_a_phone(browser: Browser, live_url: str, world: World) -> None:
    """Restricted by hand at 390 by 844: each page with the new parts passes axe, and the week says it."""
    plan = published_week(world)
    email = world.account_of(Role.COORDINATOR)
    household = f"/households/{plan.ids['H0001']}"
    with opened(browser, live_url, size="phone") as page:
        assert page.viewport_size == {"width": 390, "height": 844}
        sign_in(page, email)
        page.goto(f"{household}/data")
        assert_accessible(page)
        page.get_by_label("They object, and we look into it").check()
        page.get_by_role("button", name="Stop using their data").click()
        expect(page.get_by_text("Kept, and used for nothing new")).to_be_visible()
        assert_accessible(page)
        for path in (household, WEEK, "/day/2026-11-30"):
            page.goto(path)
            expect(page.get_by_text("asked us to stop using its data").first).to_be_visible()
            assert_accessible(page)
        page.goto(WEEK)
        page.get_by_role("link", name="Open Mon 30 Nov").click()
        expect(page.get_by_role("button", name="Change by hand")).to_be_visible()
