"""A network with everything that the spreadsheets can hold, out and into another database: nothing is lost on the way."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from logistics.domain.authority import Actor, Grant
from logistics.domain.errors import BadInput, Forbidden
from logistics.domain.household import AgeBand, Extra, Kitchen
from logistics.domain.states import OrderState, SlotState
from logistics.domain.vocabulary import Allergen, Role
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    AuditEvent,
    Consent,
    DonationSlot,
    Household,
    HouseholdBand,
    HouseholdExtra,
    HouseholdMember,
    HouseholdNeeds,
    Site,
    StandingOrder,
    Volunteer,
)
from logistics.services.exports import as_workbook, export_network
from logistics.services.exports.run import NetworkExport
from logistics.services.imports.columns import HUBS, TABLES
from tests.logistics.exports.world import allotted, another, export_of, frozen, network_of, take_in, week_of, write
from tests.logistics.imports.conftest import FILES, NOW, bring_in, content_of, edit


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The small network as files, with every optional column and the optional table."""
    folder = tmp_path / "small"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    header, first, second = FILES["households.csv"].splitlines()
    first = first.replace(",2,0,", ",2,1,", 1)
    rows = (
        f"{header},own_words,kitchen,ages,extras",
        f"{first},kiwi and quorn,no_cook,0-1:1|18-64:2,nappies:4|other:a\\|b \\\\ tablet",
        f"{second},Allergies not known yet,kettle_only,,pet_food",
    )
    (folder / "households.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    (folder / "members.csv").write_text(
        "household,who,age,diets,allergens\nH1,the girl,0-1,,milk\nH1,the girl,,vegan,\n", encoding="utf-8"
    )
    return folder


def change(database: Database, of: Callable[[Any], Any]) -> None:
    """Change rows of the network."""
    with database.writing(network_of(database)) as session:
        of(session)


def cell_of(export: NetworkExport, table: str, row: int, column: str) -> str:
    """One cell."""
    spec = next(spec for spec in (*TABLES, HUBS) if spec.name == table)
    return export.tables[table][row][[each.name for each in spec.columns].index(column)]


def test_it_comes_back_as_it_was(database: Database, folder: Path, tmp_path: Path, sqlite_tables: Path) -> None:
    """From each kind of database: identical files by CSV and by workbook, the same week to plan, the same food for the same people."""
    take_in(database, folder)
    first = export_of(database)
    out = write(first, tmp_path / "out")
    (tmp_path / "out.xlsx").write_bytes(as_workbook(first))
    snapshot, demand = frozen(database)
    week, named = week_of(database, snapshot)
    assert demand.total() == 3
    for number, source in enumerate((out, tmp_path / "out.xlsx")):
        with another(tmp_path / f"other {number}", sqlite_tables) as other:
            take_in(other, source)
            assert export_of(other) == first
            again = write(export_of(other), tmp_path / f"again {number}")
            assert [(file.name, file.read_bytes()) for file in sorted(again.iterdir())] == [
                (file.name, file.read_bytes()) for file in sorted(out.iterdir())
            ]
            other_snapshot, other_demand = frozen(other)
            other_week, other_named = week_of(other, other_snapshot)
            assert (other_demand, other_week) == (demand, week)
            assert allotted(other_week, other_named) == allotted(week, named)


def test_every_column_is_written(database: Database, folder: Path) -> None:
    """No column of any table is empty in all rows: what the import takes, the export gives."""
    take_in(database, folder)
    export = export_of(database)
    silent = [
        f"{spec.name}.{column.name}"
        for spec in (*TABLES, HUBS)
        for position, column in enumerate(spec.columns)
        if not any(row[position] for row in export.tables[spec.name])
    ]
    assert silent == []
    assert cell_of(export, "households", 0, "own_words") == "kiwi and quorn"
    assert cell_of(export, "households", 0, "extras") == "nappies:4|other:a\\|b \\\\ tablet"
    assert cell_of(export, "volunteers", 0, "cold_litres") == "16.5"
    assert cell_of(export, "volunteers", 0, "max_hours_week") == "7.5"


