"""An address service that misbehaves is an error in time, with a sentence; it is never "not known", and nothing is lost."""

from __future__ import annotations

import json
import logging
import socket
import time
from pathlib import Path

import pytest

from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding import AddressServiceDown, ChainedGeocoder, gazetteer_provider
from logistics.gateways.geocoding.address_service import AddressService, address_provider
from logistics.gateways.geocoding.gazetteer import CodePointGazetteer
from logistics.gateways.geocoding.pace import FilePace
from logistics.setting_values import AddressServiceKind
from tests.logistics.gateways.geocoding.odd_server import (
    Behaviour,
    OddServer,
    dripping,
    hanging_up,
    http,
    odd_server,
    silence,
)
from tests.logistics.gateways.geocoding.test_chain import DictCache

ADDRESS, POSTCODE = "Flat 17, Cedar Court", "BT1 5GS"
TIMEOUT_S = 0.6
HOUSE = {
    "lat": "54.5964",
    "lon": "-5.9302",
    "display_name": "17, Cedar Court, Belfast",
    "place_rank": 30,
    "type": "house",
}
FEATURE = {"geometry": {"type": "Point", "coordinates": [-5.9302, 54.5964]}}


def nominatim(*found: object) -> Behaviour:
    """A good answer of Nominatim."""
    return http("200 OK", json.dumps(found))


def chain_to(
    server: OddServer,
    tmp_path: Path,
    cache: DictCache,
    *,
    kind: AddressServiceKind = AddressServiceKind.NOMINATIM,
    pause_s: float = 0.0,
) -> ChainedGeocoder:
    """The service behind our own chain, as `build_services` puts it together, with a short patience."""
    pace = FilePace(tmp_path / "pace", pause_s=pause_s, patience_s=0.5)
    service = AddressService(
        kind, server.url, user_agent="FoodRounds/1 (us@example.org)", timeout_s=TIMEOUT_S, pace=pace
    )
    return ChainedGeocoder(cache=cache, providers=[address_provider(service, key="k" * 32)])


def test_a_house_is_placed_to_the_building(tmp_path: Path) -> None:
    """The answer says where, how exactly, and who says so; the question carried our name and a contact."""
    with odd_server(nominatim(HOUSE)) as server:
        placed = chain_to(server, tmp_path, DictCache()).place(ADDRESS, POSTCODE)
    assert placed is not None
    assert (placed.latitude, placed.source, placed.precision) == (54.5964, "nominatim", GeocodePrecision.ROOFTOP)
    assert "User-Agent: FoodRounds/1 (us@example.org)" in server.asked[0]
    assert "countrycodes=gb" in server.asked[0]


@pytest.mark.parametrize(
    ("kind", "body", "precision"),
    [
        (AddressServiceKind.NOMINATIM, [{**HOUSE, "type": "postcode"}], GeocodePrecision.POSTCODE),
        (AddressServiceKind.NOMINATIM, [{**HOUSE, "place_rank": 26}], None),
        (AddressServiceKind.NOMINATIM, [], None),
        (AddressServiceKind.PHOTON, {"features": [{**FEATURE, "properties": {"type": "house"}}]}, GeocodePrecision.ROOFTOP),
        (AddressServiceKind.PHOTON, {"features": [{**FEATURE, "properties": {"type": "street"}}]}, None),
        (AddressServiceKind.PELIAS, {"features": [{**FEATURE, "properties": {"layer": "address", "name": "x"}}]}, GeocodePrecision.ROOFTOP),
        (AddressServiceKind.PELIAS, {"features": [{**FEATURE, "properties": {"layer": "postalcode", "name": "x"}}]}, GeocodePrecision.POSTCODE),
        (AddressServiceKind.PELIAS, {"features": [{**FEATURE, "properties": {"layer": "locality", "name": "x"}}]}, None),
    ],
)  # fmt: skip
def test_what_is_too_coarse_to_go_to_is_not_known(
    tmp_path: Path, kind: AddressServiceKind, body: object, precision: GeocodePrecision | None
) -> None:
    """A house or a postcode is a place; the middle of a street or of a town is none."""
    with odd_server(http("200 OK", json.dumps(body))) as server:
        placed = chain_to(server, tmp_path, DictCache(), kind=kind).place(ADDRESS, POSTCODE)
    assert (placed.precision if placed else None) == precision


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (silence, "gave no whole answer within 0.6 s"),
        (dripping, "gave no whole answer within 0.6 s"),
        (hanging_up, "the connection broke off"),
        (http("200 OK", '[{"lat": "54', length=500), "the connection broke off"),
        (http("200 OK", "<html>Welcome</html>"), "the answer is not JSON"),
        (http("200 OK", '{"lat": 1}'), "not the answer of such a service"),
        (http("200 OK", '["here"]'), "not the answer of such a service"),
        (http("200 OK", '[{"lat": "north", "lon": "0"}]'), "what we cannot use"),
        (http("200 OK", '[{"lat": "540", "lon": "0"}]'), "what we cannot use"),
        (http("200 OK", "[" + " " * 1_100_000), "far too long"),
        (http("500 Internal Server Error", "at Flat 17"), "failed (status 500)"),
        (http("502 Bad Gateway"), "failed (status 502)"),
        (http("403 Forbidden"), "does not let us in"),
        (http("429 Too Many Requests", "", "Retry-After: 120"), "Try again in 2 minutes"),
        (http("503 Service Unavailable", "", "Retry-After: 7"), "Try again in 7 s"),
        (http("302 Found", "", "Location: http://169.254.169.254/latest/"), "sends us elsewhere (status 302)"),
    ],
)
def test_whatever_goes_wrong_is_a_clear_error_in_time(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, behaviour: Behaviour, said: str
) -> None:
    """Within the time-out, with what happened and what to do; no miss is kept, no second try, no address in any log."""
    cache = DictCache()
    caplog.set_level(logging.DEBUG)
    with odd_server(behaviour) as server:
        geocoder = chain_to(server, tmp_path, cache)
        began = time.monotonic()
        with pytest.raises(AddressServiceDown) as error:
            geocoder.place(ADDRESS, POSTCODE)
        took_s = time.monotonic() - began
    assert said in str(error.value)
    assert "place the address by hand" in str(error.value)
    assert took_s < TIMEOUT_S + 1.0
    assert cache.kept == {}
    assert len(server.asked) == 1
    assert "Cedar" not in caplog.text + str(error.value)
    assert "Flat 17" not in caplog.text


