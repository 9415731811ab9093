"""Changing a plan by hand on the pages, without a script: open, move, preview, undo, collide, save, compare."""

from __future__ import annotations

import dataclasses
import re
import uuid
from collections.abc import Callable

from logistics.bootstrap import Services
from logistics.domain.vocabulary import PlanMethod, Role
from logistics.persistence.tables import PlanDraft, PlanEdit, PlanVersion
from tests.web.dispatch.planned import a_draft, planned_week
from tests.web.dispatch.test_planning import ListingPlanner
from tests.web.world import Visitor, World
from web import create_app

MONDAY = "2026-11-30"
BOARD = "/week/2026-W49"


def draft_page(client: Visitor, draft_id: object) -> str:
    """Monday's board."""
    response = client.get(f"/drafts/{draft_id}?day={MONDAY}")
    assert response.status_code == 200, response.text
    return response.text


def seen_in(page: str) -> str:
    """The draft as the page saw it."""
    found = re.search(r'name="seen" value="(\d+)"', page)
    assert found is not None
    return found[1]


def stops_of(page: str) -> list[str]:
    """The keys of the stops in the order of the page."""
    return re.findall(r'data-stop="([^"]+)"', page)


def test_a_version_is_opened_from_the_board(signed_in: Callable[..., Visitor], world: World) -> None:
    """One button; who comes second joins the same draft."""
    planned_week(world)
    client = signed_in(Role.DISPATCHER)
    assert "Change by hand" in client.get(BOARD).text
    first = client.post(f"{BOARD}/edit")
    second = signed_in(Role.COORDINATOR).post(f"{BOARD}/edit")
    assert first.status_code == 302
    assert first.headers["Location"] == second.headers["Location"]
    page = client.get(first.headers["Location"]).text
    assert "Change version 1 by hand" in page
    assert "The checker finds nothing wrong." in page


def test_a_stop_is_moved_and_moved_back(signed_in: Callable[..., Visitor], world: World) -> None:
    """The menu's page shows what a move would do, does it, and undo gives the board of before; no name is in an address."""
    draft_id = a_draft(world)
    client = signed_in(Role.DISPATCHER)
    page = draft_page(client, draft_id)
    stops = stops_of(page)
    shift = re.findall(r'data-shift="([^"]+)"', page)[0]
    to = f"{shift}|{stops[0]}"
    menu = client.get(f"/drafts/{draft_id}/stop", query_string={"day": MONDAY, "stop": stops[1]}).text
    assert "Move it" in menu
    wish = {"kind": "move_stop", "day": MONDAY, "stop": stops[1], "to": to}
    would = client.get(f"/drafts/{draft_id}/stop", query_string=wish).text
    assert "It would mean" in would
    told = client.get(f"/drafts/{draft_id}/preview", query_string=wish)
    assert set(told.get_json()) == {"change", "violations"}
    assert stops_of(draft_page(client, draft_id)) == stops
    moved = client.post(f"/drafts/{draft_id}/edit", data={**wish, "seen": seen_in(page)})
    assert moved.status_code == 302, moved.text
    after = draft_page(client, draft_id)
    assert stops_of(after)[:2] == [stops[1], stops[0]]
    client.post(f"/drafts/{draft_id}/undo", data={"seen": seen_in(after)})
    assert stops_of(draft_page(client, draft_id)) == stops


def test_the_second_is_told_on_the_page(signed_in: Callable[..., Visitor], world: World) -> None:
    """A form of an old page is answered with the board as it is now and who changed it; nothing is stored."""
    draft_id = a_draft(world)
    client = signed_in(Role.DISPATCHER)
    page = draft_page(client, draft_id)
    stops = stops_of(page)
    for key in stops[:2]:
        answer = client.post(
            f"/drafts/{draft_id}/edit",
            data={"kind": "remove_stop", "day": MONDAY, "stop": key, "seen": seen_in(page)},
        )
    assert answer.status_code == 409
    assert "changed this draft at" in answer.text
    assert stops_of(answer.text) == stops[1:]
    with world.session() as session:
        assert session.query(PlanEdit).count() == 1