def test_what_the_files_say_of_people_is_stored(database: Database, folder: Path) -> None:
    """Words that nobody has clarified, the kitchen, ages, extras, and what one of them cannot eat, for all of them."""
    take_in(database, folder)
    with database.reading(network_of(database)) as session:
        home = session.query(Household).filter_by(ref="H1").one()
        needs = session.query(HouseholdNeeds).filter_by(household_id=home.id).one()
        bands = {row.band: row.people for row in session.query(HouseholdBand)}
        extras = {row.kind: row.detail for row in session.query(HouseholdExtra).filter_by(household_id=home.id)}
        members = [(row.number, row.who, row.band) for row in session.query(HouseholdMember)]
    assert needs.unmapped == "kiwi and quorn"
    assert needs.allergens == {Allergen.MILK}
    assert home.kitchen is Kitchen.NO_COOK
    assert bands == {AgeBand.BABY: 1, AgeBand.ADULT: 2}
    assert extras == {Extra.NAPPIES: "4", Extra.OTHER: "a|b \\ tablet"}
    assert sorted(members) == [(1, "the girl", AgeBand.BABY), (2, "the girl", None)]


def test_a_file_without_them_leaves_them(database: Database, folder: Path) -> None:
    """Neither missing columns nor empty cells nor a missing table take anything away, and above all no words that wait."""
    take_in(database, folder)
    before = export_of(database).tables
    (folder / "members.csv").unlink()
    (folder / "households.csv").write_text(FILES["households.csv"], encoding="utf-8")
    edit(folder, "households.csv", "Ada,2,0", "Ada,2,1")
    take_in(database, folder)
    assert export_of(database).tables == before
    header, first, second = FILES["households.csv"].replace("Ada,2,0", "Ada,2,1").splitlines()
    text = f"{header},own_words,kitchen,ages,extras\n{first},,,,\n{second},mango,,none,none\n"
    (folder / "households.csv").write_text(text, encoding="utf-8")
    take_in(database, folder)
    after = export_of(database)
    assert cell_of(after, "households", 0, "own_words") == "kiwi and quorn"
    assert cell_of(after, "households", 1, "own_words") == "mango"
    assert cell_of(after, "households", 1, "extras") == ""


def test_new_words_are_added_to_those_that_wait(database: Database, folder: Path) -> None:
    """An old file read in again changes nothing; other words stand beside the first."""
    take_in(database, folder)
    edit(folder, "households.csv", "kiwi and quorn", "kiwi")
    assert not bring_in(database, folder).changed_anything
    edit(folder, "households.csv", ",kiwi,", ",okra,")
    take_in(database, folder)
    assert cell_of(export_of(database), "households", 0, "own_words") == "kiwi and quorn; okra"
    edit(folder, "households.csv", ",okra,", f",{'x' * 490},")
    before = content_of(database)
    with pytest.raises(BadInput, match="Household H1 has much to clarify"):
        bring_in(database, folder)
    assert content_of(database) == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("0-1:1|18-64:2", "0-1:2|18-64:2", "they make 2 adults and 2 children"),
        ("0-1:1|18-64:2", "0-1|18-64:2", "“0-1” says not how many"),
        ("0-1:1|18-64:2", "0-2:1|18-64:2", "“0-2” is not an age that is known"),
        ("nappies:4|", "nappies|", "“nappies” has no words"),
        ("nappies:4|", "pet_food|pet_food:cat|", "“pet_food” is there twice"),
        ("no_cook", "no oven", "“no oven” is not a kitchen that is known"),
    ],
)
def test_what_cannot_be_taken_is_told(database: Database, folder: Path, *, old: str, new: str, sentence: str) -> None:
    """With its file, line and column; nothing is saved."""
    edit(folder, "households.csv", old, new)
    (problem,) = bring_in(database, folder).problems
    assert str(problem).startswith("households.csv, line 2, ")
    assert sentence in str(problem)


