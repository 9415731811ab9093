"""Every table of the files arrives in its rows, once."""

from __future__ import annotations

from datetime import date, time
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.cli import main
from logistics.domain.vocabulary import (
    Allergen,
    AllergenDeclaration,
    ConsentPurpose,
    CredentialKind,
    Diet,
    DriverNeed,
    Frequency,
    Fulfilment,
    GeocodePrecision,
    Handover,
    PairKind,
    Product,
    TemperatureClass,
    Trait,
)
from logistics.domain.weekdays import Weekday
from logistics.persistence.database import Database
from logistics.persistence.scope import narrow
from logistics.persistence.tables import (
    AuditEvent,
    Batch,
    Consent,
    DonationSlot,
    Household,
    HouseholdNeeds,
    Hub,
    Network,
    Pair,
    Pause,
    Round,
    RoundVisit,
    Shift,
    Site,
    StandingOrder,
    Volunteer,
)
from logistics.queries.network import find_network
from logistics.queries.slot_history import slot_history
from tests.logistics.imports.conftest import NOW, KnownPlaces, bring_in, content_of, edit


def into_network(session: Session) -> None:
    """Narrow to the only network."""
    narrow(session, find_network(session).id)


def test_people_arrive_with_needs_and_consents(database: Database, folder: Path) -> None:
    """A household's needs and consents are rows of their own; one that needs nothing has no needs row."""
    assert bring_in(database, folder).is_good
    with database.unscoped_reading() as session:
        into_network(session)
        ada, bea = session.scalars(select(Household).order_by(Household.ref)).all()
        assert (ada.contact_name, ada.adults, ada.floor, ada.has_lift) == ("Ada", 2, 2, True)
        assert (ada.site.address, ada.site.postcode) == ("Flat 17, Cedar Court", "SE15 6FW")
        assert ada.site.geocode_precision is GeocodePrecision.POSTCODE
        assert ada.needs is None
        assert (bea.confidential_address, bea.at_risk, bea.people_at_door) == (True, True, 2)
        assert (bea.handover, bea.driver_needs) == (Handover.NEIGHBOUR, {DriverNeed.DBS_BASIC})
        needs = session.scalars(select(HouseholdNeeds)).one()
        assert (needs.household_id, needs.diets) == (bea.id, {Diet.HALAL, Diet.NO_BEEF})
        assert (needs.allergens, needs.texture_iddsi) == ({Allergen.PEANUTS, Allergen.SESAME}, 5)
        consents = session.execute(select(Consent.household_id, Consent.purpose, Consent.wording_version)).all()
        assert set(consents) == {
            (ada.id, ConsentPurpose.FOOD_SUPPORT, "imported"),
            (bea.id, ConsentPurpose.FOOD_SUPPORT, "imported"),
            (bea.id, ConsentPurpose.HEALTH_AND_RELIGION, "imported"),
        }


def test_wishes_arrive(database: Database, folder: Path) -> None:
    """Standing orders and pauses hold what the lines say."""
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        into_network(session)
        meal, parcel = session.scalars(select(StandingOrder).order_by(StandingOrder.product)).all()
        assert (meal.product, meal.quantity, meal.days) == (Product.HOT_MEAL, 2, {Weekday.MON, Weekday.WED})
        assert (meal.window_start, meal.window_end, meal.ends_on) == (time(12), time(14), None)
        assert (parcel.frequency, parcel.fulfilment) == (Frequency.FORTNIGHTLY, Fulfilment.COLLECTION)
        assert (parcel.starts_on, parcel.ends_on) == (date(2026, 9, 7), date(2027, 3, 31))
        pause = session.scalars(select(Pause)).one()
        assert (pause.starts_on, pause.ends_on, pause.reason) == (date(2026, 12, 7), date(2026, 12, 13), "away")


