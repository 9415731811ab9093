"""What an import does to places that are known: pins outlive it, and nothing moves without a question."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.placing import PlaceDoubt, Placement, pinned
from logistics.domain.vocabulary import GeocodePrecision
from logistics.persistence.database import Database
from logistics.persistence.tables import Household, Organisation, PlaceQuestion, Site
from logistics.services.site_places import other_place, place_of, put_place
from tests.logistics.imports.conftest import KnownPlaces, bring_in, edit

PIN = pinned(51.4, -0.07)
AWAY = Placement(latitude=51.6, longitude=-0.05, source="newer", precision=GeocodePrecision.POSTCODE)


class NewerPlaces(KnownPlaces):
    """The same postcodes, every one of them somewhere else."""

    def place(self, address: str, postcode: str) -> Placement | None:
        """Kilometres away."""
        return AWAY if super().place(address, postcode) else None


def site_of(session: Session, ref: str = "H1") -> Site:
    """A household's site."""
    return session.scalars(select(Site).join(Household, Household.site_id == Site.id).where(Household.ref == ref)).one()


def pin(database: Database, ref: str = "H1") -> None:
    """A coordinator sets the place by hand."""
    with database.unscoped_writing() as session:
        put_place(site_of(session, ref), PIN)


def questions(database: Database) -> list[tuple[PlaceDoubt, Placement | None, str]]:
    """The open questions: why, the other place, the former postcode."""
    with database.unscoped_reading() as session:
        rows = session.scalars(select(PlaceQuestion).order_by(PlaceQuestion.former_postcode))
        return [(row.doubt, other_place(row), row.former_postcode) for row in rows]


def placed(database: Database, ref: str = "H1") -> Placement | None:
    """Where a household is."""
    with database.unscoped_reading() as session:
        return place_of(site_of(session, ref))


def test_a_pin_outlives_every_import(database: Database, folder: Path) -> None:
    """Imported again, with newer data and with the address written differently, the pin stays, and nobody is asked."""
    bring_in(database, folder)
    pin(database)
    for places in (None, NewerPlaces()):
        bring_in(database, folder, places=places)
        assert placed(database) == PIN
    edit(folder, "households.csv", '"Flat 17, Cedar Court"', "FLAT 17 CEDAR COURT")
    bring_in(database, folder)
    assert placed(database) == PIN
    assert [row for row in questions(database) if row[1] and row[1].is_pin] == []


def test_a_pin_is_found_again_by_another_household_at_that_address(database: Database, folder: Path) -> None:
    """A household that is entered anew under another number need not be placed by hand again."""
    bring_in(database, folder)
    pin(database)
    line = 'H3,GRP1,,Cleo,1,0,"flat 17 cedar court",SE15 6FW,,,en,,,,no,,2026-09-01,2,yes,hand_over,no,1\n'
    (folder / "households.csv").write_text((folder / "households.csv").read_text() + line)
    bring_in(database, folder)
    assert placed(database, "H3") == PIN


def test_another_postcode_moves_and_asks(database: Database, folder: Path) -> None:
    """Food goes to the new address; the report names the household, and the pin of the old address waits beside it."""
    bring_in(database, folder)
    pin(database)
    edit(folder, "households.csv", "SE15 6FW", "SE1 6QW")
    report = bring_in(database, folder)
    assert [who for who in report.to_check if who.startswith("household H1: ")]
    now = placed(database)
    assert now is not None
    assert now.source == "test"
    assert questions(database) == [(PlaceDoubt.ADDRESS_CHANGED, PIN, "SE15 6FW")]
    again = bring_in(database, folder)
    assert not again.changed_anything
    assert questions(database) == [(PlaceDoubt.ADDRESS_CHANGED, PIN, "SE15 6FW")]


def test_another_postcode_that_nobody_knows_is_not_placed_and_asks(database: Database, folder: Path) -> None:
    """No route goes to where they used to live, and the old place can be chosen again."""
    bring_in(database, folder)
    edit(folder, "households.csv", "SE15 6FW", "SE16 9ZZ")
    report = bring_in(database, folder, places=KnownPlaces("SE16 9ZZ"))
    assert report.not_placed == ("household H1, SE16 9ZZ",)
    assert placed(database) is None
    [(doubt, other, _)] = questions(database)
    assert doubt is PlaceDoubt.ADDRESS_CHANGED
    assert other is not None


def test_another_door_beside_a_pin_keeps_the_pin_and_asks(database: Database, folder: Path) -> None:
    """Within the postcode the pin is the better guess; whether it is right is asked."""
    bring_in(database, folder)
    pin(database)
    edit(folder, "households.csv", "Flat 17, Cedar Court", "Flat 71, Cedar Court")
    bring_in(database, folder)
    assert placed(database) == PIN
    [(doubt, other, former)] = questions(database)
    assert (doubt, former) == (PlaceDoubt.PIN_KEPT, "SE15 6FW")
    assert other is not None


def test_newer_data_moves_nobody_and_asks_once(database: Database, folder: Path) -> None:
    """Every place stays where it was; the questions of the first import are those of the second, and go when it agrees."""
    bring_in(database, folder)
    before = {ref: placed(database, ref) for ref in ("H1", "H2")}
    first = bring_in(database, folder, places=NewerPlaces())
    assert {ref: placed(database, ref) for ref in before} == before
    asked = questions(database)
    assert {doubt for doubt, _, _ in asked} == {PlaceDoubt.NEWER_DATA}
    assert len(asked) == len(first.to_check) == 8
    assert not bring_in(database, folder, places=NewerPlaces()).changed_anything
    bring_in(database, folder)
    assert questions(database) == []


def test_a_dry_run_asks_and_writes_nothing(database: Database, folder: Path) -> None:
    """It tells what would be asked."""
    bring_in(database, folder)
    report = bring_in(database, folder, dry_run=True, places=NewerPlaces())
    assert report.to_check
    assert questions(database) == []


def test_an_address_that_only_a_page_knows_stays(database: Database, folder: Path) -> None:
    """The files have no street for organisations: what a coordinator typed, and its pin, is not undone by them."""
    bring_in(database, folder)
    with database.unscoped_writing() as session:
        site = session.scalars(
            select(Site).join(Organisation, Organisation.site_id == Site.id).where(Organisation.code == "DON1")
        ).one()
        site.address = "Unit 4, Kitchen Yard"
        put_place(site, PIN)
        site_id = site.id
    assert not bring_in(database, folder).changed_anything
    with database.unscoped_reading() as session:
        site = session.get_one(Site, site_id)
        assert (site.address, place_of(site)) == ("Unit 4, Kitchen Yard", PIN)
