"""Postcode files that a network brings: both publishers' forms, whole or not at all, and first in the chain."""

from __future__ import annotations

import resource
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from logistics.domain.errors import BadInput, NotFound
from logistics.domain.vocabulary import GeocodePrecision
from logistics.gateways.geocoding import CodePointGazetteer, PostcodesDamaged
from logistics.gateways.geocoding.assembly import local_geocoder
from logistics.gateways.geocoding.installed import (
    InstalledGazetteer,
    install_postcodes,
    installed_postcodes,
    remove_postcodes,
)
from logistics.gateways.geocoding.postcode_files import PostcodeFormat
from tests.logistics.gateways.geocoding.test_chain import DictCache

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
ONSPD = """pcd,pcd2,pcds,dointr,doterm,oseast1m,osnrth1m,osgrdind,lat,long
"BT1 5GS","BT1  5GS","BT1 5GS","198001","","146000","529000","1","54.596300","-5.930200"
"SE163AA","SE16 3AA","SE16 3AA","198001","","534921","178226","1","51.500001","-0.060001"
"SE169ZZ","SE16 9ZZ","SE16 9ZZ","198001","199606","","","9","99.999999","0.000000"
"SE168ZZ","SE16 8ZZ","SE16 8ZZ","198001","","534000","178000","6","51.5","-0.06"
"""
NEWER_ONSPD = "PCD7,PCDS,DOTERM,EAST1M,NORTH1M,GRIDIND,LAT,LONG\nSE163AA,SE16 3AA,,534921,178226,1,51.6,-0.06\n"
CODE_POINT = '"SE163AA",10,534921,178226,"E92000001","","E18000007","","E09000028","E05011104"\n"SE168ZZ",60,534000,178000\n"SE169ZZ",90,0,0\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where the sets are kept."""
    return tmp_path / "home" / "places"


def file_of(tmp_path: Path, text: str, name: str = "ONSPD_AUG_2026_UK.csv") -> Path:
    """A download."""
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def test_the_postcode_directory_is_read_in_degrees(tmp_path: Path, folder: Path) -> None:
    """Northern Ireland too, which is on another grid; what has no place or only a sector's is left out."""
    told: list[int] = []
    held = install_postcodes(file_of(tmp_path, ONSPD), folder, now=NOW, told=told.append)
    assert (held.name, held.format, held.postcodes) == ("onspd-aug-2026-uk", PostcodeFormat.ONSPD, 2)
    assert told == [2]
    found = InstalledGazetteer(held.file).geocode("bt15gs")
    assert (found.latitude, found.longitude) == (54.5963, -5.9302)  # type: ignore[union-attr]  # it is one, not a list
    assert InstalledGazetteer(held.file).geocode("SE16 9ZZ") is None


def test_its_newer_headings_are_understood(tmp_path: Path, folder: Path) -> None:
    """Since 2025 the columns are in capitals and have other names."""
    assert install_postcodes(file_of(tmp_path, NEWER_ONSPD), folder, now=NOW).postcodes == 1


def test_code_point_open_gives_what_the_package_gives(tmp_path: Path, folder: Path) -> None:
    """The same row through either way is the same place; as a folder and as a zip, guides and headings left aside."""
    download = tmp_path / "codepo_gb"
    file_of(download, CODE_POINT, "Data/CSV/se.csv")
    file_of(download, "PC,PQ,EA,NO\n", "Doc/Code-Point_Open_Column_Headers.csv")
    archive = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in download.rglob("*.csv"):
            packed.write(file, file.relative_to(download).as_posix())
    right = CodePointGazetteer(download / "Data" / "CSV").geocode("SE16 3AA")
    for source in (download, archive):
        held = install_postcodes(source, folder, name=source.name, now=NOW)
        assert (held.format, held.postcodes) == (PostcodeFormat.CODE_POINT, 1)
        found = InstalledGazetteer(held.file).geocode("SE16 3AA")
        assert (found.latitude, found.longitude) == (right.latitude, right.longitude)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is empty"),
        ("name,phone\nAda,07700\n", "neither ONSPD"),
        (ONSPD + '"SE1","","SE1","","","","","1","north","0"\n', "line 6: cannot be read"),
        (ONSPD + '"SE17 1AA"\n', "line 6: cannot be read"),
        ("SE163AA,10,534921,178226\nSE163AB,10,here,178226\n", "line 2: cannot be read"),
        ('pcds,lat,long\n"SE16 9ZZ",99.999999,0\n', "no postcode with a place"),
    ],
)
def test_a_file_that_cannot_be_taken_changes_nothing(tmp_path: Path, folder: Path, text: str, said: str) -> None:
    """One sentence with file and line; the set of that name that was there stays, and no draft is left."""
    install_postcodes(file_of(tmp_path, NEWER_ONSPD), folder, name="ours", now=NOW)
    with pytest.raises(BadInput, match=said):
        install_postcodes(file_of(tmp_path, text), folder, name="ours", now=NOW)
    assert [(one.name, one.postcodes) for one in installed_postcodes(folder)] == [("ours", 1)]
    assert [file.name for file in folder.iterdir()] == ["ours.places"]