def test_rows_of_one_pickup_make_one_slot(database: Database, folder: Path) -> None:
    """Two lines for the same donor and time are two batches of one slot, in the order of the file."""
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        into_network(session)
        slots = session.scalars(select(DonationSlot).order_by(DonationSlot.service_date)).all()
        assert [slot.temperature for slot in slots] == list(TemperatureClass)
        assert [(batch.number, batch.portions) for batch in slots[0].batches] == [(1, 30), (2, 15)]
        assert slots[0].hot_hold_until == time(12, 30)
        said = [slot.batches[0].declaration for slot in slots]
        assert said == [AllergenDeclaration.CONTAINS, AllergenDeclaration.NONE, AllergenDeclaration.UNDECLARED]
        dhal = slots[1].batches[0]
        assert (dhal.texture_iddsi, dhal.use_by, dhal.allergens) == (5, date(2026, 12, 3), frozenset())
        assert (dhal.declared_by, dhal.declared_at) == ("the donor, by the imported files", NOW)


def test_an_imported_slot_has_the_first_line_of_its_history(database: Database, folder: Path) -> None:
    """Put on the list by the imported files, with its food; imported again, no line is added."""
    bring_in(database, folder)
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        into_network(session)
        for slot in session.scalars(select(DonationSlot)):
            (line,) = slot_history(session, slot.id)
            assert (line.at, line.what, line.who) == (NOW, "Put on the list", "the imported files")
            assert {each.what: each.after for each in line.changes} == {
                "state": slot.state.value,
                "food": "; ".join(
                    f"{batch.portions} × {batch.dish}"
                    if batch.portions
                    else f"{batch.weight_g / 1000:g} kg {batch.dish}"
                    for batch in slot.batches
                ),
            }


def test_volunteers_arrive_in_our_units(database: Database, folder: Path) -> None:
    """Litres are kept as millilitres and hours as seconds; credentials, shifts and pairs are rows."""
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        into_network(session)
        cas, dan = session.scalars(select(Volunteer).order_by(Volunteer.ref)).all()
        assert (cas.hot_ml, cas.cold_ml, cas.max_week_s) == (36_000, 16_500, 27_000)
        assert (cas.traits, cas.languages) == ({Trait.FEMALE_DRIVER}, "en|bn")
        assert [(held.kind, held.expires_on) for held in cas.credentials] == [
            (CredentialKind.DBS_BASIC, date(2028, 1, 31)),
            (CredentialKind.FOOD_HYGIENE_2, date(2027, 12, 31)),
        ]
        assert (dan.group_id, dan.hot_ml, dan.credentials) == (None, 0, [])
        assert session.scalar(select(func.count(Shift.id))) == 2
        pairs = set(session.execute(select(Pair.volunteer_id, Pair.kind, Pair.weight)).all())
        assert pairs == {(cas.id, PairKind.PREFER, 3), (dan.id, PairKind.BLOCK, 1)}


def test_the_network_its_hubs_and_rounds_arrive(database: Database, folder: Path) -> None:
    """The network is called after its folder; hubs keep their hours; last week's visits are a round's."""
    report = bring_in(database, folder)
    assert (report.network_slug, report.network_name, report.saved) == ("small", "Small network", True)
    with database.unscoped_reading() as session:
        into_network(session)
        hub = session.scalars(select(Hub)).one()
        assert (hub.organisation.code, hub.parcels_per_day, hub.opens_at) == ("HUB1", 12, time(9, 30))
        assert session.scalars(select(Round.name)).all() == ["Mon lunch"]
        visits = session.execute(select(RoundVisit.sequence, RoundVisit.outcome).order_by(RoundVisit.sequence)).all()
        assert visits == [(1, "delivered"), (2, "no_reply")]