def test_a_refused_connection_is_a_clear_error(tmp_path: Path) -> None:
    """Nobody listens there."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
    with pytest.raises(AddressServiceDown, match="the connection was refused"):
        chain_to(OddServer(url=url), tmp_path, DictCache()).place(ADDRESS, POSTCODE)


def test_after_a_failure_the_same_question_is_asked_again(tmp_path: Path) -> None:
    """A failure is forgotten, an answer and a miss are not."""
    cache = DictCache()
    with odd_server(http("500 Oh"), nominatim(), nominatim(HOUSE)) as server:
        geocoder = chain_to(server, tmp_path, cache)
        with pytest.raises(AddressServiceDown):
            geocoder.place(ADDRESS, POSTCODE)
        assert geocoder.place(ADDRESS, POSTCODE) is None
        assert geocoder.place(ADDRESS, POSTCODE) is None
        assert len(server.asked) == 2
        assert geocoder.place("Flat 18, Cedar Court", POSTCODE) is not None


def test_no_other_provider_stands_in_for_a_service_that_failed(tmp_path: Path) -> None:
    """What comes behind it in a chain is not asked instead: an error is an error."""
    rows = tmp_path / "rows"
    rows.mkdir()
    (rows / "bt.csv").write_text("BT1 5GS,10,534921,178226\n")
    with odd_server(http("500 Oh")) as server:
        service = AddressService(
            AddressServiceKind.NOMINATIM,
            server.url,
            user_agent="x",
            timeout_s=TIMEOUT_S,
            pace=FilePace(tmp_path / "pace", pause_s=0, patience_s=0.1),
        )
        behind = gazetteer_provider(CodePointGazetteer(rows))
        chain = ChainedGeocoder(cache=DictCache(), providers=[address_provider(service, key="k" * 32), behind])
        with pytest.raises(AddressServiceDown):
            chain.place(ADDRESS, POSTCODE)


def test_the_cache_holds_no_address(tmp_path: Path) -> None:
    """Neither the words nor anything that could be made from them without the key."""
    cache = DictCache()
    with odd_server(nominatim(HOUSE)) as server:
        chain_to(server, tmp_path, cache).place(ADDRESS, POSTCODE)
        chain_to(server, tmp_path, cache).place(ADDRESS.upper(), "bt15gs")
    [(_, kept)] = cache.kept
    assert len(kept) == 64
    assert len(server.asked) == 1


def test_an_address_without_words_is_not_asked_about(tmp_path: Path) -> None:
    """A postcode alone is for the postcode files."""
    with odd_server(nominatim(HOUSE)) as server:
        assert chain_to(server, tmp_path, DictCache()).place("  ", POSTCODE) is None
    assert server.asked == []


def test_a_service_that_asks_for_rest_gets_it_from_every_process(tmp_path: Path) -> None:
    """After 429 with two minutes nobody asks again, not even another process, and the sentence says for how long."""
    with odd_server(http("429 Slow down", "", "Retry-After: 120")) as server:
        for _ in range(2):
            # Each one opens the file anew, as another process would.
            with pytest.raises(AddressServiceDown, match="in 2 minutes") as error:
                chain_to(server, tmp_path, DictCache()).place(ADDRESS, POSTCODE)
            assert error.value.retry_after_s == pytest.approx(120, abs=5)
    assert len(server.asked) == 1


def test_questions_keep_their_distance(tmp_path: Path) -> None:
    """Three questions with 0.2 s between them take at least 0.4 s."""
    with odd_server(nominatim(HOUSE)) as server:
        geocoder = chain_to(server, tmp_path, DictCache(), pause_s=0.2)
        began = time.monotonic()
        for number in range(3):
            geocoder.place(f"Flat {number}", POSTCODE)
        assert time.monotonic() - began >= 0.4
    assert len(server.asked) == 3
