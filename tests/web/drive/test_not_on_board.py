"""Food is delivered after it was collected: the page leads to the pickup first, and a delivery without it is refused."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, datetime
from typing import Any

import pytest

from logistics.domain.delivery import DeliveryEventKind
from logistics.domain.errors import RuleBroken
from logistics.domain.planning import StopKind
from logistics.domain.states import OrderState, RouteState, StopState
from logistics.persistence.tables import DeliveryEvent, Order, Route, Stop, StopItem
from logistics.queries.supply import supplying_pickups
from logistics.services.deliveries import ReportedEvent, record_event, record_with_pickups
from logistics.services.driver_access import DriverInHand
from tests.web.drive.route_world import RouteWorld, at
from tests.web.drive.taps import tap
from tests.web.world import Visitor, World

K = DeliveryEventKind


@pytest.fixture
def accepted(phone: Visitor) -> Visitor:
    """A phone whose route is accepted, with nothing on board."""
    tap(phone, "route_accepted")
    return phone


def _state(world: World, stop_id: uuid.UUID) -> StopState:
    with world.session() as session:
        return session.query(Stop).filter_by(id=stop_id).one().state


def _kinds(world: World) -> list[DeliveryEventKind]:
    with world.session() as session:
        return [event.kind for event in session.query(DeliveryEvent).order_by(DeliveryEvent.received_at)]


def _door(phone: Visitor, route: RouteWorld, name: str) -> str:
    return " ".join(phone.get(f"/d/route?stop={route.stops[name]}").text.split())


def _forms(page: str, words: str) -> list[dict[str, str]]:
    """The fields of every form whose button says this."""
    return [
        dict(re.findall(r'<input[^>]*? name="([^"]+)"[^>]*? value="([^"]*)"', form))
        for form in re.findall(r"<form.*?</form>", page)
        if f"{words}</button>" in form
    ]


def test_door_before_its_pickup_leads_to_the_pickup(accepted: Visitor, route: RouteWorld) -> None:
    """A door whose food is not on board says where to collect it, offers no plain "Delivered", and links to the pickup."""
    page = _door(accepted, route, "brook")
    assert "This food is not on board yet:</b> collect it first at Tanner Street Kitchen." in page
    assert f'href="/d/route?stop={route.stops["kitchen"]}"' in page
    assert "Delivered</button>" not in page
    assert "Load, due" in _door(accepted, route, "kitchen")


def test_half_loaded_door_names_what_is_missing(accepted: Visitor, route: RouteWorld) -> None:
    """With the meals on board and the parcel still at the hub, only the hub is asked for, and a part may be given."""
    tap(accepted, "pickup_done", route.stops["kitchen"])
    page = _door(accepted, route, "ada")
    assert "Part of this food is not on board yet:</b> collect it first at Drummond Road hub." in page
    assert "Tanner Street Kitchen" not in page.split("Still to come")[0]
    (part,) = _forms(page, "This is what I gave")
    counts = {value for key, value in part.items() if key.startswith("given-")}
    assert counts == {"2", "0"}
    assert accepted.post("/d/event", data=part).status_code == 303


def test_loaded_door_offers_delivered_as_ever(accepted: Visitor, route: RouteWorld) -> None:
    """Once its pickups are done nothing stands between the driver and the button."""
    tap(accepted, "pickup_done", route.stops["kitchen"])
    tap(accepted, "pickup_done", route.stops["hub"])
    page = _door(accepted, route, "ada")
    assert "Delivered</button>" in page
    assert "not on board" not in page.lower()


def test_second_choice_marks_it_collected_and_delivers(accepted: Visitor, route: RouteWorld, world: World) -> None:
    """ "We have it" is one tap and two kinds of event, the pickups first, all with ids of the form: again, it is nothing new."""
    (form,) = _forms(_door(accepted, route, "ada"), "We have it: mark it collected and deliver")
    form["happened_at"] = "2026-11-26T11:50:00Z"
    for _ in range(2):
        assert accepted.post("/d/event", data=form).status_code == 303
    assert _kinds(world) == [K.ROUTE_ACCEPTED, K.PICKUP_DONE, K.PICKUP_DONE, K.STOP_DELIVERED]
    with world.session() as session:
        told = session.query(DeliveryEvent).filter(DeliveryEvent.kind != K.ROUTE_ACCEPTED).all()
        assert {event.happened_at for event in told} == {at(11, 50)}
        wanted = {value for key, value in form.items() if key == "event_id" or key.startswith("collected_too-")}
        assert {str(event.id) for event in told} == wanted
        assert session.query(Route).one().state is RouteState.IN_PROGRESS
        assert session.query(Order).filter_by(id=route.orders["ada"]).one().state is OrderState.DELIVERED
        assert session.query(Order).filter_by(id=route.orders["brook"]).one().state is OrderState.OUT_FOR_DELIVERY


def test_second_choice_is_whole_or_nothing(accepted: Visitor, route: RouteWorld, world: World) -> None:
    """Where the delivery is refused, the pickup of the same tap is not kept either."""
    (form,) = _forms(_door(accepted, route, "brook"), "We have it: mark it collected and deliver")
    assert accepted.post("/d/event", data={**form, "how": "left_at_door"}).status_code == 409
    assert _state(world, route.stops["kitchen"]) is StopState.PLANNED
    assert _kinds(world) == [K.ROUTE_ACCEPTED]


def test_second_choice_takes_a_pickup_that_somebody_counted(accepted: Visitor, route: RouteWorld, world: World) -> None:
    """When the other phone has meanwhile told the pickup with a count, its words stand and the delivery goes through."""
    (form,) = _forms(_door(accepted, route, "brook"), "We have it: mark it collected and deliver")
    tap(accepted, "pickup_done", route.stops["kitchen"], **{f"collected-{route.batches['stew']}": "3"})
    assert accepted.post("/d/event", data=form).status_code == 303
    assert _kinds(world).count(K.PICKUP_DONE) == 1
    assert _state(world, route.stops["brook"]) is StopState.COMPLETED


def test_left_as_agreed_marks_only_what_is_left(accepted: Visitor, route: RouteWorld, world: World) -> None:
    """The parcel at the door stands for a visit to the hub alone: the kitchen stays to be visited."""
    (form,) = _forms(_door(accepted, route, "carlos"), "The parcel is at the door")
    assert accepted.post("/d/event", data=form).status_code == 303
    assert _state(world, route.stops["hub"]) is StopState.COMPLETED
    assert _state(world, route.stops["kitchen"]) is StopState.PLANNED


def test_failed_pickup_is_not_collected_by_a_tap_at_the_door(
    accepted: Visitor, route: RouteWorld, world: World
) -> None:
    """What was reported as not to be had is said so at the door, with "None left" for the button."""
    tap(accepted, "stop_failed", route.stops["kitchen"], reason="ran_out")
    page = _door(accepted, route, "brook")
    assert "The pickup at Tanner Street Kitchen was reported as failed" in page
    assert "We have it" not in page
    refused = tap(accepted, "stop_delivered", route.stops["brook"], how="handed_over")
    assert refused.status_code == 409
    assert "Report “None left” here" in refused.text
    (none_left,) = _forms(page, "None left")
    assert accepted.post("/d/event", data=none_left).status_code == 303
    assert _state(world, route.stops["brook"]) is StopState.FAILED


def test_list_is_judged_in_its_order(accepted: Visitor, route: RouteWorld, world: World) -> None:
    """In a list of events a delivery before its pickup is refused, after it recorded, and sent again it is known."""

    def event(kind: str, name: str, **details: Any) -> dict[str, Any]:
        return {"id": str(uuid.uuid4()), "kind": kind, "stop_id": str(route.stops[name]), "details": details}

    early = event("stop_delivered", "brook", how="handed_over")
    sent = [early, event("pickup_done", "kitchen"), event("stop_delivered", "refuge", how="handed_over")]
    answer = accepted.post("/d/events", json=sent).json
    assert answer is not None
    assert [each["status"] for each in answer["events"]] == ["refused", "recorded", "recorded"]
    assert "collect it first at Tanner Street Kitchen" in answer["events"][0]["error"]
    again = accepted.post("/d/events", json=sent[::-1]).json
    assert again is not None
    assert [each["status"] for each in again["events"]] == ["known", "known", "recorded"]
    assert _state(world, route.stops["brook"]) is StopState.COMPLETED


def test_service_refuses_and_repeats(accepted: Visitor, route: RouteWorld, world: World) -> None:
    """The service says what to do, asks only for what is given, and knows a delivery again after its pickup was reopened."""
    link = DriverInHand(
        link_id=uuid.uuid4(), network_id=world.network_id, route_id=route.route_id, volunteer_id=route.volunteer_id,
        made_at=at(9),
    )  # fmt: skip
    now = datetime(2026, 11, 26, 12, tzinfo=UTC)
    with world.services.database.writing(world.network_id) as session:
        items = {item.code: str(item.id) for item in session.query(StopItem).filter_by(stop_id=route.stops["ada"])}
        whole = ReportedEvent(
            id=uuid.uuid4(), kind=K.STOP_DELIVERED, stop_id=route.stops["ada"], details={"how": "handed_over"}
        )
        with pytest.raises(RuleBroken, match="collect it first at Drummond Road hub and Tanner Street Kitchen"):
            record_event(session, link, whole, now=now)
        parcel = {"how": "handed_over", "given": {items["B1-042"]: 0}}
        part = ReportedEvent(id=uuid.uuid4(), kind=K.STOP_DELIVERED, stop_id=route.stops["ada"], details=parcel)
        hub = ReportedEvent(id=uuid.uuid4(), kind=K.PICKUP_DONE, stop_id=route.stops["hub"])
        assert record_with_pickups(session, link, [hub], part, now=now).is_new
        assert not record_with_pickups(session, link, [hub], part, now=now).is_new
        session.get_one(Stop, route.stops["hub"]).state = StopState.PLANNED
        assert not record_event(session, link, part, now=now).is_new


def test_second_visit_supplies_the_doors_after_it(route: RouteWorld, world: World) -> None:
    """Where a route loads twice at one place, each door belongs to the visit before it, and food loaded nowhere to none."""
    with world.services.database.writing(world.network_id) as session:
        stops = session.query(Stop).order_by(Stop.sequence).all()
        hub = next(stop for stop in stops if stop.id == route.stops["hub"])
        again = Stop(
            id=uuid.uuid4(), route_id=hub.route_id, sequence=99, kind=StopKind.PICKUP, site_id=hub.site_id,
            organisation_id=hub.organisation_id, arrives_at=at(12), service_at=at(12), departs_at=at(12), leg_m=0, leg_s=0,
        )  # fmt: skip
        session.add(again)
        session.flush()
        behind = supplying_pickups(session, [*stops[:3], again, *stops[3:]])
        by_code = {item.code: behind[item.id] for stop in stops[2:] for item in stop.items}
        assert by_code["P-1187"] is hub
        assert by_code["P-1188"] is again
        assert by_code["B4-118"].id == route.stops["kitchen"]
        assert supplying_pickups(session, stops[2:]) == {}
