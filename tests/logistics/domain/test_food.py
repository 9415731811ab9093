"""Who may eat what, and until when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.food import Declared, FoodClock, FoodNeeds, Unsafe, clock_of, good_for, why_unsafe
from logistics.domain.rules import PlanningRules
from logistics.domain.vocabulary import Allergen, AllergenDeclaration, Diet, Product, TemperatureClass

TODAY = date(2026, 12, 2)
HOT, CHILLED, AMBIENT = TemperatureClass
CONTAINS, NONE, UNDECLARED = AllergenDeclaration
MILK = frozenset({Allergen.MILK})
RULES = PlanningRules()


def stew(**values: Any) -> Declared:
    """Hot food that is good for nobody in particular and declared free of the 14."""
    plain: dict[str, Any] = {
        "temperature": HOT,
        "diets": frozenset(),
        "declaration": NONE,
        "allergens": frozenset(),
        "texture_iddsi": None,
        "use_by": None,
    }
    return Declared(**{**plain, **values})


def who(*diets: Diet, **values: Any) -> FoodNeeds:
    """A household with these diets."""
    return FoodNeeds(diets=frozenset(diets), **values)


def vegan(*more: Diet) -> Declared:
    """A dish declared vegan."""
    return stew(diets=frozenset({Diet.VEGAN, *more}))


TABLE = [
    ("hot food for a hot meal", who(), stew(), Product.HOT_MEAL, None),
    ("chilled food for a chilled meal", who(), stew(temperature=CHILLED), Product.CHILLED_MEAL, None),
    ("chilled food is no hot meal", who(), stew(temperature=CHILLED), Product.HOT_MEAL, Unsafe.WRONG_PRODUCT),
    ("hot food is no chilled meal", who(), stew(), Product.CHILLED_MEAL, Unsafe.WRONG_PRODUCT),
    ("ambient food is no meal", who(), stew(temperature=AMBIENT), Product.CHILLED_MEAL, Unsafe.WRONG_PRODUCT),
    ("a dish is no parcel", who(), stew(temperature=AMBIENT), Product.PARCEL, Unsafe.WRONG_PRODUCT),
    ("on its use-by date", who(), stew(use_by=TODAY), Product.HOT_MEAL, None),
    ("a day later", who(), stew(use_by=TODAY - timedelta(days=1)), Product.HOT_MEAL, Unsafe.PAST_USE_BY),
    ("a need in own words", who(unmapped=True), vegan(), Product.HOT_MEAL, Unsafe.UNMAPPED_NEED),
    ("undeclared for no allergy", who(), stew(declaration=UNDECLARED), Product.HOT_MEAL, None),
    (
        "undeclared for any allergy",
        who(allergens=MILK),
        stew(declaration=UNDECLARED),
        Product.HOT_MEAL,
        Unsafe.UNDECLARED,
    ),
    (
        "the allergen",
        who(allergens=MILK),
        stew(declaration=CONTAINS, allergens=MILK),
        Product.HOT_MEAL,
        Unsafe.ALLERGEN,
    ),
    (
        "another allergen",
        who(allergens=MILK),
        stew(declaration=CONTAINS, allergens=frozenset({Allergen.NUTS})),
        Product.HOT_MEAL,
        None,
    ),
    ("declared none", who(allergens=MILK), stew(), Product.HOT_MEAL, None),
    ("no claim is no halal", who(Diet.HALAL), stew(), Product.HOT_MEAL, Unsafe.DIET),
    ("vegan is vegetarian", who(Diet.VEGETARIAN, Diet.NO_PORK, Diet.NO_BEEF), vegan(), Product.HOT_MEAL, None),
    ("vegan is not halal", who(Diet.HALAL), vegan(), Product.HOT_MEAL, Unsafe.DIET),
    (
        "halal has no pork",
        who(Diet.NO_PORK),
        stew(diets=frozenset({Diet.HALAL})),
        Product.HOT_MEAL,
        None,
    ),
    ("halal may have beef", who(Diet.NO_BEEF), stew(diets=frozenset({Diet.HALAL})), Product.HOT_MEAL, Unsafe.DIET),
    (
        "vegetarian is not vegan",
        who(Diet.VEGAN),
        stew(diets=frozenset({Diet.VEGETARIAN})),
        Product.HOT_MEAL,
        Unsafe.DIET,
    ),
    ("one diet of two", who(Diet.HALAL, Diet.VEGAN), vegan(), Product.HOT_MEAL, Unsafe.DIET),
    ("soft food for who needs it", who(texture_iddsi=5), stew(texture_iddsi=5), Product.HOT_MEAL, None),
    ("softer food too", who(texture_iddsi=5), stew(texture_iddsi=3), Product.HOT_MEAL, None),
    ("harder food not", who(texture_iddsi=5), stew(texture_iddsi=6), Product.HOT_MEAL, Unsafe.TEXTURE),
    ("no level is regular food", who(texture_iddsi=6), stew(), Product.HOT_MEAL, Unsafe.TEXTURE),
    ("regular food for level 7", who(texture_iddsi=7), stew(), Product.HOT_MEAL, None),
]


@pytest.mark.parametrize(
    ("needs", "batch", "product", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_rule_keeps_what_it_is_for(
    needs: FoodNeeds, batch: Declared, product: Product, expected: Unsafe | None
) -> None:
    """The table of the rules: one dish, one household, one verdict."""
    assert why_unsafe(needs, batch, product, TODAY) is expected


def test_the_table_breaks_every_rule() -> None:
    """No reason is left without a case."""
    assert {row[4] for row in TABLE} == {None, *Unsafe}


needs_of = st.builds(
    FoodNeeds,
    diets=st.frozensets(st.sampled_from(Diet), max_size=2),
    allergens=st.frozensets(st.sampled_from(Allergen), max_size=2),
    texture_iddsi=st.none() | st.integers(3, 7),
)
dishes = st.builds(
    stew,
    temperature=st.sampled_from(TemperatureClass),
    diets=st.frozensets(st.sampled_from(Diet)),
    declaration=st.sampled_from(AllergenDeclaration),
    allergens=st.frozensets(st.sampled_from(Allergen)),
    texture_iddsi=st.none() | st.integers(3, 7),
)


@given(needs=needs_of, batch=dishes, product=st.sampled_from(Product), more=needs_of)
def test_more_needs_never_make_food_safe(needs: FoodNeeds, batch: Declared, product: Product, more: FoodNeeds) -> None:
    """What is unsafe for some needs is unsafe for these and others."""
    both = replace(needs, diets=needs.diets | more.diets, allergens=needs.allergens | more.allergens)
    if why_unsafe(needs, batch, product, TODAY) is not None:
        assert why_unsafe(both, batch, product, TODAY) is not None


@given(needs=needs_of, batch=dishes, product=st.sampled_from(Product))
def test_withdrawing_a_declaration_never_makes_food_safe(needs: FoodNeeds, batch: Declared, product: Product) -> None:
    """Unknown is never "none"."""
    unknown = replace(batch, declaration=UNDECLARED)
    if why_unsafe(needs, unknown, product, TODAY) is None:
        assert not needs.allergens


@given(diets=st.frozensets(st.sampled_from(Diet)))
def test_only_a_claim_makes_food_halal_kosher_or_vegan(diets: frozenset[Diet]) -> None:
    """These three are never implied."""
    claimed = frozenset({Diet.HALAL, Diet.KOSHER, Diet.VEGAN})
    assert good_for(diets) & claimed == diets & claimed


def test_the_clock_of_hot_food_runs_from_when_it_is_ready() -> None:
    """Ready at 11:30 and 90 minutes: nothing after 13:00, however late it was loaded."""
    clock = clock_of(HOT, ready_s=41_400, hold_until_s=None, rules=RULES)
    assert clock is not None
    assert clock.latest_start_s == clock.latest_after_loading_s(44_000) == 46_800


def test_hot_holding_starts_the_clock_at_loading() -> None:
    """Held until 12:30, loaded at 12:00: until 13:30."""
    clock = clock_of(HOT, ready_s=41_400, hold_until_s=45_000, rules=RULES)
    assert clock is not None
    assert clock.latest_after_loading_s(43_200) == 43_200 + RULES.hot_limit_s


def test_hot_holding_ends() -> None:
    """Held until 12:30, loaded at 13:00: the clock has run since 12:30."""
    clock = clock_of(HOT, ready_s=41_400, hold_until_s=45_000, rules=RULES)
    assert clock is not None
    assert clock.latest_after_loading_s(46_800) == clock.latest_start_s == 45_000 + RULES.hot_limit_s


def test_chilled_food_is_never_held_hot() -> None:
    """Its clock runs from when it is ready, whatever the slot says."""
    clock = clock_of(CHILLED, ready_s=41_400, hold_until_s=45_000, rules=RULES)
    assert clock == FoodClock(ready_s=41_400, limit_s=RULES.chilled_limit_s, hold_until_s=None)


def test_ambient_goods_have_no_clock() -> None:
    """Only their use-by."""
    assert clock_of(AMBIENT, ready_s=41_400, hold_until_s=None, rules=RULES) is None


@given(ready_s=st.integers(0, 80_000), hold=st.none() | st.integers(0, 20_000), loading=st.integers(-5_000, 40_000))
def test_no_loading_time_buys_more_than_the_latest_start(ready_s: int, hold: int | None, loading: int) -> None:
    """`latest_start_s` is an upper bound of `latest_after_loading_s`, and the limit counts from ready at the earliest."""
    hold_until_s = None if hold is None else ready_s + hold
    clock = FoodClock(ready_s=ready_s, limit_s=5400, hold_until_s=hold_until_s)
    assert ready_s + 5400 <= clock.latest_after_loading_s(ready_s + loading) <= clock.latest_start_s
