"""The pages of those who follow up in a real browser: accessible at both sizes, light and dark."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.authority import Actor
from logistics.domain.care import ConcernUrgency, FollowUpCause
from logistics.domain.vocabulary import Role
from logistics.services.escalations import escalate_follow_up
from tests.web.care.follow_up_rows import a_call, a_follow_up
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import NOW, Visitor, World
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

LOOKS = [("laptop", False), ("phone", False), ("phone", True)]


@pytest.mark.parametrize("look", LOOKS, ids=["laptop", "phone", "phone dark"])
def test_pages_of_follow_ups_are_accessible(
    browser: Browser, live_url: str, world: World, look: tuple[str, bool]
) -> None:
    """The queue with something to confirm and something long overdue, one of each, the lead's page, the times."""
    lead = world.account(Role.SAFEGUARDING_LEAD)
    world.account(Role.SUPPORT_WORKER)
    overdue = a_follow_up(world, due_at=NOW - timedelta(minutes=20), confirmed_at=NOW)
    fresh = a_follow_up(world)
    a_follow_up(world, is_restricted=True, cause=FollowUpCause.CONCERN, urgency=ConcernUrgency.TODAY)
    with world.services.database.writing(world.network_id) as session:
        escalate_follow_up(session, Actor.system(world.network_id), overdue, now=NOW)
    call = a_call(world, every_days=7)
    paths = (
        "/calls",
        f"/calls/{call}",
        "/follow-ups",
        f"/follow-ups/{fresh}",
        f"/follow-ups/{overdue}",
        "/follow-ups/restricted",
        "/follow-ups/times",
    )
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        sign_in(page, lead)
        for path in paths:
            page.goto(path)
            assert_accessible(page)


@pytest.mark.parametrize("look", LOOKS, ids=["laptop", "phone", "phone dark"])
def test_pages_of_a_closed_door_are_accessible(
    browser: Browser, live_url: str, app: BoundedApp, world: World, look: tuple[str, bool]
) -> None:
    """The day's board with its ladder, the button that says that the desk knows, and the end of the week."""
    route = RouteWorld(world=world)
    phone = app.test_client()
    assert isinstance(phone, Visitor)
    open_link(phone, route.link())
    for kind in ("route_accepted", "route_loaded"):
        tap(phone, kind)
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    with opened(browser, live_url, size=look[0], dark=look[1]) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.goto("/day/2026-11-26")
        assert_accessible(page)
        page.get_by_role("button", name="I know of it").click()
        expect(page.get_by_text("The desk knows: 12:00")).to_be_visible()
        page.goto("/week/2026-W48/end")
        assert_accessible(page)
        page.get_by_role("button", name="Close week 48").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert_accessible(page)
