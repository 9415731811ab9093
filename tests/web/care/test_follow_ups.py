"""A worry at a door becomes one task of somebody's, read by the right people alone, closed with an outcome."""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.authority import Actor, Grant
from logistics.domain.care import FollowUpOutcome
from logistics.domain.errors import IllegalTransition, NotFound
from logistics.domain.states import FollowUpState
from logistics.domain.vocabulary import Role
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import AuditEvent, Concern, FollowUp, FollowUpEntry, Household
from logistics.queries.follow_ups import follow_up_page, follow_up_queue
from logistics.services.follow_ups import FollowUpStep, take_follow_up, write_step
from tests.web.care.follow_up_rows import a_follow_up
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld
from tests.web.drive.taps import tap
from tests.web.world import NOW, Visitor, World
from web.security.boundary import BoundedApp

CANARY = "canary bruise on the left arm"


@pytest.fixture
def route(world: World) -> RouteWorld:
    """A published route of today."""
    return RouteWorld(world=world)


@pytest.fixture
def phone(app: BoundedApp, route: RouteWorld) -> Visitor:
    """The driver's phone, the route accepted and loaded."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    open_link(client, route.link())
    for kind in ("route_accepted", "route_loaded"):
        tap(client, kind)
    return client


def worry(phone: Visitor, route: RouteWorld, **fields: Any) -> Any:
    """One concern about Ada's door, sent as the form does."""
    said = {"about": "household", "urgency": "urgent", "note": CANARY, **fields}
    return tap(phone, "concern_raised", route.stops["ada"], **said)


def the_follow_up(world: World) -> FollowUp:
    with world.session() as session:
        found: FollowUp = session.query(FollowUp).one()
        session.expunge(found)
        return found


def test_double_submit_makes_one_task(phone: Visitor, route: RouteWorld, world: World, clock: FixedClock) -> None:
    """The same concern by the form, again, and from the outbox: one concern, one task, due an hour after it reached us."""
    concern_id = str(uuid.uuid4())
    assert worry(phone, route, event_id=concern_id).status_code == 303
    assert worry(phone, route, event_id=concern_id).status_code == 303
    event = {
        "id": concern_id, "kind": "concern_raised", "stop_id": str(route.stops["ada"]),
        "details": {"about": "household", "urgency": "urgent", "note": CANARY},
    }  # fmt: skip
    answer = phone.post("/d/events", json={"events": [event, event | {"id": str(uuid.uuid4())}]})
    assert answer.json is not None
    assert [each["status"] for each in answer.json["events"]] == ["known", "recorded"]
    with world.session() as session:
        assert session.query(Concern).count() == 2
        tasks = session.query(FollowUp).all()
        assert {round((task.due_at - clock.now()) / timedelta(hours=1), 6) for task in tasks} == {1}
        assert {task.household_id for task in tasks} == {route.households["ada"]}


@pytest.mark.parametrize(
    "wrong",
    [
        {"note": " "}, {"note": "x" * 1001}, {"urgency": "whenever"}, {"about": "everybody"}, {"event_id": "1"},
        {"stop_id": str(uuid.uuid4())},
    ],
)  # fmt: skip
def test_refused_concern_keeps_nothing(phone: Visitor, route: RouteWorld, world: World, wrong: dict[str, str]) -> None:
    """A concern that makes no sense, or names somebody else's stop, is refused in words, by the form and in a list."""
    fields = {"about": "household", "urgency": "urgent", "note": "x", "stop_id": str(route.stops["ada"]), **wrong}
    assert tap(phone, "concern_raised", **fields).status_code in (409, 422)
    event = {
        "kind": "concern_raised",
        "id": fields.get("event_id", str(uuid.uuid4())),
        "stop_id": fields["stop_id"],
        "details": fields,
    }
    answer = phone.post("/d/events", json={"events": [event]})
    assert answer.json is not None
    assert answer.json["events"][0]["status"] == "refused"
    with world.session() as session:
        assert session.query(Concern).count() == session.query(FollowUp).count() == 0


