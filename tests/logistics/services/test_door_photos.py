"""Photos at doors, on both databases: kept for the network's days, deleted by the job, seen by the desk and in the trail."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from logistics.bootstrap import build_services
from logistics.domain.authority import Actor
from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.door_photos import DoorPhotoRules
from logistics.domain.errors import BadInput
from logistics.domain.looks import Look
from logistics.gateways.clock import FixedClock
from logistics.jobs.door_photos_forgotten import LOOK_EVERY, DoorPhotosForgotten
from logistics.persistence.database import Database
from logistics.persistence.tables import AuditEvent, DeliveryEvent, DoorPhoto, DriverLink, Stop
from logistics.queries.day_marks import day_marks
from logistics.queries.looks import who_looked
from logistics.services.deliveries import ReportedEvent, record_event
from logistics.services.door_photos import SentPhoto, add_door_photo, see_door_photo, set_door_photos
from logistics.services.driver_access import DriverInHand
from logistics.services.looks import LookAt, note_looks
from logistics.settings import Settings
from tests.web.drive.door_photos import switch, taken_here
from tests.web.drive.route_world import RouteWorld, at
from tests.web.world import World

K = DeliveryEventKind


@pytest.fixture
def route(database: Database, tmp_path: Path) -> Iterator[RouteWorld]:
    """A route under way on SQLite and on PostgreSQL, with a parcel left at a door."""
    settings = Settings.from_environment({"ROUNDS_HOME": str(tmp_path)})
    services = build_services(settings, clock=FixedClock(at(12, 20)), database=database)
    made = RouteWorld(world=World(services=services))
    made.link()
    switch(made.world, on=True, kept_days=7)
    meals = {}
    with made.world.session() as session:
        meals = {str(i.id): 0 for i in session.get_one(Stop, made.stops["carlos"]).items if i.batch_id is not None}
    for kind, name, details in (
        (K.ROUTE_ACCEPTED, None, {}),
        (K.ROUTE_LOADED, None, {}),
        (K.STOP_DELIVERED, "carlos", {"how": "left_at_door", "given": meals}),
    ):
        happens(made, kind, name, details)
    yield made
    services.close()


def driver(route: RouteWorld) -> DriverInHand:
    """Who holds the link."""
    with route.world.session() as session:
        link = session.query(DriverLink).one()
    return DriverInHand(
        network_id=route.world.network_id,
        link_id=link.id,
        route_id=route.route_id,
        volunteer_id=route.volunteer_id,
        made_at=link.made_at,
    )


def happens(route: RouteWorld, kind: DeliveryEventKind, name: str | None, details: dict[str, object]) -> None:
    """One tap."""
    stop_id = None if name is None else route.stops[name]
    event = ReportedEvent(id=uuid.uuid4(), kind=kind, stop_id=stop_id, details=details)
    with route.world.services.database.writing(route.world.network_id) as session:
        record_event(session, driver(route), event, now=at(12, 20))


def arrives(route: RouteWorld, now: datetime) -> uuid.UUID:
    """A photo of the parcel reaches us."""
    photo = SentPhoto(id=uuid.uuid4(), stop_id=route.stops["carlos"], file=taken_here((60, 40)))
    with route.world.services.database.writing(route.world.network_id) as session:
        assert add_door_photo(session, driver(route), photo, now=now)
        assert not add_door_photo(session, driver(route), photo, now=now)
    return photo.id


def held(route: RouteWorld) -> list[uuid.UUID]:
    """The photos that are kept."""
    with route.world.session() as session:
        return list(session.scalars(select(DoorPhoto.id)))


def test_kept_to_the_last_day_and_gone_on_the_next(route: RouteWorld) -> None:
    """Seven days after the 26th is the 3rd of December: there until midnight in London, gone after it, whatever the hour it came."""
    job = DoorPhotosForgotten(route.world.services.database)
    early, late = arrives(route, at(12, 21)), arrives(route, at(23, 59))
    assert set(held(route)) == {early, late}
    job.look_round(datetime(2026, 12, 3, 23, 59, tzinfo=UTC))
    assert set(held(route)) == {early, late}
    job.look_round(datetime(2026, 12, 4, 0, 0, tzinfo=UTC))
    assert set(held(route)) == {early, late}, "this worker looked a minute ago"
    job.look_round(datetime(2026, 12, 3, 23, 59, tzinfo=UTC) + LOOK_EVERY)
    assert held(route) == []
    with route.world.session() as session:
        entry = session.query(AuditEvent).filter_by(action="door_photos_over").one()
        assert entry.details == {"photos": 2}
        assert session.query(DeliveryEvent).filter_by(kind=K.STOP_DELIVERED).count() == 1


def test_a_shorter_time_counts_at_once(route: RouteWorld) -> None:
    """Who lowers the days from seven to one has the older photos deleted by the next round, though photos are off by then."""
    arrives(route, at(12, 21))
    switch(route.world, on=False, kept_days=1)
    DoorPhotosForgotten(route.world.services.database).look_round(at(12) + timedelta(days=1))
    assert len(held(route)) == 1
    DoorPhotosForgotten(route.world.services.database).look_round(at(12) + timedelta(days=2))
    assert held(route) == []


def test_midnight_is_londons_in_summer_too() -> None:
    """A photo of 23:30 UTC in July came on the next day by the clocks of London, and is kept a day longer."""
    rules = DoorPhotoRules(kept_days=1)
    before = rules.gone_before(datetime(2026, 7, 10, 12, 0, tzinfo=UTC))
    assert before == datetime(2026, 7, 8, 23, 0, tzinfo=UTC)
    assert before.time() == time()


@pytest.mark.parametrize("days", [0, 91, -1])
def test_days_have_limits(days: int) -> None:
    """None for ever, none for no time at all."""
    with pytest.raises(BadInput):
        DoorPhotoRules(kept_days=days)


def test_undo_deletes_it(route: RouteWorld) -> None:
    """A stop that is opened again has no proof of what was not so."""
    arrives(route, at(12, 21))
    happens(route, K.STOP_REOPENED, "carlos", {})
    assert held(route) == []


def test_board_hears_of_it_and_a_look_is_the_households(route: RouteWorld) -> None:
    """The day's mark changes with a photo; who looked at it stands on the page of the household whose door it is."""
    with route.world.session() as session:
        before = day_marks(session, route.day)
    photo_id = arrives(route, at(12, 21))
    system = Actor.system(route.world.network_id)
    with route.world.services.database.writing(route.world.network_id) as session:
        after = day_marks(session, route.day)
        assert before.routes["B"] != after.routes["B"]
        assert before.whole != after.whole
        stop_id, jpeg = see_door_photo(session, system, photo_id)
        assert (stop_id, jpeg[:3]) == (route.stops["carlos"], b"\xff\xd8\xff")
        look = LookAt(look=Look.DOOR_PHOTO, subject="stop", subject_id=stop_id)
        note_looks(session, system, [look], now=at(12, 30))
    with route.world.session() as session:
        seen = who_looked(session, system, route.households["carlos"])
        others = who_looked(session, system, route.households["ada"])
    assert [row.look for row in seen.rows] == [Look.DOOR_PHOTO]
    assert others.rows == ()


def test_who_sets_it_is_in_the_trail(route: RouteWorld) -> None:
    """What was set, by whom."""
    with route.world.services.database.writing(route.world.network_id) as session:
        actor = Actor.system(route.world.network_id)
        set_door_photos(session, actor, DoorPhotoRules(is_on=True, kept_days=30), now=at(13))
    with route.world.session() as session:
        entries = session.query(AuditEvent).filter_by(subject="door_photos").order_by(AuditEvent.number).all()
    assert entries[-1].details == {"is_on": True, "kept_days": 30}