def test_a_draft_is_saved_and_compared(signed_in: Callable[..., Visitor], world: World) -> None:
    """The new version stands on the board; the comparison says who is not served any more, whose doing it was, and the cost."""
    draft_id = a_draft(world)
    client = signed_in(Role.DISPATCHER)
    page = draft_page(client, draft_id)
    client.post(
        f"/drafts/{draft_id}/edit",
        data={"kind": "remove_stop", "day": MONDAY, "stop": stops_of(page)[0], "seen": seen_in(page)},
    )
    saved = client.post(f"/drafts/{draft_id}/save", data={"seen": seen_in(draft_page(client, draft_id))})
    assert saved.headers["Location"] == f"{BOARD}?version=2"
    board = client.get(saved.headers["Location"]).text
    assert "Saved as version 2." in board
    assert "Taken off by hand" in board
    with world.session() as session:
        version = session.query(PlanVersion).filter_by(number=2).one()
        assert (version.method, version.violations) == (PlanMethod.BY_HAND, 0)
    compared = client.get(f"{BOARD}/compare").text
    assert "Not served any more" in compared
    assert "took a stop off" in compared
    assert client.get(f"{BOARD}/compare/map?before=1&after=2").status_code == 200


def test_one_version_has_nothing_to_be_compared_with(signed_in: Callable[..., Visitor], world: World) -> None:
    """The page says so, and a version that is not there is not found."""
    planned_week(world)
    client = signed_in(Role.DISPATCHER)
    assert "nothing to compare yet" in client.get(f"{BOARD}/compare").text


def test_a_draft_is_thrown_away(signed_in: Callable[..., Visitor], world: World) -> None:
    """The version it began from stays as it was."""
    draft_id = a_draft(world)
    client = signed_in(Role.DISPATCHER)
    dropped = client.post(f"/drafts/{draft_id}/drop", data={"seen": seen_in(draft_page(client, draft_id))})
    assert dropped.status_code == 302
    with world.session() as session:
        assert session.get_one(PlanDraft, draft_id).state == "dropped"
        assert session.query(PlanVersion).count() == 1


def test_improving_hands_a_run_to_the_planner(services: Services, world: World) -> None:
    """The draft then waits for it, and says so."""
    draft_id = a_draft(world)
    planner = ListingPlanner(services)
    app = create_app(dataclasses.replace(services, planner=planner))
    app.test_client_class = Visitor
    client = world.enter(app, world.account_of(Role.DISPATCHER))
    page = draft_page(client, draft_id)
    asked = client.post(f"/drafts/{draft_id}/improve", data={"seen": seen_in(page), "seconds": "15"})
    assert asked.headers["Location"] == f"{BOARD}#job"
    assert len(planner.submitted) == 1
    waiting = draft_page(client, draft_id)
    assert "The planner is improving this draft" in waiting
    assert "Save as a new version" not in waiting


def test_odd_forms_are_refused_in_words(signed_in: Callable[..., Visitor], world: World) -> None:
    """No kind, a day that is none, a driver who is none, an old page: an error each, and nothing stored."""
    draft_id = a_draft(world)
    client = signed_in(Role.DISPATCHER)
    for data, status in (
        ({}, 422),
        ({"kind": "fly", "day": MONDAY, "seen": "1"}, 422),
        ({"kind": "add_order", "day": "soon", "seen": "1"}, 404),
        ({"kind": "add_order", "day": "2026-12-07", "seen": "1"}, 404),
        ({"kind": "add_order", "day": MONDAY, "to": "x", "seen": "1"}, 422),
        ({"kind": "add_order", "day": MONDAY, "to": str(uuid.uuid4()), "seen": "one"}, 422),
        ({"kind": "remove_stop", "day": MONDAY, "stop": "no", "seen": "1"}, 404),
    ):
        assert client.post(f"/drafts/{draft_id}/edit", data=data).status_code == status, data
    next_week = {"kind": "add_order", "day": "2026-12-07"}
    assert client.get(f"/drafts/{draft_id}/preview", query_string=next_week).status_code == 404
    with world.session() as session:
        assert session.query(PlanEdit).count() == 0