def test_importing_twice_changes_nothing(database: Database, folder: Path) -> None:
    """The second import finds every row as it should be: not a row is written, no trail either."""
    first = bring_in(database, folder)
    before = content_of(database)
    second = bring_in(database, folder)
    assert content_of(database) == before
    assert not second.changed_anything
    assert {name: counts.created for name, counts in first.tables.items()} == {
        name: counts.unchanged for name, counts in second.tables.items()
    }
    with database.unscoped_reading() as session:
        told = session.scalars(select(AuditEvent.action).order_by(AuditEvent.number)).all()
        assert sorted(told) == ["import_network", "slot_made", "slot_made", "slot_made"]


def test_a_changed_line_changes_its_row_only(database: Database, folder: Path) -> None:
    """The report says one row changed, and the others are the rows they were."""
    bring_in(database, folder)
    edit(folder, "households.csv", "Ring twice", "Knock")
    edit(folder, "donation_slots.csv", "chilled,6,dhal", "chilled,4,dhal")
    report = bring_in(database, folder)
    changed = {name: counts.changed for name, counts in report.tables.items() if counts.changed}
    assert changed == {"households": 1, "donation_slots": 1}
    assert not any(counts.created for counts in report.tables.values())


def test_a_line_taken_out_keeps_its_row(database: Database, folder: Path) -> None:
    """Import never removes what somebody may have added on the pages; it counts what the files do not mention."""
    bring_in(database, folder)
    edit(folder, "donation_slots.csv", "DON1,2026-11-30,11:30,12:15,hot,30,stew,vegan|halal,soya,,12600,12:30,\n", "")
    edit(folder, "pauses.csv", "H2,2026-12-07,2026-12-13,away\n", "")
    report = bring_in(database, folder)
    assert (report.tables["donation_slots"].elsewhere, report.tables["pauses"].elsewhere) == (1, 1)
    with database.unscoped_reading() as session:
        assert session.scalar(select(func.count(Batch.id))) == 4


def test_a_credential_taken_out_is_taken_away(database: Database, folder: Path) -> None:
    """Nobody goes to a door on the word of a check that the network no longer lists."""
    bring_in(database, folder)
    edit(folder, "volunteers.csv", "dbs_basic:2028-01-31|", "")
    assert bring_in(database, folder).tables["volunteers"].changed == 1
    with database.unscoped_reading() as session:
        into_network(session)
        cas = session.scalars(select(Volunteer).where(Volunteer.ref == "V1")).one()
        assert [held.kind for held in cas.credentials] == [CredentialKind.FOOD_HYGIENE_2]


def test_two_standing_orders_alike_stay_two(database: Database, folder: Path) -> None:
    """Lines that say the same are two wishes, however often they are imported."""
    line = "H1,hot_meal,2,mon|wed,12:00,14:00,weekly,2026-09-07,,delivery\n"
    edit(folder, "standing_orders.csv", line, line + line.replace(",,delivery", ",2027-01-01,delivery") + line)
    bring_in(database, folder)
    assert bring_in(database, folder).tables["standing_orders"].unchanged == 4


def test_a_dry_run_saves_nothing(database: Database, folder: Path) -> None:
    """It counts what would be created, and the database is as it was."""
    before = content_of(database)
    report = bring_in(database, folder, dry_run=True)
    assert (report.is_good, report.saved, report.tables["households"].created) == (True, False, 2)
    assert content_of(database) == before


def test_a_household_without_a_place_is_kept_and_listed(database: Database, folder: Path) -> None:
    """A postcode nobody knows, one of no area (ZZ99 3VZ), or none: the people are kept, and named as not placed."""
    edit(folder, "households.csv", "SE15 6FW", "ZZ99 3VZ")
    edit(folder, "organisations.csv", "SE1 6QW", "")
    report = bring_in(database, folder, places=KnownPlaces("SE17 2FT"))
    assert report.not_placed == (
        "organisation REF1, no postcode",
        "household H1, ZZ99 3VZ",
        "household H2, SE17 2FT",
    )
    with database.unscoped_reading() as session:
        into_network(session)
        assert {home.site.latitude for home in session.scalars(select(Household))} == {None}


