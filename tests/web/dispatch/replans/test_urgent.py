"""Somebody needs food today: from the day's page to the driver's phone, by hand and by client."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING

import pytest

from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Batch, HouseholdNeeds
from tests.logistics.running_monday import RunningMonday, at
from tests.web.dispatch.planned import planned_week
from tests.web.dispatch.replans.planner_at_once import DAY, LOOKS, PlannerAtOnce, proposal_ids
from tests.web.dispatch.test_week import words
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import Visitor, World

if TYPE_CHECKING:
    from playwright.sync_api import Browser

WHO = "/today/somebody"


@pytest.fixture
def monday(world: World, clock: FixedClock) -> RunningMonday:
    """It is 11:40: V003 is on the way to the kitchen, which has made two portions of chicken more than anybody asked for."""
    running = RunningMonday.of(planned_week(world), clock=clock)
    running.accept()
    clock.set(at(11, 40))
    with running.writing() as session:
        running.plan.get(session, Batch, "batch chicken and rice").portions = 4
    return running


def form_of(monday: RunningMonday, ref: str = "H0006") -> str:
    """The address of that household's form."""
    return f"{WHO}/{monday.plan.ids[ref]}"


def test_from_the_day_to_the_messages(desk: Visitor, monday: RunningMonday, planner: PlannerAtOnce) -> None:
    """Found by name, asked for, accepted; the driver, the hub and that household are told, and nobody else."""
    assert WHO in desk.get(DAY).text
    found = desk.get(f"{WHO}?q=H0006").text
    assert form_of(monday) in found
    assert form_of(monday, "H0001") not in found
    assert "Nobody matches" in desk.get(f"{WHO}?q=zzzz").text
    answer = desk.post(form_of(monday), data={"product": "hot_meal", "quantity": "1"})
    assert answer.status_code == 303, answer.text
    assert planner.urgent == [True]
    page = desk.get(answer.location).text
    assert "H0006: 1 hot meal today" in words(page)
    assert "Somebody who is out brings it as well" in page
    assert "H0006 needs food today." in words(desk.get(DAY).text)
    desk.post(f"{answer.location}/accept", data={"proposal": proposal_ids(page)[0]})
    told = desk.get(answer.location).text
    assert "one of our volunteers brings you food today at about" in told
    assert "your route A has changed: 1 door more" in told
    messages = [part.split("</p>")[0] for part in told.split('<p class="message">')[1:]]
    assert len(messages) == 3  # the hub as well: V003 is behind the plan, and comes there later than it was told
    assert not any("Row" in message or "Court" in message for message in messages)
    assert "H0006 needs food today" not in words(desk.get(DAY).text)
    assert "comes to them today already" in words(desk.get(form_of(monday)).text)


def test_when_nobody_can_bring_it_the_page_says_why(desk: Visitor, monday: RunningMonday) -> None:
    """No proposal to press, the reason, and a button that takes the order back."""
    answer = desk.post(form_of(monday, "H0002"), data={"product": "hot_meal", "quantity": "1"})
    page = desk.get(answer.location).text
    assert "Nobody can bring it." in page
    assert "No portion that is safe for them is left today." in page
    assert not proposal_ids(page)
    assert "Take the order back" in page
    desk.post(f"{answer.location}/drop")
    assert "H0002 needs food today" not in words(desk.get(DAY).text)


def test_what_cannot_be_is_refused_beside_its_field(desk: Visitor, monday: RunningMonday) -> None:
    """A number, a time, a household with no place, and one that is not there."""
    form = form_of(monday)
    assert "Choose what they need" in desk.post(form, data={"quantity": "1"}).text
    assert "from 1 to 20" in desk.post(form, data={"product": "parcel", "quantity": "many"}).text
    late = desk.post(form, data={"product": "parcel", "quantity": "1", "by": "11:00"})
    assert (late.status_code, "Enter a time after 11:40" in late.text) == (422, True)
    nowhere = desk.post(form_of(monday, "H0005"), data={"product": "parcel", "quantity": "1"})
    assert (nowhere.status_code, "has no place on the map yet" in nowhere.text) == (422, True)
    assert desk.get(f"{WHO}/{uuid.uuid4()}").status_code == 404


def test_a_need_that_is_not_clear_is_said_before_anything_is_asked(desk: Visitor, monday: RunningMonday) -> None:
    """No meal can be safe for them: the form says that a parcel can."""
    with monday.writing() as session:
        session.add(HouseholdNeeds(household_id=monday.plan.ids["H0006"], unmapped="kiwi"))
    page = desk.get(form_of(monday)).text
    assert "What they can eat is not clear yet" in page
    assert "kiwi" not in page


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look)))
def test_in_a_browser(
    browser: Browser, live_url: str, world: World, monday: RunningMonday, look: tuple[str, bool, bool]
) -> None:
    """The whole way by hand at both sizes, light and dark, with scripts, where axe finds nothing, and without."""
    size, dark, script = look
    with opened(browser, live_url, size=size, dark=dark, script=script) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.wait_for_url("**/week/**")
        page.goto(DAY)
        page.get_by_role("link", name="Somebody needs food today").click()
        page.get_by_label("Name, number, street or phone").fill("Resident H0006")
        page.get_by_role("button", name="Find").click()
        page.get_by_role("link", name="Resident H0006").wait_for()
        assert_accessible(page, script=script)
        page.get_by_role("link", name="Resident H0006").click()
        page.get_by_role("heading", name="food today").wait_for()
        assert_accessible(page, script=script)
        page.get_by_role("button", name="Show me who can bring it").click()
        page.get_by_role("heading", name="Somebody who is out brings it as well").wait_for()
        assert_accessible(page, script=script)
        page.get_by_role("button", name="Accept and send out (proposal 1)").click()
        page.get_by_role("heading", name="Tell these, and nobody else").wait_for()
        assert_accessible(page, script=script)
