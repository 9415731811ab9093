"""Ages, what one of them cannot eat, and extras are kept as they were said, on both databases."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.authority import Actor
from logistics.domain.errors import BadInput
from logistics.domain.household import AgeBand, Extra, Kitchen, MemberNeeds
from logistics.domain.vocabulary import Allergen, Diet
from logistics.gateways.geocoding.port import Placement
from logistics.persistence.database import Database
from logistics.persistence.tables import Household, HouseholdMember, HouseholdNeeds, Network
from logistics.queries.household_page import HouseholdPage, household_page
from logistics.queries.household_people import parcel_words
from logistics.services.household_draft import AllergyAnswer, HouseholdDraft
from logistics.services.households import add_household, edit_household

NOW = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
NETWORK = uuid.uuid4()
GIRL = MemberNeeds(
    who="the girl", band=AgeBand.CHILD, diets=frozenset({Diet.VEGAN}), allergens=frozenset({Allergen.MILK})
)


class Nowhere:
    """A geocoder that knows no place."""

    def place(self, address: str, postcode: str) -> Placement | None:
        """None."""
        del address, postcode


def draft(**values: Any) -> HouseholdDraft:
    """A family of three that can be stored."""
    said: dict[str, Any] = {
        "contact_name": "Amina",
        "address": "1 Test Row",
        "allergy": AllergyAnswer.SOME,
        "allergens": frozenset({Allergen.NUTS}),
        "agrees_food": True,
        "agrees_needs": True,
        "ages": {AgeBand.CHILD: 1, AgeBand.ADULT: 1, AgeBand.OLDER: 1},
        "members": (GIRL,),
        "kitchen": Kitchen.KETTLE_ONLY,
        "extras": {Extra.NAPPIES: "4", Extra.OTHER: "a tablet"},
    }
    return HouseholdDraft(**said | values)


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A writing session of a network."""
    with database.unscoped_writing() as made:
        made.add(Network(id=NETWORK, slug="riverside", name="Riverside"))
    with database.writing(NETWORK) as session:
        yield session


def add(session: Session, **values: Any) -> uuid.UUID:
    """Store it; its id."""
    saved = add_household(session, Actor.system(NETWORK), draft(**values), geocoder=Nowhere(), now=NOW)
    session.flush()
    return saved.id


def edit(session: Session, household_id: uuid.UUID, **values: Any) -> None:
    """Store it as changed."""
    edit_household(session, Actor.system(NETWORK), household_id, draft(**values), geocoder=Nowhere(), now=NOW)
    session.flush()


def page(session: Session, household_id: uuid.UUID) -> HouseholdPage:
    """What its page shows."""
    return household_page(session, Actor.system(NETWORK), household_id, today=date(2026, 11, 26))


def test_what_was_said_is_shown(session: Session) -> None:
    """The size follows from the ages, and the needs of all hold those of the girl."""
    shown = page(session, add(session, adults=7, children=7))
    assert (shown.adults, shown.children) == (2, 1)
    assert shown.ages == {AgeBand.CHILD: 1, AgeBand.ADULT: 1, AgeBand.OLDER: 1}
    assert shown.members == (GIRL,)
    assert (shown.diets, shown.allergens) == ({Diet.VEGAN}, {Allergen.MILK, Allergen.NUTS})
    assert (shown.kitchen, shown.extras) == (Kitchen.KETTLE_ONLY, {Extra.NAPPIES: "4", Extra.OTHER: "a tablet"})


def test_without_ages_the_numbers_count(session: Session) -> None:
    """Nobody has to know how old the others are."""
    shown = page(session, add(session, ages={}, adults=2, children=3))
    assert (shown.adults, shown.children, shown.ages) == (2, 3, {})


def test_a_change_replaces_what_was_there(session: Session) -> None:
    """Lines that are gone from the form are gone from the rows, and can come back."""
    household_id = add(session)
    edit(session, household_id, ages={AgeBand.ADULT: 2}, members=(), extras={Extra.PET_FOOD: ""})
    shown = page(session, household_id)
    assert (shown.adults, shown.children, shown.members, shown.extras) == (2, 0, (), {Extra.PET_FOOD: ""})
    assert shown.allergens == {Allergen.NUTS}
    edit(session, household_id)
    assert page(session, household_id).members == (GIRL,)


def test_a_no_to_keeping_needs_keeps_nobodys(session: Session) -> None:
    """Not one row about a person's health or faith is left."""
    household_id = add(session)
    edit(session, household_id, agrees_needs=False)
    assert session.scalars(select(HouseholdMember)).all() == []
    needs = session.scalars(select(HouseholdNeeds)).one()
    assert (needs.diets, needs.allergens) == (frozenset(), frozenset())
    assert needs.unmapped


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"members": (MemberNeeds(diets=frozenset({Diet.VEGAN})),)}, "person_1_who"),
        ({"members": (GIRL, MemberNeeds(who="him"))}, "person_2_diets"),
        ({"allergy": AllergyAnswer.NONE, "allergens": frozenset()}, "person_1_allergens"),
        ({"ages": {AgeBand.ADULT: 1}}, "person_1_band"),
        ({"extras": {Extra.NAPPIES: ""}}, "extra_nappies"),
        ({"extras": {Extra.OTHER: ""}}, "extra_other"),
        ({"ages": {AgeBand.ADULT: 21}, "members": ()}, "age_adult"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(session: Session, values: dict[str, Any], field: str) -> None:
    """Nothing is stored, and the error stands where it can be put right."""
    with pytest.raises(BadInput) as refused:
        add(session, **values)
    assert field in refused.value.fields
    assert session.scalars(select(Household)).all() == []


def test_whoever_packs_reads_no_more_than_that(session: Session) -> None:
    """How they cook and what goes with it: no age and no name."""
    household_id, plain = add(session), add(session, kitchen=Kitchen.FULL, extras={})
    assert parcel_words(session, [household_id, plain]) == {
        household_id: ("Kettle only: nothing to cook", "Nappies, size 4", "a tablet")
    }