def test_only_what_is_active_is_written(database: Database, folder: Path) -> None:
    """Nobody who left or was erased with all that hangs on them, no wish that was ended, no food that is not there."""
    take_in(database, folder)

    def close(session: Any) -> None:
        session.query(Household).filter_by(ref="H2").one().is_active = False
        session.query(Volunteer).filter_by(ref="V1").one().erased_at = datetime(2026, 11, 1, tzinfo=UTC)
        session.query(StandingOrder).filter_by(product="hot_meal").one().state = OrderState.CANCELLED
        slots = session.query(DonationSlot).order_by(DonationSlot.service_date).all()
        for slot, state in zip(slots, (SlotState.WITHDRAWN, SlotState.EXPIRED, SlotState.REJECTED), strict=True):
            slot.state = state

    change(database, close)
    export = export_of(database)
    assert {name: len(rows) for name, rows in export.tables.items() if name not in ("organisations", "hubs")} == {
        "households": 1,
        "members": 2,
        "standing_orders": 0,
        "pauses": 0,
        "donation_slots": 0,
        "volunteers": 1,
        "shifts": 1,
        "pairs": 0,
        "last_week": 0,
    }
    assert [row[0] for row in (*export.tables["households"], *export.tables["volunteers"])] == ["H1", "V2"]


def test_confidential_address_is_left_out_and_not_taken_away(database: Database, folder: Path, tmp_path: Path) -> None:
    """The household is there without where it lives; read in again, the database still knows."""
    take_in(database, folder)
    export = export_of(database, with_confidential=False)
    assert [cell_of(export, "households", 1, name) for name in ("address", "postcode", "access_notes")] == ["", "", ""]
    assert cell_of(export, "households", 1, "ref") == "H2"
    assert cell_of(export, "households", 0, "postcode") == "SE15 6FW"
    assert "Without their address, because it is confidential: H2." in export.notes
    out = write(export, tmp_path / "out")
    assert b"SE17 2FT" not in b"".join(file.read_bytes() for file in out.iterdir())
    before = export_of(database).tables
    take_in(database, out)
    assert export_of(database).tables == before
    with database.reading(network_of(database)) as session:
        home = session.query(Household).filter_by(ref="H2").one()
        assert session.get_one(Site, home.site_id).postcode == "SE17 2FT"


def test_it_stands_in_the_trail_with_counts_alone(database: Database, folder: Path) -> None:
    """Who took what away, in which form, how many rows; no name of anybody."""
    take_in(database, folder)
    export_of(database, with_confidential=False)
    with database.reading(network_of(database)) as session:
        entry = session.query(AuditEvent).filter_by(action="network_exported").one()
    counts = {"organisations": 4, "households": 2, "members": 2, "standing_orders": 2, "pauses": 1, "donation_slots": 4}
    counts |= {"volunteers": 2, "shifts": 2, "pairs": 2, "last_week": 2, "hubs": 1}
    assert entry.details == {"to": "folder", "with_confidential": False, **counts}


def test_a_yes_that_is_missing_is_not_written(database: Database, folder: Path) -> None:
    """A household whose consent to keep what it cannot eat was withdrawn is asked again, wherever it comes."""
    take_in(database, folder)
    assert cell_of(export_of(database), "households", 1, "consent_on") == "2026-09-01"

    def withdraw(session: Any) -> None:
        home = session.query(Household).filter_by(ref="H2").one()
        for consent in session.query(Consent).filter_by(household_id=home.id, purpose="health_and_religion"):
            consent.withdrawn_on = date(2026, 11, 1)

    change(database, withdraw)
    assert cell_of(export_of(database), "households", 1, "consent_on") == ""


def test_whoever_may_not_import_may_not_export(database: Database, folder: Path) -> None:
    """Deny by default, in the service itself."""
    take_in(database, folder)
    network_id = network_of(database)
    actor = Actor(network_id=network_id, account_id=uuid.uuid4(), grants=(Grant(role=Role.DISPATCHER),))
    with database.writing(network_id) as session, pytest.raises(Forbidden):
        export_network(session, actor, with_confidential=False, to="zip", now=NOW)
