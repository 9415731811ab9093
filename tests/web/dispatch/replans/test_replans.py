"""The desk plans a running day again: a button on the day, up to three ways, one tap, and messages for those touched alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from logistics.domain.states import RunState
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import SolveRun
from tests.logistics.running_monday import RunningMonday, at
from tests.web.dispatch.planned import planned_week
from tests.web.dispatch.replans.planner_at_once import DAY, LOOKS, PlannerAtOnce, proposal_ids
from tests.web.dispatch.test_week import words
from tests.web.pages import assert_accessible, opened, sign_in
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture
def monday(world: World, clock: FixedClock) -> RunningMonday:
    """V003 has loaded and served one door; it is 12:20."""
    running = RunningMonday.of(planned_week(world), clock=clock)
    running.loaded_and_one_door_done()
    clock.set(at(12, 20))
    return running


def asked(desk: Visitor, monday: RunningMonday, **data: str) -> str:
    """Say that the volunteer is out; the address of the proposals."""
    sent = {"reason": "volunteer_out", "food": "fetch", "place": "Outside Cedar Court", **data}
    answer = desk.post(f"/route/{monday.plan.ids['route mon A']}/replan", data=sent)
    assert answer.status_code == 303, answer.text
    return answer.headers["Location"]


def test_from_the_day_to_the_messages(desk: Visitor, monday: RunningMonday, planner: PlannerAtOnce) -> None:
    """The button, the form, three ways, one accepted; then exactly those it touches are to be told."""
    assert f"/route/{monday.plan.ids['route mon A']}/replan" in desk.get(DAY).text
    assert "2 doors to come" in words(desk.get(f"/route/{monday.plan.ids['route mon A']}/replan").text)
    address = asked(desk, monday)
    assert planner.urgent == [True]
    page = desk.get(address).text
    text = words(page)
    assert "Volunteer V004, free today" in text
    assert "Route A cannot go on" in words(desk.get(DAY).text)
    answer = desk.post(f"{address}/accept", data={"proposal": proposal_ids(page)[0]})
    assert answer.headers["Location"] == address
    told = words(desk.get(address).text)
    assert "Version 2 is out" in told
    assert "Please stay with the food: it is fetched from you at about" in told
    assert "could you help out today? 2 doors, first the food from another volunteer’s vehicle" in told
    assert "Resident, your food comes today at about" in told
    assert "V001" not in told
    assert "H0003" not in told
    board = words(desk.get(DAY).text)
    assert "Handed over: others serve what was left." in board
    assert "delivered to H0001" in board


def test_a_message_names_no_street_and_opens_on_the_right_number(desk: Visitor, monday: RunningMonday) -> None:
    """Whoever forwards it gives nobody's address away."""
    address = asked(desk, monday)
    desk.post(f"{address}/accept", data={"proposal": proposal_ids(desk.get(address).text)[0]})
    page = desk.get(address).text
    assert "https://wa.me/447700900444?text=" in page
    assert "sms:07700900444" in page
    messages = [part.split("</p>")[0] for part in page.split('<p class="message">')[1:]]
    assert len(messages) == 4
    assert not any("Court" in message or "Test Row" in message for message in messages)


def test_a_stale_proposal_is_offered_again(desk: Visitor, monday: RunningMonday, planner: PlannerAtOnce) -> None:
    """Another door was served meanwhile: the page says what happened, and shows what can be done now."""
    address = asked(desk, monday)
    old = proposal_ids(desk.get(address).text)[0]
    monday.tell("mon A 4", at(12, 20))
    answer = desk.post(f"{address}/accept", data={"proposal": old})
    assert answer.status_code == 303
    page = desk.get(address).text
    assert "Something has happened on route A since" in page
    assert old not in proposal_ids(page)
    assert proposal_ids(page)
    assert monday.published() == monday.plan.plan_id


def test_while_a_worker_is_at_it_the_page_says_so(desk: Visitor, monday: RunningMonday, planner: PlannerAtOnce) -> None:
    """Without a script there is a link to look again, with one the page asks by itself."""
    planner.waits = True
    address = asked(desk, monday)
    page = desk.get(address).text
    assert "Working out ways to go on" in page
    assert "See how far it is" in page
    before = desk.get(f"{address}/mark").json
    planner.work()
    assert desk.get(f"{address}/mark").json != before
    assert "Working out" not in desk.get(address).text


def test_what_the_form_refuses_is_shown_with_what_to_do(desk: Visitor, monday: RunningMonday) -> None:
    """A hand-over needs somebody, and a donor's trouble is not this form's."""
    path = f"/route/{monday.plan.ids['route mon A']}/replan"
    answer = desk.post(path, data={"reason": "hand_over"})
    assert answer.status_code == 422
    assert "Choose who takes the route over" in answer.text
    assert desk.post(path, data={"reason": "donor_late"}).status_code == 422
    assert desk.post(path, data={"reason": "hand_over", "volunteer": "nobody"}).status_code == 422


def test_handing_over_to_a_named_volunteer(desk: Visitor, monday: RunningMonday) -> None:
    """One proposal, for that volunteer; and then the button to make their link."""
    address = asked(desk, monday, reason="hand_over", volunteer=str(monday.plan.ids["V004"]))
    (only,) = proposal_ids(desk.get(address).text)
    desk.post(f"{address}/accept", data={"proposal": only})
    page = desk.get(address).text
    assert f"/route/{monday.route_of('V004')}/link" in page


def test_leaving_everything_as_it_is(desk: Visitor, monday: RunningMonday) -> None:
    """The volunteer is back: the day says nothing of it any more."""
    address = asked(desk, monday)
    desk.post(f"{address}/drop")
    board = words(desk.get(DAY).text)
    assert "Nothing was changed." in board
    assert "See the ways to go on" not in board
    assert "put aside" in desk.get(address).text


