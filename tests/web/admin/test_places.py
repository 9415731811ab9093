"""Placing by hand: the list of what waits, a pin that stays, questions answered once, and nothing sent without being told."""

from __future__ import annotations

import dataclasses
import json
import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select

from logistics.bootstrap import Services
from logistics.domain.placing import PlaceDoubt, Placement
from logistics.domain.vocabulary import GeocodePrecision, Role
from logistics.gateways.geocoding.assembly import AddressLookup, address_lookup
from logistics.persistence.tables import AuditEvent, PlaceQuestion, Site
from logistics.queries.places import address_mark
from logistics.services.site_places import place_of
from tests.logistics.gateways.geocoding.odd_server import OddServer, http, odd_server, silence
from tests.web.world import Visitor, World
from web import create_app
from web.security.boundary import BoundedApp

NOWHERE = {"latitude": None, "longitude": None, "geocode_source": None, "geocode_precision": None}
HERE = {"latitude": "51.497123", "longitude": "-0.056456"}
MARK = address_mark("1 Test Row", "SE15 6FW")


@pytest.fixture
def coordinator(signed_in: Callable[..., Visitor]) -> Visitor:
    """At the desk."""
    return signed_in(Role.COORDINATOR)


def lives(world: World, ref: str = "H0001", *, site: dict[str, object] | None = None, **values: object) -> uuid.UUID:
    """A household; the id of its site."""
    site_id = world.site(**(site or {}))
    world.household(ref, site_id=site_id, **values)
    return site_id


def ask(world: World, site_id: uuid.UUID, doubt: PlaceDoubt = PlaceDoubt.NEWER_DATA) -> None:
    """An open question: the other place is a kilometre to the north."""
    world.add(
        PlaceQuestion(
            id=uuid.uuid4(),
            site_id=site_id,
            doubt=doubt,
            latitude=51.507,
            longitude=-0.056,
            source="onspd",
            precision=GeocodePrecision.POSTCODE,
            former_address="9 Old Row",
            former_postcode="SE1 6QW",
            asked_at=world.services.clock.now(),
        )
    )


def placed(world: World, site_id: uuid.UUID) -> Placement | None:
    """Where it is now."""
    with world.session() as session:
        return place_of(session.get_one(Site, site_id))


def actions(world: World) -> list[str]:
    """What the trail says was done to places."""
    with world.session() as session:
        found = session.scalars(select(AuditEvent.action).order_by(AuditEvent.at))
        return [action for action in found if "place" in action or "address" in action]


def test_what_has_no_place_waits_in_a_list(coordinator: Visitor, world: World) -> None:
    """Households and volunteers without a place, then open questions; who is placed and unquestioned is not there."""
    assert "Every address has its place" in coordinator.get("/places").text
    lives(world, "H0001", site=NOWHERE, contact_name="Nowhere Yet")
    lives(world, "H0002", contact_name="Quite Settled")
    ask(world, lives(world, "H0003", contact_name="Possibly Moved"))
    world.volunteer("V001", name="Starts Nowhere", site_id=world.site(**NOWHERE))
    page = coordinator.get("/places").text
    assert "3 addresses" in page
    assert page.index("Nowhere Yet") < page.index("Starts Nowhere") < page.index("Possibly Moved")
    assert "Newer data: 0.7 miles" in page
    assert "Quite Settled" not in page


def test_a_typed_place_is_a_pin(coordinator: Visitor, world: World) -> None:
    """The place stands where the fields said, placed by hand, out of the list, and in the trail without a coordinate."""
    site_id = lives(world, site=NOWHERE)
    answer = coordinator.post(f"/places/{site_id}", data={**HERE, "mark": MARK})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/places")
    now = placed(world, site_id)
    assert now is not None
    assert (now.latitude, now.longitude, now.precision) == (51.497123, -0.056456, GeocodePrecision.MANUAL)
    assert "Placed by hand" in coordinator.get(f"/places/{site_id}").text
    assert "place_pinned" in actions(world)
    with world.session() as session:
        assert "51.49" not in " ".join(str(event.details) for event in session.scalars(select(AuditEvent)))


