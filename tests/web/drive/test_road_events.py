"""What a road adds to events: clocks that are wrong, phones that come late, notes, temperatures, and what was left over."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.delivery import CLOCK_TOLERANCE, DeliveryEventKind, true_time
from logistics.domain.food import is_out_of_range
from logistics.domain.states import RouteState, StopState
from logistics.domain.vocabulary import TemperatureClass
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import DeliveryEvent, Route, Stop, StopNote
from logistics.queries.day_board import day_facts, day_view
from tests.web.drive.conftest import open_link
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World

INSTANTS = st.timedeltas(timedelta(), timedelta(days=365)).map(lambda passed: datetime(2026, 1, 1, tzinfo=UTC) + passed)


@pytest.fixture
def loaded(phone: Visitor, route: RouteWorld) -> Visitor:
    """A phone whose route is accepted and loaded."""
    for kind in ("route_accepted", "route_loaded"):
        tap(phone, kind)
    return phone


@given(happened=INSTANTS, waited=st.timedeltas(timedelta(), timedelta(hours=9)), ahead=st.timedeltas(timedelta(days=-9), timedelta(days=9)))  # fmt: skip
def test_wrong_clock_is_put_right_to_the_minute(happened: datetime, waited: timedelta, ahead: timedelta) -> None:
    """However wrong a phone's clock is and however long a tap waited, its time comes out within what is believed."""
    told = true_time(happened + ahead, happened + waited + ahead, happened + waited)
    assert abs(told - happened) <= CLOCK_TOLERANCE


@pytest.mark.parametrize("wrong_h", [2, -2])
def test_clock_two_hours_wrong(
    loaded: Visitor, route: RouteWorld, world: World, clock: FixedClock, wrong_h: int
) -> None:
    """The event happened when it did by our clock, and what the phone's clock said is kept beside it."""
    clock.set(at(12, 30))
    wrong = timedelta(hours=wrong_h)
    event = {
        "id": str(uuid.uuid4()), "kind": "stop_delivered", "stop_id": str(route.stops["ada"]),
        "happened_at": (at(12, 5) + wrong).isoformat(), "details": {"how": "handed_over"},
    }  # fmt: skip
    answer = loaded.post("/d/events", json={"sent_at": (at(12, 30) + wrong).isoformat(), "events": [event]})
    assert answer.json is not None
    assert answer.json["events"][0]["status"] == "recorded"
    with world.session() as session:
        row = session.get_one(DeliveryEvent, uuid.UUID(event["id"]))  # type: ignore[arg-type]  # a text
        assert (row.happened_at, row.phone_at, row.received_at) == (at(12, 5), at(12, 5) + wrong, at(12, 30))
    assert loaded.post("/d/events", json={"sent_at": "noon", "events": []}).status_code == 422