def test_a_pin_set_by_hand_outlives_an_import(database: Database, folder: Path) -> None:
    """While the address stays the same; a new address is looked up again."""
    bring_in(database, folder)
    with database.unscoped_writing() as session:
        into_network(session)
        site = session.scalars(select(Site).where(Site.postcode == "SE15 6FW")).one()
        site.latitude, site.geocode_precision = 51.4, GeocodePrecision.MANUAL
    assert not bring_in(database, folder).changed_anything
    edit(folder, "households.csv", "SE15 6FW", "SE15 6HH")
    assert bring_in(database, folder).tables["households"].changed == 1
    with database.unscoped_reading() as session:
        into_network(session)
        moved = session.scalars(select(Household).where(Household.ref == "H1")).one()
        assert moved.site.geocode_precision is GeocodePrecision.POSTCODE


def test_a_newer_consent_is_left_alone(database: Database, folder: Path) -> None:
    """A consent withdrawn since is not given back by an old spreadsheet."""
    bring_in(database, folder)
    with database.unscoped_writing() as session:
        into_network(session)
        for consent in session.scalars(select(Consent)):
            consent.withdrawn_on = date(2026, 11, 1)
    edit(folder, "households.csv", "no,,2026-09-01", "no,,2026-12-01")
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        assert session.scalars(select(Consent).where(Consent.withdrawn_on.is_(None))).all() == []


def test_what_looks_like_a_formula_stays_text(database: Database, folder: Path) -> None:
    """A name that begins with = is stored as it was typed."""
    edit(folder, "households.csv", "Ada", '"=HYPERLINK(""http://x"")"')
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        assert '=HYPERLINK("http://x")' in session.scalars(select(Household.contact_name)).all()


def test_two_networks_do_not_mix(database: Database, folder: Path, tmp_path: Path) -> None:
    """The same refs in another network are other people; a taken short name gets a number."""
    bring_in(database, folder)
    edit(folder, "network.json", "Small network", "Other network")
    report = bring_in(database, folder)
    assert (report.network_slug, report.tables["households"].created) == ("small-2", 2)
    with database.unscoped_reading() as session:
        assert session.scalars(select(Network.slug).order_by(Network.slug)).all() == ["small", "small-2"]


def test_the_command_imports_and_counts(database: Database, folder: Path) -> None:
    """Exit code 0 with a table of counts; 2 with the faults, and nothing saved."""
    url = database.engine.url.render_as_string(hide_password=False)
    runner = CliRunner(env={"ROUNDS_DATABASE_URL": url})
    good = runner.invoke(main, ["import", str(folder)])
    assert good.exit_code == 0, good.output
    assert "Imported Small network (small)" in good.output
    before = content_of(database)
    edit(folder, "households.csv", "halal|no_beef", "halal|keto")
    bad = runner.invoke(main, ["import", str(folder)])
    assert bad.exit_code == 2
    assert "households.csv, line 3, diets: “keto” is not a diet that is known." in bad.output
    assert "Nothing was saved." in bad.output
    assert content_of(database) == before


@pytest.mark.parametrize("name", ["bermondsey", "clerkenwell", "three-boroughs"])
def test_the_scenarios_import(database: Database, name: str) -> None:
    """The three networks that lie beside the checkout come in whole, and a second time as they are."""
    scenario = Path(__file__).parents[4] / "shared" / "scenarios" / name
    if not scenario.is_dir():
        pytest.skip("there is no folder shared/scenarios beside this checkout")
    first, second = bring_in(database, scenario), bring_in(database, scenario)
    assert first.problems == ()
    lines = {file.stem: len(file.read_text(encoding="utf-8").splitlines()) - 1 for file in scenario.glob("*.csv")}
    assert {table: counts.created for table, counts in first.tables.items() if table in lines} == lines
    assert not second.changed_anything