def test_both_numbers_may_be_pasted_into_one_field(coordinator: Visitor, world: World) -> None:
    """As maps give them to copy."""
    site_id = lives(world)
    coordinator.post(
        f"/places/{site_id}", data={"latitude": "51.497123, \u22120.056456", "longitude": "", "mark": MARK}
    )
    now = placed(world, site_id)
    assert now is not None
    assert (now.latitude, now.longitude) == (51.497123, -0.056456)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"latitude": "", "longitude": ""}, "Enter the latitude"),
        ({"latitude": "51,4971", "longitude": "-0.05"}, "must be a number"),
        ({"latitude": "nan", "longitude": "-0.05"}, "must be a number"),
        ({"latitude": "1e3", "longitude": "-0.05"}, "must be a number"),
        ({"latitude": "91", "longitude": "-0.05"}, "from -90 to 90"),
        ({"latitude": "51.49", "longitude": "-181"}, "from -180 to 180"),
        ({"latitude": "-0.05", "longitude": "51.49"}, "did you mean 51.49 and -0.05?"),
        ({"latitude": "57.15", "longitude": "-2.1"}, "more than 100 km from every other place"),
    ],
)
def test_what_is_no_place_is_refused_with_what_to_type(
    coordinator: Visitor, world: World, typed: dict[str, str], said: str
) -> None:
    """Nothing is saved, and the form comes back as it was typed."""
    site_id = lives(world)
    lives(world, "H0002")
    before = placed(world, site_id)
    answer = coordinator.post(f"/places/{site_id}", data={**typed, "mark": MARK})
    assert answer.status_code == 422
    assert said in answer.text
    assert f'value="{typed["latitude"]}"' in answer.text
    assert placed(world, site_id) == before


def test_a_far_place_can_be_right(coordinator: Visitor, world: World) -> None:
    """Somebody who says that it really is that far is believed."""
    site_id = lives(world)
    lives(world, "H0002")
    typed = {"latitude": "57.15", "longitude": "-2.1", "mark": MARK}
    assert 'name="is_far"' in coordinator.post(f"/places/{site_id}", data=typed).text
    assert coordinator.post(f"/places/{site_id}", data={**typed, "is_far": "yes"}).status_code == 303


def test_a_pin_for_one_address_is_not_put_on_another(coordinator: Visitor, world: World) -> None:
    """Somebody changed the address while the map was open: the pin is refused, and nothing changes."""
    site_id = lives(world)
    with world.services.database.writing(world.network_id) as session:
        session.get_one(Site, site_id).address = "2 New Row"
    before = placed(world, site_id)
    for path in ("", "/answer", "/unpin"):
        sent = {**HERE, "answer": "keep", "mark": MARK}
        assert coordinator.post(f"/places/{site_id}{path}", data=sent).status_code == 409
    assert placed(world, site_id) == before


@pytest.mark.parametrize(("answer", "latitude"), [("keep", 51.497), ("move", 51.507)])
def test_a_question_is_answered_once(coordinator: Visitor, world: World, answer: str, latitude: float) -> None:
    """Either place can be right; the question is gone, and a second answer is told so."""
    site_id = lives(world)
    ask(world, site_id)
    page = coordinator.get(f"/places/{site_id}").text
    assert "Newer data has this address somewhere else" in page
    assert coordinator.post(f"/places/{site_id}/answer", data={"mark": MARK}).status_code == 422
    sent = {"answer": answer, "mark": MARK}
    assert coordinator.post(f"/places/{site_id}/answer", data=sent).status_code == 303
    now = placed(world, site_id)
    assert now is not None
    assert now.latitude == latitude
    with world.session() as session:
        assert session.scalars(select(PlaceQuestion)).all() == []
    assert coordinator.post(f"/places/{site_id}/answer", data=sent).status_code == 409


def test_a_changed_address_leads_to_its_question(coordinator: Visitor, world: World) -> None:
    """Another postcode typed on the household's form: its place is the new one's, and the page asks at once."""
    household_id = world.household("H0001", site={"geocode_precision": GeocodePrecision.MANUAL})
    form = {"contact_name": "Ann", "adults": "1", "address": "1 Test Row", "postcode": "SE1 6QW", "allergy": "none"}
    answer = coordinator.post(f"/households/{household_id}/edit", data={**form, "handover": "hand_over"})
    assert answer.headers["Location"].startswith("/places/")
    page = coordinator.get(answer.headers["Location"]).text
    assert "The address has changed, so the place has too. It was 1 Test Row, SE15 6FW." in page
    assert "The place may have changed" in coordinator.get(f"/households/{household_id}").text


def test_a_pin_can_be_taken_away(coordinator: Visitor, world: World) -> None:
    """The postcode's place is back."""
    site_id = lives(world, site={"geocode_precision": GeocodePrecision.MANUAL})
    assert coordinator.post(f"/places/{site_id}/unpin", data={"mark": MARK}).status_code == 303
    now = placed(world, site_id)
    assert now is not None
    assert now.precision is GeocodePrecision.POSTCODE