def test_phone_that_comes_late_decides_nothing(
    loaded: Visitor, new_phone: Callable[[], Visitor], route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """The helper's phone had no signal: what it saw before the driver's later report is kept, and the later word stands."""
    helper = open_link(new_phone(), route.link(helper=True), digits="777")
    tap(helper, "route_accepted")
    clock.set(at(12, 20))
    tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over", happened_at=at(12, 20).isoformat())
    clock.set(at(12, 40))
    late = tap(helper, "stop_failed", route.stops["ada"], reason="no_reply", happened_at=at(12, 10).isoformat())
    assert late.status_code == 303
    later = tap(helper, "stop_failed", route.stops["ada"], reason="no_reply", happened_at=at(12, 30).isoformat())
    assert later.status_code == 409
    with world.session() as session:
        assert session.get_one(Stop, route.stops["ada"]).state is StopState.COMPLETED
        events = session.query(DeliveryEvent).filter_by(stop_id=route.stops["ada"]).all()
        assert sorted((event.kind.value, event.came_late) for event in events) == [
            ("stop_delivered", False), ("stop_failed", True)
        ]  # fmt: skip
    assert "handed over" in loaded.get("/d/route").text.lower()


def test_note_is_kept_apart_and_reaches_the_desk(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """The text stands in a row that can be erased, not in the event; the day's page shows it; an empty one is refused."""
    words = "The  buzzer is\nbroken, knock on the blue window"
    assert tap(loaded, "stop_noted", route.stops["ada"], note=words).status_code == 303
    for wrong in ("", "  \n ", "x" * 501):
        assert tap(loaded, "stop_noted", route.stops["ada"], note=wrong).status_code == 422
    with world.session() as session:
        event = session.query(DeliveryEvent).filter_by(kind=DeliveryEventKind.STOP_NOTED).one()
        assert event.details == {}
        note = session.query(StopNote).one()
        assert (note.event_id, note.text) == (event.id, "The buzzer is broken, knock on the blue window")
        assert session.get_one(Stop, route.stops["ada"]).state is StopState.PLANNED
        shown = day_view(day_facts(session, route.day), now=at(12))
        assert any("blue window" in event.more for event in shown.events)


@pytest.mark.parametrize(
    ("food", "tenths", "asks"),
    [("hot", 630, False), ("hot", 629, True), ("chilled", 80, False), ("chilled", 81, True), ("ambient", 300, False)],
)
def test_lines_of_the_law(food: str, tenths: int, asks: bool) -> None:
    """63 C is hot and 8 C is chilled; a tenth beyond asks for a decision; what stands at room temperature has no line."""
    assert is_out_of_range(TemperatureClass(food), tenths) is asks


def test_cold_hot_food_asks_for_a_decision(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """A reading in range is kept; 58.5 C is refused until somebody says what happens with the food."""
    kitchen = route.stops["kitchen"]
    assert tap(loaded, "temperature_taken", kitchen, celsius="66,5").status_code == 303
    asked = tap(loaded, "temperature_taken", kitchen, celsius="58.5")
    assert asked.status_code == 422
    assert "58.5 °C is below 63 °C" in asked.text
    assert tap(loaded, "temperature_taken", kitchen, celsius="58.5", decision="left_behind").status_code == 303
    for wrong in ("warm", "999", ""):
        assert tap(loaded, "temperature_taken", kitchen, celsius=wrong).status_code == 422
    assert tap(loaded, "temperature_taken", route.stops["hub"], celsius="66").status_code == 422
    with world.session() as session:
        rows = session.query(DeliveryEvent).filter_by(kind=DeliveryEventKind.TEMPERATURE_TAKEN).all()
        kept = sorted((row.details for row in rows), key=str)
        assert kept == [{"tenths_c": 585, "decision": "left_behind"}, {"tenths_c": 665}]


def test_what_is_left_over_is_counted_once(loaded: Visitor, route: RouteWorld, world: World, clock: FixedClock) -> None:
    """Only a finished route is reconciled, also on the morning after; then nothing of it can be reported any more."""
    early = tap(loaded, "route_reconciled", **{"left-portions_wasted": "1"})
    assert early.status_code == 409
    assert "loaded" in early.text
    for name in ("ada", "brook", "carlos", "refuge", "empty"):
        tap(loaded, "stop_failed", route.stops[name], reason="refused")
    tap(loaded, "route_completed")
    assert "What is left over?" in loaded.get("/d/route").text
    clock.set(at(8) + timedelta(days=1))
    counts = {"left-portions_returned": "0", "left-portions_wasted": "8", "left-parcels_returned": "3"}
    assert tap(loaded, "route_reconciled", **counts, miles="10").status_code == 303
    assert "What was left over is counted" in loaded.get("/d/route").text
    assert tap(loaded, "stop_reopened", route.stops["ada"], happened_at=at(13).isoformat()).status_code == 409
    with world.session() as session:
        assert session.query(Route).one().state is RouteState.RECONCILED
        row = session.query(DeliveryEvent).filter_by(kind=DeliveryEventKind.ROUTE_RECONCILED).one()
        assert row.details == {
            "portions_returned": 0, "portions_wasted": 8, "parcels_returned": 3, "driven_m": 16_093
        }  # fmt: skip


def test_load_list_is_in_loading_order_with_allergy_marks(loaded: Visitor, phone: Visitor, route: RouteWorld) -> None:
    """At the hub the last door's parcel comes first, with its code; what is for somebody with an allergy is marked."""
    tap(loaded, "stop_reopened", route.stops["hub"])
    page = " ".join(phone.get(f"/d/route?stop={route.stops['hub']}").text.split())
    assert page.index("P-1189") < page.index("P-1188") < page.index("P-1187")
    lines = page[page.index('<ol class="baglist">') :].split("</ol>")[0].split("<li>")[1:]
    assert ["Allergy" in line for line in lines] == [True, False, True]