def test_a_running_day_does_not_wait_for_the_planning_of_its_week(
    desk: Visitor, world: World, monday: RunningMonday, planner: PlannerAtOnce
) -> None:
    """While a re-plan is worked out the week can be planned, and the week's page does not take the one for the other."""
    planner.waits = True
    asked(desk, monday)
    planner.queue.clear()
    assert desk.post("/week/2026-W49/plan", data={"method": "solver"}).status_code == 302
    assert desk.post("/week/2026-W49/plan", data={"method": "replanned"}).status_code == 422
    with world.session() as session:
        assert {run.state for run in session.query(SolveRun)} == {RunState.QUEUED}
        assert session.query(SolveRun).count() == 2


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: " ".join(map(str, look)))
def test_in_a_browser(
    browser: Browser, live_url: str, world: World, monday: RunningMonday, look: tuple[str, bool, bool]
) -> None:
    """From the day to the messages at both sizes, light and dark, with scripts, where axe finds nothing, and without."""
    size, dark, script = look
    with opened(browser, live_url, size=size, dark=dark, script=script) as page:
        sign_in(page, world.account(Role.DISPATCHER))
        page.wait_for_url("**/week/**")
        page.goto(DAY)
        page.get_by_role("link", name="Cannot go on (route A").click()
        page.get_by_role("heading", name="Route A cannot go on").wait_for()
        assert_accessible(page, script=script)
        page.get_by_label("Where does the vehicle stand?").fill("Outside Cedar Court")
        page.get_by_role("button", name="Show me the ways to go on").click()
        page.get_by_role("heading", name="Ask somebody who is free today").wait_for()
        assert_accessible(page, script=script)
        page.get_by_role("button", name="Accept and send out (proposal 1)").click()
        page.get_by_role("heading", name="Tell these, and nobody else").wait_for()
        assert_accessible(page, script=script)
        page.goto(DAY)
        page.get_by_text("Handed over: others serve what was left.").wait_for()
        assert_accessible(page, script=script)


@pytest.fixture
def early(world: World, clock: FixedClock) -> RunningMonday:
    """V003 has accepted and is on the way; it is 11:40, and nothing is loaded."""
    running = RunningMonday.of(planned_week(world), clock=clock)
    running.accept()
    clock.set(at(11, 40))
    return running


def test_a_kitchen_that_is_late_is_one_tap_from_the_day(app: BoundedApp, world: World, early: RunningMonday) -> None:
    """From the food to fetch to a version that is out: the donor, the driver and the households are told, and nobody else."""
    desk = world.enter(app, world.account(Role.DISPATCHER))
    form = f"/food/{early.plan.ids['slot hot']}/replan"
    assert form in desk.get(DAY).text
    assert "If later: when is it ready?" in desk.get(form).text
    refused = desk.post(form, data={"reason": "donor_late", "ready_at": "11:00"})
    assert refused.status_code == 422
    assert "Enter a time after 12:00" in refused.text
    assert desk.post(form, data={"reason": "hand_over"}).status_code == 422
    answer = desk.post(form, data={"reason": "donor_late", "ready_at": "12:30"})
    assert answer.status_code == 303, answer.text
    page = desk.get(answer.location).text
    assert "food is late" in page
    assert "the same drivers, at other times" in page
    assert "food is late" in words(desk.get(DAY).text)
    first = proposal_ids(page)[0]
    assert desk.post(f"{answer.location}/accept", data={"proposal": first}).status_code == 303
    told = words(desk.get(answer.location).text)
    assert "your route A has changed" in told
    assert "route B" not in told
    assert "food is late" not in words(desk.get(DAY).text)


def test_a_kitchen_that_is_short_says_who_goes_without(app: BoundedApp, world: World, early: RunningMonday) -> None:
    """The number is typed by dish; what cannot be is refused beside its field; the proposal names who goes without, and why."""
    desk = world.enter(app, world.account(Role.DISPATCHER))
    form = f"/food/{early.plan.ids['slot hot']}/replan"
    chicken = early.plan.ids["batch chicken and rice"]
    wrong = desk.post(form, data={"reason": "donor_short", f"count-{chicken}": "7"})
    assert wrong.status_code == 422
    assert "How many come must be a whole number from 0 to 2" in wrong.text
    answer = desk.post(form, data={"reason": "donor_short", f"count-{chicken}": "1"})
    assert answer.status_code == 303, answer.text
    page = words(desk.get(answer.location).text)
    assert "H0001" in page
    assert "Fewer portions came than were promised" in page


def test_late_food_in_a_browser(browser: Browser, live_url: str, world: World, early: RunningMonday) -> None:
    """The same by hand on a phone and at a desk; axe finds nothing."""
    email = world.account(Role.DISPATCHER)
    for size, dark in (("laptop", False), ("phone", True)):
        with opened(browser, live_url, size=size, dark=dark) as page:
            sign_in(page, email)
            page.wait_for_url("**/week/**")
            page.goto(DAY)
            page.get_by_role("link", name="Late or short").first.click()
            page.get_by_role("heading", name="late or short").wait_for()
            assert_accessible(page)
            page.get_by_label("If later: when is it ready?").fill("12:30" if size == "laptop" else "12:35")
            page.get_by_role("button", name="Show me what can be done").click()
            page.get_by_role("heading", name="the same drivers, at other times").wait_for()
            assert_accessible(page)
            page.goto(DAY)
            page.get_by_role("heading", name="Food to fetch").wait_for()
            assert_accessible(page)
