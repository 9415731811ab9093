"""Taps become events once, and events make the states of stops, route, orders and slots; what is not allowed is refused."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.states import OrderState, RouteState, SlotState, StopState, WeekState
from logistics.domain.vocabulary import Allergen
from logistics.gateways.clock import FixedClock
from logistics.persistence.tables import Batch, DeliveryEvent, DonationSlot, Order, Route, Stop, StopItem, Week
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World


@pytest.fixture
def loaded(phone: Visitor, route: RouteWorld) -> Visitor:
    """A phone whose route is accepted and loaded."""
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"])
    tap(phone, "pickup_done", route.stops["hub"])
    return phone


def _stop(world: World, stop_id: uuid.UUID) -> StopState:
    with world.session() as session:
        return session.query(Stop).filter_by(id=stop_id).one().state


def _order(world: World, order_id: uuid.UUID) -> OrderState:
    with world.session() as session:
        return session.query(Order).filter_by(id=order_id).one().state


def _route(world: World) -> RouteState:
    with world.session() as session:
        return session.query(Route).one().state


def _events(world: World) -> int:
    with world.session() as session:
        count: int = session.query(DeliveryEvent).count()
        return count


def _items(world: World, stop_id: uuid.UUID) -> dict[str, StopItem]:
    with world.session() as session:
        return {item.code: item for item in session.query(StopItem).filter_by(stop_id=stop_id)}


def test_whole_route_from_accepting_to_finishing(phone: Visitor, route: RouteWorld, world: World) -> None:
    """Every step moves route, stops, orders, slot and week as the domain says, and no personal data outlives its stop."""
    assert tap(phone, "route_accepted").status_code == 303
    assert _route(world) is RouteState.ACCEPTED
    tap(phone, "pickup_done", route.stops["kitchen"])
    assert _order(world, route.orders["ada"]) is OrderState.OUT_FOR_DELIVERY
    assert _order(world, route.orders["ada parcel"]) is OrderState.PLANNED
    tap(phone, "pickup_done", route.stops["hub"])
    assert _route(world) is RouteState.LOADED
    tap(phone, "stop_delivered", route.stops["ada"], how="handed_over")
    assert _route(world) is RouteState.IN_PROGRESS
    assert _order(world, route.orders["ada"]) is OrderState.DELIVERED
    page = phone.get("/d/route").text
    for gone in ("Ada", "Cedar Court", "Buzzer", "sesame", "P-1187"):
        assert gone not in page
    tap(phone, "stop_delivered", route.stops["brook"], how="left_with", **{"with": "neighbour"})
    tap(phone, "stop_failed", route.stops["carlos"], reason="no_reply")
    assert _order(world, route.orders["carlos"]) is OrderState.FAILED
    tap(phone, "stop_delivered", route.stops["refuge"], how="handed_over")
    early = tap(phone, "route_completed")
    assert early.status_code == 409
    assert "1 stop is still open" in early.text
    tap(phone, "stop_delivered", route.stops["empty"], how="handed_over")
    assert "Every stop is done" in phone.get("/d/route").text
    tap(phone, "route_completed")
    assert _route(world) is RouteState.COMPLETED
    page = phone.get("/d/route").text
    assert "4 of 5" in page
    assert "Brook" not in page
    with world.session() as session:
        assert session.query(DonationSlot).one().state is SlotState.COLLECTED
        assert {b.dish: b.portions_collected for b in session.query(Batch)} == {
            "chicken and rice": 5, "bean and squash stew": 3
        }  # fmt: skip
        assert session.query(Week).one().state is WeekState.RUNNING


def test_same_tap_twice_is_one_event(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """A tap that is sent again with its id changes nothing and is answered as if it were the first."""
    before = _events(world)
    event_id = str(uuid.uuid4())
    for _ in range(3):
        assert (
            tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over", event_id=event_id).status_code == 303
        )
    assert _events(world) == before + 1
    other = tap(loaded, "stop_failed", route.stops["brook"], reason="refused", event_id=event_id)
    assert other.status_code == 409
    assert _stop(world, route.stops["brook"]) is StopState.PLANNED


def test_both_of_a_crew_may_tell_the_same_but_not_otherwise(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """The same words from a second phone are one event; other words about an ended stop must undo it first."""
    tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over")
    before = _events(world)
    assert tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over").status_code == 303
    items = _items(world, route.stops["ada"])
    less = tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over", **{f"given-{items['P-1187'].id}": "0"})
    assert less.status_code == 409
    assert "Undo it first" in less.text
    assert _events(world) == before
    assert _order(world, route.orders["ada parcel"]) is OrderState.DELIVERED


def test_part_of_it_makes_part_delivered(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """What was given is counted order by order; nothing at all must be told as a failure with its reason."""
    items = _items(world, route.stops["ada"])
    some = {f"given-{items['B1-042'].id}": "1", f"given-{items['P-1187'].id}": "0"}
    assert tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over", **some).status_code == 303
    assert _order(world, route.orders["ada"]) is OrderState.PART_DELIVERED
    assert _order(world, route.orders["ada parcel"]) is OrderState.FAILED
    (only,) = _items(world, route.stops["brook"]).values()
    for wrong in ("0", "4", "-1", "two"):
        answer = tap(loaded, "stop_delivered", route.stops["brook"], how="handed_over", **{f"given-{only.id}": wrong})
        assert answer.status_code == 422, wrong
    assert _stop(world, route.stops["brook"]) is StopState.PLANNED


@pytest.mark.parametrize(
    ("name", "fields", "words"),
    [
        ("ada", {"how": "left_at_door"}, "not agreed to food left at the door"),
        ("ada", {"how": "left_with", "with": "neighbour"}, "not agreed to food left with somebody"),
        ("carlos", {"how": "left_at_door"}, "never left unattended"),
        ("brook", {"how": "left_with", "with": "concierge"}, "Say with"),
        ("brook", {"how": "thrown_over"}, "Say how"),
    ],
)
def test_food_is_left_only_as_agreed(
    loaded: Visitor, route: RouteWorld, world: World, *, name: str, fields: dict[str, str], words: str
) -> None:
    """Left with whom and where follows what the household agreed; a meal is never left alone."""
    answer = tap(loaded, "stop_delivered", route.stops[name], **fields)
    assert answer.status_code in (409, 422)
    assert words in answer.text
    assert _stop(world, route.stops[name]) is StopState.PLANNED


def test_parcel_alone_may_be_left_where_agreed(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """The parcel at the door is delivered, the meal that stayed on board has failed."""
    items = _items(world, route.stops["carlos"])
    answer = tap(
        loaded, "stop_delivered", route.stops["carlos"], how="left_at_door", **{f"given-{items['B3-090'].id}": "0"}
    )
    assert answer.status_code == 303
    assert _order(world, route.orders["carlos parcel"]) is OrderState.DELIVERED
    assert _order(world, route.orders["carlos"]) is OrderState.FAILED


def test_undo_opens_the_stop_again(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """A reopened stop is the current one again; the events of both taps stay."""
    tap(loaded, "stop_failed", route.stops["ada"], reason="no_reply")
    before = _events(world)
    assert tap(loaded, "stop_reopened", route.stops["ada"]).status_code == 303
    assert _stop(world, route.stops["ada"]) is StopState.PLANNED
    assert _order(world, route.orders["ada"]) is OrderState.OUT_FOR_DELIVERY
    assert "Cedar Court" in loaded.get("/d/route").text
    assert _events(world) == before + 1
    tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over")
    assert _order(world, route.orders["ada"]) is OrderState.DELIVERED


def test_illegal_steps_name_the_state(phone: Visitor, route: RouteWorld, world: World) -> None:
    """Out of order, twice different, on another route: refused with the state named, and nothing is kept."""
    unaccepted = tap(phone, "stop_delivered", route.stops["ada"], how="handed_over")
    assert unaccepted.status_code == 409
    assert "published" in unaccepted.text
    tap(phone, "route_accepted")
    tap(phone, "route_loaded")
    tap(phone, "stop_delivered", route.stops["ada"], how="handed_over")
    before = _events(world)
    changed = tap(phone, "stop_failed", route.stops["ada"], reason="refused")
    assert changed.status_code == 409
    assert "completed" in changed.text
    assert tap(phone, "pickup_done", route.stops["brook"]).status_code == 422
    assert tap(phone, "stop_delivered", uuid.uuid4(), how="handed_over").status_code == 409
    assert tap(phone, "stop_failed", route.stops["brook"], reason="no_driver").status_code == 422
    assert tap(phone, "route_declined").status_code == 409
    assert _events(world) == before


def test_decline_hides_the_route(phone: Visitor, route: RouteWorld, world: World) -> None:
    """A declined route shows nothing more, and its taps are refused."""
    tap(phone, "route_declined")
    assert _route(world) is RouteState.DECLINED
    assert "You cannot take this route" in phone.get("/d/route").text
    assert tap(phone, "pickup_done", route.stops["kitchen"]).status_code == 409


def test_menu_changed_on_the_way_is_held_back(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """When the donor corrects the allergens after loading, the door says keep it, and delivering it is refused."""
    with world.services.database.writing(world.network_id) as session:
        batch = session.query(Batch).filter_by(id=route.batches["chicken"]).one()
        batch.allergens = frozenset({Allergen.PEANUTS})
    page = loaded.get("/d/route").text
    assert "Do not give the marked food" in page
    assert "Keep this" in page
    assert 'Give only bag <b class="code">P-1187</b>' in " ".join(page.split())
    answer = tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over")
    assert answer.status_code == 409
    assert "not safe for this household" in answer.text
    items = _items(world, route.stops["ada"])
    kept = tap(loaded, "stop_delivered", route.stops["ada"], how="handed_over", **{f"given-{items['B1-042'].id}": "0"})
    assert kept.status_code == 303
    assert _order(world, route.orders["ada"]) is OrderState.FAILED


def test_short_pickup_is_counted(phone: Visitor, route: RouteWorld, world: World) -> None:
    """60 promised and 48 there: the batch keeps what was collected, and the slot is short once the food is at the doors."""
    tap(phone, "route_accepted")
    tap(phone, "pickup_done", route.stops["kitchen"], **{f"collected-{route.batches['chicken']}": "4"})
    tap(phone, "pickup_done", route.stops["hub"])
    tap(phone, "stop_delivered", route.stops["ada"], how="handed_over")
    with world.session() as session:
        assert session.query(DonationSlot).one().state is SlotState.SHORT
        assert session.query(Batch).filter_by(id=route.batches["chicken"]).one().portions_collected == 4
    late = tap(phone, "stop_reopened", route.stops["kitchen"])
    assert late.status_code == 409


def test_times_come_from_the_phone_within_reason(
    loaded: Visitor, route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """An event keeps when it happened; a clock that runs ahead is taken back to now; a time without a zone is refused."""
    for name, told, kept in (
        ("ada", "2026-11-26T11:50:00Z", at(11, 50)),
        ("brook", "2027-01-01T00:00:00+00:00", clock.now()),
    ):
        event_id = uuid.uuid4()
        tap(loaded, "stop_delivered", route.stops[name], how="handed_over", happened_at=told, event_id=str(event_id))
        with world.session() as session:
            assert session.query(DeliveryEvent).filter_by(id=event_id).one().happened_at == kept
    wrong = tap(loaded, "stop_delivered", route.stops["carlos"], how="handed_over", happened_at="2026-11-26T11:50:00")
    assert wrong.status_code == 422


def test_json_answers_each_event_for_itself(phone: Visitor, route: RouteWorld, world: World) -> None:
    """A list is taken in order: what is refused says why and does not hold up the rest; sent again, all are known."""

    def event(kind: str, name: str | None = None, **details: Any) -> dict[str, Any]:
        stop = {"stop_id": str(route.stops[name])} if name else {}
        return {
            "id": str(uuid.uuid4()),
            "kind": kind,
            "happened_at": "2026-11-26T11:45:00Z",
            "details": details,
            **stop,
        }

    sent = [
        event("route_accepted"),
        event("route_loaded"),
        event("stop_delivered", "ada", how="handed_over"),
        event("stop_failed", "ada", reason="refused"),
        event("stop_reopened", "ada"),
        event("stop_failed", "ada", reason="refused"),
        {"id": "nonsense", "kind": "stop_delivered"},
        event("stop_flown", "brook"),
        event("stop_failed", "brook", reason="bad_address"),
    ]
    answer = phone.post("/d/events", json=sent)
    assert answer.status_code == 200
    assert answer.json is not None
    statuses = [each["status"] for each in answer.json["events"]]
    assert statuses == ["recorded"] * 3 + ["refused"] + ["recorded"] * 2 + ["refused"] * 2 + ["recorded"]
    assert "completed" in answer.json["events"][3]["error"]
    assert _stop(world, route.stops["ada"]) is StopState.FAILED
    assert _order(world, route.orders["ada"]) is OrderState.FAILED
    assert _stop(world, route.stops["brook"]) is StopState.FAILED
    count = _events(world)
    again = phone.post("/d/events", json=sent)
    assert again.json is not None
    assert [each["status"] for each in again.json["events"]].count("known") == 7  # the refused one says what is now so
    assert _events(world) == count
    for wrong in ({"id": "x"}, "text", [1] * 501):
        assert phone.post("/d/events", json=wrong).status_code == 422
    assert phone.post("/d/events", json=[], csrf=False).status_code == 400


def test_events_keep_ids_and_words_only(loaded: Visitor, route: RouteWorld, world: World) -> None:
    """Whatever a phone adds to an event, no personal value can get into the record."""
    sent = {
        "id": str(uuid.uuid4()), "kind": "stop_delivered", "stop_id": str(route.stops["brook"]),
        "details": {"how": "left_with", "with": "neighbour", "note": "Mrs Brook at number 9 was ill", "name": "Ada"},
    }  # fmt: skip
    loaded.post("/d/events", json=[sent])
    with world.session() as session:
        row = session.query(DeliveryEvent).filter_by(kind=DeliveryEventKind.STOP_DELIVERED).one()
        assert row.details == {"how": "left_with", "with": "neighbour"}


def test_confidential_address_has_no_way_out(loaded: Visitor, route: RouteWorld) -> None:
    """For a secret address there is no navigation link, no point on the map, and no line in the list."""
    before = loaded.get("/d/route").text
    assert "Old Vicarage" not in before
    assert "51.4811" not in before
    page = loaded.get(f"/d/route?stop={route.stops['refuge']}").text
    assert "The Old Vicarage" in page
    assert "Confidential address" in page
    assert "Two of you go to this door" in page
    for gone in ("google.com", "maps.apple.com", "geo:", "51.4811"):
        assert gone not in page


def test_yesterdays_tap_may_come_late_but_not_of_another_day(
    loaded: Visitor, route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """A phone without signal reports the next morning what happened on the day; nothing can happen on another day."""
    clock.set(at(8) + timedelta(days=1))
    event = {
        "id": str(uuid.uuid4()),
        "kind": "stop_delivered",
        "stop_id": str(route.stops["ada"]),
        "details": {"how": "handed_over"},
    }
    late = loaded.post("/d/events", json=[{**event, "happened_at": "2026-11-26T12:05:00Z"}])
    assert late.json is not None
    assert late.json["events"][0]["status"] == "recorded"
    wrong = loaded.post("/d/events", json=[{**event, "id": str(uuid.uuid4()), "stop_id": str(route.stops["brook"])}])
    assert wrong.json is not None
    assert wrong.json["events"][0]["status"] == "refused"


def test_food_clock_follows_the_real_loading(
    phone: Visitor, route: RouteWorld, world: World, clock: FixedClock
) -> None:
    """Food held hot starts its clock when loading starts, so earlier loading than planned means an earlier limit."""
    from datetime import time

    with world.services.database.writing(world.network_id) as session:
        session.query(DonationSlot).one().hot_hold_until = time(12)
    clock.set(at(11, 35))
    tap(phone, "route_accepted")
    assert "13:10" in phone.get(f"/d/route?stop={route.stops['ada']}").text
    tap(phone, "pickup_done", route.stops["kitchen"])
    assert "13:00" in phone.get(f"/d/route?stop={route.stops['ada']}").text