def test_number_of_another_concern_is_refused(phone: Visitor, route: RouteWorld, world: World) -> None:
    """Other words under the same number are not taken for the first ones."""
    concern_id = str(uuid.uuid4())
    worry(phone, route, event_id=concern_id)
    assert worry(phone, route, event_id=concern_id, note="something else").status_code == 409
    with world.session() as session:
        assert session.query(Concern).one().note == CANARY


def test_before_accepting_nothing_is_raised(app: BoundedApp, route: RouteWorld, world: World) -> None:
    """Whoever has not accepted knows of nobody on the route."""
    client = app.test_client()
    assert isinstance(client, Visitor)
    open_link(client, route.link())
    assert worry(client, route).status_code == 409
    with world.session() as session:
        assert session.query(Concern).count() == 0


def test_driver_is_told_to_ring_until_somebody_has_it(
    app: BoundedApp, phone: Visitor, route: RouteWorld, world: World
) -> None:
    """An urgent concern asks for a call, on the page and on what the phone keeps; once it is taken, both say so."""
    worry(phone, route)
    kept = phone.get("/d/kept").json
    assert kept is not None
    for page in (phone.get("/d/route").text, kept["worries"]):
        assert "ring now" in page
        assert "07700 900999" in page
        assert CANARY not in page
    task = the_follow_up(world)
    worker = world.enter(app, world.account(Role.SUPPORT_WORKER))
    assert worker.post(f"/follow-ups/{task.id}/take").status_code == 303
    page = phone.get("/d/route").text
    assert "ring now" not in page
    assert "is with somebody now" in page


def test_no_reply_at_risk_opens_one_follow_up(
    phone: Visitor, route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """At once and due in 30 minutes, once however often it is undone and told again, and none where nobody is at risk."""
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Household, route.households["ada"]).at_risk = True
    tap(phone, "stop_failed", route.stops["brook"], reason="no_reply")
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    tap(phone, "stop_reopened", route.stops["ada"])
    tap(phone, "stop_failed", route.stops["ada"], reason="no_reply")
    task = the_follow_up(world)
    assert (task.household_id, task.due_at - clock.now()) == (route.households["ada"], timedelta(minutes=30))
    assert task.state is FollowUpState.RAISED


