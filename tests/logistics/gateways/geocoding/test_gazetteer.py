"""The postcode gazetteer reads its packaged files, and only the one it needs."""

from __future__ import annotations

import csv
import gzip
from pathlib import Path

import pytest
from geopy.distance import geodesic
from geopy.geocoders.base import Geocoder

from logistics.domain.errors import BadInput
from logistics.gateways.geocoding import ATTRIBUTION, CodePointGazetteer

SHARED = Path(__file__).resolve().parents[5] / "shared" / "scenarios"


@pytest.fixture(scope="module")
def packaged() -> CodePointGazetteer:
    return CodePointGazetteer()


def test_it_is_a_geopy_geocoder(packaged: CodePointGazetteer) -> None:
    """Every provider is one type, so that a service can stand in its place."""
    assert isinstance(packaged, Geocoder)


def test_a_real_postcode_is_placed(packaged: CodePointGazetteer) -> None:
    """A postcode beside Southwark Park lies there, to within a street."""
    found = packaged.geocode("se16 3aa")
    assert found.address == "SE16 3AA"
    assert geodesic((found.latitude, found.longitude), (51.4869, -0.0582)).m < 150


def test_a_list_is_given_when_asked_for(packaged: CodePointGazetteer) -> None:
    """`exactly_one=False` answers as geopy's own geocoders do."""
    assert [found.address for found in packaged.geocode("SE16 3AA", exactly_one=False)] == ["SE16 3AA"]


@pytest.mark.parametrize("postcode", ["SE16 9ZZ", "BT1 1AA", "JE2 3AB"])
def test_an_unknown_postcode_is_none(packaged: CodePointGazetteer, postcode: str) -> None:
    """A postcode that does not exist, or lies where Code-Point Open has no data, is unknown and no error."""
    assert packaged.geocode(postcode) is None


@pytest.mark.parametrize("postcode", ["AB43 1AG", "B42 9LG"])
def test_a_postcode_without_a_real_place_is_not_placed(packaged: CodePointGazetteer, postcode: str) -> None:
    """Quality 90 has no coordinates (0, 0 lies in the sea off Scilly) and 60 only its sector's middle."""
    assert packaged.geocode(postcode) is None


def test_what_is_no_postcode_is_refused(packaged: CodePointGazetteer) -> None:
    """Garbage is the typist's to put right, not an unknown place."""
    with pytest.raises(BadInput):
        packaged.geocode("nowhere")


def test_only_the_area_asked_for_is_read(tmp_path: Path) -> None:
    """A damaged file of another area does no harm, and a file once read is kept."""
    se = tmp_path / "se.csv.gz"
    se.write_bytes(gzip.compress(b"SE1 0AA,10,531860,179460\r\nSE163AA,10,534921,178226\r\n"))
    (tmp_path / "w.csv.gz").write_bytes(b"no gzip at all")
    gazetteer = CodePointGazetteer(tmp_path)
    assert gazetteer.geocode("SE16 3AA").raw["easting_m"] == 534921
    se.unlink()
    assert gazetteer.geocode("SE1 0AA").raw["easting_m"] == 531860
    with pytest.raises(BadInput, match=r"w\.csv\.gz is damaged"):
        gazetteer.geocode("W1A 1AA")


def test_a_bad_row_names_file_and_line(tmp_path: Path) -> None:
    """A gazetteer of one's own says where it is wrong."""
    (tmp_path / "se.csv").write_text("SE1 0AA,10,531860,179460\nSE1 0AB,ten,1,2\n")
    with pytest.raises(BadInput, match=r"se\.csv, line 2"):
        CodePointGazetteer(tmp_path).geocode("SE1 0AA")


def test_the_licence_is_credited() -> None:
    """The Open Government Licence asks for these words."""
    assert "Contains OS data © Crown copyright and database right" in ATTRIBUTION
    assert "Royal Mail" in ATTRIBUTION


@pytest.mark.skipif(not SHARED.is_dir(), reason="the scenarios are not beside this checkout")
@pytest.mark.parametrize("scenario", ["bermondsey", "clerkenwell", "three-boroughs"])
def test_every_household_of_the_scenarios_is_placed(packaged: CodePointGazetteer, scenario: str) -> None:
    """Their postcodes are real, so each has its place."""
    with (SHARED / scenario / "households.csv").open(encoding="utf-8-sig", newline="") as file:
        postcodes = {row["postcode"] for row in csv.DictReader(file) if row["postcode"]}
    assert postcodes
    assert [postcode for postcode in postcodes if packaged.geocode(postcode) is None] == []
