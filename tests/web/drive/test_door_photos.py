"""Photos at the door: only where the network allows them, of what they may be, once, without what the camera wrote."""

from __future__ import annotations

import io
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from PIL import Image

from logistics.domain.door_photos import LONGEST_EDGE_PX, MOST_AT_A_STOP
from logistics.gateways.clock import FixedClock
from logistics.gateways.tokens import hash_token, new_token
from logistics.persistence.tables import AuditEvent, DoorPhoto, DriverLink, Household, Stop
from tests.web.drive.conftest import open_link
from tests.web.drive.door_photos import GPS, send, switch, taken_here
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World


@pytest.fixture
def left(phone: Visitor, route: RouteWorld, world: World, clock: FixedClock) -> Visitor:
    """A phone whose driver has left Carlos's parcel at his door, where photos are allowed."""
    switch(world, on=True)
    clock.set(at(12, 20))
    for kind in ("route_accepted", "route_loaded"):
        assert tap(phone, kind).status_code == 303
    leave(phone, route)
    return phone


def leave(phone: Visitor, route: RouteWorld) -> None:
    """The parcel at the door, the meal not."""
    with route.world.session() as session:
        items = session.get_one(Stop, route.stops["carlos"]).items
        meals = {f"given-{item.id}": "0" for item in items if item.batch_id is not None}
    answer = tap(phone, "stop_delivered", route.stops["carlos"], how="left_at_door", **meals)
    assert answer.status_code == 303, answer.text


def photos(world: World) -> list[DoorPhoto]:
    """What is kept."""
    with world.session() as session:
        return list(session.query(DoorPhoto).order_by(DoorPhoto.received_at))


def test_photo_is_kept_once_without_what_the_camera_wrote(left: Visitor, route: RouteWorld, world: World) -> None:
    """A picture with a place in it: stored upright and small as a JPEG of ours; sent again, it is known."""
    stop, photo_id, file = route.stops["carlos"], uuid.uuid4(), taken_here((4000, 3000))
    assert b"SecretCamera" in file
    first = send(left, stop, file, photo_id=photo_id, taken_at="2026-11-26T12:19:00Z", sent_at="2026-11-26T12:20:00Z")
    again = send(left, stop, file, photo_id=photo_id)
    assert (first.json, again.json) == (
        {"id": str(photo_id), "status": "recorded"},
        {"id": str(photo_id), "status": "known"},
    )
    (kept,) = photos(world)
    assert (kept.taken_at, kept.received_at, kept.volunteer_id) == (at(12, 19), at(12, 20), route.volunteer_id)
    assert (kept.width_px, kept.height_px) == (LONGEST_EDGE_PX, LONGEST_EDGE_PX * 3 // 4)
    assert b"Secret" not in kept.jpeg
    with Image.open(io.BytesIO(kept.jpeg)) as image:
        assert (image.format, dict(image.getexif())) == ("JPEG", {})
        assert not image.getexif().get_ifd(GPS)


def bomb() -> bytes:
    """A small file that would unpack to hundreds of megabytes."""
    written = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    return written.getvalue()


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (b"I am a text file that is named photo.jpg", "no photo that we can read"),
        (b"", "Choose a photo"),
        (b"\xff\xd8" + b"\0" * 9 * 1024 * 1024, "larger than 8 MB"),
        (bomb(), "too many pixels"),
    ],
    ids=["text", "nothing", "nine-megabytes", "bomb"],
)
def test_what_is_no_photo_is_refused_and_not_sent_again(
    left: Visitor, route: RouteWorld, world: World, file: bytes, words: str
) -> None:
    """The phone is told why in one sentence, as a refusal that it drops; nothing is kept."""
    told = send(left, route.stops["carlos"], file).json
    assert told is not None
    assert (told["status"], words in told["error"], "has forgotten it" in told["error"]) == ("refused", True, True)
    assert not photos(world)


def test_twenty_megabytes_are_not_even_read(left: Visitor, route: RouteWorld, world: World) -> None:
    """The server stops before the file: 413 as JSON, which the phone drops as well."""
    answer = send(left, route.stops["carlos"], b"\xff\xd8" + b"\0" * 20 * 1024 * 1024)
    assert (answer.status_code, "smaller file" in answer.json["error"]) == (413, True)  # type: ignore[index]
    assert not photos(world)