def test_a_broken_zip_and_a_path_to_nothing_are_explained(tmp_path: Path, folder: Path) -> None:
    """A download that stopped half-way."""
    archive = tmp_path / "codepo_gb.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("Data/CSV/se.csv", CODE_POINT * 2000)
    whole = archive.read_bytes()
    middle = 200
    archive.write_bytes(whole[:middle] + b"\xff" * 50 + whole[middle + 50 :])
    with pytest.raises(BadInput, match=r"damaged|cannot be read"):
        install_postcodes(archive, folder, now=NOW)
    with pytest.raises(BadInput, match="There is no file"):
        install_postcodes(tmp_path / "nowhere.csv", folder, now=NOW)
    assert list(folder.iterdir()) == []


def test_no_room_is_explained(tmp_path: Path, folder: Path) -> None:
    """Where no folder can be made, and where the disk takes no more: one sentence, and what was there stays."""
    many = "".join(f'"SE16 {n % 10}{a}{b}",51.5,-0.06\n' for n in range(10) for a in "ABDEFGHJ" for b in "LNPQRSTU")
    source = file_of(tmp_path, "pcds,lat,long\n" + many)
    install_postcodes(file_of(tmp_path, NEWER_ONSPD, "small.csv"), folder, name="ours", now=NOW)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (16_384, hard))
    try:
        with pytest.raises(BadInput, match="cannot be written"):
            install_postcodes(source, folder, name="ours", now=NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert [(one.name, one.postcodes) for one in installed_postcodes(folder)] == [("ours", 1)]
    assert [file.name for file in folder.iterdir()] == ["ours.places"]
    file_of(tmp_path, "", "blocked")
    with pytest.raises(BadInput, match="Nothing can be written"):
        install_postcodes(source, tmp_path / "blocked" / "places", now=NOW)


def test_what_was_imported_last_is_asked_first(tmp_path: Path, folder: Path) -> None:
    """The newest set answers, then the older ones, then the package's files; each answer says who gave it."""
    install_postcodes(file_of(tmp_path, ONSPD), folder, name="older", now=NOW)
    install_postcodes(file_of(tmp_path, NEWER_ONSPD), folder, name="newer", now=NOW.replace(hour=13))
    chain = local_geocoder(DictCache(), folder)
    for postcode, source in (("SE16 3AA", "newer"), ("BT1 5GS", "older"), ("SW1A 1AA", "code-point-open")):
        placed = chain.place("", postcode)
        assert placed is not None
        assert (placed.source, placed.precision) == (source, GeocodePrecision.POSTCODE)


def test_a_set_that_is_taken_away_knows_nothing_more(tmp_path: Path, folder: Path) -> None:
    """A process that still has it goes on; one that is damaged is an error, not "not known"."""
    held = install_postcodes(file_of(tmp_path, ONSPD), folder, name="ours", now=NOW)
    gazetteer = InstalledGazetteer(held.file)
    remove_postcodes(folder, "ours")
    assert gazetteer.geocode("SE16 3AA") is None
    with pytest.raises(NotFound, match="rounds places list"):
        remove_postcodes(folder, "ours")
    held.file.write_bytes(b"not a database, but long enough to be looked at" * 100)
    with pytest.raises(PostcodesDamaged, match="Import them again"):
        gazetteer.geocode("SE16 3AA")
