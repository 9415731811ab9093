"""Photos at the door for the desk: on the stop of the board, each look in the trail, deleted where they show too much."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from logistics.domain.looks import Look
from logistics.domain.vocabulary import Role
from logistics.persistence.tables import AuditEvent, DoorPhoto, Network
from logistics.queries.door_photos import photo_rules
from tests.web.dispatch.doors import a_door_photo
from tests.web.world import Visitor, World


@pytest.fixture
def photo(world: World) -> DoorPhoto:
    """A photo at a door of a published route."""
    photo_id = a_door_photo(world)
    with world.session() as session:
        return session.get_one(DoorPhoto, photo_id)


def looks(world: World) -> list[tuple[uuid.UUID | None, dict[str, str]]]:
    """The looks at photos."""
    with world.session() as session:
        rows = session.query(AuditEvent).filter_by(action=Look.DOOR_PHOTO.value).order_by(AuditEvent.number)
        return [(row.subject_id, row.details) for row in rows]


def board_of(world: World, photo: DoorPhoto) -> str:
    """The address of the day on which it was taken, its route alone."""
    from logistics.persistence.tables import Route, Stop

    with world.session() as session:
        route = session.query(Route).join(Stop, Stop.route_id == Route.id).filter(Stop.id == photo.stop_id).one()
        return f"/day/{route.service_date.isoformat()}?route={route.letter}"


def test_dispatcher_finds_it_at_its_stop_and_the_look_is_kept(
    world: World, signed_in: Callable[..., Visitor], photo: DoorPhoto
) -> None:
    """Board, the stop's photos, the picture: the picture alone is a look, one each time, private and never kept by a browser."""
    desk = signed_in(Role.DISPATCHER)
    address = f"/day/stops/{photo.stop_id}/photos"
    assert address in desk.get(board_of(world, photo)).text
    page = desk.get(address)
    assert f"/day/photos/{photo.id}" in page.text
    assert looks(world) == []
    shown = desk.get(f"/day/photos/{photo.id}")
    assert (shown.data, shown.mimetype, shown.headers["Cache-Control"]) == (b"jpeg", "image/jpeg", "no-store")
    assert shown.headers["X-Content-Type-Options"] == "nosniff"
    assert looks(world) == [(photo.stop_id, {"photo": str(photo.id)})]
    desk.get(f"/day/photos/{photo.id}")
    assert len(looks(world)) == 2


def test_what_shows_too_much_is_deleted_for_good(
    world: World, signed_in: Callable[..., Visitor], photo: DoorPhoto
) -> None:
    """A dispatcher deletes it: it is gone from the stop and the board, and who did it is in the trail."""
    desk = signed_in(Role.DISPATCHER)
    answer = desk.post(f"/day/photos/{photo.id}/remove")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/day/stops/{photo.stop_id}/photos")
    assert "There is no photo of this stop" in desk.get(answer.headers["Location"]).text
    assert desk.get(f"/day/photos/{photo.id}").status_code == 404
    assert f"/day/stops/{photo.stop_id}/photos" not in desk.get(board_of(world, photo)).text
    with world.session() as session:
        entry = session.query(AuditEvent).filter_by(action="door_photo_removed").one()
        assert entry.account_id is not None


@pytest.mark.parametrize("role", [Role.COORDINATOR, Role.ADMIN])
def test_coordinators_and_admins_turn_it_on(world: World, signed_in: Callable[..., Visitor], role: Role) -> None:
    """Off until then; wrong days are named and nothing is half-saved; other rules of the network stay as they are."""
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Network, world.network_id).settings = {"door_s": 99}
    who = signed_in(role)
    page = who.get("/door-photos").text
    assert 'id="is_on" name="is_on" value="yes">' in page
    wrong = who.post("/door-photos", data={"is_on": "yes", "kept_days": "91"})
    assert (wrong.status_code, "1 to 90" in wrong.text or "between 1 and 90" in wrong.text) == (422, True)
    with world.session() as session:
        assert not photo_rules(session).is_on
    assert who.post("/door-photos", data={"is_on": "yes", "kept_days": "30"}).status_code == 303
    with world.session() as session:
        assert (photo_rules(session).is_on, photo_rules(session).kept_days) == (True, 30)
        assert session.get_one(Network, world.network_id).settings["door_s"] == 99
    assert who.post("/door-photos", data={"kept_days": "30"}).status_code == 303
    with world.session() as session:
        assert not photo_rules(session).is_on