def refused(answer: Any, words: str) -> bool:
    """Whether it is an answer that the phone understands: refused, and why."""
    return answer.status_code == 200 and answer.json["status"] == "refused" and words in answer.json["error"]


def test_switched_off_between_the_tap_and_the_photo(left: Visitor, route: RouteWorld, world: World) -> None:
    """Refused with the reason; what was kept before is still known, so that a lost answer is no refusal."""
    photo_id, file = uuid.uuid4(), taken_here()
    send(left, route.stops["carlos"], file, photo_id=photo_id)
    switch(world, on=False)
    assert refused(send(left, route.stops["carlos"], file), "does not take photos now")
    assert send(left, route.stops["carlos"], file, photo_id=photo_id).json["status"] == "known"  # type: ignore[index]
    assert len(photos(world)) == 1


def test_only_of_food_left_at_a_door_or_unfit(left: Visitor, route: RouteWorld, world: World) -> None:
    """Handed over, still open, no reply, a pickup, another route: refused. Unfit: kept. A confidential address: never."""
    tap(left, "stop_delivered", route.stops["ada"], how="handed_over")
    tap(left, "stop_failed", route.stops["brook"], reason="no_reply")
    for name in ("ada", "brook", "empty", "kitchen"):
        assert refused(send(left, route.stops[name], taken_here()), "this stop says otherwise"), name
    assert refused(send(left, uuid.uuid4(), taken_here()), "no such stop on this route")
    tap(left, "stop_failed", route.stops["refuge"], reason="food_unfit")
    assert refused(send(left, route.stops["refuge"], taken_here()), "confidential address")
    tap(left, "stop_failed", route.stops["empty"], reason="food_unfit")
    assert send(left, route.stops["empty"], taken_here()).json["status"] == "recorded"  # type: ignore[index]
    other = RouteWorld(world=world, day=route.day + timedelta(days=7))
    assert refused(send(left, other.stops["carlos"], taken_here()), "no such stop on this route")
    assert [photo.stop_id for photo in photos(world)] == [route.stops["empty"]]


def test_two_phones_of_a_crew(left: Visitor, new_phone: Callable[[], Visitor], route: RouteWorld, world: World) -> None:
    """Each may send one of its own; one's number does not pass for the other's; there is an end to it."""
    helper = open_link(new_phone(), route.link(helper=True), "777")
    assert tap(helper, "route_accepted").status_code == 303
    photo_id = uuid.uuid4()
    assert send(left, route.stops["carlos"], taken_here(), photo_id=photo_id).json["status"] == "recorded"  # type: ignore[index]
    assert send(helper, route.stops["carlos"], taken_here()).json["status"] == "recorded"  # type: ignore[index]
    tap(helper, "stop_failed", route.stops["empty"], reason="food_unfit")
    assert refused(send(helper, route.stops["empty"], taken_here(), photo_id=photo_id), "number of another")
    for _ in range(MOST_AT_A_STOP - 2):
        send(left, route.stops["carlos"], taken_here())
    assert refused(send(left, route.stops["carlos"], taken_here()), f"There are {MOST_AT_A_STOP} photos")
    assert {photo.volunteer_id for photo in photos(world)} == {route.volunteer_id, route.helper_id}


def test_undone_leaves_no_photo(left: Visitor, route: RouteWorld, world: World) -> None:
    """The photo goes with its tap, for good, and the trail says so; told again, the stop asks for a new one."""
    send(left, route.stops["carlos"], taken_here())
    assert len(photos(world)) == 1
    tap(left, "stop_reopened", route.stops["carlos"])
    assert not photos(world)
    assert refused(send(left, route.stops["carlos"], taken_here()), "this stop says otherwise")
    leave(left, route)
    assert send(left, route.stops["carlos"], taken_here()).json["status"] == "recorded"  # type: ignore[index]
    with world.session() as session:
        actions = [row.action for row in session.query(AuditEvent).filter_by(subject="door_photo")]
    assert sorted(actions) == ["door_photo_added", "door_photo_added", "door_photo_removed"]


