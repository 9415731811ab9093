"""Who eats in a household: counted from ages, and never less careful for a household than for anybody in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.household import (
    AgeBand,
    Extra,
    Kitchen,
    MemberNeeds,
    ages_in_words,
    allergens_of_all,
    diets_of_all,
    size_of,
)
from logistics.domain.vocabulary import Allergen, Diet

MEMBERS = st.lists(
    st.builds(
        MemberNeeds, who=st.just("the girl"), diets=st.frozensets(st.sampled_from(Diet)),
        allergens=st.frozensets(st.sampled_from(Allergen)),
    ),
    max_size=4,
)  # fmt: skip


def test_size_follows_from_ages() -> None:
    """From 18 on somebody is an adult, younger ones are children."""
    assert size_of({AgeBand.BABY: 1, AgeBand.TEENAGER: 2, AgeBand.ADULT: 1, AgeBand.OLDER: 1}) == (2, 3)
    assert size_of({}) == (0, 0)
    assert ages_in_words({AgeBand.OLDER: 1, AgeBand.BABY: 2}) == "2 aged 0 to 1, 1 aged 65 or older"


@given(st.frozensets(st.sampled_from(Diet)), st.frozensets(st.sampled_from(Allergen)), MEMBERS)
def test_the_household_is_as_careful_as_anybody_in_it(
    diets: frozenset[Diet], allergens: frozenset[Allergen], members: list[MemberNeeds]
) -> None:
    """Every diet and allergen that was said of all or of one is in the union, and nothing else is."""
    union = diets_of_all(diets, members), allergens_of_all(allergens, members)
    assert union[0] == {*diets, *(diet for member in members for diet in member.diets)}
    assert union[1] == {*allergens, *(allergen for member in members for allergen in member.allergens)}


@pytest.mark.parametrize(
    ("kind", "detail", "words"),
    [
        (Extra.NAPPIES, "4", "Nappies, size 4"),
        (Extra.PERIOD_PRODUCTS, "", "Period products"),
        (Extra.PET_FOOD, "one cat", "Pet food: one cat"),
        (Extra.OTHER, "a tablet", "a tablet"),
    ],
)
def test_an_extra_is_said_in_a_line(kind: Extra, detail: str, words: str) -> None:
    """What is printed for whoever packs."""
    assert kind.words(detail) == words


def test_only_a_kitchen_unlike_most_is_printed() -> None:
    """A parcel for somebody who can cook is like any other."""
    assert [kitchen for kitchen in Kitchen if kitchen.packing] == [Kitchen.KETTLE_ONLY, Kitchen.NO_COOK]
