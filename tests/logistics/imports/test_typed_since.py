"""What somebody typed about a household since stays when the same files are imported again."""

from __future__ import annotations

from pathlib import Path

from logistics.domain.household import AgeBand
from logistics.domain.vocabulary import Allergen
from logistics.persistence.database import Database
from logistics.persistence.tables import Household, HouseholdBand, HouseholdMember, HouseholdNeeds, Network
from tests.logistics.imports.conftest import bring_in


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