def test_dead_link_sends_nothing(left: Visitor, route: RouteWorld, world: World, clock: FixedClock) -> None:
    """A link that was revoked answers 401, at which the phone forgets the photo with the route."""
    with world.services.database.writing(world.network_id) as session:
        session.query(DriverLink).one().revoked_at = clock.now()
    assert send(left, route.stops["carlos"], taken_here()).status_code == 401
    assert not photos(world)


def test_page_offers_it_where_it_may_be_taken(left: Visitor, route: RouteWorld, world: World) -> None:
    """Right after the tap above the next stop, with plain words; not where the network takes none, nor once there is one."""
    page = left.get("/d/route").text
    assert page.count("Take a photo") == 1
    assert "Never a person, a face or papers." in page
    assert 'capture="environment"' in page
    tap(left, "stop_delivered", route.stops["ada"], how="handed_over")
    assert left.get("/d/route").text.count("Take a photo") == 1, "in the list of what is done"
    switch(world, on=False)
    assert "Take a photo" not in left.get("/d/route").text
    switch(world, on=True)
    form = {"photo_id": str(uuid.uuid4()), "stop_id": str(route.stops["carlos"])}
    wrong = left.post("/d/photo", data={**form, "photo": (io.BytesIO(b"text"), "x.jpg")})
    assert (wrong.status_code, "no photo that we can read" in wrong.text) == (422, True)
    sent = left.post("/d/photo", data={**form, "photo": (io.BytesIO(taken_here()), "x.jpg")})
    assert (sent.status_code, sent.headers["Location"]) == (303, "/d/route")
    assert "Take a photo" not in left.get("/d/route").text


def test_phone_is_told_which_stops_may_be_photographed(left: Visitor, route: RouteWorld, world: World) -> None:
    """Without a signal the phone itself decides: doors where the network allows it, never a confidential address."""

    def told() -> dict[str, tuple[bool, bool, bool]]:
        answer = left.get("/d/kept").json
        assert answer is not None
        names = {str(key): name for name, key in route.stops.items()}
        return {names[s["id"]]: (s["takes_photo"], s["is_proof"], s["has_photo"]) for s in answer["stops"]}

    nothing, doors = (False, False, False), (True, False, False)
    expected = dict.fromkeys(route.stops, doors) | {"kitchen": nothing, "hub": nothing, "refuge": nothing}
    assert told() == expected | {"carlos": (True, True, False)}
    send(left, route.stops["carlos"], taken_here())
    assert told() == expected | {"carlos": (True, True, True)}
    switch(world, on=False)
    assert not any(takes for takes, _, _ in told().values())


def test_a_door_that_became_confidential_is_offered_no_photo(left: Visitor, route: RouteWorld, world: World) -> None:
    """The rule is asked when the photo arrives, not when the food was left."""
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Household, route.households["carlos"]).confidential_address = True
    assert "Take a photo" not in left.get("/d/route").text
    assert refused(send(left, route.stops["carlos"], taken_here()), "confidential address")


def test_another_networks_driver_finds_nothing(left: Visitor, world: World, elsewhere: World) -> None:
    """The id of a stop of another network is no stop of this route."""
    other = RouteWorld(world=elsewhere)
    switch(elsewhere, on=True)
    assert refused(send(left, other.stops["carlos"], taken_here()), "no such stop on this route")


def test_one_link_sends_so_many_a_minute(
    left: Visitor, new_phone: Callable[[], Visitor], route: RouteWorld, world: World
) -> None:
    """Refused ones count as well, for each has to be unpacked; it is told to try later, and another link is not held up."""
    stop = route.stops["carlos"]
    assert {send(left, stop, b"no photo").status_code for _ in range(30)} == {200}
    over = send(left, stop, taken_here())
    assert (over.status_code, "Wait a minute" in str(over.json)) == (429, True)
    assert not photos(world)
    with world.services.database.writing(world.network_id) as session:
        token = new_token()
        session.add(
            DriverLink(
                route_id=route.route_id,
                volunteer_id=route.volunteer_id,
                token_hash=hash_token(token),
                made_at=at(12),
                expires_at=at(23),
            )
        )
    other = new_phone()
    open_link(other, token)
    assert send(other, stop, taken_here()).json["status"] == "recorded"
