"""`rounds places`: files of one's own, and looking again for what waits; nothing is sent unless somebody says so."""

from __future__ import annotations

import json
import uuid
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from logistics.cli import main
from logistics.domain.placing import PlaceDoubt
from logistics.domain.vocabulary import GeocodePrecision
from logistics.persistence.database import Database, open_database
from logistics.persistence.schema import upgrade_schema
from logistics.persistence.tables import Household, Network, PlaceQuestion, Site
from tests.logistics.gateways.geocoding.odd_server import http, odd_server

ONSPD = "pcds,lat,long\nBT1 5GS,54.5963,-5.9302\nSE16 3AA,51.6,-0.06\n"
HOUSE = json.dumps([{"lat": "54.6", "lon": "-5.9", "place_rank": 30, "type": "house", "display_name": "x"}])


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where the command finds its database."""
    monkeypatch.setenv("ROUNDS_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    (tmp_path / "onspd.csv").write_text(ONSPD)
    return tmp_path / "home"


@pytest.fixture
def database(home: Path) -> Database:
    """A network whose households are in Belfast, in Belfast in secret, in a place that is known, and nowhere."""
    url = f"sqlite:///{home / 'rounds.sqlite'}"
    upgrade_schema(url)
    database = open_database(url)
    network = uuid.uuid4()
    with database.unscoped_writing() as session:
        session.add(Network(id=network, slug="riverside", name="Riverside network"))
        for ref, postcode, secret in (
            ("H1", "BT1 5GS", False),
            ("H2", "BT1 5GS", True),
            ("H3", "SE16 3AA", False),
            ("H4", "BT1 9ZZ", False),
            ("H5", "BT1 9ZZ", True),
        ):
            site = Site(id=uuid.uuid4(), network_id=network, address=f"{ref} Test Row", postcode=postcode)
            if ref == "H3":
                site.latitude, site.longitude = 51.5, -0.06
                site.geocode_source, site.geocode_precision = "code-point-open", GeocodePrecision.POSTCODE
            home_of = Household(
                id=uuid.uuid4(),
                network_id=network,
                ref=ref,
                contact_name=ref,
                site_id=site.id,
                confidential_address=secret,
            )
            session.add_all([site, home_of])
    return database


def rounds(*words: str, typed: str = "") -> Result:
    """Run the command."""
    return CliRunner().invoke(main, ["places", *words], input=typed)


def placed(database: Database) -> dict[str, str | None]:
    """Who says where each household is."""
    with database.unscoped_reading() as session:
        rows = session.execute(select(Household.ref, Site.geocode_source).join(Site, Site.id == Household.site_id))
        return {row.ref: row.geocode_source for row in rows}


def test_files_are_imported_listed_and_removed(home: Path) -> None:
    """Each step says what it did; a file that cannot be read is an error with exit code 2."""
    done = rounds("import", str(home.parent / "onspd.csv"), "--name", "Ours")
    assert done.exit_code == 0, done.output
    assert "ours: 2 postcodes with a place." in done.output
    assert "Crown copyright" in done.output
    assert "ours" in rounds("list").output
    assert rounds("remove", "ours").exit_code == 0
    assert "ours" not in rounds("list").output
    assert rounds("remove", "ours").exit_code == 1
    wrong = rounds("import", str(home / "nothing.csv"))
    assert (wrong.exit_code, "There is no file" in wrong.output) == (2, True)


def test_new_files_place_what_waits_and_ask_about_what_moved(home: Path, database: Database) -> None:
    """Two in Belfast are placed; the one whose postcode is now kilometres away stays, with a question; again changes nothing."""
    rounds("import", str(home.parent / "onspd.csv"), "--name", "ours")
    done = rounds("find")
    assert "Placed from postcode files: 2. Places to check on the page “Places”: 1." in done.output
    assert "Still without a place: 2." in done.output
    assert placed(database) == {"H1": "ours", "H2": "ours", "H3": "code-point-open", "H4": None, "H5": None}
    with database.unscoped_reading() as session:
        assert [row.doubt for row in session.scalars(select(PlaceQuestion))] == [PlaceDoubt.NEWER_DATA]
    assert "Placed from postcode files: 0. Places to check on the page “Places”: 0." in rounds("find").output


def test_a_service_is_asked_only_after_a_yes_and_never_about_secrets(
    home: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a yes nothing is sent; with it the host and the number are named, and confidential addresses stay here."""
    assert rounds("find", "--ask-service").exit_code == 2
    with odd_server(http("200 OK", HOUSE)) as server:
        set_service(monkeypatch, server.url)
        refused = rounds("find", "--ask-service", typed="n\n")
        assert server.asked == []
        assert "sends 2 addresses of people who need food to 127.0.0.1" in refused.output
        done = rounds("find", "--ask-service", typed="y\n")
        assert done.exit_code == 0, done.output
        assert "never sent: 2" in done.output
        assert [("H1" in question, "H4" in question) for question in server.asked] in (
            [(True, False), (False, True)],
            [(False, True), (True, False)],
        )
    assert placed(database) == {"H1": "nominatim", "H2": None, "H3": "code-point-open", "H4": "nominatim", "H5": None}


def test_a_service_that_fails_half_way_loses_nothing(
    home: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it said before is kept, the rest goes on waiting, and the error says what to do."""
    with odd_server(http("200 OK", HOUSE), http("429 Slow down", "", "Retry-After: 300")) as server:
        set_service(monkeypatch, server.url)
        done = rounds("find", "--ask-service", "--yes")
        assert done.exit_code == 1
        assert "asks to be left alone for a while" in done.output
        assert "Try again in 5 minutes" in done.output
        assert sum(source == "nominatim" for source in placed(database).values()) == 1
        again = rounds("find", "--ask-service", "--yes")
        assert again.exit_code == 1
        assert len(server.asked) == 2


def set_service(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """A Nominatim at this address."""
    monkeypatch.setenv("ROUNDS_ADDRESS_SERVICE", "nominatim")
    monkeypatch.setenv("ROUNDS_ADDRESS_SERVICE_URL", url)
    monkeypatch.setenv("ROUNDS_ADDRESS_SERVICE_CONTACT", "us@example.org")
    monkeypatch.setenv("ROUNDS_ADDRESS_SERVICE_PAUSE_MS", "10")
