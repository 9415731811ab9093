"""What somebody typed about a household since stays when the same files are imported again."""

from __future__ import annotations

import csv
from pathlib import Path

from logistics.domain.authority import Actor
from logistics.domain.household import AgeBand
from logistics.domain.vocabulary import Allergen, ConsentPurpose
from logistics.domain.withholding import WithdrawalMethod
from logistics.persistence.database import Database
from logistics.persistence.tables import (
    ConsentWithdrawal,
    Household,
    HouseholdBand,
    HouseholdMember,
    HouseholdNeeds,
    Network,
)
from logistics.services.consents import refuses_needs
from logistics.services.household_needs import WITHDREW
from logistics.services.withdraw_consent import withdraw_consent
from tests.logistics.imports.conftest import NOW, bring_in


def test_ages_and_what_one_cannot_eat_stay(database: Database, folder: Path) -> None:
    """The size is counted from the ages, and no meal is unsafe for whom the files do not know."""
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        network_id = session.query(Network.id).scalar()
    with database.writing(network_id) as session:
        household = session.query(Household).filter_by(ref="H1").one()
        needs = session.query(HouseholdNeeds).filter_by(household_id=household.id).one_or_none()
        if needs is None:
            needs = HouseholdNeeds(household_id=household.id)
            session.add(needs)
        needs.allergens = frozenset({*(needs.allergens or ()), Allergen.SESAME})
        household.adults, household.children = 2, 1
        session.add_all(
            [
                HouseholdBand(household_id=household.id, band=AgeBand.BABY, people=1),
                HouseholdBand(household_id=household.id, band=AgeBand.ADULT, people=2),
                HouseholdMember(
                    household_id=household.id, number=1, who="the girl", allergens=frozenset({Allergen.SESAME})
                ),
            ]
        )
    bring_in(database, folder)
    with database.reading(network_id) as session:
        household = session.query(Household).filter_by(ref="H1").one()
        assert (household.adults, household.children) == (2, 1)
        assert Allergen.SESAME in session.query(HouseholdNeeds).filter_by(household_id=household.id).one().allergens


def test_what_was_taken_back_stays_taken_back(database: Database, folder: Path) -> None:
    """Files from before hold the allergies of H2: read in again they bring back neither needs nor members nor the yes."""
    with (folder / "households.csv").open(encoding="utf-8", newline="") as file:
        row = next(row for row in csv.DictReader(file) if row["ref"] == "H2")
    assert row["allergens"] == "peanuts|sesame", "the files say what they cannot eat"
    bring_in(database, folder)
    with database.unscoped_reading() as session:
        network_id = session.query(Network.id).scalar()
    with database.writing(network_id) as session:
        household_id = session.query(Household.id).filter_by(ref="H2").scalar()
        withdraw_consent(
            session,
            Actor.system(network_id),
            household_id,
            ConsentPurpose.HEALTH_AND_RELIGION,
            method=WithdrawalMethod.IN_WRITING,
            now=NOW,
        )
    (folder / "members.csv").write_text("household,who,age,diets,allergens\nH2,the girl,,,nuts\n", encoding="utf-8")
    bring_in(database, folder)
    with database.reading(network_id) as session:
        kept = session.query(HouseholdNeeds).filter_by(household_id=household_id).one()
        assert (kept.diets, kept.allergens, kept.unmapped) == (frozenset(), frozenset(), WITHDREW)
        assert session.query(HouseholdMember).filter_by(household_id=household_id).count() == 0
        assert session.query(ConsentWithdrawal).one().ended_at is None
        assert refuses_needs(session, household_id)
