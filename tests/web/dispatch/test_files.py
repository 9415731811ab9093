"""What may be taken away: numbers and times for everybody who prints, people only by a choice that is written down."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from logistics.domain.vocabulary import Role
from logistics.gateways.base_map import base_map_folder, build_base_map
from logistics.persistence.tables import AuditEvent, Household
from tests.logistics.base_map.little_town import write_town
from tests.web.dispatch.planned import planned_week
from tests.web.maps.drawn import lines_in, marks_in
from tests.web.world import Visitor, World
from web.security.boundary import BoundedApp

if TYPE_CHECKING:
    from playwright.sync_api import Browser

PERSONAL = ("Resident", "07700", "Cedar Court", "Buzzer", "H0001")


@pytest.fixture
def desk(app: BoundedApp, world: World) -> Visitor:
    """A dispatcher."""
    return world.enter(app, world.account(Role.DISPATCHER))


def test_the_page_leads_to_every_file(desk: Visitor, world: World) -> None:
    """The board leads to the page, and the page to the map and to each route in both formats."""
    plan = planned_week(world)
    assert 'href="/week/2026-W49/files?day=2026-11-30"' in desk.get("/week/2026-W49").text
    page = desk.get("/week/2026-W49/files").text
    route = plan.ids["route mon A"]
    for address in (f"/route/{route}/file/gpx", f"/route/{route}/file/geojson", f"/route/{route}/picture.svg"):
        assert address in page
        assert desk.get(address).status_code == 200
    assert desk.get("/week/2026-W49/files?day=2026-12-04").text.count("This plan has no route on this day") == 1


@pytest.mark.parametrize("kind", ["gpx", "geojson"])
def test_a_routes_file_holds_numbers_and_nobody(desk: Visitor, world: World, kind: str) -> None:
    """It is a download with each door's number, no name, phone, note or reference, and nothing is written down."""
    plan = planned_week(world)
    answer = desk.get(f"/route/{plan.ids['route mon A']}/file/{kind}")
    assert answer.headers["Content-Disposition"] == f"attachment; filename=food-rounds-2026-11-30-A.{kind}"
    assert "A1" in answer.text
    assert [word for word in PERSONAL if word in answer.text] == []
    with world.session() as session:
        assert session.query(AuditEvent).filter_by(action="export_route_with_people").count() == 0


def test_people_are_added_by_a_choice_that_is_written_down(desk: Visitor, world: World) -> None:
    """With the form's button the file has first names and phones, and the trail says who took which route."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        plan.get(session, Household, "H0001").contact_name = "Ada Mensah"
        plan.get(session, Household, "H0001").phone = "07700 900456"
    answer = desk.post(f"/route/{plan.ids['route mon A']}/file", data={"kind": "gpx"})
    assert "A1 Ada" in answer.text
    assert "07700 900456" in answer.text
    assert "Mensah" not in answer.text
    with world.session() as session:
        (line,) = session.query(AuditEvent).filter_by(action="export_route_with_people")
        assert (line.subject_id, line.details["kind"]) == (plan.ids["route mon A"], "gpx")
        assert line.account_id is not None


def test_a_confidential_address_is_in_no_file(desk: Visitor, world: World) -> None:
    """Not its point, not its number's place, not its people: in no file, with the choice or without, nor in a picture."""
    plan = planned_week(world)
    with world.services.database.writing(world.network_id) as session:
        household = plan.get(session, Household, "H0004")
        household.confidential_address = True
        household.contact_name = "Secret Sister"
    routes = [plan.ids[name] for name in plan.ids if name.startswith("route mon")]
    texts = [desk.get("/week/2026-W49/map-file").text]
    for route in routes:
        texts += [desk.get(f"/route/{route}/file/{kind}").text for kind in ("gpx", "geojson")]
        texts.append(desk.post(f"/route/{route}/file", data={"kind": "geojson"}).text)
        picture = desk.get(f"/route/{route}/picture.svg").text
        assert "Secret" not in picture
    for text in texts:
        assert "51.501" not in text
        assert "Secret" not in text
    points = [point for line in lines_in(texts[0]) for point in line] + [
        (mark[0], mark[1]) for mark in marks_in(texts[0])
    ]
    assert points
    assert all(abs(latitude - 51.501) > 0.0002 for latitude, _ in points)


def test_the_map_file_opens_with_no_network(browser: Browser, desk: Visitor, world: World, tmp_path: Path) -> None:
    """Opened from a folder it draws routes and streets, asks for nothing at all, and names nobody."""
    build_base_map(write_town(tmp_path / "town.osm.pbf"), base_map_folder(world.services.settings.home))
    planned_week(world)
    answer = desk.get("/week/2026-W49/map-file")
    assert answer.headers["Content-Disposition"] == "attachment; filename=food-rounds-map-2026-W49-v1.html"
    assert [word for word in PERSONAL if word in answer.text] == []
    assert "/households/" not in answer.text
    file = tmp_path / "map.html"
    file.write_bytes(answer.data)
    context = browser.new_context(viewport={"width": 390, "height": 844}, offline=True)
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri(), wait_until="networkidle")
    expect(page.locator(".spot")).not_to_have_count(0)
    expect(page.locator("canvas.leaflet-tile")).not_to_have_count(0)
    page.get_by_text("Key").click()
    expect(page.get_by_role("checkbox", name="Mon 30 Nov")).to_be_checked()
    expect(page.get_by_role("checkbox", name="Tue 1 Dec")).not_to_be_checked()
    assert (said, asked) == ([], [file.as_uri()])
    context.close()


def test_a_route_sheet_has_its_map(desk: Visitor, world: World) -> None:
    """Paper carries the picture too, with words for whoever cannot see it; the picture holds numbers and nobody."""
    plan = planned_week(world)
    page = desk.get("/print/2026-W49/2026-11-30?part=routes").text
    picture = f"/route/{plan.ids['route mon A']}/picture.svg"
    assert f'src="{picture}"' in page
    assert "Map of route A with its stops by number" in page
    answer = desk.get(picture)
    assert answer.content_type.startswith("image/svg+xml")
    assert ">1</text>" in answer.text
    assert [word for word in PERSONAL if word in answer.text] == []