def test_words_of_a_concern_reach_nobody_else(
    app: BoundedApp, phone: Visitor, route: RouteWorld, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """Not the day's board, the household's page, the driver's page, the log or the trail; the support worker reads them."""
    caplog.set_level(logging.DEBUG)
    worry(phone, route)
    task = the_follow_up(world)
    worker = world.enter(app, world.account(Role.SUPPORT_WORKER))
    worker.post(
        f"/follow-ups/{task.id}", data={"entry_id": str(uuid.uuid4()), "state": "contact_attempted", "note": CANARY}
    )
    dispatcher = world.enter(app, world.account(Role.DISPATCHER))
    for path in ("/day/2026-11-26", f"/households/{route.households['ada']}", "/search?q=Ada"):
        answer = dispatcher.get(path)
        assert answer.status_code in (200, 302), path
        assert "canary" not in answer.text
    for path in ("/d/route", "/d/kept"):
        assert "canary" not in phone.get(path).text
    assert "canary" not in caplog.text
    with world.session() as session:
        assert all("canary" not in str(line.details) for line in session.scalars(select(AuditEvent)))
    assert CANARY in worker.get(f"/follow-ups/{task.id}").text


@pytest.mark.parametrize("about", ["volunteer", "staff"])
def test_restricted_concern_is_the_leads_alone(
    app: BoundedApp, phone: Visitor, route: RouteWorld, world: World, about: str
) -> None:
    """No support worker and no coordinator finds it, or writes to it; while there is no lead, the list says that one waits."""
    worry(phone, route, about=about)
    task = the_follow_up(world)
    assert (task.is_restricted, task.household_id, task.stop_id) == (True, None, None)
    for role in (Role.SUPPORT_WORKER, Role.COORDINATOR):
        client = world.enter(app, world.account(role))
        assert client.get(f"/follow-ups/{task.id}").status_code == 404
        assert client.post(f"/follow-ups/{task.id}/take").status_code == 404
        assert client.post(f"/follow-ups/{task.id}", data={"state": "contacted"}).status_code == 404
        page = client.get("/follow-ups").text
        assert "1 concern about a volunteer or staff waits" in page
        assert "canary" not in page
    lead = world.enter(app, world.account(Role.SAFEGUARDING_LEAD))
    assert CANARY in lead.get(f"/follow-ups/{task.id}").text
    assert "nobody may read" not in lead.get("/follow-ups").text


def test_lead_who_went_along_does_not_read_it(phone: Visitor, route: RouteWorld, world: World) -> None:
    """A restricted concern of a route on which the lead was the other volunteer; the deputy reads it."""
    worry(phone, route, about="volunteer")
    task = the_follow_up(world)
    along = Actor(
        network_id=world.network_id,
        grants=(Grant(role=Role.SAFEGUARDING_LEAD), Grant(role=Role.DRIVER, volunteer_id=route.helper_id)),
    )
    with world.session() as session:
        with pytest.raises(NotFound):
            follow_up_page(session, along, task.id, now=NOW)
        assert follow_up_queue(session, along, now=NOW).rows == ()
        assert len(follow_up_queue(session, world.actor(Role.SAFEGUARDING_LEAD), now=NOW).rows) == 1


def test_closing_needs_an_outcome(app: BoundedApp, world: World) -> None:
    """By the pages: taken, tried, spoken with, refused to close without an outcome, closed with one; then nothing more."""
    task_id = a_follow_up(world)
    worker = world.enter(app, world.account(Role.SUPPORT_WORKER))

    def write(**fields: str) -> int:
        data = {"entry_id": str(uuid.uuid4()), "note": "rang", **fields}
        return worker.post(f"/follow-ups/{task_id}", data=data).status_code

    assert worker.post(f"/follow-ups/{task_id}/take").status_code == 303
    assert write(state="closed", outcome="safe_and_well") == 409  # nobody has tried to reach them
    assert write(state="contact_attempted") == 303
    assert write(state="contact_attempted") == 303
    assert "2 tries" in worker.get("/follow-ups").text
    assert write(state="contacted") == 303
    assert write(state="closed") == 422
    assert write(state="closed", outcome="safe_and_well", note="") == 422
    assert write(state="closed", outcome="safe_and_well") == 303
    assert write(state="contacted") == 409
    page = worker.get(f"/follow-ups/{task_id}").text
    assert "Closed: Safe and well." in page
    assert "Write down what you did" not in page
    assert "Nobody waits" in worker.get("/follow-ups").text
    with world.session() as session:
        found = session.get_one(FollowUp, task_id)
        assert (found.outcome, found.closed_at) == (FollowUpOutcome.SAFE_AND_WELL, NOW)


def test_queue_is_by_deadline(app: BoundedApp, world: World) -> None:
    """The soonest due first; what is past its time says so."""
    for name, minutes in (("Later", 90), ("Overdue", -5), ("Sooner", 10)):
        home = world.household(world.fresh("H"), contact_name=name)
        a_follow_up(world, household_id=home, due_at=NOW + timedelta(minutes=minutes))
    page = world.enter(app, world.account(Role.SUPPORT_WORKER)).get("/follow-ups").text
    assert page.index(">Overdue<") < page.index(">Sooner<") < page.index(">Later<")
    assert page.count("Overdue since") == 1


def test_same_step_sent_twice_is_one_entry(world: World) -> None:
    """On both databases; and another's step is refused with the state named once it is over."""
    task_id = a_follow_up(world)
    actor = world.actor(Role.SUPPORT_WORKER)
    step = FollowUpStep(id=uuid.uuid4(), state=FollowUpState.CONTACTED, note="spoke")
    over = FollowUpStep(id=uuid.uuid4(), state=FollowUpState.CLOSED, note="well", outcome=FollowUpOutcome.SAFE_AND_WELL)
    with world.services.database.writing(world.network_id) as session:
        for _ in range(2):
            assert write_step(session, actor, task_id, step, now=NOW) is FollowUpState.CONTACTED
        write_step(session, actor, task_id, over, now=NOW)
        assert session.query(FollowUpEntry).count() == 2
        with pytest.raises(IllegalTransition, match="follow-up is closed"):
            take_follow_up(session, actor, task_id, now=NOW)