def test_a_group_lead_places_their_own_alone(app: BoundedApp, world: World) -> None:
    """Their group's households and volunteers; no other group's, no organisation, and no confidential address."""
    ours, theirs = world.organisation("GRP1"), world.organisation("GRP2", site_id=world.site(**NOWHERE))
    lead = world.enter(app, world.account(Role.GROUP_LEAD, organisation_id=ours))
    mine = lives(world, "H0001", site=NOWHERE, group_id=ours)
    other = lives(world, "H0002", site=NOWHERE, group_id=theirs)
    secret = lives(world, "H0003", site=NOWHERE, group_id=ours, confidential_address=True)
    page = lead.get("/places").text
    assert ("H0001" in page, "H0002" in page, "GRP2" in page) == (True, False, False)
    assert [lead.get(f"/places/{site}").status_code for site in (mine, other, secret)] == [200, 404, 404]
    assert lead.post(f"/places/{secret}", data={**HERE, "mark": MARK}).status_code == 404


def test_a_confidential_address_stays_in_the_house(
    services: Services, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The list hides it, its page asks no tile server, and no service is asked, whatever the settings say."""
    tiles = dataclasses.replace(
        services.settings, tile_url="https://tiles.example.org/{z}/{x}/{y}.png", tile_attribution="Tiles"
    )
    with odd_server(http("200 OK", "[]")) as server:
        app = create_app(dataclasses.replace(services, settings=tiles, address_lookup=service_at(server, services)))
        app.test_client_class = Visitor
        client = world.enter(app, world.account(Role.COORDINATOR))
        secret = lives(world, "H0001", site={**NOWHERE, "address": "Safe House"}, confidential_address=True)
        plain = lives(world, "H0002")
        assert "Safe House" not in client.get("/places").text
        shown = client.get(f"/places/{secret}")
        assert "Safe House" in shown.text
        assert "tiles.example.org" not in shown.text + shown.headers["Content-Security-Policy"]
        assert "https://tiles.example.org" in client.get(f"/places/{plain}").headers["Content-Security-Policy"]
        assert client.post(f"/places/{secret}/ask").status_code == 409
    assert server.asked == []


def service_at(server: OddServer, services: Services) -> AddressLookup | None:
    """What `build_services` makes of settings that name this server."""
    settings = type(services.settings).from_environment(
        {
            "ROUNDS_HOME": str(services.settings.home),
            "ROUNDS_ADDRESS_SERVICE": "nominatim",
            "ROUNDS_ADDRESS_SERVICE_URL": server.url,
            "ROUNDS_ADDRESS_SERVICE_CONTACT": "us@example.org",
            "ROUNDS_ADDRESS_SERVICE_TIMEOUT_S": "1",
        }
    )
    assert services.geocodes is not None
    return address_lookup(settings, services.geocodes)


def asking(services: Services, world: World, server: OddServer) -> Visitor:
    """A coordinator of an application with that service."""
    app = create_app(dataclasses.replace(services, address_lookup=service_at(server, services)))
    app.test_client_class = Visitor
    return world.enter(app, world.account(Role.COORDINATOR))


def test_without_a_setting_nobody_is_asked(coordinator: Visitor, world: World) -> None:
    """Off by default: no button, and a forged request is refused."""
    site_id = lives(world, site=NOWHERE)
    assert "outside your network" not in coordinator.get(f"/places/{site_id}").text
    assert coordinator.post(f"/places/{site_id}/ask").status_code == 409


def test_an_answer_of_the_service_is_shown_and_not_kept(services: Services, world: World) -> None:
    """The warning names the host; the answer fills the fields; the place changes only when a person saves it."""
    house = [{"lat": "51.4981", "lon": "-0.0562", "place_rank": 30, "type": "house", "display_name": "x"}]
    with odd_server(http("200 OK", json.dumps(house))) as server:
        client = asking(services, world, server)
        site_id = lives(world, site=NOWHERE)
        assert "This sends the address, without the name, to" in client.get(f"/places/{site_id}").text
        assert server.asked == []
        page = client.post(f"/places/{site_id}/ask")
        assert page.status_code == 200
        assert 'value="51.498100"' in page.text
        assert "Nothing is saved yet" in page.text
    assert placed(world, site_id) is None
    assert "address_service_asked" in actions(world)
    assert "Resident" not in server.asked[0]


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (silence, "gave no whole answer within 1 s"),
        (http("429 Slow down", "", "Retry-After: 120"), "Try again in 2 minutes"),
        (http("500 Oh"), "failed (status 500)"),
        (http("200 OK", "<html>"), "answered what we cannot use"),
    ],
)
def test_a_service_that_fails_is_told_and_nothing_is_lost(
    services: Services, world: World, behaviour: Callable[..., None], said: str
) -> None:
    """The page says what happened, the place that was stays, the trail says that it was asked."""
    with odd_server(behaviour) as server:
        client = asking(services, world, server)
        site_id = lives(world)
        before = placed(world, site_id)
        page = client.post(f"/places/{site_id}/ask")
    assert page.status_code == 503
    assert said in page.text
    assert placed(world, site_id) == before
    assert "address_service_asked" in actions(world)
